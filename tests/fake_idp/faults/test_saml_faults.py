"""Every SAML fault at the identity provider alone: it strikes once, changes its own message, and nothing without it."""

from __future__ import annotations

import base64
import html
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
import requests
from lxml import etree

from fake_idp import FakeIdP
from fake_idp.clock import Clock
from fake_idp.faults.fault import Fault, catalogue
from fake_idp.saml.names import NAMESPACES

NOW = 1_800_000_000.0
URL = "http://idp.example"
ACS = "http://127.0.0.1:9/acs"
ENTITY = "http://127.0.0.1:9/metadata"
POINTS = ("saml_response", "saml_assertion", "saml_attributes", "saml_request", "saml_delivery", "saml_metadata")
BREAKS_THE_WIRE = ("reset", "silent", "drip", "no-http", "truncated", "huge", "slow")
AS_USUAL = ("saml_assertion.name-id-email",)  # this application gets that format anyway
FAULTS = [
    fault
    for fault in catalogue().values()
    if fault.point in POINTS and fault.id.partition(".")[2] not in BREAKS_THE_WIRE and fault.id not in AS_USUAL
]
REQUEST = (
    f'<samlp:AuthnRequest xmlns:samlp="{NAMESPACES["samlp"]}" xmlns:saml="{NAMESPACES["saml"]}" ID="_request" '
    f'Version="2.0" IssueInstant="2027-01-15T08:00:00Z" AssertionConsumerServiceURL="{ACS}">'
    f"<saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>"
)
Serve = Callable[..., tuple[list[str], str, str]]


def shown(answer: requests.Response) -> str:
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "Date")
    return f"{answer.status_code} {headers} {answer.text}"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """What the provider serves to everybody alike: the faults that struck, the metadata, the page of the login."""
    with requests.Session() as http:
        http.trust_env = False

        def run(*faults: str, username: str = "") -> tuple[list[str], str, str]:
            http.cookies.clear()
            clock = Clock(lambda: NOW)
            with FakeIdP(clock=clock, public_url=URL, faults=faults, login="auto", seed=1) as idp:
                base = idp.server.url + "/default"
                packed = base64.b64encode(zlib.compress(REQUEST.encode())[2:-4]).decode()
                query = {"SAMLRequest": packed, "RelayState": "where-to"}
                if username:
                    query["login_hint"] = username
                try:
                    metadata = http.get(f"{base}/saml/metadata", timeout=5, allow_redirects=False)
                    page = http.get(f"{base}/saml/sso?{urlencode(query)}", timeout=5, allow_redirects=False)
                finally:
                    http.close()
                fired = [line.fault for line in idp.faults().ledger()]
                return fired, shown(metadata), shown(page)

        yield run


@pytest.fixture(scope="module")
def good() -> dict[str, tuple[list[str], str, str]]:
    return {}


def response_in(page: str) -> etree._Element:
    [encoded] = re.findall('name="SAMLResponse" value="([^"]*)"', page)
    return etree.fromstring(base64.b64decode(html.unescape(encoded)))


def test_without_faults_two_logins_are_byte_for_byte_the_same(serve: Serve) -> None:
    assert serve() == serve()


def test_armed_for_others_changes_nothing(serve: Serve) -> None:
    """The way through the engine is byte for byte the one around it."""
    others = [f"{fault.id}:user=bob" for fault in catalogue().values()]
    assert serve(*others) == serve()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_changes_its_own_message_and_no_other(
    fault: Fault, serve: Serve, good: dict[str, tuple[list[str], str, str]]
) -> None:
    if not good:
        good["login"] = serve()
    _, metadata, page = good["login"]
    fired, its_metadata, its_page = serve(fault.id)
    assert fired == [fault.id]
    if fault.point == "saml_metadata":
        assert (its_metadata != metadata, its_page == page) == (True, True)
    else:
        assert (its_metadata == metadata, its_page != page) == (True, True)


@pytest.mark.parametrize("name", ["saml_response.two-assertions", "saml_assertion.two-subjects"])
def test_forged_identities_are_of_another_person(serve: Serve, name: str) -> None:
    root = response_in(serve(name)[2])
    names = [found.text for found in root.iter(f"{{{NAMESPACES['saml']}}}NameID")]
    assert names[0] is not None
    assert names[0].startswith("mallory")
    assert names[1] == "alice@acme.example"


def test_a_user_name_orders_a_fault(serve: Serve) -> None:
    fired, _, page = serve(username="alice+saml_assertion.expired")
    assert fired == ["saml_assertion.expired"]
    conditions = response_in(page).find(".//saml:Conditions", NAMESPACES)
    assert conditions is not None
    assert conditions.get("NotOnOrAfter", "") < "2027-01-15T08:00:00Z"


def test_a_user_name_with_an_unknown_fault_is_told_the_nearest(serve: Serve) -> None:
    fired, _, page = serve(username="alice+saml_assertion.expird")
    assert fired == []
    assert "did you mean" in page
    assert "saml_assertion.expired" in page


def test_points_can_be_combined(serve: Serve) -> None:
    ordered = ["saml_assertion.missing-recipient", "saml_attributes.missing-email", "saml_response.missing-destination"]
    fired, _, page = serve(*ordered, "saml_delivery.relay-state-twice")
    assert fired == [*ordered, "saml_delivery.relay-state-twice"]
    root = response_in(page)
    assert root.get("Destination") is None
    assert root.find(".//saml:SubjectConfirmationData", NAMESPACES).get("Recipient") is None  # type: ignore[union-attr]  # it is there
    assert "another-state" in page


def test_the_ledger_says_what_was_changed_and_nothing_about_the_person(serve: Serve) -> None:
    with FakeIdP(login="auto", faults=("saml_assertion.missing-recipient",)) as idp:
        packed = base64.b64encode(zlib.compress(REQUEST.encode())[2:-4]).decode()
        requests.get(f"{idp.issuer()}/saml/sso?{urlencode({'SAMLRequest': packed})}", timeout=5)
        [line] = idp.faults().ledger()
    assert line.before != line.after
    assert "SubjectConfirmationData" in str(line.after)
    assert "alice" not in str(line.before) + str(line.after)
