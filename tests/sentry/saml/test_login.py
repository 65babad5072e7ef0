"""SAML logins end to end: both bindings, signed and encrypted, from either side."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from ssocli.checks.check import Status
from ssocli.steps import Step
from ssocli.trace import Outcome

from .conftest import write_key
from .world import METADATA, World, alert, message_in

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def test_ten_steps_pass(world: World) -> None:
    page = world.log_in()
    assert page.url == f"{world.url}/organizations/acme/issues/"
    assert world.all_passed()
    trace = world.trace()
    assert trace.user is not None
    assert (trace.user["email"], trace.user["name"], trace.user["created"]) == (
        "alice@acme.example", "Alice Arnold", True,
    )  # fmt: skip
    assert trace.access is not None
    assert (trace.access["role"], trace.access["teams"]) == ("manager", ["platform", "web"])
    assert "metadata fetched" in trace.step(Step.REDIRECT_TO_IDP).summary
    assert "response and assertion signed" in trace.step(Step.TOKEN_GENERATION).summary
    assert [check.name for check in trace.step(Step.TOKEN_VALIDATION).checks if check.status is Status.FAILED] == []


def test_the_second_login_updates_the_user(world: World) -> None:
    world.log_in()
    world.http.cookies.clear()
    world.log_in()
    user = world.trace().user
    assert user is not None
    assert (user["created"], user["changed"]) == (False, ["last_login"])


def test_the_request_says_who_asks_and_where_the_answer_goes(world: World) -> None:
    root, query = message_in(world.leave(login_hint="bob@acme.example"))
    assert root.tag == f"{SAMLP}AuthnRequest"
    assert root.findtext(f"{SAML}Issuer") == f"{world.url}/saml/metadata/acme/"
    assert root.get("AssertionConsumerServiceURL") == f"{world.url}/saml/acs/acme/"
    assert root.get("Destination") == f"{world.idp.issuer()}/saml/sso"
    assert root.findtext(f"{SAML}Subject/{SAML}NameID") == "bob@acme.example"
    assert root.find(f"{SAMLP}NameIDPolicy") is None  # as Sentry
    assert 32 <= len(query["RelayState"]) <= 80  # SAML Bindings 3.4.3
    other, _ = message_in(world.leave())
    assert other.get("ID") != root.get("ID")


def test_the_request_says_what_is_wanted(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nforce_authn = true\nname_id_format = "persistent"\nauthn_context = ["a:b", "c:d"]')
    root, _ = message_in(world.leave())
    assert (root.get("ForceAuthn"), root.get("IsPassive")) == ("true", None)
    assert root.find(f"{SAMLP}NameIDPolicy").get("Format").endswith(":persistent")
    context = root.find(f"{SAMLP}RequestedAuthnContext")
    assert [each.text for each in context] == ["a:b", "c:d"]


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_signed_requests_are_accepted_by_a_strict_identity_provider(
    make_world: Callable[..., World], sp_key: str, binding: str
) -> None:
    world = make_world(f'{METADATA}\n{sp_key}\nsign_requests = true\nbinding = "{binding}"', strict=True)
    metadata = world.http.get(f"{world.url}/saml/metadata/acme/").content
    assert world.idp.register_service_provider(metadata).authn_requests_signed
    world.log_in()
    assert world.all_passed()
    signed = "signed AuthnRequest" in world.trace().step(Step.REDIRECT_TO_IDP).summary
    assert signed


def test_an_encrypted_assertion_is_read(make_world: Callable[..., World], rsa_sp_key: str) -> None:
    world = make_world(f"{METADATA}\n{rsa_sp_key}")
    known = world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    encrypting = replace(known, settings=msgspec.structs.replace(known.settings, encrypt=True))
    world.idp.store.service_providers.put(known.entity_id, encrypting, 60)
    world.log_in()
    assert world.all_passed()
    assert "assertion encrypted" in world.trace().step(Step.TOKEN_GENERATION).summary


def test_the_metadata_are_valid_for_an_identity_provider(world: World) -> None:
    answer = world.http.get(f"{world.url}/saml/metadata/acme/")
    assert answer.headers["Content-Type"].partition(";")[0] == "application/samlmetadata+xml"
    root = etree.fromstring(answer.content)
    assert root.get("entityID") == f"{world.url}/saml/metadata/acme/"
    provider = world.idp.register_service_provider(answer.content)
    assert [service.location for service in provider.acs] == [f"{world.url}/saml/acs/acme/"]
    assert provider.slo is not None
    assert provider.slo.location == f"{world.url}/saml/sls/acme/"
    assert world.http.get(f"{world.url}/saml/metadata/nobody/").status_code == 404


def _by_hand(world: World) -> str:
    metadata = etree.fromstring(world.http.get(world.idp.saml_metadata_url()).content)
    [certificate] = {each.text for each in metadata.iter("{http://www.w3.org/2000/09/xmldsig#}X509Certificate")}
    return (
        f'entity_id = "{world.idp.saml_metadata_url()}"\nsso_url = "{world.idp.issuer()}/saml/sso"\n'
        f'certificates = ["""{certificate}"""]'
    )


def test_an_identity_provider_described_by_hand(make_world: Callable[..., World]) -> None:
    world = make_world(_by_hand(make_world()))
    world.log_in()
    assert world.all_passed()
    assert "identity provider from the configuration" in world.trace().step(Step.REDIRECT_TO_IDP).summary


def test_metadata_and_certificate_from_files(make_world: Callable[..., World], tmp_path: Path) -> None:
    first = make_world()
    (tmp_path / "idp.xml").write_bytes(first.http.get(first.idp.saml_metadata_url()).content)
    world = make_world('metadata_file = "idp.xml"')
    world.log_in()
    assert world.all_passed()
    (tmp_path / "idp.pem").write_bytes(first.http.get(f"{first.idp.issuer()}/saml/cert.pem").content)
    by_hand = _by_hand(first).partition("certificates")[0] + 'certificates = ["idp.pem"]'
    other = make_world(by_hand)
    other.log_in()
    assert other.all_passed()


def test_a_missing_metadata_file_is_said_in_step_2(make_world: Callable[..., World]) -> None:
    world = make_world('metadata_file = "none.xml"')
    world.leave()
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.IDP_SELECTION
    assert "none.xml" in failure.message


def _init(world: World) -> dict[str, str]:
    """Log in at the identity provider's own start page."""
    world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    start = f"{world.idp.issuer()}/saml/sso/init"
    page = world.http.get(start, params={"sp": f"{world.url}/saml/metadata/acme/"})
    return world.sign_in(page)


def test_a_login_that_begins_at_the_identity_provider(make_world: Callable[..., World]) -> None:
    world = make_world(f"{METADATA}\nallow_idp_initiated = true")
    page = world.deliver(_init(world))
    assert page.url == f"{world.url}/organizations/acme/issues/"
    trace = world.trace()
    assert [outcome.status for outcome in trace.steps] == [Status.SKIPPED] * 3 + [Status.PASSED] * 7
    assert trace.outcome is Outcome.AUTHENTICATED


def test_and_is_refused_by_default(world: World) -> None:
    page = world.deliver(_init(world))
    assert page.status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION
    assert any("unsolicited" in check.name for check in world.blocking())


def test_the_real_sentry_takes_it(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nprofile = "sentry"')
    page = world.deliver(_init(world))
    assert page.url == f"{world.url}/organizations/acme/issues/"


def test_a_lost_relay_state_does_no_harm(world: World) -> None:
    fields = world.sign_in(world.start())
    del fields["RelayState"]
    world.deliver(fields)
    assert world.all_passed()


def test_two_tabs_do_not_disturb_each_other(world: World) -> None:
    first, second = world.leave(), world.leave()
    for page in (first, second):
        answer = world.http.get(page.headers["Location"])
        fields = world.fields(answer, "form-post") if "form-post" in answer.text else world.sign_in(answer)
        assert world.deliver(fields).url == f"{world.url}/organizations/acme/issues/"


def test_who_denies_is_back_at_the_login_page(world: World) -> None:
    page = world.submit(world.start(), "login-form", action="deny")
    landed = world.deliver(world.fields(page, "form-post"))
    assert landed.url == f"{world.url}/auth/login/acme/"
    assert "not logged in by your identity provider" in alert(landed)
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.EXTERNAL_AUTHENTICATION


def test_no_passive_login_without_a_session(make_world: Callable[..., World]) -> None:
    world = make_world(f"{METADATA}\nis_passive = true")
    page = world.start()
    world.deliver(world.fields(page, "form-post"))
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.EXTERNAL_AUTHENTICATION
    assert "NoPassive" in failure.message


def test_unreachable_metadata_end_step_3(make_world: Callable[..., World]) -> None:
    world = make_world('metadata_url = "http://127.0.0.1:9/metadata"')
    world.leave()
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.REDIRECT_TO_IDP
    assert failure.code.startswith("NET")


def test_the_names_of_a_vendor_and_the_name_id(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\npreset = "google"', 'user_email = "NameID"')
    world.log_in()
    user = world.trace().user
    assert user is not None
    assert user["email"] == "alice@acme.example"
    [stored] = world.store.users()
    assert stored.identities[0].subject == "alice@acme.example"


@pytest.mark.parametrize("path", ["/", "/.well-known/openid-configuration"])
def test_a_page_instead_of_metadata_ends_step_3(make_world: Callable[..., World], path: str) -> None:
    world = make_world(f'metadata_url = "{{fake_idp}}/default{path}"')
    world.leave()
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.REDIRECT_TO_IDP


def test_a_login_with_openid_connect_loads_no_xml() -> None:
    code = (
        "import sys; from ssocli.__main__ import main\n"
        "sys.argv = ['ssocli', 'login', '--state', ':memory:', '--format', 'json', '--provider', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'lxml', 'signxml'} & set(sys.modules)), file=sys.stderr)"
    )
    loaded = {}
    for provider in ("acme-oidc", "acme-saml"):
        done = subprocess.run(
            [sys.executable, "-c", code, provider], capture_output=True, text=True, check=True, env=dict(os.environ)
        )
        loaded[provider] = done.stderr.strip().splitlines()[-1]
    assert loaded == {"acme-oidc": "[]", "acme-saml": "['lxml', 'signxml']"}


def test_the_response_is_base64_of_xml(world: World) -> None:
    assert base64.b64decode(world.sign_in(world.start())["SAMLResponse"]).startswith(b"<")


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ("AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD", "fingerprint"),
        ("-----BEGIN PRIVATE KEY-----\\nc2VjcmV0\\n-----END PRIVATE KEY-----", "private key"),
        ("MIICxDCC", "cannot be read"),
    ],
)
def test_a_certificate_that_is_none_is_named_in_step_3(
    make_world: Callable[..., World], certificate: str, said: str
) -> None:
    world = make_world(
        f'entity_id = "https://idp.example/"\nsso_url = "https://idp.example/sso"\ncertificates = ["{certificate}"]'
    )
    page = world.leave()
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.REDIRECT_TO_IDP
    assert said in failure.message
    assert "c2VjcmV0" not in failure.message + page.text


@pytest.mark.parametrize(("frame", "ends"), [(True, "\r\n"), (True, "\n"), (False, "\r\n"), (False, "")])
def test_a_certificate_however_it_is_pasted(make_world: Callable[..., World], frame: bool, ends: str) -> None:
    first = make_world()
    lines = first.http.get(f"{first.idp.issuer()}/saml/cert.pem").text.strip().splitlines()
    pasted = ends.join(lines if frame else lines[1:-1]).replace("\r", "\\r").replace("\n", "\\n")
    world = make_world(_by_hand(first).partition("certificates")[0] + f'certificates = ["{pasted}"]')
    world.log_in()
    assert world.all_passed()


def test_a_rollover_with_two_certificates(make_world: Callable[..., World], rsa_sp_key: str, tmp_path: Path) -> None:
    by_hand = _by_hand(make_world())
    assert rsa_sp_key
    world = make_world(by_hand.replace("certificates = [", 'certificates = ["sp.crt", '))
    world.log_in()
    assert world.trace().outcome is Outcome.AUTHENTICATED


def test_the_wrong_certificate_alone_is_refused(
    make_world: Callable[..., World], rsa_sp_key: str, tmp_path: Path
) -> None:
    assert rsa_sp_key
    world = make_world(_by_hand(make_world()).partition("certificates")[0] + 'certificates = ["sp.crt"]')
    assert world.log_in().status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION
    assert "certificate" in failure.message
    assert not [user for user in world.store.users() if user.email == "alice@acme.example"]


def test_another_entity_than_the_configured_one(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nentity_id = "https://other.example/"')
    world.leave()
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.REDIRECT_TO_IDP
    assert "https://other.example/" in failure.message


def test_the_metadata_of_a_service_provider(make_world: Callable[..., World], tmp_path: Path) -> None:
    first = make_world()
    (tmp_path / "idp.xml").write_bytes(first.http.get(f"{first.url}/saml/metadata/acme/").content)
    world = make_world('metadata_file = "idp.xml"')
    world.leave()
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.REDIRECT_TO_IDP


def test_mended_metadata_are_read_by_the_next_login(make_world: Callable[..., World]) -> None:
    """Nothing of the broken ones is kept."""
    world = make_world(f'{METADATA}\nentity_id = "https://other.example/"')
    for _ in range(2):
        world.leave()
        trace = world.trace()
        assert any("/saml/metadata" in exchange.url for exchange in trace.step(Step.REDIRECT_TO_IDP).exchanges)


def _answered(world: World, **settings: object) -> None:
    """Let the identity provider answer this service provider otherwise."""
    known = world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    changed = replace(known, settings=msgspec.structs.replace(known.settings, **settings))
    world.idp.store.service_providers.put(known.entity_id, changed, 60)


@pytest.mark.parametrize("sign", ["response", "assertion", "both"])
@pytest.mark.parametrize("algorithm", ["rsa-sha256", "rsa-sha512", "ecdsa-sha256"])
def test_whatever_is_signed(world: World, sign: str, algorithm: str) -> None:
    _answered(world, sign=sign, signature_algorithm=algorithm)
    world.log_in()
    assert world.trace().outcome is Outcome.AUTHENTICATED, world.trace().failure
    described = {"both": "response and assertion signed"}.get(sign, f"{sign} signed")
    assert described in world.trace().step(Step.TOKEN_GENERATION).summary


@pytest.mark.parametrize(("wanted", "sign"), [("response", "assertion"), ("assertion", "response")])
def test_a_wanted_signature_that_is_missing(make_world: Callable[..., World], wanted: str, sign: str) -> None:
    world = make_world(f"{METADATA}\nwant_signed_{wanted} = true")
    _answered(world, sign=sign)
    assert world.log_in().status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION


def test_an_encrypted_assertion_for_another_key(
    make_world: Callable[..., World], rsa_sp_key: str, tmp_path: Path
) -> None:
    world = make_world(f"{METADATA}\n{rsa_sp_key}")
    _answered(world, encrypt=True)
    write_key(tmp_path, rsa.generate_private_key(65537, 2048))
    assert world.log_in().status_code == 403
    failure = world.trace().failure
    assert failure is not None
    assert failure.step is Step.TOKEN_VALIDATION
    assert "decrypt" in failure.message


def test_the_real_sentry_takes_an_answer_in_another_browser(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nprofile = "sentry"')
    fields = world.sign_in(world.start())
    other = world.session()
    assert world.deliver(fields, other).url.endswith("/organizations/acme/issues/")
    assert world.deliver(fields).url.endswith("/organizations/acme/issues/")
    assert world.deliver(fields).url.endswith("/organizations/acme/issues/")
