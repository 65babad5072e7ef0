"""That the request says what it has to, once and well-formed, and nothing that it must not."""

from __future__ import annotations

from ssocli.checks.authorization_request.context import AuthorizationRequestContext, query_parameters
from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.metadata import url_problem
from ssocli.steps import Step
from ssocli.text import printable

_SECRETS = ("client_secret", "client_assertion", "code_verifier", "password", "access_token", "refresh_token")


@rule(
    "AREQ001",
    "wrong-response-type",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 4.1.1; RFC 9700 2.1.2",
    owner=Owner.APP,
    fix="Send response_type=code: tokens in the front channel leak.",
)
def wrong_response_type(context: AuthorizationRequestContext) -> Judgement:
    """The request does not ask for an authorization code, or for more than that."""
    found = context.first("response_type")
    actual = "no response_type" if found is None else printable(found, 80)
    return (passed if found == "code" else failed)("code", actual)


@rule(
    "AREQ002",
    "missing-client-id",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 4.1.1",
    owner=Owner.APP,
    fix="Configure the client id that the identity provider gave the application.",
)
def missing_client_id(context: AuthorizationRequestContext) -> Judgement:
    """The request does not say which client it is from."""
    found = context.first("client_id")
    return passed("client_id", printable(found, 80)) if found else failed("client_id", "none")


@rule(
    "AREQ003",
    "malformed-redirect-uri",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 3.1.2; OIDC Core 3.1.2.1 (redirect_uri)",
    owner=Owner.APP,
    fix="Send the absolute redirect URI that is registered at the identity provider, without a fragment.",
)
def malformed_redirect_uri(context: AuthorizationRequestContext) -> Judgement:
    """The redirect URI is absent, relative, or has a fragment."""
    found = context.first("redirect_uri")
    expected = "redirect_uri, absolute and without fragment"
    if found is None:
        return failed(expected, "none")
    problem = url_problem(found)
    return passed(expected, printable(found)) if problem is None else failed(expected, f"redirect_uri {problem}")


@rule(
    "AREQ004",
    "missing-openid-scope",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1 (scope)",
    owner=Owner.APP,
    fix="Add openid to the scopes; without it there is no ID token.",
)
def missing_openid_scope(context: AuthorizationRequestContext) -> Judgement:
    """The scope does not contain `openid`, so this is no OpenID Connect request."""
    if not context.openid:
        return skipped("plain OAuth 2.0 has no such scope")
    found = context.first("scope")
    actual = "no scope" if found is None else printable(found)
    return (passed if "openid" in (found or "").split() else failed)("scope with openid", actual)


@rule(
    "AREQ012",
    "secret-in-request",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 2.3.1; RFC 9700 4.3",
    owner=Owner.APP,
    fix="Take it out and replace it: URLs end in the browser's history and in the logs of every proxy.",
)
def secret_in_request(context: AuthorizationRequestContext) -> Judgement:
    """The URL carries something that only application and identity provider may know."""
    secret = context.client_secret
    found = [name for name, value in context.parameters if name in _SECRETS or (secret and value == secret)]
    expected = "no secret in the URL"
    return failed(expected, printable(f"a secret in {', '.join(found)}")) if found else passed(expected, "none")


@rule(
    "AREQ013",
    "conflicting-prompt",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1 (prompt)",
    owner=Owner.APP,
    fix="Send prompt=none alone, or leave none out.",
)
def conflicting_prompt(context: AuthorizationRequestContext) -> Judgement:
    """The request forbids every page (`none`) and asks for one at once."""
    values = (context.first("prompt") or "").split()
    if not values:
        return skipped("the request has no prompt")
    is_conflict = "none" in values and len(values) > 1
    return (failed if is_conflict else passed)("none alone, or no none", printable(" ".join(values), 80))


@rule(
    "AREQ014",
    "malformed-max-age",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1 (max_age)",
    owner=Owner.APP,
    fix="Send max_age as a whole number of seconds, 0 or more.",
)
def malformed_max_age(context: AuthorizationRequestContext) -> Judgement:
    """The allowed age of the authentication is no number of seconds."""
    found = context.first("max_age")
    if found is None:
        return skipped("the request has no max_age")
    is_seconds = found.isascii() and found.isdigit()
    return (passed if is_seconds else failed)("a whole number of seconds", printable(found, 40))


@rule(
    "AREQ015",
    "repeated-request-parameter",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 3.1",
    owner=Owner.APP,
    fix="Send each parameter once; look at the further parameters in the provider's configuration.",
)
def repeated_request_parameter(context: AuthorizationRequestContext) -> Judgement:
    """A parameter stands twice. Most identity providers refuse the request then."""
    names = [name for name, _ in context.parameters]
    # RFC 8707 2 lets `resource` alone be repeated.
    repeated = sorted({name for name in names if names.count(name) > 1 and name != "resource"})
    expected = "every parameter once"
    if repeated:
        return failed(expected, printable(f"more than once: {', '.join(repeated)}"))
    return passed(expected, "no repetitions")


@rule(
    "AREQ016",
    "lost-endpoint-query",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 6749 3.1",
    owner=Owner.APP,
    fix="Add the parameters to the endpoint's own query instead of replacing it.",
)
def lost_endpoint_query(context: AuthorizationRequestContext) -> Judgement:
    """The authorization endpoint has a query of its own, and the request lost it."""
    own = query_parameters(context.endpoint)
    if not own:
        return skipped("the endpoint has no query of its own")
    lost = [name for name, value in own if (name, value) not in context.parameters]
    expected = "the endpoint's own query"
    return failed(expected, printable(f"without {', '.join(lost)}")) if lost else passed(expected, "kept")
