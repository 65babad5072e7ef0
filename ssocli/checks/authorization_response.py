"""The authorization response: what the identity provider sent back to the redirect URI by way of the browser.

Secrets (code, state) are never shown, only their fingerprints.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.oauth_errors import explain_authorization_error
from ssocli.steps import Step
from ssocli.text import difference, fingerprint, printable


@dataclass(frozen=True, slots=True)
class AuthorizationResponseContext:
    """The parameters as they arrived, in order and with repetitions, and the way they came (`mode`).

    Modes are `query`, `fragment` and `form_post`. `expected_state` is the state of the login that this browser
    started, None if it started none. `expired_after` is how many seconds that login waited, if it gave up before the
    response came; None otherwise. `iss_advertised`: the metadata says that `iss` is sent (RFC 9207 3).
    """

    parameters: tuple[tuple[str, str], ...]
    mode: str
    expected_state: str | None
    issuer: str | None = None
    iss_advertised: bool = False
    expected_mode: str = "query"
    expired_after: float | None = None

    def first(self, name: str) -> str | None:
        """The first value of a parameter, None if it is absent."""
        return next((value for key, value in self.parameters if key == name), None)


@rule(
    "CB001",
    "authorization-error",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2.1; OIDC Core 3.1.2.6",
    owner=Owner.IDP,
    fix="Read the identity provider's log for this request.",
)
def authorization_error(context: AuthorizationResponseContext) -> Judgement:
    """The identity provider sends the user back with an error instead of a code."""
    error = context.first("error")
    if error is None:
        return passed("no error", "no error")
    if context.first("code") is not None:
        return skipped("error and code came together (CB002)")
    known = explain_authorization_error(error)
    return failed(
        "an authorization code", _described(context), evidence=known.meaning, owner=known.owner, fix=known.fix
    )


@rule(
    "CB002",
    "error-and-code",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="RFC 6749 4.1.2 and 4.1.2.1",
    owner=Owner.IDP,
    fix="The identity provider must send one of the two. A client has to take it as an error and not use the code.",
)
def error_and_code(context: AuthorizationResponseContext) -> Judgement:
    """The response carries an error and a code at once."""
    if context.first("error") is not None and context.first("code") is not None:
        return failed("either a code or an error", f"a code, and {_described(context)}")
    return passed("either a code or an error", "not both")


@rule(
    "CB003",
    "missing-code",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 4.1.2",
    owner=Owner.IDP,
    fix="Start the login at the application. If it was, look in the identity provider's log (response_type code?) "
    "and for a proxy that drops the query.",
)
def missing_code(context: AuthorizationResponseContext) -> Judgement:
    """The response has no authorization code (or an empty one), nor an error."""
    if context.first("error") is not None:
        return skipped("the response is an error (CB001)")
    if _is_misdirected(context):
        return skipped("the response came in another mode (CB005)")
    if code := context.first("code"):
        return passed("a code", f"a code of {len(code)} characters")
    names = ", ".join(dict.fromkeys(printable(name, 40) for name, _ in context.parameters))
    return failed(
        "a code", "an empty code" if context.first("code") == "" else f"no code; parameters: {names or 'none'}"
    )


@rule(
    "CB004",
    "repeated-response-parameter",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 3.1",
    owner=Owner.IDP,
    fix="The identity provider must send each parameter once. If it did, somebody added one on the way: start afresh.",
)
def repeated_response_parameter(context: AuthorizationResponseContext) -> Judgement:
    """A parameter of the response stands twice: two readers may take two different values."""
    names = [name for name, _ in context.parameters]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        return failed("every parameter once", f"more than once: {printable(', '.join(repeated))}")
    return passed("every parameter once", "no repetitions")


@rule(
    "CB005",
    "unexpected-response-mode",
    step=Step.TOKEN_GENERATION,
    spec="OAuth 2.0 Multiple Response Types 2.1; Form Post Response Mode 2",
    owner=Owner.IDP,
    fix="Make the two agree: the response mode that the application asks for, and the one of the client at the "
    "identity provider.",
)
def unexpected_response_mode(context: AuthorizationResponseContext) -> Judgement:
    """The response comes in another way (query, fragment, form post) than was asked for."""
    if _is_misdirected(context):
        return failed(context.expected_mode, context.mode)
    if not context.parameters:
        return skipped("nothing came")
    return passed(context.expected_mode, context.mode)


@rule(
    "CB006",
    "token-in-authorization-response",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 4.1.2; RFC 9700 2.1.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Turn the implicit and hybrid flows off for this client: tokens in URLs end in histories and logs.",
)
def token_in_authorization_response(context: AuthorizationResponseContext) -> Judgement:
    """The response of the code flow carries a token that nobody asked for; it is ignored."""
    found = [name for name in ("access_token", "id_token", "refresh_token") if context.first(name) is not None]
    if found:
        return failed("a code and no token", f"{' and '.join(found)} in the {context.mode}")
    return passed("a code and no token", "no token")


@rule(
    "CB007",
    "missing-state",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6749 4.1.2 and 10.12",
    owner=Owner.IDP,
    fix="Start the login at the application. If it was, the identity provider must send the state back unchanged.",
)
def missing_state(context: AuthorizationResponseContext) -> Judgement:
    """The response has no `state`: it cannot be told from one that an attacker slipped to the user (CSRF)."""
    if not context.parameters or _is_misdirected(context):
        return skipped("no response came in the mode asked for (CB003, CB005)")
    if context.first("state"):
        return passed("the state that was sent", "a state")
    return failed("the state that was sent", "no state" if context.first("state") is None else "an empty state")


@rule(
    "CB008",
    "wrong-state",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6749 10.12; RFC 9700 4.7",
    owner=Owner.USER,
    fix="Start the login again, in this browser, and finish it there: it was finished already, or begun elsewhere. "
    "If nobody began it, somebody tried to log this user in as another.",
)
def wrong_state(context: AuthorizationResponseContext) -> Judgement:
    """The `state` is not that of a login which this browser began and did not finish yet."""
    state = context.first("state")
    if not state or _is_misdirected(context):
        return skipped("there is no state to compare (CB007)")
    if context.expired_after is not None:
        return skipped("the state is that of a login that waited no longer (CB011)")
    if context.expected_state is None:
        return failed("a login that this browser began", f"none for the state {fingerprint(state)}")
    expected = f"the state {fingerprint(context.expected_state)}"
    return passed(expected, "the same") if state == context.expected_state else failed(expected, fingerprint(state))


@rule(
    "CB009",
    "missing-response-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9207 2.4",
    owner=Owner.IDP,
    fix="Let the identity provider send iss as its metadata promises (authorization_response_iss_parameter_supported).",
)
def missing_response_issuer(context: AuthorizationResponseContext) -> Judgement:
    """The response does not say who sent it (`iss`), though the identity provider's metadata promises that."""
    if not context.iss_advertised:
        return skipped("the identity provider does not promise iss")
    if not context.parameters or _is_misdirected(context):
        return skipped("no response came in the mode asked for (CB003, CB005)")
    return failed("iss", "no iss") if context.first("iss") is None else passed("iss", "an iss")


@rule(
    "CB010",
    "wrong-response-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9207 2.4; RFC 9700 4.4",
    owner=Owner.IDP,
    fix="Do not use the code: another identity provider sent it (mix-up). If the two are meant to be the same, "
    "let the identity provider write its issuer in one way everywhere.",
)
def wrong_response_issuer(context: AuthorizationResponseContext) -> Judgement:
    """The response says (`iss`) that another identity provider sent it than the one that the login was begun with."""
    issuer = context.first("iss")
    if issuer is None or context.issuer is None:
        return skipped("the response names no issuer, or none is configured")
    if issuer == context.issuer:
        return passed(printable(context.issuer), printable(issuer))
    return failed(printable(context.issuer), printable(issuer), evidence=difference(context.issuer, issuer))


@rule(
    "CB011",
    "expired-login",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 9700 4.7",
    owner=Owner.USER,
    fix="Start the login again and finish it without a long pause at the identity provider.",
)
def expired_login(context: AuthorizationResponseContext) -> Judgement:
    """The response belongs to a login that this browser began, but the application waits for it no longer.

    Users see it after a break at the identity provider's page (a forgotten phone, an installation of an
    authenticator), or when they come back to an old tab.
    """
    expected = "a response while the application waits for it"
    if context.expired_after is not None:
        return failed(expected, f"one {context.expired_after / 60:.0f} minutes after the login began")
    if context.expected_state is None:
        return skipped("no login of this browser has this state (CB008)")
    return passed(expected, "in time")


def _is_misdirected(context: AuthorizationResponseContext) -> bool:
    return bool(context.parameters) and context.mode != context.expected_mode


def _described(context: AuthorizationResponseContext) -> str:
    """The error as the identity provider put it: `access_denied: the user said no`."""
    error = printable(context.first("error") or "(empty)", 80)
    description = context.first("error_description")
    return f"{error}: {printable(description)}" if description else error
