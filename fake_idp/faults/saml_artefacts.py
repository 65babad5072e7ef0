"""What SAML faults change: the messages of an identity provider before they leave it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fake_idp.recorder import fingerprint
from fake_idp.saml import xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.records import SsoRequest
    from fake_idp.refusal import Refusal
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.saml.signature import Signer
    from fake_idp.web import Response


@dataclass(slots=True)
class Draft:
    """A message or an assertion before it is signed: what a fault changes in it is signed by the right key.

    `provider` is the service provider that it is for. `unsigned` keeps the signature of a logout message away.
    """

    context: Context
    element: _Element
    provider: ServiceProvider
    unsigned: bool = False

    def part(self, path: str) -> _Element:
        """The first descendant at a path such as `saml:Subject/saml:NameID`. Raises LookupError if it is not there."""
        found = xml.find(self.element, path)
        if found is None:
            raise LookupError(path)
        return found

    def drop(self, path: str) -> None:
        """Take that descendant away."""
        found = self.part(path)
        parent = found.getparent()
        if parent is not None:
            parent.remove(found)

    def shown(self) -> dict[str, Any]:
        """For the ledger: an assertion is about a person, and as good as a password once it is signed."""
        return _described(self.element)


@dataclass(slots=True)
class AnsweredRequest:
    """The request of a person who is logged in, as it is about to be answered.

    `refusal` makes it an answer without an assertion; `page` is shown, and nothing is answered.
    """

    context: Context
    request: SsoRequest
    refusal: Refusal | None = None
    page: Response | None = None

    def repeat(self, **changes: str | None) -> None:
        """Change what the answer repeats of the request: `in_response_to`, `relay_state`."""
        reply_to = replace(self.request.reply_to, **changes)  # type: ignore[arg-type]  # both are optional texts
        self.request = replace(self.request, reply_to=reply_to)

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        to = self.request.reply_to
        return {
            "acs": to.acs,
            "in_response_to": to.in_response_to,
            "relay_state": fingerprint(to.relay_state) if to.relay_state else to.relay_state,
            "refusal": self.refusal.sentence if self.refusal else None,
            "page": self.page.status if self.page else None,
        }


@dataclass(frozen=True, slots=True)
class Delivered:
    """A form that was sent while faults were armed, and whose login it was."""

    location: str
    user: str | None
    fields: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Delivery:
    """The form that takes a message through the browser. `page` replaces it.

    `earlier` are the forms that went to the same place before, oldest first.
    """

    context: Context
    location: str
    fields: list[tuple[str, str]]
    earlier: tuple[Delivered, ...] = ()
    page: Response | None = None

    def get(self, name: str) -> str:
        """The value of a field. Raises LookupError if there is none."""
        found = dict(self.fields)
        if name not in found:
            raise LookupError(name)
        return found[name]

    def replace(self, name: str, *values: str) -> None:
        """Give the field `name` these values: none takes it away, two repeat it."""
        self.get(name)
        at = next(i for i, field in enumerate(self.fields) if field[0] == name)
        rest = [field for field in self.fields if field[0] != name]
        self.fields[:] = [*rest[:at], *((name, value) for value in values), *rest[at:]]

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        return {
            "location": self.location,
            "fields": [(name, fingerprint(value)) for name, value in self.fields],
            "page": self.page.status if self.page else None,
        }


@dataclass(slots=True)
class SignedResponse:
    """A response with an assertion, signed and perhaps encrypted: all that is left is to send it.

    `assertion` is the signed assertion in clear: in `root`, or what the EncryptedAssertion in `root` was made of.
    `document` replaces what `root` would give. `inside` tells that the assertions in `root` are still to be encrypted.
    """

    context: Context
    root: _Element
    assertion: _Element
    signer: Signer
    provider: ServiceProvider
    document: bytes | None = None
    inside: bool = False

    def rewrite(self, document: bytes) -> None:
        """Replace the octets. Raises LookupError if these are the same: there was nothing to change."""
        if document == self.serialized():
            raise LookupError("what it rewrites")
        self.document = document

    def serialized(self) -> bytes:
        """The response as it leaves."""
        return xml.serialize(self.root) if self.document is None else self.document

    def shown(self) -> dict[str, Any]:
        """For the ledger."""
        if self.document is None:
            return _described(self.root)
        return {"size": len(self.document), "document": fingerprint(self.document.decode("utf-8", "replace"))}


def _described(root: _Element) -> dict[str, Any]:
    """What a message is made of, without what it says."""
    document = xml.serialize(root)
    return {
        "size": len(document),
        "document": fingerprint(document.decode("utf-8", "replace")),
        "elements": [str(each.tag).rpartition("}")[2] for each in root.iter("*")],
    }
