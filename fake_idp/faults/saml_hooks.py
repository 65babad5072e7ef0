"""Where SAML messages meet the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults import hooks
from fake_idp.faults.saml_artefacts import SignedResponse

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.saml.signature import Signer


def protected(
    context: Context, root: _Element, assertion: _Element, signer: Signer, provider: ServiceProvider
) -> bytes:
    """A response that is signed and perhaps encrypted; `assertion` is the one in clear."""
    message = SignedResponse(context, root, assertion, signer, provider)
    if provider.settings.encrypt:
        hooks.apply("saml_encryption", message)
    for point in ("saml_signature", "saml_wrapping", "saml_canonicalization"):
        hooks.apply(point, message)
    return message.serialized()
