"""What arrives at the assertion consumer service and is no good: each is named, and nothing else is touched."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ssocli.steps import Step

from .world import METADATA, World, alert

BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)


def encode(document: bytes) -> str:
    return base64.b64encode(document).decode()


@pytest.mark.parametrize(
    ("garbage", "said"),
    [
        ("", "is missing"),
        ("%%%", "no base64"),
        ("<samlp:Response/>", "XML as it is"),
        (encode(b"<html><title>Sorry</title></html>"), "HTML"),
        (encode(b"{}"), "JSON"),
        (encode(zlib.compress(b"<a/>")[2:-4]), "deflated"),
        (quote(encode(b"<a><b></b></a>???")), "URL-encoded twice"),
        (encode(BOMB), "DTD"),
        (encode(b"<a>"), "well-formed"),
    ],
)
def test_garbage_is_named(world: World, garbage: str, said: str) -> None:
    fields = world.sign_in(world.start())
    page = world.deliver({**fields, "SAMLResponse": garbage})
    assert alert(page)
    failure = world.trace().failure
    assert failure is not None
    assert failure.step in (Step.TOKEN_GENERATION, Step.TOKEN_VALIDATION)
    assert said in failure.message


def test_50_megabytes_are_refused_before_they_are_read(world: World) -> None:
    page = world.deliver({"SAMLResponse": "A" * 50_000_000})
    assert page.status_code == 413
    assert "exceeds" in page.text


@pytest.mark.parametrize("path", ["/saml/acs/nobody/", "/saml/acs/garage/"])
def test_an_organization_without_saml(world: World, path: str) -> None:
    page = world.http.post(f"{world.url}{path}", data={"SAMLResponse": "eA=="})
    assert page.status_code == 400
    assert "no organization" in alert(page)


def test_who_opens_the_address_is_told_what_it_is(world: World) -> None:
    page = world.http.get(f"{world.url}/saml/acs/acme/")
    assert page.status_code == 400
    assert "by POST" in alert(page)
    assert world.http.get(f"{world.url}/saml/acs/acme/?response=x").status_code == 400


def test_two_responses_at_once(world: World) -> None:
    fields = world.sign_in(world.start())
    twice = [*fields.items(), ("SAMLResponse", fields["SAMLResponse"])]
    page = world.http.post(f"{world.url}/saml/acs/acme/", data=twice)
    assert page.status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert "2 times" in failure.message


def test_a_response_by_redirect(world: World) -> None:
    fields = world.sign_in(world.start())
    document = base64.b64decode(fields["SAMLResponse"])
    packed = encode(zlib.compress(document)[2:-4])
    query = urlencode({"SAMLResponse": packed, "RelayState": fields["RelayState"]})
    world.http.get(f"{world.url}/saml/acs/acme/?{query}")
    failure = world.trace().failure
    assert failure is not None
    assert failure.code == "SRS003"


def test_a_second_delivery(world: World) -> None:
    fields = world.sign_in(world.start())
    assert world.deliver(fields).status_code == 200
    page = world.deliver(fields)
    assert page.status_code == 400
    assert "used already" in alert(page)


def test_an_answer_to_another_browsers_request(world: World) -> None:
    fields = world.sign_in(world.start())
    page = world.deliver(fields, world.session())
    assert page.status_code == 400
    assert "did not start a login here" in alert(page)
    assert not world.store.sessions(0.0)
    assert world.deliver(fields).status_code == 200


def test_an_answer_to_a_request_of_nobody(world: World) -> None:
    """The browser has a login that waits; the response claims to answer another one."""
    fields = world.sign_in(world.start())
    other = world.session()
    mine, world.http = world.http, other
    world.leave()
    page = world.deliver(fields)
    world.http = mine
    assert page.status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION
    assert "request" in failure.message


def test_a_replayed_assertion_is_refused(make_world: Callable[..., World]) -> None:
    """Unsolicited, so that no pending login stands in its way."""
    world = make_world(f"{METADATA}\nallow_idp_initiated = true")
    world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    start = world.http.get(f"{world.idp.issuer()}/saml/sso/init", params={"sp": f"{world.url}/saml/metadata/acme/"})
    fields = world.sign_in(start)
    assert world.deliver(fields).url.endswith("/organizations/acme/issues/")
    page = world.deliver(fields, world.session())
    assert page.status_code == 403
    assert any("replay" in check.name for check in world.blocking())


def test_the_real_sentry_takes_a_replayed_assertion(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nprofile = "sentry"')
    world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    start = world.http.get(f"{world.idp.issuer()}/saml/sso/init", params={"sp": f"{world.url}/saml/metadata/acme/"})
    fields = world.sign_in(start)
    for session in (world.http, world.session()):
        assert world.deliver(fields, session).url.endswith("/organizations/acme/issues/")


def _changed(fields: dict[str, str], old: bytes, new: bytes) -> dict[str, str]:
    document = base64.b64decode(fields["SAMLResponse"])
    assert old in document
    return {**fields, "SAMLResponse": encode(document.replace(old, new))}


@pytest.mark.parametrize("profile", ["specification", "sentry"])
def test_a_changed_identity_is_not_believed(make_world: Callable[..., World], profile: str) -> None:
    world = make_world(f'{METADATA}\nprofile = "{profile}"')
    fields = _changed(world.sign_in(world.start(), "bob"), b"bob@acme.example", b"eve@acme.example")
    page = world.deliver(fields)
    assert page.status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION
    assert {user.email for user in world.store.users()} == set()
    assert fields["SAMLResponse"][:60] not in page.text


def test_a_missing_attribute_is_named(make_world: Callable[..., World]) -> None:
    world = make_world(attributes='identifier = "username"\nuser_email = "mail"')
    page = world.log_in()
    assert page.status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION
    assert "mail" in failure.message


def test_a_login_that_took_too_long(make_world: Callable[..., World]) -> None:
    world = make_world()
    fields = world.sign_in(world.start())
    with world.store.transaction() as db:
        db.execute("UPDATE pending_logins SET expires_at = 1")
    page = world.deliver(fields)
    assert page.status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans())
def test_whatever_comes_gets_a_page(world: World, octets: bytes, is_encoded: bool) -> None:
    world.leave()
    text = encode(octets) if is_encoded else octets.decode("latin-1")
    page = world.deliver({"SAMLResponse": text, "RelayState": octets.decode("latin-1")})
    assert page.status_code in (200, 400, 403)
    assert alert(page)


def test_a_failure_of_somebody_elses_login_is_not_believed(world: World) -> None:
    """Otherwise anybody could end the login of somebody else, with a message of their own."""
    page = world.submit(world.start(), "login-form", action="deny")
    fields = world.fields(page, "form-post")
    world.http = world.session()
    world.leave()
    world.deliver({**fields, "RelayState": "other"})
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION


def test_what_sentry_would_say(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nprofile = "sentry"')
    fields = _changed(world.sign_in(world.start()), b"alice@acme.example", b"eve@acme.example")
    page = world.deliver(fields)
    assert alert(page) == "SAML SSO failed, Signature validation failed. SAML Response rejected"


def test_two_deliveries_at_the_same_moment_make_one_login(make_world: Callable[..., World]) -> None:
    world = make_world(f"{METADATA}\nallow_idp_initiated = true")
    world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    start = world.http.get(f"{world.idp.issuer()}/saml/sso/init", params={"sp": f"{world.url}/saml/metadata/acme/"})
    fields = world.sign_in(start)
    browsers = [world.session() for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        pages = list(pool.map(lambda browser: world.deliver(fields, browser), browsers))
    assert sorted(page.status_code for page in pages) == [200, 403, 403, 403]


def test_a_large_response_is_a_finding_and_no_trouble_of_sentry(world: World) -> None:
    fields = world.sign_in(world.start())
    world.deliver({**fields, "SAMLResponse": encode(b"<a>" + b" " * 600_000 + b"</a>")})
    failure = world.trace().failure
    assert failure is not None
    assert failure.code == "SRS002"
