"""Single logout, from either side."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from lxml import etree

from .world import METADATA, World, alert, message_in

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def register(world: World) -> None:
    world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)


def log_out(world: World, *, follow: bool = True) -> requests.Response:
    page = world.http.get(f"{world.url}/organizations/acme/issues/")
    return world.submit(page, "logout-form", follow=follow)


def is_logged_in(world: World, session: requests.Session | None = None) -> bool:
    page = (session or world.http).get(f"{world.url}/organizations/acme/issues/")
    return page.url.endswith("/organizations/acme/issues/")


def test_logging_out_tells_the_identity_provider(world: World) -> None:
    register(world)
    world.log_in()
    leaving = log_out(world, follow=False)
    root, _ = message_in(leaving)
    assert root.tag == f"{SAMLP}LogoutRequest"
    assert root.findtext(f"{SAML}NameID") == "alice@acme.example"
    assert root.findtext(f"{SAMLP}SessionIndex")
    page = world.http.get(leaving.headers["Location"])
    assert page.url.startswith(f"{world.url}/saml/sls/acme/")
    assert "here and where you logged in" in alert(page)
    assert not is_logged_in(world)
    assert "login-form" in world.start().text  # the identity provider asks again


def test_the_request_is_signed_when_that_is_configured(make_world: Callable[..., World], sp_key: str) -> None:
    world = make_world(f"{METADATA}\n{sp_key}\nsign_requests = true", strict=True)
    register(world)
    world.log_in()
    page = log_out(world)
    assert "here and where you logged in" in alert(page)


def test_the_real_sentry_logs_out_only_here(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nprofile = "sentry"')
    world.log_in()
    assert log_out(world, follow=False).headers["Location"] == "/auth/login/"
    assert not world.store.sessions(0.0)


def from_identity_provider(world: World) -> requests.Response:
    """Log out at the identity provider; what it sends to Sentry."""
    page = world.http.get(f"{world.idp.issuer()}/saml/slo")
    return world.submit(page, "logout-form" if "logout-form" in page.text else "logout", follow=False)


def test_the_identity_provider_ends_the_session(world: World) -> None:
    register(world)
    world.log_in()
    other = world.session()
    leaving = from_identity_provider(world)
    assert leaving.headers["Location"].startswith(f"{world.url}/saml/sls/acme/")
    assert is_logged_in(world)
    page = other.get(leaving.headers["Location"], allow_redirects=False)  # without any cookie of this browser
    root, _ = message_in(page, "SAMLResponse")
    assert root.tag == f"{SAMLP}LogoutResponse"
    assert root.find(f"{SAMLP}Status/{SAMLP}StatusCode").get("Value") == f"{STATUS}Success"
    assert not is_logged_in(world)


def unsigned(world: World, name_id: str = "alice@acme.example", issuer: str = "") -> str:
    """A LogoutRequest that anybody can make."""
    document = (
        f'<samlp:LogoutRequest xmlns:samlp="{SAMLP[1:-1]}" xmlns:saml="{SAML[1:-1]}" ID="_1" Version="2.0" '
        f'IssueInstant="2026-01-01T00:00:00Z" Destination="{world.url}/saml/sls/acme/">'
        f"<saml:Issuer>{issuer or world.idp.saml_metadata_url()}</saml:Issuer>"
        '<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">'
        f"{name_id}</saml:NameID></samlp:LogoutRequest>"
    ).encode()
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(document) + packer.flush()).decode()
    return f"{world.url}/saml/sls/acme/?{urlencode({'SAMLRequest': packed})}"


def test_an_unsigned_request_ends_nothing(world: World) -> None:
    world.log_in()
    page = world.http.get(unsigned(world))
    assert page.status_code == 400
    assert "signed" in alert(page)
    assert is_logged_in(world)


def test_but_it_does_at_the_real_sentry(make_world: Callable[..., World]) -> None:
    world = make_world(f'{METADATA}\nprofile = "sentry"')
    world.log_in()
    answer = world.http.get(unsigned(world), allow_redirects=False)
    assert message_in(answer, "SAMLResponse")[0].tag == f"{SAMLP}LogoutResponse"
    assert not is_logged_in(world)


@pytest.mark.parametrize("part", ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
def test_a_changed_request_ends_nothing(world: World, part: str) -> None:
    register(world)
    world.log_in()
    location = from_identity_provider(world).headers["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    if part == "SAMLRequest":
        query[part] = parse_qs(urlsplit(unsigned(world)).query)[part][0]
    elif part == "SigAlg":
        query[part] = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    elif part == "Signature":
        query[part] = base64.b64encode(b"\0" * 256).decode()
    else:
        query[part] = "changed"
    page = world.http.get(f"{world.url}/saml/sls/acme/", params=query)
    assert page.status_code == 400
    assert is_logged_in(world)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "found 0"),
        ("?SAMLRequest=x&SAMLResponse=y", "found 2"),
        ("?SAMLRequest=%25", "no base64"),
    ],
)
def test_garbage_gets_a_page(world: World, query: str, said: str) -> None:
    page = world.http.get(f"{world.url}/saml/sls/acme/{query}")
    assert (page.status_code, said in alert(page)) == (400, True)
    assert world.http.get(f"{world.url}/saml/sls/garage/").status_code == 400


def test_a_stranger_is_not_answered(world: World) -> None:
    page = world.http.get(unsigned(world, issuer="https://evil.example/"))
    assert (page.status_code, "none of the organization" in alert(page)) == (400, True)


def posted(world: World, *, session_index: str = "", **changes: str) -> etree._Element:
    """A LogoutRequest by POST, signed by the identity provider; `changes` are attributes."""
    from fake_idp.saml import signature

    root = etree.fromstring(
        f'<samlp:LogoutRequest xmlns:samlp="{SAMLP[1:-1]}" xmlns:saml="{SAML[1:-1]}" ID="_1" Version="2.0" '
        f'IssueInstant="2026-01-01T00:00:00Z" Destination="{world.url}/saml/sls/acme/">'
        f"<saml:Issuer>{world.idp.saml_metadata_url()}</saml:Issuer>"
        '<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">'
        "alice@acme.example</saml:NameID></samlp:LogoutRequest>"
    )
    root.attrib.update(changes)
    if session_index:
        etree.SubElement(root, f"{SAMLP}SessionIndex").text = session_index
    signature.sign_element(root, signature.signer(world.idp.keys, "rsa-sha256"))
    return root


def post(world: World, root: etree._Element) -> requests.Response:
    message = base64.b64encode(etree.tostring(root)).decode()
    return world.session().post(
        f"{world.url}/saml/sls/acme/", data={"SAMLRequest": message, "RelayState": "r"}, allow_redirects=False
    )


def status_in(world: World, answer: requests.Response) -> tuple[str, str]:
    """The status of the LogoutResponse in the form of this page, and its sentence."""
    fields = world.fields(answer, "saml-post")
    assert fields["RelayState"] == "r"
    status = etree.fromstring(base64.b64decode(fields["SAMLResponse"])).find(f"{SAMLP}Status")
    code = status.find(f"{SAMLP}StatusCode").get("Value").removeprefix(STATUS)
    return code, status.findtext(f"{SAMLP}StatusMessage") or ""


def test_by_post_without_an_index_all_sessions_end(world: World) -> None:
    world.log_in()
    second = world.session()
    first, world.http = world.http, second
    world.log_in()
    assert len(world.store.sessions(0.0)) == 2
    assert status_in(world, post(world, posted(world))) == ("Success", "")
    assert not is_logged_in(world, first)
    assert not is_logged_in(world, second)


def test_with_an_index_only_that_session_ends(world: World) -> None:
    world.log_in()
    first, world.http = world.http, world.session()
    world.log_in()
    with world.store.reading() as db:
        [newest] = db.execute("SELECT session_index FROM saml_logins ORDER BY expires_at DESC LIMIT 1").fetchone()
    status_in(world, post(world, posted(world, session_index=newest)))
    assert is_logged_in(world, first)
    assert not is_logged_in(world)


@pytest.mark.parametrize("attribute", ["Format", "NameQualifier", "SPNameQualifier"])
def test_a_name_that_differs_in_a_part_is_another_name(world: World, attribute: str) -> None:
    """SAML Core 3.3.4."""
    from fake_idp.saml import signature

    world.log_in()
    root = posted(world)
    root.remove(root.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    root.find(f"{SAML}NameID").set(attribute, "urn:example:other")
    signature.sign_element(root, signature.signer(world.idp.keys, "rsa-sha256"))
    assert status_in(world, post(world, root)) == ("Success", "")
    assert is_logged_in(world)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Destination", "http://elsewhere.example/"),
        ("NotOnOrAfter", "2026-01-01T00:00:00Z"),
        ("NotOnOrAfter", "soon"),
        ("Version", "1.1"),
    ],
)
def test_what_is_wrong_with_a_signed_request_is_answered(world: World, name: str, value: str) -> None:
    world.log_in()
    code, said = status_in(world, post(world, posted(world, **{name: value})))
    assert (code, value in said) == ("Requester", True)
    assert is_logged_in(world)


def test_a_wrapped_request_ends_nothing(world: World) -> None:
    """The signature is good, but for another element than the one that is read."""
    world.log_in()
    inner = posted(world)
    outer = etree.fromstring(etree.tostring(inner))
    outer.set("ID", "_2")
    for child in outer.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        outer.remove(child)
    outer.insert(1, inner.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    extensions = etree.SubElement(outer, f"{SAMLP}Extensions")
    extensions.append(inner)
    page = post(world, outer)
    assert page.status_code == 400
    assert is_logged_in(world)
