"""What a message alone does not say: the rules that need it are skipped, and the report asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from ssocli.checks.check import Check, Status


class Fact(Enum):
    """Something that rules compare with. The value is what it is called."""

    ISSUER = "the issuer that the application trusts"
    CLIENT = "the application's client id"
    KEYS = "the identity provider's JWK set"
    WANTS = "what the application asks for"
    PENDING = "the login that this answers"
    HTTP = "the HTTP status and headers of the response"
    ACS = "the application's address for responses (ACS URL)"
    SP = "the application's entity ID"
    IDP = "the identity provider's metadata"
    SIGNER = "the identity provider's signing certificate"
    SIGNATURE = "a certificate to verify the signature with"
    UNSOLICITED = "whether a login may start at the identity provider"


_NEEDS: dict[Fact, tuple[str, ...]] = {
    Fact.ISSUER: ("IDT016", "CB009", "CB010", "DISC001"),
    Fact.CLIENT: ("IDT017", "IDT018", "IDT019", "IDT020"),
    Fact.KEYS: ("JWKS001", "JWKS002", "IDT007", "IDT011", "IDT012", "IDT013", "IDT014", "IDT015"),
    Fact.WANTS: (
        *("DISC008", "DISC009", "DISC010", "DISC012", "DISC013", "DISC014", "DISC015", "DISC016"),
        *("JWKS002", "IDT008", "CB005", "TOK008", "TOK011"),
    ),
    Fact.PENDING: ("CB008", "CB011", "SRS055", "SRS056"),
    Fact.HTTP: ("TOK002", "TOK003", "TOK004", "TOK009", "TOK010"),
    Fact.ACS: ("SRS009", "SRS051", "SAR004", "SRS070"),
    Fact.SP: ("SRS045", "SAR003", "SRS070"),
    Fact.IDP: ("SRS012", "SRS033", "SAR002", "SAR007", "SAR008", "SRS070"),
    Fact.SIGNER: ("SRS029", "SRS031", "SRS070"),
    Fact.SIGNATURE: ("SRS029", "SRS030", "SRS031", "SRS070"),
    Fact.UNSOLICITED: ("SRS057",),
}

# What a person can send to make it known.
_SEND: dict[Fact, str] = {
    Fact.ISSUER: "the application's configuration: issuer and client id",
    Fact.CLIENT: "the application's configuration: issuer and client id",
    Fact.WANTS: "the application's configuration: issuer and client id",
    Fact.KEYS: "the identity provider's JWK set (the document at jwks_uri), to verify the signature",
    Fact.ACS: "the application's metadata, or its configuration",
    Fact.SP: "the application's metadata, or its configuration",
    Fact.IDP: "the identity provider's metadata",
    Fact.SIGNER: "the identity provider's metadata",
    Fact.SIGNATURE: "the identity provider's metadata",
}


def settled(checks: Iterable[Check], unknown: Iterable[Fact]) -> tuple[Check, ...]:
    """The results, those skipped that were compared with something unknown."""
    lacking = {code: fact for fact in unknown for code in _NEEDS[fact]}
    return tuple(_skipped(check, lacking[check.code]) if check.code in lacking else check for check in checks)


def what_to_send(unknown: Iterable[Fact]) -> tuple[str, ...]:
    """What makes these facts known, each once."""
    return tuple(dict.fromkeys(_SEND[fact] for fact in unknown if fact in _SEND))


def _skipped(check: Check, fact: Fact) -> Check:
    if check.status not in (Status.PASSED, Status.FAILED):
        return check
    return replace(check, status=Status.SKIPPED, expected="", actual=f"{fact.value} is not known", evidence="")
