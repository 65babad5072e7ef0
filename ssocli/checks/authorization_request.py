"""The request that sends the browser to the identity provider: our own work, judged before anybody else can."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.loopback import is_loopback
from ssocli.steps import Step
from ssocli.text import difference, fingerprint, printable

# base64url of 128 bits has 22 characters.
_RANDOM_LENGTH = 22
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRETS = ("client_secret", "password", "access_token", "refresh_token", "code_verifier")
_PROMPTS = ("none", "login", "consent", "select_account", "create")


@dataclass(frozen=True, slots=True)
class AuthorizationRequestContext:
    """The URL the browser is sent to, and the authorization endpoint as it was discovered or configured.

    `openid`: an ID token is expected; `pkce`: the client means to use PKCE.
    """

    url: str
    endpoint: str
    openid: bool = True
    pkce: bool = True
    pairs: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", _query(self.url))

    def parameter(self, name: str) -> str:
        """The first value of a parameter; empty if it is absent."""
        return next((value for key, value in self.pairs if key == name), "")


def _query(url: str) -> tuple[tuple[str, str], ...]:
    query = url.partition("#")[0].partition("?")[2]
    try:
        return tuple(parse_qsl(query, keep_blank_values=True))
    except ValueError:
        return ()


@rule(
    "AREQ001",
    "wrong-response-type",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 4.1.1",
    owner=Owner.APP,
    fix="Send response_type=code.",
)
def wrong_response_type(context: AuthorizationRequestContext) -> Judgement:
    """The request does not ask for an authorization code: tokens would pass through the browser, or nothing comes."""
    value = context.parameter("response_type")
    actual = f"response_type {printable(value, 60)}" if value else "no response_type"
    return (passed if value == "code" else failed)("response_type code", actual)


@rule(
    "AREQ002",
    "missing-client-id",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 4.1.1",
    owner=Owner.APP,
    fix="Send the client id that the identity provider gave to this application.",
)
def missing_client_id(context: AuthorizationRequestContext) -> Judgement:
    """The request does not say which client it comes from."""
    value = context.parameter("client_id")
    return passed("a client_id", printable(value, 80)) if value.strip() else failed("a client_id", "none")


@rule(
    "AREQ003",
    "unusable-redirect-uri",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 3.1.2",
    owner=Owner.APP,
    fix="Send the absolute callback URL, without a fragment, exactly as it is registered at the identity provider.",
)
def unusable_redirect_uri(context: AuthorizationRequestContext) -> Judgement:
    """The redirect URI is absent, relative or has a fragment: no identity provider can register or use it."""
    value = context.parameter("redirect_uri")
    if not value:
        return failed("an absolute redirect_uri without fragment", "none")
    try:
        parts = urlsplit(value)
    except ValueError:
        return failed("an absolute redirect_uri without fragment", printable(value))
    good = bool(parts.scheme and parts.netloc) and "#" not in value
    return (passed if good else failed)("an absolute redirect_uri without fragment", printable(value))


@rule(
    "AREQ004",
    "insecure-redirect-uri",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.6",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Serve the callback by https. Behind a proxy, tell the application its public URL.",
)
def insecure_redirect_uri(context: AuthorizationRequestContext) -> Judgement:
    """The code comes back over plain http, where everybody on the way can read it. Loopback is no danger."""
    value = context.parameter("redirect_uri")
    if not value.startswith("http://"):
        return skipped("the redirect URI is no plain http URL")
    return (passed if is_loopback(value) else failed)("https, or http on loopback", printable(value))


@rule(
    "AREQ005",
    "missing-openid-scope",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1",
    owner=Owner.APP,
    fix="Add openid to `scopes`.",
)
def missing_openid_scope(context: AuthorizationRequestContext) -> Judgement:
    """The scope lacks `openid`, so this is no OpenID Connect request and no ID token will come."""
    if not context.openid:
        return skipped("no ID token is expected of this provider")
    value = context.parameter("scope")
    actual = f"scope '{printable(value)}'" if value else "no scope"
    return (passed if "openid" in value.split(" ") else failed)("a scope with openid", actual)


@rule(
    "AREQ006",
    "missing-state",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 10.12",
    owner=Owner.APP,
    fix="Send a fresh random state with every request and bind it to the browser's session.",
)
def missing_state(context: AuthorizationRequestContext) -> Judgement:
    """The request has no `state`: an attacker can log a victim in to the attacker's account."""
    value = context.parameter("state")
    return passed("a state", fingerprint(value)) if value else failed("a state", "none")


@rule(
    "AREQ007",
    "short-state",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 10.10",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Make the state of at least 128 random bits: 22 characters of base64url.",
)
def short_state(context: AuthorizationRequestContext) -> Judgement:
    """The `state` is too short to hold 128 random bits, so it may be guessed."""
    value = context.parameter("state")
    if not value:
        return skipped("there is no state")
    good = len(value) >= _RANDOM_LENGTH
    return (passed if good else failed)(f"a state of {_RANDOM_LENGTH} characters or more", f"{len(value)}")


@rule(
    "AREQ008",
    "missing-request-nonce",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 15.5.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Send a fresh random nonce of 22 characters or more and compare it with the ID token's.",
)
def missing_request_nonce(context: AuthorizationRequestContext) -> Judgement:
    """The request has no `nonce`, or a short one: an ID token of another login cannot be told from this one's."""
    if not context.openid:
        return skipped("no ID token is expected of this provider")
    value = context.parameter("nonce")
    expected = f"a nonce of {_RANDOM_LENGTH} characters or more"
    return (passed if len(value) >= _RANDOM_LENGTH else failed)(expected, f"{len(value)}" if value else "none")


@rule(
    "AREQ009",
    "missing-pkce",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.1.1",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Switch `pkce` on in the provider's configuration.",
)
def missing_pkce(context: AuthorizationRequestContext) -> Judgement:
    """The request has no PKCE challenge: a stolen or injected code can be used."""
    if context.parameter("code_challenge"):
        return passed("a code_challenge", "present")
    if not context.pkce:
        return skipped("PKCE is switched off in the configuration")
    return failed("a code_challenge", "none")


@rule(
    "AREQ010",
    "malformed-pkce",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 7636 4.3",
    owner=Owner.APP,
    fix="Send code_challenge_method=S256 and as code_challenge the base64url SHA-256 of the verifier: 43 characters, "
    "no padding.",
)
def malformed_pkce(context: AuthorizationRequestContext) -> Judgement:
    """The PKCE challenge is not made with S256, or is no SHA-256 in base64url."""
    challenge = context.parameter("code_challenge")
    method = context.parameter("code_challenge_method")
    if not challenge:
        return skipped("there is no code_challenge")
    if method != "S256":
        return failed("code_challenge_method S256", printable(method, 40) or "none, which means plain")
    if not _CHALLENGE.fullmatch(challenge):
        return failed("a code_challenge of 43 base64url characters", f"{len(challenge)} characters, or others")
    return passed("code_challenge_method S256 and 43 base64url characters", "so")


@rule(
    "AREQ011",
    "secret-in-request",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 2.3.1",
    owner=Owner.APP,
    fix="Take it out of the URL and change it: it stands in histories, logs and Referer headers now.",
)
def secret_in_request(context: AuthorizationRequestContext) -> Judgement:
    """The URL that the browser is sent to carries a secret."""
    found = [name for name in _SECRETS if context.parameter(name)]
    return failed("no secret in the URL", ", ".join(found)) if found else passed("no secret in the URL", "none")


@rule(
    "AREQ012",
    "contradictory-prompt",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1",
    owner=Owner.APP,
    fix="Send prompt=none alone, or the others without none; max_age as a whole number of seconds.",
)
def contradictory_prompt(context: AuthorizationRequestContext) -> Judgement:
    """The request says `prompt=none` and another prompt at once, or a `max_age` that is no number of seconds."""
    prompts = context.parameter("prompt").split()
    max_age = context.parameter("max_age")
    if "none" in prompts and len(prompts) > 1:
        return failed("prompt none alone", f"prompt {printable(' '.join(prompts), 80)}")
    if max_age and not (max_age.isascii() and max_age.isdigit()):
        return failed("max_age as a whole number of seconds", printable(max_age, 40))
    if not prompts and not max_age:
        return skipped("neither prompt nor max_age is sent")
    return passed("a prompt and a max_age that make sense", "they do")


@rule(
    "AREQ013",
    "repeated-request-parameter",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 3.1",
    owner=Owner.APP,
    fix="Send every parameter once: look for one that both the endpoint's own query and the configuration add.",
)
def repeated_request_parameter(context: AuthorizationRequestContext) -> Judgement:
    """A parameter stands in the request more than once; identity providers refuse that or take the other value."""
    # RFC 8707 2 and RFC 8693 2.1 let resource and audience be repeated.
    repeated = [
        name
        for name, times in Counter(name for name, _ in context.pairs).items()
        if times > 1 and name not in {"resource", "audience"}
    ]
    if repeated:
        return failed("every parameter once", printable(", ".join(repeated)))
    return passed("every parameter once", "so")


@rule(
    "AREQ014",
    "changed-authorization-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 3.1",
    owner=Owner.APP,
    fix="Send the browser to the authorization endpoint as published, keep its query and add the parameters with &.",
)
def changed_authorization_endpoint(context: AuthorizationRequestContext) -> Judgement:
    """The request goes to another address than the authorization endpoint, or drops the endpoint's own query."""
    wanted = context.endpoint.partition("#")[0].partition("?")[0]
    seen = context.url.partition("#")[0].partition("?")[0]
    if wanted != seen:
        return failed(printable(wanted), printable(seen), evidence=difference(wanted, seen))
    lost = [name for name, value in _query(context.endpoint) if (name, value) not in context.pairs]
    if lost:
        return failed("the endpoint's own query kept", f"without {printable(', '.join(lost))}")
    return passed(printable(wanted), "so")


@rule(
    "AREQ015",
    "unknown-prompt",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Check the word against the identity provider's documentation.",
)
def unknown_prompt(context: AuthorizationRequestContext) -> Judgement:
    """A prompt value is sent that OpenID Connect does not define."""
    prompts = context.parameter("prompt").split()
    if not prompts:
        return skipped("no prompt is sent")
    unknown = [value for value in prompts if value not in _PROMPTS]
    expected = f"among {', '.join(_PROMPTS)}"
    actual = printable(" ".join(unknown or prompts), 80)
    return (failed if unknown else passed)(expected, actual)
