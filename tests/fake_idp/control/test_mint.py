"""Minted tokens, read and verified by joserfc and lxml."""

from __future__ import annotations

import base64

import pytest
import requests
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from lxml import etree

from .relying_party import EVENT

SAML = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}
ASK = {"user": "alice", "client": "sentry"}


@pytest.fixture
def verified(idp):
    def verified(token):
        keys = KeySet.import_key_set(requests.get(idp.issuer() + "/jwks", timeout=5).json())
        return jwt.decode(token, keys, algorithms=["RS256"])

    return verified


def test_id_token(control, verified, idp):
    minted = control.post("/mint/id-token", **ASK, nonce="n")
    token = verified(minted["token"])
    assert token.claims == minted["claims"]
    assert token.header == minted["header"]
    assert (token.claims["iss"], token.claims["aud"], token.claims["nonce"]) == (idp.issuer(), "sentry", "n")
    assert token.claims["sub"] == control.get("/users/alice")["sub"]


def test_claims_and_header_to_order(control, verified):
    minted = control.post(
        "/mint/id-token", **ASK, claims={"exp": 5, "tenant": None, "iss": "x"}, without=["sid"], header={"typ": "x+jwt"}
    )
    token = verified(minted["token"])
    assert (token.claims["exp"], token.claims["tenant"], token.claims["iss"]) == (5, None, "x")
    assert "sid" not in token.claims
    assert token.header["typ"] == "x+jwt"


def test_with_a_fault(control, verified, clock, idp):
    minted = control.post("/mint/id-token", **ASK, faults=["id_token.expired"])
    assert verified(minted["token"]).claims["exp"] < clock.now()
    forged = control.post("/mint/id-token", **ASK, faults=["id_token.sig-other-key"])
    with pytest.raises(BadSignatureError):
        verified(forged["token"])
    assert control.get("/faults") == control.get("/faults/ledger") == []


def test_what_is_armed_does_not_strike(control, verified, clock):
    control.post("/faults", 201, fault="id_token.expired")
    assert verified(control.post("/mint/id-token", **ASK)["token"]).claims["exp"] > clock.now()
    assert control.get("/faults")[0]["seen"] == 0


def test_a_fault_of_another_point(control):
    problem = control.post("/mint/id-token", 422, **ASK, faults=["access_token.expired"])
    assert problem["detail"] == "The fault access_token.expired changes nothing here."
    problem = control.post("/mint/id-token", 404, **ASK, faults=["id_token.expird"])
    assert problem["nearest"] == "id_token.expired"


def test_access_token_works_at_the_provider(control, idp, verified):
    minted = control.post("/mint/access-token", **ASK, scope=["openid", "email"])
    assert verified(minted["token"]).header["typ"] == "at+jwt"
    bearer = {"Authorization": f"Bearer {minted['token']}"}
    told = requests.get(idp.issuer() + "/userinfo", headers=bearer, timeout=5).json()
    assert told["email"] == control.get("/users/alice")["email"]


def test_logout_token_of_a_session(control, verified, visitor):
    visitor.log_in()
    [session] = control.get("/sessions")
    token = verified(control.post("/mint/logout-token", **ASK, sid=session["sid"])["token"])
    assert token.header["typ"] == "logout+jwt"
    assert token.claims["sid"] == session["sid"]
    assert token.claims["events"] == {EVENT: {}}
    problem = control.post("/mint/logout-token", 404, user="bob", client="sentry", sid=session["sid"])
    assert problem["seen"] == session["sid"]
    odd = control.post("/mint/logout-token", **ASK, faults=["logout_token.with-nonce"])
    assert "nonce" in odd["claims"]


def test_for_whom_and_where(control, make_idp, control_of):
    assert control.post("/mint/id-token", user="alise", client="sentry", status=404)["nearest"] == "alice"
    assert control.post("/mint/id-token", 422, **ASK, issuer="github")["expected"] == "one that is"
    assert control.post("/mint/id-token", user="alice", client="anything")["claims"]["aud"] == "anything"
    strict = control_of(make_idp(strict=True))
    strict.post("/mint/id-token", 404, user="alice", client="anything")
    strict.post("/mint/id-token", 404, **ASK, issuer="anything")


def test_algorithm_that_the_key_cannot(control):
    problem = control.post("/mint/id-token", 422, **ASK, header={"alg": "ES256"})
    assert problem["expected"].startswith("expected a key for ES256")


@pytest.fixture
def provider(control):
    control.post("/service-providers", 201, entity_id="urn:sp", assertion_consumer_services=["http://127.0.0.1:9/acs"])


def test_saml_response(control, provider, idp):
    minted = control.post("/mint/saml-response", user="alice", service_provider="urn:sp", in_response_to="_1")
    assert base64.b64decode(minted["saml_response"]).decode() == minted["xml"]
    root = etree.fromstring(minted["xml"].encode())
    assert root.get("InResponseTo") == "_1"
    assert root.get("Destination") == minted["acs"] == "http://127.0.0.1:9/acs"
    assert root.findtext(".//saml:Audience", namespaces=SAML) == "urn:sp"


def test_saml_response_to_order(control, provider):
    minted = control.post(
        "/mint/saml-response", user="alice", service_provider="urn:sp", audience="urn:other", name_id="mallory",
        attributes={"role": ["admin", "root"]}, not_on_or_after=1_800_000_000, recipient="http://127.0.0.1:9/other",
        session_index="_s",
    )  # fmt: skip
    root = etree.fromstring(minted["xml"].encode())
    assert root.findtext(".//saml:Audience", namespaces=SAML) == "urn:other"
    assert root.findtext(".//saml:NameID", namespaces=SAML) == "mallory"
    data = root.find(".//saml:SubjectConfirmationData", namespaces=SAML)
    assert data.get("NotOnOrAfter").startswith("2027-01-15T08:00:00")
    assert data.get("Recipient") == "http://127.0.0.1:9/other"
    assert root.find(".//saml:AuthnStatement", namespaces=SAML).get("SessionIndex") == "_s"
    values = root.findall(".//saml:Attribute[@Name='role']/saml:AttributeValue", namespaces=SAML)
    assert [value.text for value in values] == ["admin", "root"]


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\ufffe"])
def test_what_xml_cannot_say(control, provider, text):
    ask = {"user": "alice", "service_provider": "urn:sp"}
    for change in ({"name_id": text}, {"audience": text}, {"attributes": {"role": [text]}}, {"attributes": {text: []}}):
        problem = control.post("/mint/saml-response", 422, **ask, **change)
        assert problem["detail"] == "The response cannot be written."


def test_saml_response_with_faults(control, provider):
    [fault, *_] = control.get("/faults/catalogue", point="saml_assertion")
    good = control.post("/mint/saml-response", user="alice", service_provider="urn:sp")
    bad = control.post("/mint/saml-response", user="alice", service_provider="urn:sp", faults=[fault["id"]])
    assert good["xml"] != bad["xml"]
    assert control.get("/faults/ledger") == []
    problem = control.post(
        "/mint/saml-response", 422, user="alice", service_provider="urn:sp", faults=["id_token.expired"]
    )
    assert "changes nothing here" in problem["detail"]
    assert control.post("/mint/saml-response", 404, user="alice", service_provider="urn:s")["nearest"] == "urn:sp"
    wrong = {"user": "alice", "service_provider": "urn:sp", "acs": "http://evil.example/"}
    assert control.post("/mint/saml-response", 404, **wrong)["expected"] == "http://127.0.0.1:9/acs"


@pytest.mark.parametrize("now", [0, 253_370_764_800])
def test_at_either_end_of_time(control, provider, now):
    control.post("/clock/freeze", at=now)
    for kind in ("id-token", "access-token", "logout-token"):
        assert control.post(f"/mint/{kind}", **ASK)["claims"]["iat"] == now
    assert control.post("/mint/saml-response", user="alice", service_provider="urn:sp")["xml"]
