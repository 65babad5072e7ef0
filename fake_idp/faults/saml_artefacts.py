"""What SAML faults change: the messages of an identity provider before they leave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_idp.recorder import fingerprint
from fake_idp.saml import xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.saml.signature import Signer


@dataclass(slots=True)
class SignedResponse:
    """A response with an assertion, signed and perhaps encrypted: all that is left is to send it.

    `assertion` is the signed assertion in clear: in `root`, or what the EncryptedAssertion in `root` was made of.
    `document` replaces what `root` would give.
    """

    context: Context
    root: _Element
    assertion: _Element
    signer: Signer
    provider: ServiceProvider
    document: bytes | None = None

    def serialized(self) -> bytes:
        """The response as it leaves."""
        return xml.serialize(self.root) if self.document is None else self.document

    def shown(self) -> dict[str, Any]:
        """For the ledger: an assertion is as good as a password, so only what it is made of is shown."""
        document = self.serialized()
        elements = [xml.local_name(each) for each in self.root.iter("*")] if self.document is None else None
        return {
            "size": len(document),
            "document": fingerprint(document.decode("utf-8", "replace")),
            "elements": elements,
        }
