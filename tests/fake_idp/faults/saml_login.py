"""One SAML login with a fault, and what libraries that share no code with the identity provider say of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import xmlsec
from lxml import etree

from fake_idp import FakeIdP
from fake_idp.config import ServiceProvider
from fake_idp.faults.forgery import KEY_FILE
from fake_idp.faults.ledger import Fired
from tests.fake_idp.saml.conftest import FIXTURES, NS, SP, Answer, Peer, config_with

ALICE, MALLORY = "alice@acme.example", "mallory@acme.example"
KEYS = {
    "idp": (FIXTURES / "keys" / "rsa-1.crt", xmlsec.KeyFormat.CERT_PEM),
    "ec": (FIXTURES / "keys" / "ec-1.crt", xmlsec.KeyFormat.CERT_PEM),
    "mallory": (KEY_FILE, xmlsec.KeyFormat.PEM),
}
ENCRYPTING = ServiceProvider(
    entity_id=SP, encrypt=True, encryption_certificate=str(FIXTURES / "keys" / "rsa-2.crt"), sign="both"
)


@dataclass
class Forged:
    """What was served, and what the ledger says of it."""

    document: bytes
    fired: list[Fired]

    @property
    def root(self) -> Any:
        return etree.fromstring(self.document)

    def all(self, path: str) -> list[Any]:
        return list(self.root.xpath(path, namespaces=NS))

    def names(self) -> set[str]:
        """The people whom anything in the document is about."""
        return {"".join(found.itertext()) for found in self.all("//saml:NameID")}

    def holds(self, path: str, key: str = "idp", *, ids: tuple[str, ...] = ("ID",)) -> bool:
        """Whether xmlsec finds the signature at this path to hold with this key."""
        root = self.root
        xmlsec.tree.add_ids(root, list(ids))
        [signature] = root.xpath(path, namespaces=NS)
        context = xmlsec.SignatureContext()
        file, form = KEYS[key]
        context.key = xmlsec.Key.from_file(str(file), form)
        try:
            context.verify(signature)
        except xmlsec.Error:
            return False
        return True


Login = Callable[..., Forged]


def logins() -> Iterator[Login]:
    """Log alice in at a service provider like the usual one, or at `ENCRYPTING`, with these faults armed."""
    with ExitStack() as running:
        idps: dict[str, FakeIdP] = {}

        def log_in(*faults: str, provider: ServiceProvider | None = None) -> Forged:
            provider = provider or ServiceProvider(entity_id=SP)
            if (known := repr(provider)) not in idps:
                idps[known] = running.enter_context(FakeIdP(config=config_with(provider)))
            idp = idps[known]
            peer = Peer(idp)
            before = len(idp.faults().ledger())
            with ExitStack() as armed, peer.http:
                for fault in faults:
                    armed.enter_context(idp.fault(fault))
                answer: Answer = peer.log_in()
            return Forged(answer.document, idp.faults().ledger()[before:])

        yield log_in
