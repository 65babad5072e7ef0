"""What the token endpoint answers: an error of OAuth's, or the tokens, in the form that RFC 6749 5 prescribes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, type_name
from ssocli.checks.oauth_errors import TOKEN_ERRORS, meaning
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable, shown

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class TokenResponseContext:
    """The token endpoint's response, its decoded body, and what was asked for.

    `document` is the JSON value, or the dict made of a form's pairs (GitHub's encoding, accepted when `form_allowed`);
    None if the body could not be decoded. `openid`: an ID token is expected. `scopes` are those asked for.
    """

    response: Response
    document: Any
    openid: bool = True
    scopes: tuple[str, ...] = ()
    form_allowed: bool = False


Members = dict[str, Any]


def _on_tokens(
    judge: Callable[[Members, TokenResponseContext], Judgement],
) -> Callable[[TokenResponseContext], Judgement]:
    """Make a rule of a successful response: skipped when it is an error, or could not be read."""

    @functools.wraps(judge)
    def guarded(context: TokenResponseContext) -> Judgement:
        if not isinstance(context.document, dict):
            return skipped("the body is no JSON object")
        if "error" in context.document:
            return skipped("the response is an error")
        if not 200 <= context.response.status < 300:
            return skipped(f"the response is an HTTP {context.response.status}")
        return judge(context.document, context)

    return guarded


@rule(
    "TOK001",
    "token-error",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.2",
    owner=Owner.IDP,
    fix="Look the code up in the identity provider's documentation.",
)
def token_error(context: TokenResponseContext) -> Judgement:
    """The token endpoint refuses to give tokens for the code, and says why with an error code."""
    if not isinstance(context.document, dict):
        return skipped("the body is no JSON object")
    if "error" not in context.document:
        return passed("tokens", "no error")
    code = context.document["error"]
    if not isinstance(code, str):
        return failed("tokens", f"error is {type_name(code)} (HTTP {context.response.status})")
    known = meaning(TOKEN_ERRORS, code)
    said = context.document.get("error_description")
    actual = f"error '{printable(code, 80)}' (HTTP {context.response.status}): it says that {known.says}"
    evidence = f"error_description: {printable(said, 300)}" if isinstance(said, str) else ""
    return failed("tokens", actual, evidence=evidence, owner=known.owner, fix=known.fix)


@rule(
    "TOK002",
    "error-with-success-status",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the token endpoint answer errors with HTTP 400 (401 for invalid_client).",
)
def error_with_success_status(context: TokenResponseContext) -> Judgement:
    """An error comes with HTTP 200. It is an error all the same; clients that look at the status only miss it.

    GitHub does so; for a provider whose form encoding is accepted it is only worth knowing.
    """
    if not isinstance(context.document, dict) or "error" not in context.document:
        return skipped("the response is no error")
    status = context.response.status
    if status >= 400:
        return passed("HTTP 400 or 401 with an error", f"HTTP {status}")
    severity = Severity.INFO if context.form_allowed else Severity.WARNING
    return failed("HTTP 400 or 401 with an error", f"HTTP {status}", severity=severity)


@rule(
    "TOK003",
    "tokens-with-error-status",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    fix="Let the token endpoint answer tokens with HTTP 200. A gateway may have changed the status.",
)
def tokens_with_error_status(context: TokenResponseContext) -> Judgement:
    """Tokens come with an error status. They are not used: something on the server side went wrong."""
    if not isinstance(context.document, dict) or "error" in context.document:
        return skipped("the response holds no tokens")
    status = context.response.status
    if 200 <= status < 300:
        return passed("HTTP 200 with tokens", f"HTTP {status}")
    if not {"access_token", "id_token"} & context.document.keys():
        return skipped("the response holds no tokens")
    return failed("HTTP 200 with tokens", f"HTTP {status}")


@rule(
    "TOK004",
    "missing-access-token",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    fix="Let the token endpoint return access_token as a string.",
)
@_on_tokens
def missing_access_token(members: Members, _context: TokenResponseContext) -> Judgement:
    """The response has no access token, or one that is no string."""
    return _nonempty_string(members, "access_token")


@rule(
    "TOK005",
    "missing-token-type",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    fix="Let the token endpoint return token_type Bearer.",
)
@_on_tokens
def missing_token_type(members: Members, _context: TokenResponseContext) -> Judgement:
    """The response does not say how the access token is to be used."""
    return _nonempty_string(members, "token_type")


@rule(
    "TOK006",
    "unsupported-token-type",
    step=Step.TOKEN_GENERATION,
    spec="OIDC Core 3.1.3.3",
    owner=Owner.IDP,
    fix="Let the identity provider issue bearer tokens to this client (no DPoP, no MAC).",
)
@_on_tokens
def unsupported_token_type(members: Members, _context: TokenResponseContext) -> Judgement:
    """The token type is not Bearer (in whatever case), so this client must not use the token (RFC 6749 7.1)."""
    value = members.get("token_type")
    if not isinstance(value, str) or not value:
        return skipped("there is no token_type")
    actual = f"token_type {printable(value, 60)}"
    return (passed if value.lower() == "bearer" else failed)("token_type Bearer", actual)


@rule(
    "TOK007",
    "malformed-expires-in",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the token endpoint return expires_in as a positive JSON number of seconds.",
)
@_on_tokens
def malformed_expires_in(members: Members, context: TokenResponseContext) -> Judgement:
    """The access token's lifetime is no positive number; clients fail on a string, or hold the token for expired."""
    if members.get("expires_in") is None:
        return skipped("there is no expires_in, which is allowed")
    value = members["expires_in"]
    if isinstance(value, str) and context.response.media_type == _FORM:
        good = value.isascii() and value.isdigit() and int(value[:18]) > 0
    else:
        good = is_number(value) and value > 0
    return (passed if good else failed)("expires_in as a positive number of seconds", shown(value, 60))


@rule(
    "TOK008",
    "missing-id-token",
    step=Step.TOKEN_GENERATION,
    spec="OIDC Core 3.1.3.3",
    owner=Owner.IDP,
    fix="Register the application as an OpenID Connect client, not a plain OAuth 2.0 one, and allow it the scope "
    "openid; then check that openid is in the request.",
)
@_on_tokens
def missing_id_token(members: Members, context: TokenResponseContext) -> Judgement:
    """The scope `openid` was asked for, but there is no ID token, or one that is no string."""
    if not context.openid:
        return skipped("no ID token is expected of this provider")
    return _nonempty_string(members, "id_token")


@rule(
    "TOK009",
    "wrong-content-type",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the token endpoint send Content-Type: application/json.",
)
@_on_tokens
def wrong_content_type(_members: Members, context: TokenResponseContext) -> Judgement:
    """The response is not labelled as JSON. GitHub sends a form unless asked for JSON; that is worth knowing only."""
    media_type = context.response.media_type
    if media_type == "application/json" or media_type.endswith("+json"):
        return passed("Content-Type application/json", media_type)
    if media_type == _FORM:
        severity = Severity.INFO if context.form_allowed else Severity.ERROR
        return failed("Content-Type application/json", media_type, severity=severity)
    return failed("Content-Type application/json", printable(media_type, 80) or "none")


@rule(
    "TOK010",
    "cacheable-token-response",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the token endpoint send Cache-Control: no-store.",
)
@_on_tokens
def cacheable_token_response(_members: Members, context: TokenResponseContext) -> Judgement:
    """The response with the tokens may be cached by what stands between: the next user could get them."""
    value = ", ".join(text for name, text in context.response.headers if name.lower() == "cache-control")
    directives = {part.split("=")[0].strip().lower() for part in value.split(",")}
    actual = f"Cache-Control {printable(value, 100)}" if value else "no Cache-Control"
    return (passed if "no-store" in directives else failed)("Cache-Control no-store", actual)


@rule(
    "TOK011",
    "reduced-scope",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 3.3",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="If claims are missing later, allow this client the missing scopes at the identity provider.",
)
@_on_tokens
def reduced_scope(members: Members, context: TokenResponseContext) -> Judgement:
    """The tokens are good for fewer scopes than were asked for. Without `openid` among them it is a warning."""
    value = members.get("scope")
    if not isinstance(value, str) or not context.scopes:
        return skipped("the response has no scope: it is as asked for")
    # GitHub separates scopes by commas, and an implied one is not listed again.
    granted = set(value.replace(",", " ").split())
    missing = [scope for scope in context.scopes if scope not in granted]
    expected, actual = f"scope {' '.join(context.scopes)}", f"scope {printable(value, 200)}"
    if not missing:
        return passed(expected, actual)
    severity = Severity.WARNING if "openid" in missing else Severity.INFO
    return failed(expected, actual, evidence=f"not granted: {' '.join(missing)}", severity=severity)


def _nonempty_string(members: Members, name: str) -> Judgement:
    expected = f"{name} as a string"
    if name not in members:
        return failed(expected, f"no {name}")
    value = members[name]
    if not isinstance(value, str):
        return failed(expected, f"{name} is {type_name(value)}")
    return passed(expected, "it is") if value else failed(expected, f"{name} is empty")
