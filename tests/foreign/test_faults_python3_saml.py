"""A Flask application with python3-saml that nobody modified, against faults that are ordered by user name alone.

What is asserted is what the application really does, right or wrong: the fault's class says which it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import flask
import pytest

from fake_idp import FakeIdP
from fake_idp.faults.fault import named
from fake_idp.server import Server

from .conftest import log_in_at
from .saml import Variant, introduce
from .test_saml_python3_saml import service_provider

pytestmark = pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair

ALICE, MALLORY = "alice@acme.example", "mallory@acme.example"
SCHEMA = "Not match the saml-schema-protocol-2.0.xsd"
VARIANT = Variant("assertion", "assertion")


@dataclass(frozen=True)
class Case:
    """A fault and what comes of the login: a name that is logged in, or a part of the reason for refusing it.

    `right` says whether that is what a correct client does.
    """

    fault: str
    name: str = ""
    refuses: str = ""
    right: bool = True


CASES = [
    Case("saml_assertion.expired", refuses="Could not validate timestamp: expired"),
    Case("saml_assertion.not-yet-valid", refuses="Could not validate timestamp: not yet valid"),
    Case("saml_assertion.wrong-audience", refuses="is not a valid audience"),
    Case("saml_assertion.wrong-recipient", refuses="A valid SubjectConfirmation was not found"),
    Case("saml_assertion.wrong-in-response-to", refuses="A valid SubjectConfirmation was not found"),
    Case("saml_assertion.wrong-issuer", refuses="Invalid issuer in the Assertion/Response"),
    Case("saml_assertion.times-in-ticks", name=ALICE),
    Case("saml_response.wrong-destination", refuses="instead of https://evil.example"),
    Case("saml_response.status-request-denied", refuses="was not Success, was Responder"),
    Case("saml_response.success-without-assertion", refuses="must contain 1 assertion"),
    Case("saml_response.extensions", name=ALICE),
    Case("saml_delivery.cut-off", refuses="Premature end of data"),
    Case("saml_delivery.line-wrapped", name=ALICE),
    Case("saml_attributes.many-groups", name=ALICE),
    Case("saml_signature.missing", refuses="is not signed and the SP require it"),
    Case("saml_signature.twin-certificate", refuses="Signature validation failed"),
    Case("saml_signature.hmac-with-certificate-pem", refuses="Signature validation failed"),
    Case("saml_signature.no-key-info", name=ALICE),
    Case("saml_signature.inclusive-namespaces-xs", name=ALICE),
    Case("saml_wrapping.xsw3", refuses="must contain 1 assertion"),
    Case("saml_wrapping.xsw8", refuses="must contain 1 assertion"),
    Case("saml_wrapping.signed-metadata", refuses="Found an invalid Signed Element"),
    Case("saml_canonicalization.comment-in-name-id", name=f"{MALLORY}.evil.example"),
    Case("saml_canonicalization.rewritten-cdata", name=ALICE),
    Case("saml_canonicalization.xxe-file", refuses="DTDForbidden"),
    # What this version of python3-saml lets pass, or refuses although it should not.
    Case("saml_signature.transform-that-hides", name=MALLORY, right=False),
    Case("saml_signature.transform-xslt", name=ALICE, right=False),
    Case("saml_signature.hundred-references", name=ALICE, right=False),
    Case("saml_assertion.missing-in-response-to", name=ALICE, right=False),
    Case("saml_assertion.missing-audience", name=ALICE, right=False),
    Case("saml_assertion.recipient-with-slash-more", name=ALICE, right=False),
    Case("saml_assertion.version-1-1", name=ALICE, right=False),
    Case("saml_attributes.typed-values", refuses=SCHEMA, right=False),
    Case("saml_assertion.second-authn-statement", refuses="must include an AuthnStatement", right=False),
]


@dataclass
class Application:
    url: str
    raised: list[str]


@pytest.fixture(scope="module")
def idp() -> Iterator[FakeIdP]:
    with FakeIdP(strict=True) as running:
        yield running


@pytest.fixture(scope="module")
def running(idp: FakeIdP) -> Iterator[Application]:
    app = service_provider(idp, VARIANT)
    raised: list[str] = []

    def note(_sender: object, exception: Exception, **_extra: object) -> None:
        raised.append(f"{type(exception).__name__}: {exception}")

    with flask.got_request_exception.connected_to(note, app), Server(app) as server:
        introduce(idp, server.url, VARIANT)
        yield Application(server.url, raised)


@pytest.fixture
def application(running: Application) -> Application:
    running.raised.clear()
    return running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_what_the_application_does(idp: FakeIdP, application: Application, case: Case) -> None:
    fault = named(case.fault)
    page = log_in_at(f"{application.url}/login?binding=redirect", f"alice+{case.fault}")
    assert idp.faults().ledger(case.fault), "the fault was served"
    if case.name:
        assert (page.status, application.raised) == (200, [])
        assert json.loads(page.source)["name_id"] == case.name
    else:
        [raised] = application.raised
        assert (page.status, case.refuses in raised) == (500, True), raised
    if fault.reject != "should_reject":  # there, both is right
        assert bool(case.name) is ((fault.reject == "must_tolerate") == case.right)


def test_without_a_fault_alice_is_logged_in(application: Application) -> None:
    page = log_in_at(f"{application.url}/login?binding=redirect")
    assert (page.status, application.raised) == (200, [])
    assert json.loads(page.source)["name_id"] == ALICE


def test_mallory_gets_in_by_one_of_them_only() -> None:
    assert [case.fault for case in CASES if case.name == MALLORY] == ["saml_signature.transform-that-hides"]
