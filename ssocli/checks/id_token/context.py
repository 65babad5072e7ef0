"""What is known when an ID token is judged, and the two preconditions that most rules share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ssocli.checks.check import Judgement, skipped
from ssocli.checks.jose import Parsed, Unparsable, parse_compact

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IdTokenContext:
    """An ID token, and what the client knows and asked for.

    `jwks` is the parsed JWK set document; `refetched` says that it was already fetched again because none of the
    kept keys fitted. `algorithms` are those the client accepts. `nonce`, `max_age` (seconds), `acr_values` and
    `hosted_domains` are what was asked for, None or empty if nothing was. `now` is in seconds since the epoch;
    `leeway`, in seconds, is the difference of clocks that is forgiven.
    """

    token: str
    jwks: Any
    issuer: str
    client_id: str
    now: float
    client_secret: str | None = None
    algorithms: tuple[str, ...] = ("RS256",)
    nonce: str | None = None
    access_token: str | None = None
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    acr_essential: bool = False
    hosted_domains: tuple[str, ...] = ()
    trusted_audiences: tuple[str, ...] = ()
    leeway: float = 60.0
    refetched: bool = False
    parsed: Parsed | Unparsable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parsed", parse_compact(self.token))


def on_jws(judge: Callable[[Parsed, IdTokenContext], Judgement]) -> Callable[[IdTokenContext], Judgement]:
    """Make a rule of the token's header or signature: skipped when the token is no JWS."""

    @functools.wraps(judge)
    def guarded(context: IdTokenContext) -> Judgement:
        if isinstance(context.parsed, Unparsable):
            return skipped("the token is no compact JWS, so there is no header to judge")
        return judge(context.parsed, context)

    return guarded


def on_claims(judge: Callable[[Claims, IdTokenContext], Judgement]) -> Callable[[IdTokenContext], Judgement]:
    """Make a rule of the token's claims: skipped when there are none to read."""

    @functools.wraps(judge)
    def guarded(context: IdTokenContext) -> Judgement:
        if isinstance(context.parsed, Unparsable) or context.parsed.claims is None:
            return skipped("the token could not be read, so there are no claims to judge")
        return judge(context.parsed.claims, context)

    return guarded
