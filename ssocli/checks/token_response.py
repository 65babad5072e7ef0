"""The token response: tokens for the authorization code, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, type_name
from ssocli.checks.oauth_errors import explain_token_error
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import printable, shown

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class TokenResponseContext:
    """The response, the object in its body (JSON, or the form of an OAuth 2.0 provider), and what was asked for."""

    response: Response
    document: dict[str, Any] | None
    openid: bool = True
    scopes: tuple[str, ...] = ()

    @property
    def error(self) -> str | None:
        """The OAuth error code in the body, if there is one."""
        error = (self.document or {}).get("error")
        return error if isinstance(error, str) and error else None

    @property
    def has_success_status(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.response.status < 300

    @property
    def has_tokens(self) -> bool:
        """Whether the body carries a token."""
        return self.document is not None and any(name in self.document for name in ("access_token", "id_token"))

    @property
    def tokens(self) -> dict[str, Any] | None:
        """The body, if it is to be judged as a successful response; otherwise None."""
        return self.document if self.has_success_status and self.error is None else None


@rule(
    "TOK001",
    "token-error",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.2; OIDC Core 3.1.3.4",
    owner=Owner.APP,
    fix="Read the identity provider's log for this request.",
)
def token_error(context: TokenResponseContext) -> Judgement:
    """The identity provider refuses to exchange the code for tokens, and says why."""
    if context.error is None:
        return passed("tokens", "no error")
    if context.openid and context.has_success_status:
        return skipped("the error came with a success status (TOK002)")
    return _refused(context, "tokens")


@rule(
    "TOK002",
    "error-with-success-status",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.2",
    owner=Owner.IDP,
    fix="Let the identity provider answer errors with HTTP 400 or 401. A client has to look at the body first.",
)
def error_with_success_status(context: TokenResponseContext) -> Judgement:
    """The identity provider reports an error with HTTP 200: a careless client takes it for tokens."""
    if not context.openid:
        return skipped("OAuth 2.0 providers such as GitHub answer errors with HTTP 200 (TOK001)")
    if context.error is None:
        return passed("errors with HTTP 400 or 401", "no error")
    if context.has_success_status:
        return _refused(context, "errors with HTTP 400 or 401")
    return passed("errors with HTTP 400 or 401", f"HTTP {context.response.status}")


@rule(
    "TOK003",
    "tokens-with-error-status",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    fix="Let the identity provider answer success with HTTP 200. A client must not use tokens of a failed request.",
)
def tokens_with_error_status(context: TokenResponseContext) -> Judgement:
    """Tokens come with an error status."""
    expected = "tokens with HTTP 200 only"
    if context.has_tokens and not context.has_success_status and context.error is None:
        return failed(expected, f"tokens with HTTP {context.response.status}")
    return passed(expected, f"HTTP {context.response.status}")


@rule(
    "TOK004",
    "unexplained-token-error",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.2",
    owner=Owner.IDP,
    fix="Let the identity provider name the error in the member `error`; check that the URL is the token endpoint.",
)
def unexplained_token_error(context: TokenResponseContext) -> Judgement:
    """The token request fails, and the JSON answer does not name an OAuth error."""
    expected = "an `error` in every error response"
    if context.document is None or context.has_success_status or context.has_tokens:
        return skipped("there is no error response to judge")
    if context.error is not None:
        return passed(expected, printable(context.error, 80))
    names = ", ".join(context.document)
    return failed(expected, f"HTTP {context.response.status}; members: {printable(names) or 'none'}")


@rule(
    "TOK005",
    "missing-access-token",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1; OIDC Core 3.1.3.3",
    owner=Owner.IDP,
    fix="Let the identity provider put the access token in access_token, as a string.",
)
def missing_access_token(context: TokenResponseContext) -> Judgement:
    """The response has no access token."""
    return _judge_token(context, "access_token")


@rule(
    "TOK006",
    "wrong-token-type",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1 and 7.1; OIDC Core 3.1.3.3",
    owner=Owner.IDP,
    fix="Let the identity provider issue bearer tokens to this client and say so (token_type Bearer).",
)
def wrong_token_type(context: TokenResponseContext) -> Judgement:
    """The access token is of a type that the client cannot use, or the type is missing. Case does not matter."""
    if context.tokens is None:
        return skipped("there is no successful response to judge")
    kind = context.tokens.get("token_type")
    if isinstance(kind, str) and kind.lower() == "bearer":
        return passed("token_type Bearer", printable(kind))
    return failed("token_type Bearer", shown(kind, 80) if "token_type" in context.tokens else "no token_type")


@rule(
    "TOK007",
    "malformed-expires-in",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1 (expires_in)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider write expires_in as a positive number of seconds.",
)
def malformed_expires_in(context: TokenResponseContext) -> Judgement:
    """The access token's lifetime is no positive number. Many clients stumble over a string; absent it may be."""
    if context.tokens is None or "expires_in" not in context.tokens:
        return skipped("there is no lifetime to judge")
    seconds = context.tokens["expires_in"]
    expected = "expires_in, a positive number of seconds"
    if context.response.media_type == FORM and isinstance(seconds, str) and seconds.isdecimal():
        return passed(expected, printable(seconds, 40))
    if not is_number(seconds):
        return failed(expected, f"{shown(seconds, 80)} ({type_name(seconds)})")
    return passed(expected, shown(seconds, 40)) if seconds > 0 else failed(expected, shown(seconds, 40))


@rule(
    "TOK008",
    "missing-id-token",
    step=Step.TOKEN_GENERATION,
    spec="OIDC Core 3.1.3.3",
    owner=Owner.IDP,
    fix="Ask for the scope openid and let the identity provider know this client as an OpenID client.",
)
def missing_id_token(context: TokenResponseContext) -> Judgement:
    """OpenID Connect was asked for, and the response has no ID token."""
    if not context.openid:
        return skipped("plain OAuth 2.0 has no ID token")
    return _judge_token(context, "id_token")


@rule(
    "TOK009",
    "wrong-content-type",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider answer with Content-Type application/json; strict clients reject anything else.",
)
def wrong_content_type(context: TokenResponseContext) -> Judgement:
    """The tokens come with another media type than JSON's."""
    found = context.response.media_type
    if context.document is None:
        return skipped("the response could not be read")
    if found == "application/json":
        return passed("application/json", found)
    actual = printable(found, 80) or "no Content-Type"
    if not context.openid and found == FORM:
        return failed("application/json", f"{actual}, as older OAuth 2.0 providers answer", severity=Severity.INFO)
    return failed("application/json", actual)


@rule(
    "TOK010",
    "cacheable-token-response",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider send Cache-Control: no-store with every response that carries tokens.",
)
def cacheable_token_response(context: TokenResponseContext) -> Judgement:
    """The response with the tokens may be stored by caches on the way."""
    if not context.has_tokens:
        return skipped("the response carries no tokens")
    if not context.openid:
        return skipped("plain OAuth 2.0 providers such as GitHub do without it")
    found = context.response.header("Cache-Control")
    directives = {directive.strip().lower() for directive in (found or "").split(",")}
    if "no-store" in directives:
        return passed("Cache-Control: no-store", printable(found or ""))
    return failed("Cache-Control: no-store", printable(found, 80) if found else "no Cache-Control")


@rule(
    "TOK011",
    "reduced-scope",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 3.3 and 5.1 (scope)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Grant the client the missing scopes at the identity provider, or do not ask for them.",
)
def reduced_scope(context: TokenResponseContext) -> Judgement:
    """Fewer scopes were granted than asked for: claims or calls behind the others will be missing."""
    scope = (context.tokens or {}).get("scope")
    if not isinstance(scope, str) or not context.scopes:
        return skipped("the response names no scope, which means: as asked for")
    granted = scope.replace(",", " ").split()  # GitHub separates by commas
    # offline_access is about the refresh token, which a login does not need; many providers leave it out here.
    missing = [wanted for wanted in context.scopes if wanted not in granted and wanted != "offline_access"]
    expected = f"scope {' '.join(context.scopes)}"
    if not missing:
        return passed(expected, printable(scope))
    return failed(expected, f"without {' '.join(missing)}: {printable(scope) or 'none'}")


@rule(
    "TOK012",
    "malformed-access-token",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 A.12; RFC 6750 2.1",
    owner=Owner.IDP,
    fix="Let the identity provider issue access tokens of printable ASCII: nothing else can be sent in a header.",
)
def malformed_access_token(context: TokenResponseContext) -> Judgement:
    """The access token has characters that no token may have (control characters, line ends, letters beyond ASCII)."""
    token = (context.tokens or {}).get("access_token")
    if not isinstance(token, str) or not token:
        return skipped("there is no access token to judge (TOK005)")
    expected = "printable ASCII characters"
    foreign = next((character for character in token if not " " <= character <= "~"), None)
    return passed(expected, "no others") if foreign is None else failed(expected, f"U+{ord(foreign):04X} in it")


def _refused(context: TokenResponseContext, expected: str) -> Judgement:
    document = context.document or {}
    known = explain_token_error(context.error or "")
    said = document.get("error_description")
    description = f": {printable(said)}" if isinstance(said, str) and said else ""
    actual = f"{printable(context.error or '', 80)}{description} (HTTP {context.response.status})"
    return failed(expected, actual, evidence=known.meaning, owner=known.owner, fix=known.fix)


def _judge_token(context: TokenResponseContext, name: str) -> Judgement:
    """Whether a token is there as a string. Its value is never shown."""
    if context.tokens is None:
        return skipped("there is no successful response to judge")
    expected = f"{name}, a string"
    token = context.tokens.get(name)
    if isinstance(token, str) and token:
        return passed(expected, f"{len(token)} characters")
    if name not in context.tokens:
        return failed(expected, f"no {name}")
    return failed(expected, "an empty string" if token == "" else type_name(token))
