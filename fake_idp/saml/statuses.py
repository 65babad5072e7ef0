"""How an answer says whether it went well, and why not (SAML Core 3.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fake_idp.saml import xml
from fake_idp.saml.names import STATUS

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Status:
    """The codes, without the part that all have in common, and a sentence for people."""

    code: str
    second: str | None = None
    message: str | None = None


SUCCESS = Status("Success")
# Whose fault it is: the request was wrong, or the identity provider could not or would not (SAML Core 3.2.2.2).
TOP_LEVEL = {
    "AuthnFailed": "Responder",
    "InvalidNameIDPolicy": "Requester",
    "NoAuthnContext": "Responder",
    "NoPassive": "Responder",
    "RequestDenied": "Responder",
    "RequestUnsupported": "Requester",
    "RequestVersionTooHigh": "VersionMismatch",
    "RequestVersionTooLow": "VersionMismatch",
    "UnknownPrincipal": "Responder",
    "UnsupportedBinding": "Requester",
}
# What the login that is common to all protocols says, in the words of this one.
_LOGIN = {"access_denied": "AuthnFailed"}


def of_refusal(refusal: Refusal) -> Status:
    """The status for a refusal; its error is the second-level code, or an error of the login."""
    second = _LOGIN.get(refusal.error, refusal.error)
    if second in TOP_LEVEL:
        return Status(TOP_LEVEL[second], second, _message(refusal))
    return Status("Requester", None, _message(refusal))


def _message(refusal: Refusal) -> str:
    """The refusal in one line; a clause of OAuth means nothing to a service provider."""
    is_foreign = (refusal.clause or "").startswith(("RFC 6749", "OIDC"))
    return replace(refusal, clause=None).description if is_foreign else refusal.description


def element(status: Status) -> _Element:
    """The Status element."""
    second = None if status.second is None else xml.element("samlp:StatusCode", {"Value": STATUS + status.second})
    message = None if status.message is None else xml.element("samlp:StatusMessage", None, status.message)
    return xml.element(
        "samlp:Status", None, xml.element("samlp:StatusCode", {"Value": STATUS + status.code}, second), message
    )


def read(answer: _Element) -> Status:
    """The status of somebody else's answer."""
    code = xml.find(answer, "samlp:Status/samlp:StatusCode")
    second = xml.find(answer, "samlp:Status/samlp:StatusCode/samlp:StatusCode")
    message = xml.child_text(answer, "samlp:Status/samlp:StatusMessage")
    return Status(_short(code) or "none", _short(second), message)


def _short(code: _Element | None) -> str | None:
    return None if code is None else (code.get("Value") or "").removeprefix(STATUS)
