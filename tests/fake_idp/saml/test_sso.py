from urllib.parse import quote

import pyotp
import pytest
import requests

from fake_idp.config import ServiceProvider, load

from .conftest import ACS, SP, answer, authn_request, config_with, deflated, encoded, error_of

CAROLS_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


def policy(name_id_format=None, **attributes):
    if name_id_format:
        version = "1.1" if name_id_format in ("emailAddress", "unspecified", "X509SubjectName") else "2.0"
        attributes["Format"] = f"urn:oasis:names:tc:SAML:{version}:nameid-format:{name_id_format}"
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<samlp:NameIDPolicy {written}/>"


def contexts(*names, comparison=None):
    compared = f' Comparison="{comparison}"' if comparison else ""
    refs = "".join(
        f"<saml:AuthnContextClassRef>{name if ':' in name else CLASSES + name}</saml:AuthnContextClassRef>"
        for name in names
    )
    return f"<samlp:RequestedAuthnContext{compared}>{refs}</samlp:RequestedAuthnContext>"


class TestBindings:
    def test_login_by_redirect(self, peer, idp):
        response = peer.log_in(relay_state="a b&c=ü/+%<\"'>")
        assert response.action == ACS
        assert response.relay_state == "a b&c=ü/+%<\"'>"
        assert response.status == ("Success", None)
        assert response.name_id == ("alice@acme.example", "emailAddress")
        assert response.root.get("InResponseTo") == "_request-1"
        entry = idp.requests("login")[-1]
        assert (entry.client, entry.user, entry.accepted) == (SP, "alice", True)
        assert {found.flow for found in idp.requests()} == {entry.flow}

    def test_login_by_post_comes_back_by_get_for_its_cookies(self, peer):
        page = peer.post(SAMLRequest=encoded(authn_request()), RelayState="r")
        assert page.request.method == "GET"
        response = answer(peer.submit(page, person="bob"))
        assert response.relay_state == "r"
        assert response.name_id[0] == "bob@acme.example"

    def test_coming_back_finds_the_session_that_the_post_did_not_carry(self, peer):
        peer.log_in()
        first = requests.post(
            peer.issuer + "/saml/sso", data={"SAMLRequest": encoded(authn_request())}, allow_redirects=False, timeout=5
        )
        assert first.status_code == 303
        assert answer(peer.follow(peer.http.get(first.headers["Location"]))).status == ("Success", None)
        again = peer.http.get(first.headers["Location"])
        assert error_of(again)["error"] == "This login is over or has expired."

    def test_no_relay_state_stays_none(self, peer):
        assert peer.log_in().relay_state is None

    def test_page_names_the_service_provider(self, make_idp, peer_of):
        peer = peer_of(make_idp(config=config_with(ServiceProvider(entity_id=SP, name="Acme Wiki"))))
        assert "Acme Wiki" in peer.send(authn_request()).text

    def test_the_session_is_the_one_of_openid_connect(self, visitor, peer):
        visitor.log_in("bob")
        peer.http.cookies.update(visitor.http.cookies)
        assert answer(peer.send(authn_request())).name_id[0] == "bob@acme.example"

    def test_automatic_login(self, make_idp, peer_of):
        peer = peer_of(make_idp(login="auto"))
        assert answer(peer.send(authn_request())).name_id[0] == "alice@acme.example"
        assert answer(peer_of(peer.idp).send(authn_request(), login_hint="grace")).name_id[0] == "grace@acme.example"

    def test_no_saml_where_the_shape_has_none(self, idp):
        assert requests.get(idp.issuer("github") + "/saml/metadata", timeout=5).status_code == 404


class TestStart:
    """A login that starts at the identity provider."""

    def test_unsolicited(self, make_idp, peer_of):
        peer = peer_of(
            make_idp(config=config_with(ServiceProvider(entity_id=SP, assertion_consumer_services=(ACS,))), strict=True)
        )
        page = peer.get(f"/saml/sso/init?sp={quote(SP, safe='')}&RelayState=deep%2Flink")
        response = answer(peer.submit(page, person="alice"))
        assert (response.action, response.relay_state) == (ACS, "deep/link")
        assert response.all("//@InResponseTo") == []

    def test_the_first_post_service_of_the_bundled_one(self, peer):
        page = peer.get("/saml/sso/init?sp=http://127.0.0.1:9501/saml/metadata/acme/")
        assert answer(peer.submit(page, person="alice")).action == "http://127.0.0.1:9501/saml/acs/acme/"

    def test_start_page(self, peer, sp_metadata):
        peer.idp.register_service_provider(sp_metadata, name="Acme Wiki")
        page = peer.get("/saml/sso/init")
        assert "http://127.0.0.1:9501/saml/metadata/acme/" in page.text
        assert f'name="sp" value="{SP}">Acme Wiki' in page.text

    def test_unknown(self, peer):
        parts = error_of(peer.get("/saml/sso/init?sp=urn:nobody"))
        assert "not known where responses" in parts["error"]
        assert "http://127.0.0.1:9501/saml/metadata/acme/" in parts["expected"]


class TestNames:
    @pytest.mark.parametrize("wanted", ["emailAddress", "persistent", "transient", "unspecified"])
    def test_requested_format(self, peer, wanted):
        value, given = peer.log_in(authn_request(inner=policy(wanted, AllowCreate="true"))).name_id
        expected = {"emailAddress": "alice@acme.example", "unspecified": "alice@acme.example"}
        assert value == expected.get(wanted, value)
        assert given == ("emailAddress" if wanted == "unspecified" else wanted)

    @pytest.mark.parametrize(
        ("settings", "expected"), [("unspecified", ("alice", "unspecified")), ("persistent", (None, "persistent"))]
    )
    def test_format_of_the_service_provider(self, make_idp, peer_of, settings, expected):
        peer = peer_of(make_idp(config=config_with(ServiceProvider(entity_id=SP, name_id_format=settings))))
        value, given = peer.log_in(authn_request(inner=policy("unspecified"))).name_id
        assert given == expected[1]
        assert expected[0] in (None, value)

    def test_persistent_is_stable_pairwise_and_qualified(self, peer, peer_of):
        persistent = policy("persistent", AllowCreate="1")
        first = peer.log_in(authn_request(inner=persistent))
        again = peer_of(peer.idp).log_in(authn_request(inner=persistent))
        other = peer_of(peer.idp).log_in(authn_request(inner=persistent, issuer="https://other.example"))
        bob = peer_of(peer.idp).log_in(authn_request(inner=persistent), username="bob")
        assert first.name_id == again.name_id
        assert len({first.name_id, other.name_id, bob.name_id}) == 3
        named = first.one("//saml:Subject/saml:NameID")
        assert named.get("NameQualifier") == peer.issuer + "/saml/metadata"
        assert named.get("SPNameQualifier") == SP
        assert "alice" not in first.name_id[0]

    def test_transient_changes_with_the_session_only(self, peer):
        transient = authn_request(inner=policy("transient"))
        first = peer.log_in(transient)
        assert answer(peer.send(transient)).name_id == first.name_id
        fresh = answer(
            peer.submit(peer.send(authn_request(inner=policy("transient"), ForceAuthn="true")), person="alice")
        )
        assert fresh.name_id != first.name_id

    def test_without_email_address_persistent_is_the_default(self, peer):
        assert peer.log_in(username="erin").name_id[1] == "persistent"

    @pytest.mark.parametrize(
        ("policy_", "username", "says"),
        [
            (policy("X509SubjectName"), "alice", "format of name identifiers"),
            (policy("encrypted"), "alice", "format of name identifiers"),
            (policy("emailAddress"), "erin", "erin has none"),
            (policy("persistent", AllowCreate="false"), "alice", "no identifier there yet"),
            (policy("persistent", SPNameQualifier="urn:group"), "alice", "SPNameQualifier"),
        ],
    )
    def test_policy_that_cannot_be_met(self, peer, idp, policy_, username, says):
        page = peer.send(authn_request(inner=policy_))
        if "login-form" in page.text:
            page = peer.submit(page, person=username)
        response = answer(page)
        assert response.status == ("Requester", "InvalidNameIDPolicy")
        assert response.all("//saml:Assertion") == []
        entry = idp.requests(accepted=False)[-1]
        assert entry.error == "InvalidNameIDPolicy"
        assert says in entry.reason
        assert says in response.one("//samlp:StatusMessage").text

    def test_an_identifier_that_exists_needs_no_permission(self, peer):
        peer.log_in(authn_request(inner=policy("persistent", AllowCreate="true")))
        again = answer(peer.send(authn_request(inner=policy("persistent", AllowCreate="false"))))
        assert again.status == ("Success", None)

    def test_strict_takes_an_absent_permission_for_none(self, make_idp, peer_of):
        config = config_with(ServiceProvider(entity_id=SP, assertion_consumer_services=(ACS,)))
        peer = peer_of(make_idp(config=config, strict=True))
        request = authn_request(inner=policy("persistent"), Destination=peer.issuer + "/saml/sso")
        assert peer.log_in(request).status == ("Requester", "InvalidNameIDPolicy")


class TestAttributes:
    def test_plain(self, peer):
        assert peer.log_in().attributes == {
            "email": ["alice@acme.example"],
            "username": ["alice"],
            "name": ["Alice Arnold"],
            "given_name": ["Alice"],
            "family_name": ["Arnold"],
            "groups": ["engineering", "sentry-managers"],
        }

    @pytest.mark.parametrize(
        ("attributes", "name", "value"),
        [
            ("okta", "firstName", "Alice"),
            ("entra", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "alice@acme.example"),
            ("onelogin", "User.LastName", "Arnold"),
            ("oid", "urn:oid:0.9.2342.19200300.100.1.3", "alice@acme.example"),
            ({"Mail": "email"}, "Mail", "alice@acme.example"),
        ],
    )
    def test_names_of_the_service_provider(self, make_idp, peer_of, attributes, name, value):
        config = config_with(ServiceProvider(entity_id=SP, attributes=attributes))
        response = peer_of(make_idp(config=config)).log_in()
        assert response.attributes[name] == [value]
        expected = "uri" if ":" in name else "basic"
        assert (
            response.one(f"//saml:Attribute[@Name='{name}']").get("NameFormat").endswith(f"attrname-format:{expected}")
        )

    def test_of_the_person_alone(self, make_idp, peer_of):
        import msgspec

        people = load().people
        alice = msgspec.structs.replace(
            people[0], claims={"cost_center": 12}, saml_attributes={"email": "other@acme.example", "role": ("a", "b")}
        )
        peer = peer_of(make_idp(config=config_with(people=(alice, *people[1:]))))
        attributes = peer.log_in().attributes
        assert attributes["role"] == ["a", "b"]
        assert attributes["cost_center"] == ["12"]
        assert attributes["email"] == ["other@acme.example"]

    def test_none_without_a_value(self, peer):
        assert "email" not in peer.log_in(username="erin").attributes


class TestAuthentication:
    def second_factor(self, peer, clock, request):
        page = peer.submit(peer.send(request), username="carol", password="password")
        return answer(peer.submit(page, otp=pyotp.TOTP(CAROLS_SECRET).at(int(clock.now()))))

    def test_password(self, peer):
        assert peer.log_in().one("//saml:AuthnContextClassRef").text == CLASSES + "PasswordProtectedTransport"

    def test_second_factor(self, peer, clock):
        response = self.second_factor(peer, clock, authn_request())
        assert response.one("//saml:AuthnContextClassRef").text == CLASSES + "TimeSyncToken"

    @pytest.mark.parametrize(
        ("wanted", "given"),
        [
            (contexts("PasswordProtectedTransport"), "PasswordProtectedTransport"),
            (contexts("Kerberos", "Password"), "Password"),
            (contexts("unspecified"), "unspecified"),
            (contexts("Password", comparison="minimum"), "PasswordProtectedTransport"),
            (contexts("Password", comparison="better"), "PasswordProtectedTransport"),
            (contexts("Password", comparison="maximum"), "Password"),
            (contexts("TimeSyncToken", comparison="maximum"), "PasswordProtectedTransport"),
        ],
    )
    def test_requested_class(self, peer, wanted, given):
        assert peer.log_in(authn_request(inner=wanted)).one("//saml:AuthnContextClassRef").text == CLASSES + given

    def test_second_factor_meets_the_class_of_refeds(self, peer, clock):
        wanted = authn_request(inner=contexts("https://refeds.org/profile/mfa"))
        response = self.second_factor(peer, clock, wanted)
        assert response.one("//saml:AuthnContextClassRef").text == "https://refeds.org/profile/mfa"

    @pytest.mark.parametrize(
        "wanted",
        [
            contexts("Kerberos"),
            contexts("TimeSyncToken"),
            contexts("TimeSyncToken", comparison="minimum"),
            contexts("PasswordProtectedTransport", comparison="better"),
            contexts("Password", comparison="best"),
            contexts("Password").replace("ClassRef", "DeclRef"),
        ],
    )
    def test_class_that_cannot_be_met(self, peer, wanted):
        page = peer.send(authn_request(inner=wanted))
        if "login-form" in page.text:
            page = peer.submit(page, person="alice")
        assert answer(page).status == ("Responder", "NoAuthnContext")

    def test_passive(self, peer, idp):
        assert answer(peer.send(authn_request(IsPassive="true"))).status == ("Responder", "NoPassive")
        assert "without IsPassive" in idp.requests("saml_sso")[-1].reason
        peer.log_in()
        assert answer(peer.send(authn_request(IsPassive="1"))).status == ("Success", None)
        both = answer(peer.send(authn_request(IsPassive="1", ForceAuthn="1")))
        assert both.status == ("Responder", "NoPassive")

    def test_forced(self, peer, clock):
        first = peer.log_in()
        clock.advance(60)
        page = peer.send(authn_request(ForceAuthn="true"))
        assert "login-form" in page.text
        forced = answer(peer.submit(page, person="alice"))
        instants = [found.one("//saml:AuthnStatement").get("AuthnInstant") for found in (first, forced)]
        assert instants[0] < instants[1]

    def test_subject_names_the_person(self, peer):
        peer.log_in()
        about = "<saml:Subject><saml:NameID>bob@acme.example</saml:NameID></saml:Subject>"
        page = peer.send(authn_request(inner=about))
        assert 'value="bob"' in page.text, "alice's session will not do"
        assert answer(peer.submit(page, username="bob", password="password")).name_id[0] == "bob@acme.example"

    def test_subject_by_the_identifier_given_before(self, peer):
        value, _ = peer.log_in(authn_request(inner=policy("persistent", AllowCreate="1"))).name_id
        about = f"<saml:Subject><saml:NameID>{value}</saml:NameID></saml:Subject>"
        assert answer(peer.send(authn_request(inner=about))).status == ("Success", None)

    def test_subject_unknown(self, peer):
        about = "<saml:Subject><saml:NameID>nobody</saml:NameID></saml:Subject>"
        response = answer(peer.send(authn_request(inner=about)))
        assert response.status == ("Responder", "UnknownPrincipal")
        assert "nobody" in response.one("//samlp:StatusMessage").text

    def test_denied(self, peer, idp):
        response = answer(peer.submit(peer.send(authn_request(), relay_state="r"), action="deny"))
        assert response.status == ("Responder", "AuthnFailed")
        assert response.relay_state == "r"
        entry = idp.requests("login")[-1]
        assert (entry.accepted, entry.error) == (False, "AuthnFailed")

    def test_locked(self, make_idp, peer_of):
        peer = peer_of(make_idp(login="auto"))
        assert answer(peer.send(authn_request(), login_hint="dave")).status == ("Responder", "AuthnFailed")

    @pytest.mark.parametrize(
        ("attributes", "status"),
        [
            ({"Version": "1.1"}, ("VersionMismatch", "RequestVersionTooLow")),
            ({"Version": "2.1"}, ("VersionMismatch", "RequestVersionTooHigh")),
            ({"Version": None}, ("VersionMismatch", "RequestVersionTooLow")),
            (
                {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
                ("Requester", "UnsupportedBinding"),
            ),
        ],
    )
    def test_request_that_cannot_be_met(self, peer, attributes, status):
        response = answer(peer.send(authn_request(**attributes)))
        assert response.status == status
        assert response.all("/samlp:Response/ds:Signature"), "refusals are signed as well"

    def test_refusal_is_signed_even_where_only_assertions_are(self, make_idp, peer_of):
        peer = peer_of(make_idp(config=config_with(ServiceProvider(entity_id=SP, sign="assertion"))))
        assert answer(peer.send(authn_request(IsPassive="1"))).all("/samlp:Response/ds:Signature")

    def test_cannot_encrypt(self, make_idp, peer_of):
        peer = peer_of(make_idp(config=config_with(ServiceProvider(entity_id=SP, encrypt=True))))
        response = peer.log_in()
        assert response.status == ("Responder", "RequestDenied")
        assert response.all("//saml:Assertion") == []


class TestRelayState:
    @pytest.mark.parametrize(
        ("written", "value"),
        [("%c3%bc%20%2b+%25", "ü + %"), ("", ""), ("a%26SAMLRequest%3Db", "a&SAMLRequest=b"), ("x" * 4000, "x" * 4000)],
    )
    def test_comes_back_as_it_was(self, peer, written, value):
        page = peer.get(f"/saml/sso?SAMLRequest={quote(deflated(authn_request()), safe='')}&RelayState={written}")
        assert answer(peer.submit(page, person="alice")).relay_state == value

    def test_that_is_no_text_is_refused(self, peer):
        page = peer.get(f"/saml/sso?SAMLRequest={quote(deflated(authn_request()), safe='')}&RelayState=%ff")
        assert "cannot be returned" in error_of(page)["error"]
