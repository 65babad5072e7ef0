"""The whole of `diagnose`: never raises, never blames the input for its own trouble, and combines what was given."""

from __future__ import annotations

import json
import random
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli import wire
from ssocli.checks.check import Owner, Severity, Status
from ssocli.diagnose.diagnose import Given, Options, diagnose
from ssocli.diagnosis import Diagnosis, Kind, Verdict
from ssocli.steps import Step
from tests.customers.case import CUSTOMERS, NOW, all_cases
from tests.customers.cases_oidc import claims, token

FILES = [(case, name) for case in all_cases() for name in case.inputs if not case.name.startswith("har-")]


def asked(*things: bytes | str, **options: object) -> Diagnosis:
    inputs = [
        Given(thing.encode() if isinstance(thing, str) else thing, f"thing {number}")
        for number, thing in enumerate(things)
    ]
    return diagnose(inputs, Options(**options))  # type: ignore[arg-type]


def of(case: str, *names: str) -> list[Given]:
    return [Given((CUSTOMERS / case / name).read_bytes(), name, CUSTOMERS / case) for name in names]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_no_bytes_raise(data: bytes) -> None:
    found = asked(data)
    assert found.trouble == ()
    assert found.verdict in Verdict


NAMES = st.sampled_from(["keys", "kty", "issuer", "error", "id_token", "jwks_uri", "log", "entries", "x"])
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_no_json_raises(value: object) -> None:
    assert asked(json.dumps(value)).trouble == ()


@pytest.mark.parametrize(("case", "name"), FILES, ids=lambda value: getattr(value, "name", value))
def test_no_damage_raises(case: object, name: str) -> None:
    """Cut off, or with bytes flipped: whatever happens to a file in a mailbox."""
    data = (case.directory / name).read_bytes()  # type: ignore[attr-defined]
    dice = random.Random(name)
    flipped = bytearray(data)
    for _ in range(10):
        flipped[dice.randrange(len(flipped))] = dice.randrange(256)
    for damaged in (data[: len(data) // 2], bytes(flipped)):
        found = asked(damaged, now=NOW)
        assert found.trouble == ()
        assert not [check for check in found.checked if check.status is Status.TOOL_ERROR]


@pytest.mark.parametrize(
    "piece", [b'"', b'<input name="a" ', b"<form ", b"<a ", b"&lt;", b"x=1&", b"%41", b"eyJ.", b"A"]
)
def test_a_large_repetition_is_read_in_one_go(piece: bytes) -> None:
    """A quadratic reader would not come back from this within the life of a test run."""
    assert asked(piece * (2_000_000 // len(piece))).trouble == ()


def test_a_configuration_and_metadata_given_beside_it_are_one_case() -> None:
    config = b"""
[sentry]
url = "https://sentry.acme.example"
[organizations.acme]
[providers.acme]
type = "saml2"
metadata_url = "https://idp.acme.example/metadata"
preset = "okta"
"""
    metadata, response = of("01-audience-without-trailing-slash", "idp-metadata.xml", "response.txt")
    found = diagnose([Given(config, "a"), metadata, response], Options(now=NOW))
    assert found.root is not None
    assert found.root.check.code == "SRS045"


def test_of_several_providers_the_one_that_the_token_speaks_of_is_meant() -> None:
    table = '[providers.{}]\ntype = "oidc"\nissuer = "{}"\nclient_id = "{}"\nclient_secret = "x"\n'
    config = "[organizations.acme]\n" + table.format("other", "https://other.example", "app")
    config += table.format("right", "https://login.acme.example", "0oa9other")
    token = (CUSTOMERS / "80-token-for-another-client" / "id_token.txt").read_bytes()
    assert asked(config, token, now=NOW).verdict is Verdict.HEALTHY
    found = asked(config, token, now=NOW, provider="other")
    assert found.root is not None
    assert found.root.check.code == "IDT016"


def test_every_provider_of_a_configuration_is_judged() -> None:
    table = '[providers.{}]\ntype = "oidc"\nissuer = "{}"\nclient_id = "{}"\nclient_secret = "x"\n'
    config = "[organizations.acme]\n" + table.format("good", "https://login.acme.example", "app")
    config += table.format("bad", "https://acme-admin.okta.com", "app") + table.format(
        "worse", "https://x.example", "{id}"
    )
    found = asked(config)
    assert found.root is not None
    assert {finding.check.code for finding in found.findings} >= {"CFG002", "CFG004"}
    assert asked(config, provider="good").verdict is Verdict.HEALTHY


def test_without_the_other_side_only_what_can_be_judged_is_judged() -> None:
    response = of("01-audience-without-trailing-slash", "response.txt")
    found = diagnose(response)
    assert found.verdict is Verdict.HEALTHY
    assert {check.code for check in found.checked if check.status is Status.SKIPPED} >= {"SRS029", "SRS045", "SRS009"}
    assert "the identity provider's metadata" in found.missing


def test_a_changed_message_is_noticed_without_metadata() -> None:
    found = diagnose(of("11-response-changed-on-the-way", "response.txt"))
    assert found.root is not None
    assert found.root.check.code == "SRS030"


def test_a_vendors_error_in_an_answer_says_who_and_how() -> None:
    found = asked("https://sentry.example/auth/sso/?error=access_denied&error_description=AADSTS50105%3A+no&state=s")
    assert found.root is not None
    assert (found.root.check.code, found.root.check.owner) == ("CB001", Owner.IDP)
    assert "Users and groups" in found.root.check.fix
    assert found.root.causes


def test_a_number_that_nobody_knows_says_where_to_look() -> None:
    found = asked("AADSTS1234567: something new")
    assert found.root is not None
    assert "https://login.microsoftonline.com/error?code=1234567" in found.root.check.actual


def test_two_errors_in_one_text_are_cause_and_company() -> None:
    found = asked("first AADSTS50011 and then AADSTS50105")
    assert found.root is not None
    assert found.root.check.code == "AADSTS50011"
    assert [finding.check.code for finding in found.supporting] == ["AADSTS50105"]


def test_a_network_that_fails_here_is_the_cause_only_where_nothing_passed_it() -> None:
    issuer = "http://127.0.0.1:9"  # the discard port: nothing listens there
    config = f'[organizations.a]\n[providers.a]\ntype = "oidc"\nissuer = "{issuer}"\nclient_id = "sentry"\n'
    config += 'client_auth = "none"\n'
    send = partial(wire.send, timeout=5.0)
    alone = asked(config, send=send)
    assert alone.root is not None
    assert (alone.root.check.code, alone.root.check.owner) == ("NET002", Owner.NETWORK)
    assert asked(config).verdict is Verdict.HEALTHY
    beside = asked(config, token(claims(issuer)), send=send)
    assert beside.verdict is Verdict.HEALTHY
    assert [finding.check.severity for finding in beside.findings if finding.check.code == "NET002"] == [Severity.INFO]


def test_a_trace_of_this_tool_is_read_back() -> None:
    check = {"code": "IDT024", "name": "expired-id-token", "status": "failed", "severity": "error", "expected": "a"}
    check |= {"actual": "b", "evidence": "", "owner": "clock", "fix": "c", "spec": "d"}
    steps = [{"id": step.value, "status": "passed", "summary": "", "checks": []} for step in Step]
    steps[5] |= {"status": "failed", "checks": [check]}
    document = {"schema": "ssocli.trace/1", "trace_id": "t", "outcome": "refused", "steps": steps, "failure": None}
    found = asked(json.dumps(document))
    assert found.inputs[0].kind is Kind.TRACE
    assert found.root is not None
    assert (found.root.check.code, found.root.check.owner, found.root.place) == (
        "IDT024",
        Owner.CLOCK,
        "thing 0, step 6",
    )
    assert found.trace is not None
    for broken in ({"schema": "ssocli.trace/2"}, {"steps": steps[:9]}, {"outcome": "unheard-of"}):
        assert asked(json.dumps(document | broken)).verdict is Verdict.UNCLEAR


def test_an_input_of_several_kinds_is_named_by_what_it_is() -> None:
    found = diagnose(of("60-metadata-of-both-and-a-response", "sp-metadata.xml", "idp-metadata.xml", "response.txt"))
    assert [given.kind for given in found.inputs] == [Kind.SP_METADATA, Kind.IDP_METADATA, Kind.SAML_RESPONSE]
    assert "entity ID https://sentry.acme.example" in found.inputs[0].summary
