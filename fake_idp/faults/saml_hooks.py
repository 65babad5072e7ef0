"""Where SAML messages meet the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults import hooks
from fake_idp.faults.saml_artefacts import AnsweredRequest, Delivered, Delivery, Draft, SignedResponse
from fake_idp.recorder import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.records import SsoRequest
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.saml.signature import Signer


ASSERTION = ("saml_assertion", "saml_attributes")
RESPONSE = ("saml_response",)
LOGOUT = ("saml_logout",)
_KEPT_FOR = 3600  # seconds that a form can be sent once more


def answered(context: Context, request: SsoRequest) -> AnsweredRequest:
    """The request of a person who is logged in, as it is about to be answered."""
    taken = AnsweredRequest(context, request)
    hooks.apply("saml_request", taken)
    return taken


def draft(context: Context, points: Iterable[str], element: _Element, provider: ServiceProvider) -> Draft:
    """A message or an assertion that is not signed yet."""
    message = Draft(context, element, provider)
    for point in points:
        hooks.apply(point, message)
    return message


def delivery(context: Context, location: str, fields: dict[str, str]) -> Delivery:
    """The form in which a response leaves."""
    earlier = tuple(each for each in context.store.delivered.values() if each.location == location)
    form = Delivery(context, location, list(fields.items()), earlier)
    sent = Delivered(location, context.entry.user, tuple(form.fields))
    context.store.delivered.put(fingerprint(form.fields[0][1]), sent, _KEPT_FOR)
    hooks.apply("saml_replay", form)
    hooks.apply("saml_delivery", form)
    return form


def protected(
    context: Context, root: _Element, assertion: _Element, signer: Signer, provider: ServiceProvider
) -> bytes:
    """A response that is signed and perhaps encrypted; `assertion` is the one in clear."""
    message = SignedResponse(context, root, assertion, signer, provider)
    if not provider.settings.encrypt:
        _forged(message)
    elif not hooks.apply("saml_encryption", message):
        message = _forged_inside(message)
    hooks.apply("saml_canonicalization", message)
    return message.serialized()


def _forged(message: SignedResponse) -> bool:
    """Let the faults change a response whose assertion is in clear; whether any did."""
    changed = [hooks.apply(point, message) for point in ("saml_signature", "saml_wrapping")]
    return any(changed)


def _forged_inside(message: SignedResponse) -> SignedResponse:
    """An encrypted response, forged before it was encrypted if that is ordered."""
    from fake_idp.faults import xml_encryption

    inside = xml_encryption.in_clear(message)
    if not _forged(inside):
        return message
    xml_encryption.encrypt(inside)
    return inside
