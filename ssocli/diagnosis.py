"""What was found out about a login that failed elsewhere: one root cause, what supports it, what follows from it.

The reports render it; `ssocli/diagnose/` makes it. Nothing in it has been redacted yet: the reports do that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ssocli.checks.check import Check
from ssocli.steps import Step
from ssocli.trace import Trace


class Kind(Enum):
    """What an input turned out to be, by its content; the value is what a person reads."""

    CONFIG = "provider configuration"
    DISCOVERY_URL = "discovery URL"
    DISCOVERY = "discovery document"
    JWKS = "JWK set"
    METADATA_URL = "SAML metadata URL"
    IDP_METADATA = "SAML metadata of an identity provider"
    SP_METADATA = "SAML metadata of a service provider"
    CERTIFICATE = "certificate"
    PRIVATE_KEY = "private key"
    HAR = "HAR capture"
    SAML_TRACER = "SAML-tracer export"
    TRACE = "trace of this tool"
    JWT = "JSON Web Token"
    TOKEN_RESPONSE = "token response"
    SAML_REQUEST = "SAML request"
    SAML_RESPONSE = "SAML response"
    AUTHORIZATION_URL = "authorization request"
    CALLBACK_URL = "authorization response"
    ERROR_TEXT = "error message"
    UNKNOWN = "nothing known"


class Verdict(Enum):
    """How a diagnosis ended."""

    ROOT_CAUSE = "root_cause"
    HEALTHY = "healthy"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that was given. `place` names it (a file, `argument 2`, `standard input`); `summary` is one line."""

    kind: Kind
    place: str
    summary: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule, with what a person needs to mend it.

    `place` says where in the input the evidence is ("login.har, request 7, SAMLResponse"). `difference` shows expected
    above actual with the differing character marked, "" where there is nothing to align. `causes` are ranked, likeliest
    first. `where` is the fix in the words of the product in which it has to be made, "" if the product is not known.
    """

    check: Check
    step: Step
    place: str
    difference: str = ""
    causes: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message laid open: its title, where it was found, and its lines."""

    title: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer. `symptoms` follow from `root`; `supporting` stand beside it. `trouble` is this tool's own.

    `missing` says what else to send, where the inputs do not tell. `trace` is the login as far as it could be seen,
    `checked` every rule that was evaluated, in order.
    """

    inputs: tuple[Input, ...]
    verdict: Verdict
    root: Finding | None = None
    supporting: tuple[Finding, ...] = ()
    symptoms: tuple[Finding, ...] = ()
    checked: tuple[Check, ...] = ()
    trouble: tuple[Check, ...] = ()
    missing: tuple[str, ...] = ()
    trace: Trace | None = None
    messages: tuple[Decoded, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, the root cause first."""
        return (*((self.root,) if self.root else ()), *self.supporting, *self.symptoms)
