from __future__ import annotations

import re
from collections import Counter
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.oauth_errors import AUTHORIZATION_ERRORS, TOKEN_ERRORS
from ssocli.checks.saml_response.status_codes import SECOND_LEVEL, TOP_LEVEL
from ssocli.diagnose.known_errors import find, known_errors, unlisted_numbers

CODES = sorted({error.code for error in known_errors()})


def codes(text: str) -> list[str]:
    return [error.code for error in find(text)]


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_found_alone_and_whatever_its_case(code: str) -> None:
    assert code in codes(code)
    assert code in codes(f"  {code.upper()} ")
    assert code in codes(code.lower())


@pytest.mark.parametrize("said", sorted({said for error in known_errors() for said in error.says}))
def test_every_known_sentence_is_found_in_a_page_and_in_a_url(said: str) -> None:
    expected = {error.code for error in known_errors() if said in error.says}
    assert expected <= set(codes(f"<html><body><h1>Sorry</h1><p>It failed: {said} (id 4711)</p></body></html>"))
    assert expected <= set(codes(f"https://app.example/cb?error_description={quote_plus(said)}&state=x"))


def test_every_error_says_all_that_a_person_needs() -> None:
    for error in known_errors():
        assert error.product, error
        assert error.source, error
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", error.date), error
        assert error.meaning.endswith((".", "?")), error
        assert error.meaning[0].isupper(), error
        assert error.fix.endswith("."), error


def test_there_are_many_and_none_stands_twice() -> None:
    assert len(CODES) >= 300
    counted = Counter((error.product, error.step, error.code.lower()) for error in known_errors())
    assert [entry for entry, times in counted.items() if times > 1] == []


def test_the_tables_of_the_rules_are_the_only_source_of_their_codes() -> None:
    tables = {*AUTHORIZATION_ERRORS, *TOKEN_ERRORS, *TOP_LEVEL, *SECOND_LEVEL}
    assert tables <= set(CODES)
    vendors = [error for error in known_errors() if error.product not in {"OAuth 2.0", "SAML 2.0", "GitHub"}]
    assert not {error.code for error in vendors} & tables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AADSTS50011: The redirect URI 'https://acme.example/cb' specified in the request ...", ["AADSTS50011"]),
        ("50011", ["AADSTS50011"]),
        ("https://login.microsoftonline.com/error?code=50105", ["AADSTS50105"]),
        ('{"error":"invalid_client","error_codes":[7000215]}', ["AADSTS7000215", "invalid_client"]),
        ("access_denied: MSIS9605: The client is not allowed", ["MSIS9605", "access_denied"]),
        (
            "https://app.example/cb?error=access_denied&error_description=User+is+not+assigned+to+the+client+application.",
            ["user_not_assigned", "access_denied"],
        ),
        (
            (
                '<StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><StatusCode Value="'
                'urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"/></StatusCode>'
            ),
            ["Responder", "NoAuthnContext"],
        ),
        ("https://sentry.example/saml/ is not a valid audience for this Response", None),
        ("MSIS9622: Client authentication failed.", ["MSIS9622"]),
        ("MSIS9607: The \\u0027client_id\\u0027 parameter in the request is invalid.", ["MSIS9607"]),
        ("The &#39;redirect_uri&#39; parameter must be a Login redirect URI in the client app settings", None),
        ("Error 400: redirect_uri_mismatch", ["Error 400: redirect_uri_mismatch"]),
    ],
)
def test_a_pasted_message_is_recognised(text: str, expected: list[str] | None) -> None:
    found = codes(text)
    assert found == expected if expected is not None else len(found) == 1


@pytest.mark.parametrize(
    "text",
    ["", "the responder said success", "xaccess_deniedx", "AADSTS500", "please help me to log in", "-----"],
)
def test_what_is_no_error_is_not_taken_for_one(text: str) -> None:
    assert codes(text) == []


def test_an_error_is_found_only_in_what_is_read_of_a_huge_text() -> None:
    assert codes("access_denied " + "x" * 1_000_000) == ["access_denied"]
    assert codes("x" * 1_000_000 + " access_denied") == []


def test_a_number_that_is_not_listed_says_where_to_look() -> None:
    (sentence,) = unlisted_numbers("AADSTS50011 and aadsts1234567")
    assert sentence.startswith("AADSTS1234567 is a number of Microsoft Entra ID that is not in this list; look it up")
    assert sentence.endswith("https://login.microsoftonline.com/error?code=1234567")
    (sentence,) = unlisted_numbers("MSIS0815: Fehler")
    assert sentence.startswith("MSIS0815 is a number of AD FS that is not in this list; see Microsoft Learn")


@settings(max_examples=60)
@given(st.text(max_size=300), st.sampled_from(CODES), st.text(max_size=300))
def test_any_text_can_be_read(before: str, code: str, after: str) -> None:
    find(before)
    assert isinstance(unlisted_numbers(before), list)
    clean = re.sub(r"[<>%&=]", " ", before)
    if code.lower() not in {"success", "requester", "responder"}:
        assert code in codes(f"{clean} ( {code} ) {re.sub(r'[<>%&=]', ' ', after)}")
