"""SAML messages in the wrappings in which they are sent to support."""

from __future__ import annotations

import base64
import textwrap
import zlib
from urllib.parse import quote, urlencode

from tests.checks import saml_forge as forge

from . import configs
from .case import Made, root
from .vendors import (
    ACS,
    SP,
    Idp,
)

VALIDATION = "token_validation"
FILE = 'metadata_file = "idp-metadata.xml"'


def packed(xml: str) -> str:
    """As it stands in a form."""
    return base64.b64encode(xml.encode()).decode()


def wrapped(xml: str) -> str:
    """Base64 in lines, as a mail program breaks it."""
    return textwrap.fill(packed(xml), 64) + "\n"


def form(xml: str) -> str:
    """The page with which the identity provider posts the response."""
    return (
        f'<!DOCTYPE html><html><body onload="document.forms[0].submit()"><form method="post" action="{ACS}">'
        f'<input type="hidden" name="SAMLResponse" value="{packed(xml)}"/>'
        '<input type="hidden" name="RelayState" value="/organizations/acme/issues/"/></form></body></html>'
    )


def posted(xml: str) -> str:
    """The body of the POST, as a capture shows it."""
    return urlencode({"SAMLResponse": packed(xml), "RelayState": "/organizations/acme/issues/"})


def redirected(url: str, name: str, xml: str, **more: str) -> str:
    """A URL of the Redirect binding."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = base64.b64encode(engine.compress(xml.encode()) + engine.flush()).decode()
    return f"{url}?{name}={quote(deflated, safe='')}" + "".join(f"&{key}={quote(each)}" for key, each in more.items())


def with_metadata(idp: Idp, *lines: str, response: str | bytes, name: str = "response.txt") -> dict[str, str | bytes]:
    """Configuration, metadata and response."""
    files = {"sentry.toml": configs.saml(FILE, *lines), "idp-metadata.xml": idp.metadata()}
    return {**files, name: response}


def authn_request(destination: str, *, acs: str = ACS, inside: str = "", issuer: str = SP) -> str:
    """An AuthnRequest."""
    return (
        f'<samlp:AuthnRequest {forge.XMLNS} ID="_1f0e4c2b" Version="2.0" IssueInstant="{forge.at(-5)}" '
        f'Destination="{destination}" AssertionConsumerServiceURL="{acs}" '
        f'ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"><saml:Issuer>{issuer}</saml:Issuer>'
        f"{inside}</samlp:AuthnRequest>"
    )


def status(top: str, second: str = "", message: str = "") -> dict[str, str]:
    """The changes of a response that is an error."""
    urn = "urn:oasis:names:tc:SAML:2.0:status:"
    inner = f'<samlp:StatusCode Value="{urn}{second}"/>' if second else ""
    text = f"<samlp:StatusMessage>{message}</samlp:StatusMessage>" if message else ""
    return {"status": f'<samlp:StatusCode Value="{urn}{top}">{inner}</samlp:StatusCode>', "message": text}


def response_case(
    name: str,
    title: str,
    files: dict[str, str | bytes],
    code: str,
    rule: str,
    owner: str,
    *covers: str,
    among: tuple[str, ...] = (),
    step: str = VALIDATION,
) -> Made:
    inputs = tuple(file for file in files if not file.startswith("idp-metadata") and not file.startswith("sp."))
    return Made(name, title, files, root(code, rule, step, owner, *among), inputs, covers)
