"""That the request protects the login: state, nonce, PKCE."""

from __future__ import annotations

import math
import re

from ssocli.checks.authorization_request.context import AuthorizationRequestContext
from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.steps import Step
from ssocli.text import printable

# RFC 6749 10.10: the probability of guessing must be at most 2^-128.
_BITS = 128
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PLAIN_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@rule(
    "AREQ005",
    "missing-state-in-request",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 10.12; RFC 9700 2.1",
    owner=Owner.APP,
    fix="Send a fresh random state, bound to the browser, with every request.",
)
def missing_state_in_request(context: AuthorizationRequestContext) -> Judgement:
    """The request has no `state`: the response cannot be tied to this browser."""
    return _judge_presence(context, "state")


@rule(
    "AREQ006",
    "guessable-state",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 10.10 and 10.12",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Make the state of at least 128 random bits (22 characters of base64url).",
)
def guessable_state(context: AuthorizationRequestContext) -> Judgement:
    """The `state` is too short or too regular to be unguessable."""
    return _judge_length(context, "state")


@rule(
    "AREQ007",
    "missing-nonce-in-request",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1 (nonce) and 15.5.2",
    owner=Owner.APP,
    fix="Send a fresh random nonce, kept with the pending login, with every request.",
)
def missing_nonce_in_request(context: AuthorizationRequestContext) -> Judgement:
    """The request has no `nonce`: a replayed ID token would not be noticed."""
    if not context.openid:
        return skipped("plain OAuth 2.0 has no nonce")
    return _judge_presence(context, "nonce")


@rule(
    "AREQ008",
    "guessable-nonce",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 15.5.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Make the nonce of at least 128 random bits (22 characters of base64url).",
)
def guessable_nonce(context: AuthorizationRequestContext) -> Judgement:
    """The `nonce` is too short or too regular to be unguessable."""
    return _judge_length(context, "nonce")


@rule(
    "AREQ009",
    "missing-pkce",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.1.1; RFC 7636 4.3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Switch PKCE on (pkce = true): a stolen code is useless then. Providers that do not know it ignore it.",
)
def missing_pkce(context: AuthorizationRequestContext) -> Judgement:
    """The request has no PKCE code challenge."""
    return _judge_presence(context, "code_challenge")


@rule(
    "AREQ010",
    "plain-pkce",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 7636 4.2; RFC 9700 2.1.1",
    owner=Owner.APP,
    fix="Send code_challenge_method=S256; without it the method is plain, and the challenge gives the verifier away.",
)
def plain_pkce(context: AuthorizationRequestContext) -> Judgement:
    """The code challenge is not hashed (S256), so whoever sees the request can use the code."""
    if not context.first("code_challenge"):
        return skipped("there is no code challenge (AREQ009)")
    method = context.first("code_challenge_method")
    actual = "no code_challenge_method, which means plain" if method is None else printable(method, 40)
    return (passed if method == "S256" else failed)("S256", actual)


@rule(
    "AREQ011",
    "malformed-code-challenge",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 7636 4.2",
    owner=Owner.APP,
    fix="Send base64url, without padding, of the SHA-256 of the verifier.",
)
def malformed_code_challenge(context: AuthorizationRequestContext) -> Judgement:
    """The code challenge does not have the form that its method demands."""
    challenge = context.first("code_challenge")
    if not challenge:
        return skipped("there is no code challenge (AREQ009)")
    is_hashed = context.first("code_challenge_method") == "S256"
    expected = "43 characters of base64url" if is_hashed else "43 to 128 unreserved characters"
    if (_S256_CHALLENGE if is_hashed else _PLAIN_CHALLENGE).fullmatch(challenge):
        return passed(expected, f"{len(challenge)} characters")
    return failed(expected, f"{len(challenge)} characters, or others than these")


def _judge_presence(context: AuthorizationRequestContext, name: str) -> Judgement:
    found = context.first(name)
    return passed(name, f"{name}, {len(found)} characters") if found else failed(name, "none")


def _judge_length(context: AuthorizationRequestContext, name: str) -> Judgement:
    """Whether a value can hold 128 random bits, by its length and its alphabet. Its randomness cannot be seen."""
    value = context.first(name)
    if not value:
        return skipped(f"the request has no {name}")
    bits = _capacity(value)
    expected = f"room for {_BITS} random bits or more"
    return (passed if bits >= _BITS else failed)(expected, f"{len(value)} characters, at most {bits} bits")


def _capacity(value: str) -> int:
    """The most random bits that a text of these characters can hold."""
    if re.fullmatch(r"[0-9]+", value):
        alphabet = 10
    elif re.fullmatch(r"[0-9a-fA-F-]+", value):
        alphabet, value = 16, value.replace("-", "")
    else:
        alphabet = 64
    # Few different characters mean few bits, however long the text is.
    return math.floor(len(value) * math.log2(min(alphabet, 4 * max(1, len(set(value))))))
