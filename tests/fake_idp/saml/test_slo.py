"""Single logout: started by a service provider, here, or by OpenID Connect."""

import base64
import zlib
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from fake_idp.config import ServiceProvider

from .conftest import (
    ACS,
    FIXTURES,
    NS,
    Answer,
    answer,
    authn_request,
    certificate,
    config_with,
    deflated,
    encoded,
    error_of,
    form_of,
    xmlsec_verify,
)  # fmt: skip
from .test_requests import signed_document, signed_query

ONE, TWO, DEAF = "https://one.example", "https://two.example", "https://deaf.example"
SLO = {ONE: "http://127.0.0.1:9/one/slo?x=1", TWO: "http://127.0.0.1:9/two/slo"}
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
CERTIFICATE = str(FIXTURES / "keys" / "rsa-2.crt")


def providers(**settings):
    return (
        ServiceProvider(
            entity_id=ONE,
            assertion_consumer_services=(ACS,),
            single_logout_service=SLO[ONE],
            certificates=(CERTIFICATE,),
            **settings,
        ),
        ServiceProvider(
            entity_id=TWO,
            assertion_consumer_services=(ACS,),
            single_logout_service=SLO[TWO],
            single_logout_binding="post",
            certificates=(CERTIFICATE,),
        ),
        ServiceProvider(entity_id=DEAF, assertion_consumer_services=(ACS,)),
    )


@pytest.fixture
def peer(make_idp, peer_of):
    return peer_of(make_idp(config=config_with(*providers())))


@pytest.fixture
def strict(make_idp, peer_of):
    return peer_of(make_idp(config=config_with(*providers()), strict=True))


def sent_by_redirect(response) -> Answer:
    """The message in a redirect, after its signature was checked by hand."""
    location = response.headers["Location"]
    query = urlsplit(location).query
    signed, _, value = query.partition("&Signature=")
    values = parse_qs(query)
    octets = "&".join(part for part in signed.split("&") if part.startswith(("SAML", "RelayState", "SigAlg")))
    certificate().public_key().verify(
        base64.b64decode(parse_qs(f"s={value}")["s"][0]), octets.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    name = "SAMLRequest" if "SAMLRequest" in values else "SAMLResponse"
    document = zlib.decompress(base64.b64decode(values[name][0]), -15)
    return Answer(location.partition("?")[0], document, values.get("RelayState", [None])[0])


def sent_by_post(page, name: str) -> Answer:
    """The message in a form, after its signature was checked by xmlsec1."""
    action, hidden = form_of(page)
    message = Answer(action, base64.b64decode(hidden[name]), hidden.get("RelayState"))
    xmlsec_verify(message.document, f"samlp:{etree.QName(message.root).localname}")
    return message


def log_in(peer, *entity_ids) -> dict[str, Answer]:
    """Log alice in at these service providers, in one session; what each was told."""
    told = {}
    for entity_id in entity_ids:
        page = peer.send(authn_request(issuer=entity_id, Destination=peer.issuer + "/saml/sso"))
        told[entity_id] = answer(peer.submit(page, person="alice") if "login-form" in page.text else page)
    return told


def logout_request(told: Answer, issuer: str, destination: str, **change) -> bytes:
    named = told.one("//saml:Subject/saml:NameID")
    value = change.get("value", named.text)
    written = " ".join(f'{key}="{given}"' for key, given in {**named.attrib, **change.get("attributes", {})}.items())
    index = change.get("index", told.one("//saml:AuthnStatement").get("SessionIndex"))
    return (
        f'<samlp:LogoutRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="_logout-1" Version="2.0"'
        f' IssueInstant="2026-01-01T00:00:00Z" Destination="{destination}" {change.get("more", "")}>'
        f"<saml:Issuer>{issuer}</saml:Issuer><saml:NameID {written}>{value}</saml:NameID>"
        + (f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else "")
        + "</samlp:LogoutRequest>"
    ).encode()


def logout_response(in_response_to: str, issuer: str, status: str = "Success", second: str = "") -> bytes:
    inner = f'<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{second}"/>' if second else ""
    return (
        f'<samlp:LogoutResponse xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="_answer-1" Version="2.0"'
        f' IssueInstant="2026-01-01T00:00:00Z" InResponseTo="{in_response_to}"><saml:Issuer>{issuer}</saml:Issuer>'
        f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}">{inner}'
        "</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>"
    ).encode()


def send(peer, document: bytes, relay_state: str | None = None):
    query = {"SAMLRequest": deflated(document)} | ({"RelayState": relay_state} if relay_state is not None else {})
    return peer.get(f"/saml/slo?{urlencode(query)}")


def confirm(peer, message: Answer, issuer: str, *status: str):
    document = logout_response(message.root.get("ID"), issuer, *status)
    return peer.get(f"/saml/slo?{urlencode({'SAMLResponse': deflated(document)})}")


def logged_in(peer) -> bool:
    return "login-form" not in peer.send(authn_request(issuer=ONE)).text


def test_alone(peer, saml_schema):
    told = log_in(peer, ONE)[ONE]
    response = send(peer, logout_request(told, ONE, peer.issuer + "/saml/slo"), "r/1")
    message = sent_by_redirect(response)
    saml_schema(message.root)
    assert message.status == ("Success", None)
    assert message.root.get("InResponseTo") == "_logout-1"
    assert (message.root.get("Destination"), message.relay_state) == (SLO[ONE], "r/1")
    assert not logged_in(peer)
    entry = peer.idp.requests("saml_slo")[-1]
    assert (entry.client, entry.user, entry.accepted) == (ONE, "alice", True)


def test_goes_round_the_others_and_back(peer, saml_schema):
    told = log_in(peer, ONE, TWO)
    page = send(peer, logout_request(told[ONE], ONE, peer.issuer + "/saml/slo"), "r/1")
    request = sent_by_post(page, "SAMLRequest")
    saml_schema(request.root)
    assert request.action == request.root.get("Destination") == SLO[TWO]
    assert request.one("//saml:NameID").text == "alice@acme.example"
    assert request.one("//samlp:SessionIndex").text == told[TWO].one("//saml:AuthnStatement").get("SessionIndex")
    assert not logged_in(peer), "our own session ends first"
    result = sent_by_redirect(confirm(peer, request, TWO))
    assert result.status == ("Success", None)
    assert (result.root.get("InResponseTo"), result.relay_state) == ("_logout-1", "r/1")


@pytest.mark.parametrize("status", [("Responder",), ("Success", "PartialLogout")])
def test_partial_when_another_does_not_confirm(peer, status):
    told = log_in(peer, ONE, TWO)
    page = send(peer, logout_request(told[ONE], ONE, peer.issuer + "/saml/slo"))
    result = sent_by_redirect(confirm(peer, sent_by_post(page, "SAMLRequest"), TWO, *status))
    assert result.status == ("Success", "PartialLogout")
    assert TWO in result.one("//samlp:StatusMessage").text


def test_partial_when_another_cannot_be_told(peer):
    told = log_in(peer, ONE, DEAF)
    result = sent_by_redirect(send(peer, logout_request(told[ONE], ONE, peer.issuer + "/saml/slo")))
    assert result.status == ("Success", "PartialLogout")


def test_started_here(peer):
    log_in(peer, ONE, TWO, DEAF)
    page = peer.get("/saml/slo")
    assert 'data-testid="logout-form"' in page.text
    assert len(peer.idp.store.sessions) == 1, "a link alone ends nothing"
    first = sent_by_redirect(peer.submit(page))
    assert first.action == SLO[ONE].partition("?")[0]
    second = sent_by_post(confirm(peer, first, ONE), "SAMLRequest")
    last = confirm(peer, second, TWO)
    assert 'data-testid="logged-out"' in last.text
    assert DEAF in last.text
    assert not logged_in(peer)


def test_started_here_without_a_session(peer):
    assert 'data-testid="logged-out"' in peer.get("/saml/slo").text


def test_started_by_openid_connect(peer):
    log_in(peer, ONE)
    target = "http://127.0.0.1:9/bye"
    page = peer.get(f"/end_session?post_logout_redirect_uri={quote(target, safe='')}&client_id=web")
    message = sent_by_redirect(peer.submit(page))
    assert confirm(peer, message, ONE).headers["Location"] == target


def test_ends_the_session_of_every_browser_without_an_index(peer, peer_of):
    told = log_in(peer, ONE)[ONE]
    other = peer_of(peer.idp)
    log_in(other, ONE)
    stranger = peer_of(peer.idp)
    send(stranger, logout_request(told, ONE, peer.issuer + "/saml/slo", index=None))
    assert not logged_in(peer)
    assert not logged_in(other)


def test_an_index_means_one_session_and_needs_no_cookie(peer, peer_of):
    told = log_in(peer, ONE)[ONE]
    other = peer_of(peer.idp)
    log_in(other, ONE)
    send(peer_of(peer.idp), logout_request(told, ONE, peer.issuer + "/saml/slo"))
    assert not logged_in(peer)
    assert logged_in(other)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"value": "mallory@acme.example"}, ("Responder", "UnknownPrincipal")),
        ({"attributes": {"Format": PERSISTENT}}, ("Responder", "UnknownPrincipal")),
        ({"attributes": {"SPNameQualifier": "urn:x"}}, ("Responder", "UnknownPrincipal")),
        ({"index": "_other"}, ("Responder", "UnknownPrincipal")),
        ({"more": 'NotOnOrAfter="2020-01-01T00:00:00Z"'}, ("Responder", "RequestDenied")),
        ({"more": 'NotOnOrAfter="tomorrow"'}, ("Responder", "RequestDenied")),
        ({"value": ""}, ("Requester", "RequestUnsupported")),
    ],
)  # fmt: skip
def test_refused_and_told_so(peer, change, status):
    told = log_in(peer, ONE)[ONE]
    result = sent_by_redirect(send(peer, logout_request(told, ONE, peer.issuer + "/saml/slo", **change)))
    assert result.status == status
    assert logged_in(peer)
    assert peer.idp.requests("saml_slo")[-1].accepted is False


def test_of_another_service_provider_is_refused(peer):
    told = log_in(peer, ONE)[ONE]
    page = send(peer, logout_request(told, TWO, peer.issuer + "/saml/slo"))
    assert answer(page).status == ("Responder", "UnknownPrincipal")
    assert logged_in(peer)


def test_at_another_issuer_is_refused(peer, peer_of):
    told = log_in(peer, ONE)[ONE]
    other = peer_of(peer.idp, "google")
    result = sent_by_redirect(send(other, logout_request(told, ONE, other.issuer + "/saml/slo")))
    assert result.status == ("Responder", "UnknownPrincipal")
    assert logged_in(peer)


def test_without_a_logout_service_ends_here(peer):
    told = log_in(peer, DEAF)[DEAF]
    page = send(peer, logout_request(told, DEAF, peer.issuer + "/saml/slo"))
    assert 'data-testid="logged-out"' in page.text
    assert "no single logout service" in peer.idp.requests("saml_slo")[-1].reason
    assert not logged_in(peer)


def test_service_providers_stay_in_the_session_when_the_person_logs_in_again(peer):
    log_in(peer, ONE)
    page = peer.send(authn_request(issuer=DEAF, ForceAuthn="true"))
    peer.submit(page, person="alice")
    assert sent_by_redirect(peer.submit(peer.get("/saml/slo"))).action == SLO[ONE].partition("?")[0]


class TestStrict:
    def test_signed(self, strict):
        page = strict.get("/saml/sso?" + signed_query(request(strict)))
        told = answer(strict.submit(page, person="alice"))
        document = logout_request(told, ONE, strict.issuer + "/saml/slo")
        assert sent_by_redirect(strict.get("/saml/slo?" + signed_query(document))).status == ("Success", None)

    def test_signed_by_post(self, strict):
        told = log_in(strict, ONE)[ONE]
        document = signed_document(logout_request(told, ONE, strict.issuer + "/saml/slo"))
        response = strict.post("/saml/slo", SAMLRequest=encoded(document), RelayState="r")
        assert sent_by_redirect(response).relay_state == "r"

    def test_unsigned_ends_nothing(self, strict):
        told = log_in(strict, ONE)[ONE]
        page = send(strict, logout_request(told, ONE, strict.issuer + "/saml/slo"))
        assert error_of(page)["error"] == "The message is not signed."
        page = strict.send(request(strict, IsPassive="true"))
        assert answer(page).status == ("Success", None)


def request(peer, **attributes):
    return authn_request(issuer=ONE, Destination=peer.issuer + "/saml/sso", **attributes)


def test_response_that_nobody_waits_for(peer):
    told = log_in(peer, ONE, TWO)
    page = send(peer, logout_request(told[ONE], ONE, peer.issuer + "/saml/slo"))
    message = sent_by_post(page, "SAMLRequest")
    parts = error_of(confirm(peer, message, ONE))
    assert f"which was sent to {TWO}" in parts["seen"]
    assert sent_by_redirect(confirm(peer, message, TWO)).status == ("Success", None)
    assert "Nobody waits" in error_of(confirm(peer, message, TWO))["error"]
