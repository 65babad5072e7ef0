"""Where SAML messages meet the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults import hooks
from fake_idp.faults.saml_artefacts import Delivery, Draft, SignedResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.saml.signature import Signer


ASSERTION = ("saml_assertion", "saml_attributes")
RESPONSE = ("saml_response",)
LOGOUT = ("saml_logout",)


def draft(context: Context, points: Iterable[str], element: _Element, provider: ServiceProvider) -> Draft:
    """A message or an assertion that is not signed yet."""
    message = Draft(context, element, provider)
    for point in points:
        hooks.apply(point, message)
    return message


def delivery(context: Context, location: str, fields: dict[str, str]) -> Delivery:
    """The form in which a response leaves."""
    form = Delivery(context, location, list(fields.items()))
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
