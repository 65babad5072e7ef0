"""The times of an ID token. Every offset is seconds between the token's value and the clock of the judging side."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_claims
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import shown

# Seconds since the epoch reach this in the year 5138, milliseconds did in 1973.
_MILLISECONDS = 1e11
_YEAR = 365 * 86400
_CLOCKS = "Synchronize both clocks (NTP); until then the leeway can be raised, to a few minutes at most."


@rule(
    "IDT023",
    "missing-expiry",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (exp); RFC 7519 4.1.4",
    owner=Owner.IDP,
    fix="Let the identity provider put the expiry in exp, as a number of seconds since the epoch.",
)
@on_claims
def missing_expiry(claims: Claims, _: IdTokenContext) -> Judgement:
    """The token does not say until when it is good: `exp` is absent or no number."""
    return _judge_presence(claims, "exp")


@rule(
    "IDT024",
    "expired-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 9",
    owner=Owner.IDP,
    fix="Raise the ID token's lifetime at the identity provider, or log in again if the token was kept for long.",
)
@on_claims
def expired_id_token(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token is past its expiry by more than the leeway.

    A token that was just issued and is already expired means that the two clocks differ.
    """
    expiry = claims.get("exp")
    if not is_number(expiry):
        return skipped("the token has no expiry (IDT023)")
    expected = f"exp after {iso(context.now)} ({_leeway(context)})"
    if context.now < expiry + context.leeway:
        return passed(expected, _moment(expiry, context))
    issued = claims.get("iat")
    if is_number(issued) and issued < context.now - context.leeway and issued < expiry:
        evidence = f"a fresh token says iat {_moment(issued, context)}: so much do the clocks differ"
        return failed(expected, _moment(expiry, context), evidence=evidence, owner=Owner.CLOCK, fix=_CLOCKS)
    return failed(expected, _moment(expiry, context))


@rule(
    "IDT025",
    "expiry-in-milliseconds",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 2 (NumericDate)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider write exp in seconds. In milliseconds the token stays good for thousands of years.",
)
@on_claims
def expiry_in_milliseconds(claims: Claims, context: IdTokenContext) -> Judgement:
    """The expiry is so far away that it can only be in milliseconds: the token practically never expires."""
    expiry = claims.get("exp")
    if not is_number(expiry):
        return skipped("the token has no expiry (IDT023)")
    if expiry >= _MILLISECONDS:
        return failed("exp in seconds since the epoch", f"{shown(expiry)}; as milliseconds it is {iso(expiry / 1000)}")
    return passed("exp in seconds since the epoch", _moment(expiry, context))


@rule(
    "IDT026",
    "missing-issue-time",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (iat); RFC 7519 4.1.6",
    owner=Owner.IDP,
    fix="Let the identity provider put the time of issue in iat, as a number of seconds since the epoch.",
)
@on_claims
def missing_issue_time(claims: Claims, _: IdTokenContext) -> Judgement:
    """The token does not say when it was issued: `iat` is absent or no number."""
    return _judge_presence(claims, "iat")


@rule(
    "IDT027",
    "issued-in-the-future",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 10",
    owner=Owner.CLOCK,
    fix=_CLOCKS,
)
@on_claims
def issued_in_the_future(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token says that it was issued later than now, by more than the leeway: the two clocks differ."""
    issued = claims.get("iat")
    if not is_number(issued):
        return skipped("the token has no time of issue (IDT026)")
    expected = f"iat not after {iso(context.now)} ({_leeway(context)})"
    if issued >= _MILLISECONDS:
        actual = f"{shown(issued)}; as milliseconds it is {iso(issued / 1000)}"
        fix = "Let the identity provider write iat in seconds since the epoch, not in milliseconds."
        return failed(expected, actual, owner=Owner.IDP, fix=fix)
    if issued > context.now + context.leeway:
        return failed(expected, _moment(issued, context))
    return passed(expected, _moment(issued, context))


@rule(
    "IDT028",
    "not-yet-valid",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 4.1.5",
    owner=Owner.IDP,
    fix="Let the identity provider leave nbf out or set it to the time of issue; " + _CLOCKS.lower(),
)
@on_claims
def not_yet_valid(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token must not be used before `nbf`, and that is later than now by more than the leeway."""
    if "nbf" not in claims:
        return skipped("the token has no nbf")
    start, issued = claims["nbf"], claims.get("iat")
    expected = f"nbf not after {iso(context.now)} ({_leeway(context)})"
    if not is_number(start):
        return failed("nbf, a number", f"{shown(start)} ({type_name(start)})")
    if start <= context.now + context.leeway:
        return passed(expected, _moment(start, context))
    if is_number(issued) and issued > context.now + context.leeway and start <= issued:
        return skipped("the token was issued in the future, and so it starts there (IDT027)")
    return failed(expected, _moment(start, context))


@rule(
    "IDT029",
    "odd-lifetime",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (exp, iat)",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Let the identity provider issue ID tokens for minutes to hours.",
)
@on_claims
def odd_lifetime(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token expires before it was issued, or lives longer than a year."""
    issued, expiry = claims.get("iat"), claims.get("exp")
    if not is_number(issued) or not is_number(expiry):
        return skipped("the token has no iat or no exp")
    if max(issued, expiry) >= _MILLISECONDS:
        return skipped("a time is in milliseconds (IDT025, IDT027)")
    if expiry + context.leeway <= context.now or issued > context.now + context.leeway:
        return skipped("a time is out of bounds (IDT024, IDT027)")
    seconds = expiry - issued
    expected = "a lifetime of more than 0 seconds and at most a year"
    return passed(expected, f"{seconds:.0f} s") if 0 < seconds <= _YEAR else failed(expected, f"{seconds:.0f} s")


def _judge_presence(claims: Claims, name: str) -> Judgement:
    expected = f"{name}, a number of seconds since the epoch"
    if name not in claims:
        return failed(expected, f"no {name}")
    value = claims[name]
    if not is_number(value):
        return failed(expected, f"{shown(value)} ({type_name(value)})")
    return passed(expected, shown(value))


def _moment(moment: float, context: IdTokenContext) -> str:
    """A time and its distance from now: `2026-01-31T09:30:00Z (3600 s ago)`."""
    offset = moment - context.now
    return f"{iso(moment)} ({abs(offset):.0f} s {'ahead' if offset >= 0 else 'ago'})"


def _leeway(context: IdTokenContext) -> str:
    return f"leeway {context.leeway:g} s"
