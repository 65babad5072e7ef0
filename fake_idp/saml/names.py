"""The names of SAML 2.0 and of the standards it stands on: namespaces, bindings, formats, status codes, classes."""

from __future__ import annotations

NAMESPACES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "xenc11": "http://www.w3.org/2009/xmlenc11#",
}
PROTOCOL = NAMESPACES["samlp"]

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
FORMATS = (EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED)

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
BASIC_NAME = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
URI_NAME = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
ANY_CLASS = _CLASSES + "unspecified"
PASSWORD = _CLASSES + "Password"
PASSWORD_PROTECTED_TRANSPORT = _CLASSES + "PasswordProtectedTransport"
TIME_SYNC_TOKEN = _CLASSES + "TimeSyncToken"
REFEDS_MFA = "https://refeds.org/profile/mfa"

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def qualified(name: str) -> str:
    """`saml:Issuer` as lxml spells it, with the namespace in braces."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
