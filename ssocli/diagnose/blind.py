"""Rules that compare with something nobody told: they are skipped, and say what to send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ssocli.checks.check import Check, Status


@dataclass(frozen=True, slots=True)
class Blind:
    """Something unknown: the rules that need it, why they are skipped, and what to send to have them judged."""

    rules: frozenset[str]
    reason: str
    send: str = ""


def _blind(codes: str, reason: str, send: str = "") -> Blind:
    return Blind(frozenset(codes.split()), reason, send)


CONFIGURATION = "the provider's configuration"
ISSUER = _blind("IDT016", "the configured issuer is not known", CONFIGURATION)
CLIENT = _blind("IDT017 IDT018 IDT019 IDT020", "the configured client id is not known", CONFIGURATION)
KEYS = _blind(
    "IDT007 IDT011 IDT012 IDT013 IDT014 IDT015 JWKS001 JWKS002",
    "the identity provider's keys are not known",
    "the identity provider's JWK set (jwks_uri of its discovery document)",
)
STATE = _blind("CB008", "which login this browser began is not known")
EXPIRY = _blind("CB011", "when the login was begun is not known")
IDP = _blind("SRS012 SRS033", "which identity provider is configured is not known", "the identity provider's metadata")
SIGNERS = _blind(
    "SRS029 SRS031", "the identity provider's certificates are not known", "the identity provider's metadata"
)
APPLICATION = _blind(
    "SRS009 SRS045 SRS051",
    "the application's entity ID and ACS URL are not known",
    "the service provider's metadata, or its configuration",
)
REQUEST = _blind("SRS055 SRS056", "which request it answers is not known")
BEGINNING = _blind("SRS057", "whether logins may begin at the identity provider is not known")
REQUESTER = _blind("SAR003 SAR004", "the application's entity ID and ACS URL are not known", APPLICATION.send)
ENVELOPE = _blind(
    "SRS002 SRS003 SRS004 SRS009 SRS010 SRS011 SRS012 SRS014 SRS022 SRS057",
    "the assertion was sent without its response",
    "the whole response (SAMLResponse), not the assertion alone",
)
RETURN = _blind("SAR005", "where the answer is wanted is not known", APPLICATION.send)
RECEIVER = _blind("SAR002 SAR007 SAR008", "the identity provider is not known", "the identity provider's metadata")
TRANSPORT = _blind("TOK002 TOK003 TOK009 TOK010", "status and headers of the answer are not known")


def blinded(checks: Iterable[Check], unknown: Iterable[Blind]) -> tuple[Check, ...]:
    """The checks, with those that need something unknown skipped for that reason."""
    reasons = {code: blind.reason for blind in unknown for code in blind.rules}
    return tuple(
        check
        if check.code not in reasons or check.status is Status.SKIPPED
        else replace(check, status=Status.SKIPPED, expected="", actual=reasons[check.code], evidence="")
        for check in checks
    )
