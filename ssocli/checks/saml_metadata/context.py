"""What is known when the metadata of a SAML identity provider is judged, and the preconditions most rules share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from ssocli.checks.check import Judgement, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate, read_certificates
from ssocli.checks.saml_metadata.idp import chosen_entity, idp_roles, signing_certificates
from ssocli.checks.saml_tree import Element
from ssocli.checks.saml_xml import read_xml


@dataclass(frozen=True, slots=True)
class SamlMetadataContext:
    """A metadata document as it was found at `url` (or in a file of that name), and what is wanted of it.

    `entity_id` is the configured identity provider, None if whoever is in the document is meant. `sign_requests`:
    this side signs its AuthnRequests. `signers` are the certificates that the metadata's own signature is verified
    with, none if nobody said. `now` is in seconds since the epoch.
    """

    document: bytes
    url: str
    now: float
    entity_id: str | None = None
    sign_requests: bool = False
    signers: tuple[Certificate, ...] = ()
    root: Element | Undecodable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", read_xml(self.document))

    @property
    def entity(self) -> Element | None:
        """The identity provider's entity; None if there is none to choose."""
        return None if isinstance(self.root, Undecodable) else chosen_entity(self.root, self.entity_id)

    @property
    def signing(self) -> tuple[tuple[Certificate, ...] | Undecodable, ...]:
        """What each signing certificate of the identity provider reads as."""
        entity = self.entity
        return (
            ()
            if entity is None
            else tuple(read_certificates(text) for text in signing_certificates(idp_roles(entity)[0]))
        )

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The readable signing certificates, each once."""
        found = (each for group in self.signing if not isinstance(group, Undecodable) for each in group)
        return tuple(dict.fromkeys(found))


def on_idp(judge: Callable[[Element, SamlMetadataContext], Judgement]) -> Callable[[SamlMetadataContext], Judgement]:
    """Make a rule of the identity provider's entity: skipped when there is none."""

    @functools.wraps(judge)
    def guarded(context: SamlMetadataContext) -> Judgement:
        entity = context.entity
        if entity is None:
            return skipped("there is no identity provider to judge (SMD001 to SMD004)")
        return judge(entity, context)

    return guarded
