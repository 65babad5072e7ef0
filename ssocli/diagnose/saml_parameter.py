"""The value of a SAMLRequest or SAMLResponse parameter as a recognised thing."""

from __future__ import annotations

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_tree import SAMLP, attribute, child, local_name, text_of
from ssocli.checks.saml_xml import XmlMessage, decode_message
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.text import printable


def saml_parameter(name: str, value: str, place: str, *, by_redirect: bool) -> Thing:
    """The message that the parameter carries. How it is packed says by which binding it came, if the URL does not."""
    message = decode_message(value, "Redirect" if by_redirect else "POST")
    if isinstance(message, Undecodable) and not by_redirect:
        other = decode_message(value, "Redirect")
        message = message if isinstance(other, Undecodable) else other
    kind = Kind.SAML_RESPONSE if name == "SAMLResponse" else Kind.SAML_REQUEST
    return saml_message(message, place, kind)


def saml_message(message: XmlMessage | Undecodable, place: str, kind: Kind) -> Thing:
    """A SAML message, readable or not."""
    if isinstance(message, Undecodable):
        return Thing(kind, place, f"it {message.reason}", message=message)
    root = message.root
    issuer = text_of(child(root, "{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")) or "nobody"
    summary = f"{local_name(root)} of {printable(issuer.strip(), 100)}"
    code = attribute(child(root, f"{SAMLP}Status", f"{SAMLP}StatusCode"), "Value")
    if code and not code.endswith(":Success"):
        summary += f", status {printable(code.rpartition(':')[2], 40)}"
    text = message.xml.decode("utf-8", "replace")
    return Thing(kind, place, summary, text, message=message)
