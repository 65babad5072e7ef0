"""The messages of single logout: as plain data, as elements, and on their way (SAML Core 3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_idp.faults import saml_hooks
from fake_idp.refusal import refuse
from fake_idp.saml import bindings, signature, statuses, xml
from fake_idp.saml.name_id import NameId
from fake_idp.saml.names import REDIRECT
from fake_idp.saml.response import name_id_element, new_id

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.saml.participants import Participant
    from fake_idp.saml.providers import ServiceProvider, SingleLogoutService
    from fake_idp.saml.signature import Signer
    from fake_idp.saml.statuses import Status
    from fake_idp.web import Response


@dataclass(frozen=True, slots=True)
class LogoutReplyTo:
    """Who waits for a LogoutResponse, and what it repeats of the request."""

    provider: ServiceProvider
    service: SingleLogoutService
    in_response_to: str
    relay_state: str | None


@dataclass(slots=True)
class LogoutMessageParameters:
    """What both messages have in common. Time in seconds since the epoch."""

    id: str
    issuer: str
    issued: float
    destination: str


def send_request(context: Context, participant: Participant, service: SingleLogoutService) -> tuple[str, Response]:
    """Tell a service provider to end its session; the ID of the request, and the way of the browser."""
    parameters = _parameters(context, service.location)
    element = request_element(parameters, participant, context.now + context.settings.lifetimes.assertion)
    return parameters.id, _send(context, participant.provider, service, service.location, "SAMLRequest", element, None)


def send_response(context: Context, to: LogoutReplyTo, status: Status) -> Response:
    """Tell the service provider that asked how it went."""
    location = to.service.response_location or to.service.location
    element = response_element(_parameters(context, location), to.in_response_to, status)
    return _send(context, to.provider, to.service, location, "SAMLResponse", element, to.relay_state)


def request_element(parameters: LogoutMessageParameters, participant: Participant, not_on_or_after: float) -> _Element:
    """The LogoutRequest: the same name and session as in the assertion (SAML Core 3.7.1)."""
    return xml.element(
        "samlp:LogoutRequest",
        {**_attributes(parameters), "NotOnOrAfter": xml.instant(not_on_or_after)},
        xml.element("saml:Issuer", None, parameters.issuer),
        name_id_element(participant.name_id),
        xml.element("samlp:SessionIndex", None, participant.session_index),
    )


def response_element(parameters: LogoutMessageParameters, in_response_to: str, status: Status) -> _Element:
    """The LogoutResponse (SAML Core 3.7.2)."""
    return xml.element(
        "samlp:LogoutResponse",
        {**_attributes(parameters), "InResponseTo": in_response_to},
        xml.element("saml:Issuer", None, parameters.issuer),
        statuses.element(status),
    )


def read_request(context: Context, root: _Element) -> tuple[NameId, list[str]]:
    """Whose sessions shall end: the name, and the session indexes. RefusedError carries the status code."""
    until = root.get("NotOnOrAfter")
    if until is not None and _passed(context, until):
        raise refuse(
            "RequestDenied", "The logout request has expired.", parameter="NotOnOrAfter",
            expected=f"a time after {xml.instant(context.now)}", seen=until[:40], clause="SAML Core 3.7.1",
            fix="compare the clocks",
        )  # fmt: skip
    named = xml.find(root, "saml:NameID")
    value = xml.text(named)
    if named is None or value is None:
        raise refuse(
            "RequestUnsupported", "The logout request does not name a person in a way that is known here.",
            parameter="NameID", expected="a NameID", seen=", ".join(map(xml.local_name, root))[:160],
            clause="SAML Core 3.7.1",
        )  # fmt: skip
    name_id = NameId(value, named.get("Format"), named.get("NameQualifier"), named.get("SPNameQualifier"))
    return name_id, [index for found in xml.find_all(root, "samlp:SessionIndex") if (index := xml.text(found))]


def _passed(context: Context, until: str) -> bool:
    try:
        return xml.seconds(until) <= context.now
    except ValueError:
        raise refuse(
            "RequestDenied", "The logout request does not say until when it holds.", parameter="NotOnOrAfter",
            expected="a time such as 2026-01-01T00:00:00Z", seen=until[:40], clause="SAML Core 1.3.3",
        ) from None  # fmt: skip


def _parameters(context: Context, destination: str) -> LogoutMessageParameters:
    return LogoutMessageParameters(new_id(context), context.issuer.endpoint("saml_metadata"), context.now, destination)


def _attributes(parameters: LogoutMessageParameters) -> dict[str, str | None]:
    return {
        "ID": parameters.id,
        "Version": "2.0",
        "IssueInstant": xml.instant(parameters.issued),
        "Destination": parameters.destination,
    }


def _send(
    context: Context,
    provider: ServiceProvider,
    service: SingleLogoutService,
    location: str,
    parameter: str,
    message: _Element,
    relay_state: str | None,
) -> Response:
    """Signed in the way of the binding: in the query, or in the message (SAML Profiles 4.4.4)."""
    signer: Signer | None = signature.signer(context.namespace.keys, provider.settings.signature_algorithm)
    if context.namespace.faults.active and saml_hooks.draft(context, saml_hooks.LOGOUT, message, provider).unsigned:
        signer = None
    if service.binding == REDIRECT:
        return bindings.send_redirect(context, location, parameter, message, relay_state, signer)
    if signer is not None:
        signature.sign_element(message, signer)
    return bindings.send_post(context, location, parameter, xml.serialize(message), relay_state)
