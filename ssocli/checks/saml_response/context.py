"""What is known when a SAML response is judged, and the preconditions that most rules share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ssocli.checks.check import Judgement, Severity, Status, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_certificate import Certificate
from ssocli.checks.saml_response.reading import Reading, read_response
from ssocli.checks.saml_signature import (
    DIGEST_METHODS,
    PSS_METHODS,
    SHA1_DIGEST,
    SHA1_METHODS,
    SIGNATURE_METHODS,
    SignaturePolicy,
)
from ssocli.checks.saml_tree import Element
from ssocli.checks.saml_xml import XmlMessage

Profile = Literal["specification", "sentry"]


@dataclass(frozen=True, slots=True)
class SamlResponseContext:
    """A SAML response, and what the service provider knows and asked for.

    `certificates` are the identity provider's, all of them (a rollover has two). `acs_url` is the address at which
    the response arrived. `request_id` is the ID of the pending login's AuthnRequest, None if there is none.
    `methods` and `digests` are the accepted algorithms. `was_seen` tells whether an assertion with this ID was used
    before. `decryption_key` is the service provider's private key in PEM. `now` is in seconds since the epoch;
    `leeway`, in seconds, is the difference of clocks that is forgiven. With the profile `sentry` the response is
    judged as Sentry judges it (see `sentry_verdict`), and what only the specification forbids is a warning.
    """

    message: XmlMessage | Undecodable
    idp_entity_id: str
    certificates: tuple[Certificate, ...]
    acs_url: str
    sp_entity_id: str
    now: float
    request_id: str | None = None
    allow_unsolicited: bool = False
    leeway: float = 180.0
    want_signed_assertion: bool = False
    want_signed_response: bool = False
    want_encrypted_assertion: bool = False
    methods: tuple[str, ...] = SIGNATURE_METHODS
    digests: tuple[str, ...] = DIGEST_METHODS
    decryption_key: str | None = field(default=None, repr=False)
    was_seen: Callable[[str], bool] = field(default=lambda _: False, repr=False)
    requested_authn_contexts: tuple[str, ...] = ()
    profile: Profile = "specification"
    policy: SignaturePolicy = field(init=False, repr=False)
    reading: Reading | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        as_sentry = self.profile == "sentry"
        policy = SignaturePolicy(self.methods, self.digests)
        if as_sentry:
            policy = SignaturePolicy(self.methods + SHA1_METHODS + PSS_METHODS, (*self.digests, SHA1_DIGEST))
        object.__setattr__(self, "policy", policy)
        reading = None
        if isinstance(self.message, XmlMessage):
            reading = read_response(
                self.message.root, self.trusted, self.decryption_key, policy, weak_encryption=as_sentry
            )
        object.__setattr__(self, "reading", reading)

    @property
    def trusted(self) -> tuple[Certificate, ...]:
        """The certificates that may sign: Sentry keeps the first only."""
        return self.certificates[:1] if self.profile == "sentry" else self.certificates


Judge = Callable[[SamlResponseContext], Judgement]


def as_profiled(judge: Judge) -> Judge:
    """Make a failure a warning in the profile `sentry`, where one rule alone (SRS070) decides."""

    @functools.wraps(judge)
    def profiled(context: SamlResponseContext) -> Judgement:
        found = judge(context)
        if context.profile != "sentry" or found.status is not Status.FAILED or found.severity is not None:
            return found
        return Judgement(
            found.status, found.expected, found.actual, found.evidence, found.owner, found.fix, Severity.WARNING
        )

    return profiled


def on_response(judge: Callable[[Reading, SamlResponseContext], Judgement]) -> Judge:
    """Make a rule of the Response element: skipped when the message is none."""

    @functools.wraps(judge)
    def guarded(context: SamlResponseContext) -> Judgement:
        if context.reading is None or not context.reading.is_response:
            return skipped("there is no response to judge (SRS001, SRS002)")
        return judge(context.reading, context)

    return as_profiled(guarded)


def on_assertion(judge: Callable[[Element, SamlResponseContext], Judgement]) -> Judge:
    """Make a rule of the assertion: skipped when there is not one, or it cannot be decrypted."""

    @functools.wraps(judge)
    def guarded(reading: Reading, context: SamlResponseContext) -> Judgement:
        if reading.assertion is None:
            return skipped("there is no assertion to judge (SRS004, SRS015, SRS017)")
        if reading.is_wrapped:
            return skipped("the assertion is not where it belongs (SRS008, SRS016, SRS024)")
        return judge(reading.assertion, context)

    return on_response(guarded)
