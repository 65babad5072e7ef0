"""What the browser brings back from the identity provider: a code or an error, and whether it belongs to this login."""

from __future__ import annotations

import hmac
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.oauth_errors import AUTHORIZATION_ERRORS, meaning
from ssocli.steps import Step
from ssocli.text import difference, fingerprint, printable

Mode = Literal["query", "fragment", "form_post"]

_TOKENS = ("access_token", "id_token")


@dataclass(frozen=True, slots=True)
class AuthorizationResponseContext:
    """The parameters that arrived, in their order and with repetitions, and what the login expects.

    `state` is the one of this browser's login, None if no login is pending in it. `issuer` is the identity provider's
    (None for plain OAuth 2.0), `iss_advertised` its `authorization_response_iss_parameter_supported`.
    `wanted_mode` is the response mode asked for, `mode` the one by which the parameters arrived.
    """

    parameters: tuple[tuple[str, str], ...]
    state: str | None
    issuer: str | None = None
    iss_advertised: bool = False
    wanted_mode: Mode = "query"
    mode: Mode = "query"

    def parameter(self, name: str) -> str | None:
        """The first value of a parameter; None if it is absent."""
        return next((value for key, value in self.parameters if key == name), None)


@rule(
    "CB001",
    "authorization-error",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2.1",
    owner=Owner.IDP,
    fix="Look the code up in the identity provider's documentation.",
)
def authorization_error(context: AuthorizationResponseContext) -> Judgement:
    """The identity provider sends the browser back with an error instead of a code."""
    code = context.parameter("error")
    expected = "an authorization code"
    if code is None:
        return passed(expected, "no error")
    if _state_is_foreign(context):
        return skipped("an error without this login's state is not acted on")
    known = meaning(AUTHORIZATION_ERRORS, code)
    said = context.parameter("error_description")
    evidence = f"error_description: {printable(said, 300)}" if said else ""
    actual = f"error '{printable(code, 80)}': the identity provider says that {known.says}"
    return failed(expected, actual, evidence=evidence, owner=known.owner, fix=known.fix)


@rule(
    "CB002",
    "error-with-code",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2.1",
    owner=Owner.IDP,
    fix="Let the identity provider send either a code or an error.",
    severity=Severity.WARNING,
)
def error_with_code(context: AuthorizationResponseContext) -> Judgement:
    """Both a code and an error arrive. The error counts; the code is not redeemed."""
    if context.parameter("error") is None:
        return passed("a code or an error", "no error")
    both = context.parameter("code") is not None
    return (failed if both else passed)("a code or an error", "both" if both else "an error")


@rule(
    "CB003",
    "missing-code",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 4.1.2",
    owner=Owner.IDP,
    fix="Look at the callback's URL in the browser: if it carries nothing, a proxy or a redirect on the way cut the "
    "query; if it carries tokens, enable the code flow.",
)
def missing_code(context: AuthorizationResponseContext) -> Judgement:
    """Neither a code nor an error arrives at the callback."""
    if context.parameter("error") is not None:
        return skipped("the response is an error")
    if context.parameter("code"):
        return passed("an authorization code", "one")
    names = ", ".join(sorted({name for name, _ in context.parameters}))
    seen = "an empty code" if context.parameter("code") is not None else "no code"
    return failed("an authorization code", f"{seen}; the parameters are: {printable(names, 200) or 'none'}")


@rule(
    "CB004",
    "repeated-parameter",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 3.1",
    owner=Owner.IDP,
    fix="Let the identity provider send each parameter once. If the redirect URI has a query, it must not repeat them.",
)
def repeated_parameter(context: AuthorizationResponseContext) -> Judgement:
    """A parameter of the response arrives more than once: it is unclear which value counts."""
    repeated = [name for name, times in Counter(name for name, _ in context.parameters).items() if times > 1]
    if repeated:
        return failed("every parameter once", f"more than once: {printable(', '.join(repeated), 200)}")
    return passed("every parameter once", "so")


@rule(
    "CB005",
    "wrong-response-mode",
    step=Step.TOKEN_GENERATION,
    spec="OAuth 2.0 Multiple Response Type Encoding Practices 2.1",
    owner=Owner.IDP,
    fix="Set the response mode of this client at the identity provider to the one asked for, or ask for that one.",
)
def wrong_response_mode(context: AuthorizationResponseContext) -> Judgement:
    """The response comes in another way (query, fragment, form_post) than was asked for."""
    expected, actual = f"response mode {context.wanted_mode}", f"response mode {context.mode}"
    return (passed if context.mode == context.wanted_mode else failed)(expected, actual)


@rule(
    "CB006",
    "tokens-in-code-response",
    step=Step.TOKEN_GENERATION,
    spec="RFC 9700 2.1.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Switch the implicit and hybrid flows off for this client at the identity provider.",
)
def tokens_in_code_response(context: AuthorizationResponseContext) -> Judgement:
    """Tokens arrive through the browser although only a code was asked for. They are ignored, but they have leaked."""
    found = [name for name in _TOKENS if context.parameter(name) is not None]
    return failed("a code only", f"also {', '.join(found)}") if found else passed("a code only", "no tokens")


@rule(
    "CB007",
    "missing-response-state",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6749 4.1.2",
    owner=Owner.IDP,
    fix="Let the identity provider return state unchanged. If the login was started at the identity provider's portal, "
    "start it at the application instead.",
)
def missing_response_state(context: AuthorizationResponseContext) -> Judgement:
    """The response has no `state`, so it cannot be told whether this browser asked for it."""
    if context.parameter("state"):
        return passed("the state of the request", "a state")
    return failed("the state of the request", "none", evidence=_ignored_error(context))


@rule(
    "CB008",
    "wrong-state",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6749 10.12",
    owner=Owner.USER,
    fix="Start the login again, in one browser tab. If it stays: the browser must keep the session cookie on the way "
    "back (same host, cookies allowed, SameSite=None with form_post).",
)
def wrong_state(context: AuthorizationResponseContext) -> Judgement:
    """The response's `state` is not that of a login pending in this browser: old, of another tab, or forged."""
    seen = context.parameter("state")
    if not seen:
        return skipped("the response has no state")
    if context.state is None:
        return failed(
            "the state of a login pending in this browser",
            f"state {fingerprint(seen)}; no login is pending",
            evidence=_ignored_error(context),
        )
    expected, actual = f"state {fingerprint(context.state)}", f"state {fingerprint(seen)}"
    if not _state_is_foreign(context):
        return passed(expected, actual)
    return failed(expected, actual, evidence=_ignored_error(context))


@rule(
    "CB009",
    "missing-response-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9207 2.4",
    owner=Owner.IDP,
    fix="Let the identity provider send iss in its responses, or stop advertising "
    "authorization_response_iss_parameter_supported.",
)
def missing_response_issuer(context: AuthorizationResponseContext) -> Judgement:
    """The identity provider advertises that its responses carry `iss`, but this one does not.

    It may be the response of another one (a mix-up), so it is refused.
    """
    if not context.iss_advertised:
        return skipped("the identity provider does not advertise iss")
    seen = context.parameter("iss")
    return (failed if seen is None else passed)("iss in the response", "none" if seen is None else "present")


@rule(
    "CB010",
    "wrong-response-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9207 2.4",
    owner=Owner.IDP,
    fix="The response is of another identity provider than the one asked: do not redeem its code there. If the host is "
    "right, let the identity provider send the issuer exactly as in its metadata.",
)
def wrong_response_issuer(context: AuthorizationResponseContext) -> Judgement:
    """The response's `iss` is not the issuer that was asked: a mix-up of two identity providers."""
    seen = context.parameter("iss")
    if seen is None or context.issuer is None:
        return skipped("the response has no iss" if seen is None else "this provider has no issuer")
    expected, actual = f"iss {printable(context.issuer)}", f"iss {printable(seen)}"
    if seen == context.issuer:
        return passed(expected, actual)
    return failed(expected, actual, evidence=difference(context.issuer, seen))


def _state_is_foreign(context: AuthorizationResponseContext) -> bool:
    seen = context.parameter("state") or ""
    wanted = context.state or ""
    return not wanted or not hmac.compare_digest(
        seen.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass")
    )


def _ignored_error(context: AuthorizationResponseContext) -> str:
    """The error that came without this login's state: no reason to act, but maybe the reason for it all."""
    code = context.parameter("error")
    return "" if code is None else f"the response carries error '{printable(code, 80)}'"
