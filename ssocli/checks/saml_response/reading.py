"""A SAML response taken apart: which elements are signed, and the one assertion, decrypted if need be.

If a signature verifies, the element here is the tree of the octets that it covers; otherwise it is the element as it
arrived, good for being judged and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate
from ssocli.checks.saml_response.decryption import decrypt_assertion
from ssocli.checks.saml_response.status_codes import STATUS
from ssocli.checks.saml_signature import Signature, SignaturePolicy, Verified, read_signature, repeated_ids, verify
from ssocli.checks.saml_tree import DS, SAML, SAMLP, Element, attribute, child, is_element

_ASSERTIONS = (f"{SAML}Assertion", f"{SAML}EncryptedAssertion")


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a response.

    `assertions` counts those that stand where one belongs. `assertion` is the first of them, None if there is none or
    it cannot be decrypted (`undecryptable` says why); `arrived_assertion` is the same as it arrived,
    with the comments that canonicalization drops. `stray` names what stands where no reader should look.
    """

    response: Element = field(repr=False)
    is_response: bool
    assertions: int
    encrypted: Element | None = field(repr=False)
    undecryptable: str
    assertion: Element | None = field(repr=False)
    arrived_assertion: Element | None = field(repr=False)
    response_signature: Signature | None
    assertion_signature: Signature | None
    verified_response: Verified | None
    verified_assertion: Verified | None
    repeated_ids: tuple[str, ...]
    stray: tuple[str, ...]

    @property
    def is_success(self) -> bool:
        """Whether the status is Success, and no second-level code says otherwise."""
        top = child(self.response, f"{SAMLP}Status", f"{SAMLP}StatusCode")
        return attribute(top, "Value") == f"{STATUS}Success" and child(top, f"{SAMLP}StatusCode") is None

    @property
    def is_wrapped(self) -> bool:
        """Whether two readers could take two different elements for the assertion."""
        return self.assertions > 1 or bool(self.repeated_ids) or bool(self.stray)

    @property
    def signatures(self) -> tuple[tuple[str, Signature, Verified | None], ...]:
        """Each signature, with the name of what it stands in, and what it covers."""
        found = (
            ("Response", self.response_signature, self.verified_response),
            ("Assertion", self.assertion_signature, self.verified_assertion),
        )
        return tuple((name, signature, verified) for name, signature, verified in found if signature is not None)

    @property
    def is_verified(self) -> bool:
        """Whether the assertion stands in signed octets, and no signature fails."""
        verified = [found for _, _, found in self.signatures]
        return bool(verified) and None not in verified and self.assertion is not None and not self.is_wrapped


def read_response(
    root: Element,
    certificates: tuple[Certificate, ...],
    decryption_key: str | None,
    policy: SignaturePolicy,
    *,
    weak_encryption: bool = False,
) -> Reading:
    """Take a response apart, verifying its signatures with these certificates. Never raises."""

    def judged(element: Element) -> tuple[Signature | None, Verified | None, Element]:
        signature = read_signature(element)
        if signature is None:
            return None, None, element
        verified = verify(signature, certificates, policy)
        return signature, verified, element if verified is None else verified.root

    response_signature, verified_response, response = judged(root)
    places = _places(response)
    arrived, encrypted, undecryptable = _first_assertion(places, decryption_key, weak_encryption)
    repeated = repeated_ids(root)
    assertion_signature, verified_assertion, assertion = None, None, arrived
    if arrived is not None:
        assertion_signature, verified_assertion, assertion = judged(arrived)
    stray = _stray(root)
    if arrived is not None and encrypted is not None:
        repeated = repeated_ids(root, arrived)
        stray += _stray(arrived)
    elif verified_response is not None:
        # The verified octets have lost the comments as well.
        arrived = next(iter(_places(root)), None)
    return Reading(
        response=response,
        is_response=root.tag == f"{SAMLP}Response",
        assertions=len(places),
        encrypted=encrypted,
        undecryptable=undecryptable,
        assertion=assertion,
        arrived_assertion=arrived,
        response_signature=response_signature,
        assertion_signature=assertion_signature,
        verified_response=verified_response,
        verified_assertion=verified_assertion,
        repeated_ids=repeated,
        stray=stray,
    )


def _places(response: Element) -> list[Element]:
    """The assertions that stand where one belongs, encrypted or not."""
    return [element for element in response.iterchildren() if element.tag in _ASSERTIONS]


def _first_assertion(places: list[Element], key: str | None, weak: bool) -> tuple[Element | None, Element | None, str]:
    """The first assertion, the encrypted element that it was in, and why it cannot be decrypted."""
    if not places or places[0].tag == f"{SAML}Assertion":
        return (places[0] if places else None), None, ""
    decrypted = decrypt_assertion(places[0], key, weak=weak)
    if isinstance(decrypted, Undecodable):
        return None, places[0], decrypted.reason
    return decrypted, places[0], ""


def _stray(root: Element) -> tuple[str, ...]:
    """The responses, assertions and signatures that stand where none belongs, with the place.

    Advice may hold further assertions (SAML Core 2.6.1), with signatures of their own; nobody reads them here.
    """
    found = []
    for element in root.iter(f"{SAMLP}Response", *_ASSERTIONS, f"{DS}Signature"):
        if element is root:
            continue
        path = [each.tag for each in element.iterancestors() if is_element(each)]
        if f"{SAML}Advice" in path and f"{DS}Signature" not in path:
            continue
        depth = len(path)
        is_signature = element.tag == f"{DS}Signature"
        parent = path[0]
        at_root = depth == 1
        below = depth == 2 and parent == f"{SAML}Assertion" and path[1] == f"{SAMLP}Response"
        if is_signature and (at_root or below):
            continue
        if element.tag in _ASSERTIONS and at_root and parent == f"{SAMLP}Response":
            continue
        names = "/".join(name.rpartition("}")[2] for name in reversed(path))
        found.append(f"{element.tag.rpartition('}')[2]} in {names}")
    return tuple(found)
