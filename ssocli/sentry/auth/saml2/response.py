"""The SAML response as it arrived at the assertion consumer service. Nothing of it is verified here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_tree import DS, SAML, SAMLP, Element, attribute, child, text_of
from ssocli.checks.saml_xml import Binding, XmlMessage, decode_message
from ssocli.sentry.auth.saml2.messages import STATUS


@dataclass(frozen=True)
class SamlResponse:
    """The parameters of the form. What is read from the message before it is verified only finds its login.

    `problem` says why there is not the one message that there should be, as half a sentence; "" if there is.
    """

    encoded: str
    relay_state: str
    binding: Binding = "POST"
    problem: str = ""

    @cached_property
    def decoded(self) -> XmlMessage | Undecodable:
        """The message, or what came instead of one."""
        return Undecodable(self.problem) if self.problem else decode_message(self.encoded, self.binding)

    @property
    def in_response_to(self) -> str | None:
        """The ID of the request that the response claims to answer."""
        return attribute(self._root, "InResponseTo") or None

    @property
    def is_unsolicited(self) -> bool:
        """Whether this is a response that claims to answer nothing."""
        return self._root is not None and self.in_response_to is None

    @property
    def issuer(self) -> str:
        """Who claims to have sent it."""
        return (text_of(child(self._root, SAML + "Issuer")) or "").strip()

    @property
    def status_message(self) -> str:
        """What the identity provider says about a failure: its sentence, or the name of the innermost status."""
        status = child(self._root, SAMLP + "Status")
        said = (text_of(child(status, SAMLP + "StatusMessage")) or "").strip()
        code = child(status, SAMLP + "StatusCode")
        inner = child(code, SAMLP + "StatusCode")
        return said or (attribute(inner if inner is not None else code, "Value") or "").removeprefix(STATUS)

    @property
    def description(self) -> str:
        """The response in a few words: how it came, and what of it is signed or encrypted."""
        if self._root is None:
            return f"something else than a response came by {self.binding}"
        assertion = child(self._root, SAML + "Assertion")
        parts = {"response": self._root, "assertion": assertion}
        signed = [name for name, element in parts.items() if child(element, DS + "Signature") is not None]
        encrypted = child(self._root, SAML + "EncryptedAssertion") is not None
        what = [f"{' and '.join(signed)} signed" if signed else "not signed", *["assertion encrypted"] * encrypted]
        return f"response by {self.binding}, {len(self.encoded) * 3 // 4} bytes, {', '.join(what)}"

    @property
    def _root(self) -> Element | None:
        return None if isinstance(self.decoded, Undecodable) else self.decoded.root
