"""A Flask application with Authlib that nobody modified, against faults that are ordered by user name alone.

What is asserted is what the application really does, right or wrong: the fault's class says which it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import flask
import pytest

from fake_idp import FakeIdP
from fake_idp.faults.fault import named
from fake_idp.server import Server

from .conftest import log_in_at
from .test_authlib_flask import relying_party

pytestmark = pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair

ALICE = "6f1d2a30-0001"


@dataclass(frozen=True)
class Case:
    """A fault and what comes of the login: a subject that is logged in, or the exception that the callback raises.

    `right` says whether that is what a correct client does.
    """

    fault: str
    subject: str = ""
    raises: str = ""
    right: bool = True


CASES = [
    Case("id_token.expired", raises="ExpiredTokenError"),
    Case("id_token.alg-none", raises="UnsupportedAlgorithmError"),
    Case("id_token.invalid-sig", raises="BadSignatureError"),
    Case("id_token.hs256-with-public-pem", raises="InvalidKeyTypeError"),
    Case("id_token.missing-nonce", raises="MissingClaimError"),
    Case("id_token.invalid-iss", raises="InvalidClaimError"),
    Case("id_token.for-another-client", raises="MissingClaimError"),  # because of azp; aud alone is not judged
    Case("id_token.aud-as-array", subject=ALICE),
    Case("id_token.late-iat-within-leeway", subject=ALICE),
    Case("callback.wrong-state", raises="MismatchingStateError"),
    Case("callback.long-code", subject=ALICE),
    Case("authorize.access_denied", raises="OAuthError"),
    Case("token.invalid_grant", raises="OAuthError"),
    Case("token.token-type-mac", raises="UnsupportedTokenTypeError"),
    Case("token.reset", raises="ConnectionError"),
    Case("jwks.http-503", raises="HTTPError"),
    Case("clock.behind-10m", subject=ALICE),
    # What this version of Authlib lets pass, or refuses although it should not.
    Case("callback.wrong-iss", subject=ALICE, right=False),
    Case("id_token.aud-with-stranger", subject=ALICE, right=False),
    Case("id_token.typ-logout", subject=ALICE, right=False),
    Case("userinfo.invalid-sub", subject=ALICE, right=False),
    Case("id_token.kid-absent-single-jwks", raises="InvalidKeyIdError", right=False),
    Case("jwks.unknown-keys", raises="KeyError", right=False),
]


@dataclass
class Application:
    url: str
    raised: list[str]


@pytest.fixture(scope="module")
def idp() -> Iterator[FakeIdP]:
    with FakeIdP(strict=True) as running:
        yield running


@pytest.fixture
def application(idp: FakeIdP) -> Iterator[Application]:
    app = relying_party(idp.issuer(), "sentry", "sentry-secret", "client_secret_basic")
    raised: list[str] = []

    def note(_sender: object, exception: Exception, **_extra: object) -> None:
        raised.append(type(exception).__name__)

    with flask.got_request_exception.connected_to(note, app), Server(app) as server:
        yield Application(server.url, raised)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_what_the_application_does(idp: FakeIdP, application: Application, case: Case) -> None:
    fault = named(case.fault)
    page = log_in_at(f"{application.url}/login", f"alice+{case.fault}")
    assert idp.faults().ledger(case.fault), "the fault was served"
    if case.subject:
        assert (page.status, application.raised) == (200, [])
        assert f'"sub":"{case.subject}"' in page.source.replace(": ", ":")
    else:
        assert (page.status, application.raised) == (500, [case.raises])
    assert bool(case.subject) is ((fault.reject == "must_tolerate") == case.right)


def test_without_a_fault_alice_is_logged_in(application: Application) -> None:
    page = log_in_at(f"{application.url}/login")
    assert (page.status, application.raised) == (200, [])


def test_twenty_faults_of_every_class() -> None:
    assert len(CASES) >= 20
    assert {named(case.fault).reject for case in CASES} == {"must_reject", "must_tolerate", "fail_cleanly"}
