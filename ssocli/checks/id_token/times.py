"""When an ID token is good: `exp`, `iat`, `nbf`, `auth_time`, each against the moment of the judgement."""

from __future__ import annotations

from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_claims
from ssocli.clock import iso
from ssocli.steps import Step

_DAY = 86_400
# A moment further ahead than this is no date but a number in milliseconds (the rule of the OpenID conformance suite).
_FIFTY_YEARS = 50 * 365 * _DAY
_CLOCKS = (
    "Compare the clocks of this machine and of the identity provider (NTP on both); the Date header of its responses "
    "shows what it believes. A real difference of a few seconds is what clock_leeway_seconds is for."
)


def _moment(claims: Claims, name: str) -> float | None:
    value: Any = claims.get(name)
    return float(value) if is_number(value) else None


def _seen(name: str, moment: float, now: float) -> str:
    offset = now - moment
    where = f"{_whole(offset)} s ago" if offset >= 0 else f"{_whole(-offset)} s ahead"
    return f"{name} {iso(moment)}, {where}"


def _whole(number: float) -> str:
    """The number without its fraction, and without the three hundred digits that a token may claim."""
    return f"{number:.0f}" if abs(number) < 1e15 else repr(number)


def _clock(context: IdTokenContext) -> str:
    return f"now {iso(context.now)}, leeway {context.leeway:.0f} s"


def _type_problem(claims: Claims, name: str) -> str:
    value: Any = claims[name]
    kind = type_name(value)
    return f"{name} is {kind}" if kind != "a number" else f"{name} is a number out of range"


def _missing(claims: Claims, name: str) -> Judgement:
    expected = f"{name} as a number of seconds since 1970"
    if name not in claims:
        return failed(expected, f"no {name}")
    moment = _moment(claims, name)
    return (
        failed(expected, _type_problem(claims, name)) if moment is None else passed(expected, f"{name} {iso(moment)}")
    )


def _milliseconds(moment: float, context: IdTokenContext) -> bool:
    return moment - context.now > _FIFTY_YEARS


@rule(
    "IDT023",
    "missing-expiry",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    fix="Let the identity provider send exp as a JSON number of seconds since 1970-01-01.",
)
@on_claims
def missing_expiry(claims: Claims, _context: IdTokenContext) -> Judgement:
    """The token does not say until when it is good: `exp` is absent or no number."""
    return _missing(claims, "exp")


@rule(
    "IDT024",
    "expired-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 9",
    owner=Owner.CLOCK,
    fix=_CLOCKS,
)
@on_claims
def expired_id_token(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token's time is over, even with the leeway added.

    A token that was issued a moment ago and is expired means that two clocks differ; one that was issued long ago is an
    old token served again.
    """
    expiry = _moment(claims, "exp")
    if expiry is None:
        return skipped("the token has no expiry")
    expected = f"exp after now ({_clock(context)})"
    actual = _seen("exp", expiry, context.now)
    if context.now < expiry + context.leeway:
        return passed(expected, actual)
    issued = _moment(claims, "iat")
    if issued is not None and issued <= context.now:
        evidence = _seen("iat", issued, context.now)
        if context.now - issued > _DAY:
            fix = "The token is old: find out why the identity provider serves it again (a cache, a replay)."
            return failed(expected, actual, evidence=evidence, owner=Owner.IDP, fix=fix)
        return failed(expected, actual, evidence=evidence)
    return failed(expected, actual)


@rule(
    "IDT025",
    "expiry-in-milliseconds",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider write exp in seconds: divide by 1000.",
)
@on_claims
def expiry_in_milliseconds(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token expires more than fifty years ahead: `exp` is most likely in milliseconds, so it never ends."""
    expiry = _moment(claims, "exp")
    if expiry is None:
        return skipped("the token has no expiry")
    if not _milliseconds(expiry, context):
        return passed("exp in seconds", _seen("exp", expiry, context.now))
    return failed("exp in seconds", f"exp {_whole(expiry)}; divided by 1000 it is {iso(expiry / 1000)}")


@rule(
    "IDT026",
    "missing-issued-at",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    fix="Let the identity provider send iat as a JSON number of seconds since 1970-01-01.",
)
@on_claims
def missing_issued_at(claims: Claims, _context: IdTokenContext) -> Judgement:
    """The token does not say when it was issued: `iat` is absent or no number."""
    return _missing(claims, "iat")


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
    """The token was issued later than now, even with the leeway: this clock is behind, or the other one ahead."""
    issued = _moment(claims, "iat")
    if issued is None:
        return skipped("the token does not say when it was issued")
    expected = f"iat not after now ({_clock(context)})"
    actual = _seen("iat", issued, context.now)
    if issued <= context.now + context.leeway:
        return passed(expected, actual)
    if _milliseconds(issued, context):
        fix = "Let the identity provider write iat in seconds: divide by 1000."
        return failed(expected, f"iat {_whole(issued)}: most likely milliseconds", owner=Owner.IDP, fix=fix)
    return failed(expected, actual)


@rule(
    "IDT028",
    "not-yet-valid",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 4.1.5",
    owner=Owner.CLOCK,
    fix=_CLOCKS,
)
@on_claims
def not_yet_valid(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token is not good yet: its `nbf` is later than now, even with the leeway, or no number."""
    if "nbf" not in claims:
        return skipped("the token has no nbf")
    start = _moment(claims, "nbf")
    expected = f"nbf not after now ({_clock(context)})"
    if start is None:
        return failed(expected, _type_problem(claims, "nbf"), owner=Owner.IDP, fix="Send nbf as a number of seconds.")
    actual = _seen("nbf", start, context.now)
    return passed(expected, actual) if start <= context.now + context.leeway else failed(expected, actual)


@rule(
    "IDT029",
    "missing-auth-time",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.2.1",
    owner=Owner.IDP,
    fix="Let the identity provider send auth_time (a number of seconds) when max_age is asked for: it must.",
)
@on_claims
def missing_auth_time(claims: Claims, context: IdTokenContext) -> Judgement:
    """The request had `max_age`, but the token does not say when the user last authenticated."""
    if context.max_age is None:
        return skipped("no max_age was asked for")
    return _missing(claims, "auth_time")


@rule(
    "IDT030",
    "stale-authentication",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 13",
    owner=Owner.IDP,
    fix="Let the identity provider ask for the password again when the last time is longer ago than max_age.",
)
@on_claims
def stale_authentication(claims: Claims, context: IdTokenContext) -> Judgement:
    """The user authenticated longer ago than `max_age` allows, or, by the token, in the future."""
    if context.max_age is None:
        return skipped("no max_age was asked for")
    moment = _moment(claims, "auth_time")
    if moment is None:
        return skipped("the token has no auth_time")
    expected = f"auth_time within {context.max_age} s before now ({_clock(context)})"
    actual = _seen("auth_time", moment, context.now)
    if moment > context.now + context.leeway:
        return failed(expected, actual, owner=Owner.CLOCK, fix=_CLOCKS)
    return (
        passed(expected, actual)
        if context.now - moment <= context.max_age + context.leeway
        else failed(expected, actual)
    )


@rule(
    "IDT031",
    "odd-lifetime",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing has to be done. An ID token is read once, right after the login: minutes to a day are usual.",
)
@on_claims
def odd_lifetime(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token is issued for longer than 31 days, or expires before it was issued."""
    issued, expiry = _moment(claims, "iat"), _moment(claims, "exp")
    if issued is None or expiry is None:
        return skipped("the token lacks exp or iat")
    if _milliseconds(expiry, context) or _milliseconds(issued, context):
        return skipped("the times are in milliseconds")
    lifetime = expiry - issued
    expected, actual = "a lifetime of up to 31 days", f"{_whole(lifetime)} s"
    return passed(expected, actual) if 0 < lifetime <= 31 * _DAY else failed(expected, actual)
