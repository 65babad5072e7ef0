"""From what the auth module saw to what the rules are asked: one function for each area of checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks import authorization_request as request_rules
from ssocli.checks import authorization_response as response_rules
from ssocli.checks import discovery as discovery_rules
from ssocli.checks import jwks as jwks_rules
from ssocli.checks import oauth_profile as profile_rules
from ssocli.checks import token_response as token_rules
from ssocli.checks import transport as transport_rules
from ssocli.checks import userinfo as userinfo_rules
from ssocli.checks.check import Check, evaluate, first_blocking
from ssocli.checks.id_token import IdTokenContext
from ssocli.config.model import OAuth2Provider, OidcProvider
from ssocli.exchange import Exchange
from ssocli.sentry.auth.client import Client
from ssocli.sentry.auth.forms import form_object
from ssocli.sentry.auth.response import AuthorizationResponse
from ssocli.steps import Step

Checks = tuple[Check, ...]

_API_TYPES = ("application/json", "application/vnd.github+json")


def transport(
    exchange: Exchange,
    purpose: str,
    *,
    answers_errors: bool = False,
    other_types: tuple[str, ...] = (),
    is_json: bool = True,
) -> Checks:
    """Whether a hop of the back channel brought what was asked for."""
    context = transport_rules.TransportContext(exchange, purpose, answers_errors, other_types, is_json)
    return evaluate("transport", context)


def discovery(client: Client, url: str, document: dict[str, Any]) -> Checks:
    """Whether the discovery document is the issuer's own and offers what this client uses."""
    provider = client.provider
    if not isinstance(provider, OidcProvider):
        return ()
    wants = discovery_rules.Wants(
        client_auth=provider.client_auth,
        response_mode=provider.response_mode,
        algorithms=tuple(provider.algorithms),
        scopes=tuple(provider.scopes),
        pkce=provider.pkce,
        prompt=tuple((provider.prompt or "").split()),
        acr_values=tuple(provider.acr_values),
    )
    return evaluate("discovery", discovery_rules.DiscoveryContext(url, provider.issuer, document, wants))


def authorization_request(client: Client, endpoint: str, url: str) -> Checks:
    """The lint of our own request to this endpoint."""
    is_oidc = isinstance(client.provider, OidcProvider)
    context = request_rules.AuthorizationRequestContext(url, endpoint, is_oidc, client.secret)
    return evaluate("authorization_request", context)


@dataclass(frozen=True, slots=True)
class ResponseChecks:
    """The judgement of an authorization response, by the step to which each part belongs."""

    external_authentication: Checks
    token_generation: Checks
    token_validation: Checks


def authorization_response(
    client: Client,
    response: AuthorizationResponse,
    *,
    state_matches: bool,
    sends_issuer: bool,
    expired_after: float | None = None,
) -> ResponseChecks:
    """Whether the response is the answer to this login.

    `sends_issuer`: the metadata promises `iss`. `expired_after`: the login was given up; its age in seconds.
    """
    provider = client.provider
    is_oidc = isinstance(provider, OidcProvider)
    context = response_rules.AuthorizationResponseContext(
        parameters=response.parameters,
        mode=response.mode,
        # Only the hash of the state is kept: the state that was found by it is the one expected.
        expected_state=response.get("state") if state_matches else None,
        issuer=provider.issuer if isinstance(provider, OidcProvider) else None,
        iss_advertised=is_oidc and sends_issuer,
        expected_mode=(isinstance(provider, OidcProvider) and provider.response_mode) or "query",
        expired_after=expired_after,
    )
    area = "authorization_response"
    return ResponseChecks(
        external_authentication=evaluate(area, context, step=Step.EXTERNAL_AUTHENTICATION),
        token_generation=evaluate(area, context, step=Step.TOKEN_GENERATION),
        token_validation=evaluate(area, context, step=Step.TOKEN_VALIDATION),
    )


def token_response(client: Client, exchange: Exchange) -> tuple[Checks, dict[str, Any]]:
    """The judgement of the token response, and the tokens; they mean nothing if a check is blocking."""
    is_oidc = isinstance(client.provider, OidcProvider)
    # Plain OAuth 2.0 providers in GitHub's manner may answer as a form.
    other_types = () if is_oidc else (token_rules.FORM,)
    checks = transport(exchange, "token response", answers_errors=True, other_types=other_types)
    if first_blocking(checks) or exchange.response is None:
        return checks, {}
    document = transport_rules.json_document(transport_rules.TransportContext(exchange, "token response"))
    if document is None and not is_oidc and exchange.response.media_type == token_rules.FORM:
        document = form_object(exchange.response.body)
    context = token_rules.TokenResponseContext(exchange.response, document, is_oidc, tuple(client.provider.scopes))
    return (*checks, *evaluate("token_response", context)), document or {}


def id_token(observed: IdTokenContext) -> Checks:
    """Whether the keys can serve, and whether the ID token is valid."""
    keys = jwks_rules.JwksContext(observed.jwks, observed.algorithms)
    has_keys = observed.jwks is not None  # a client that accepts MACs only fetches none
    return (*(evaluate("jwks", keys) if has_keys else ()), *evaluate("id_token", observed))


def userinfo(exchange: Exchange, observed: IdTokenContext, claims: dict[str, Any]) -> tuple[Checks, dict[str, Any]]:
    """The judgement of the userinfo response, and its claims; they mean nothing if a check is blocking."""
    checks = transport(exchange, "userinfo response", answers_errors=True, other_types=(userinfo_rules.JWT,))
    if first_blocking(checks) or exchange.response is None:
        return checks, {}
    context = userinfo_rules.UserinfoContext(exchange.response, observed, claims)
    return (*checks, *evaluate("userinfo", context)), userinfo_rules.userinfo_claims(context) or {}


def oauth_profile(
    provider: OAuth2Provider, profile: Exchange, emails: Exchange, membership: Exchange | None
) -> tuple[Checks, dict[str, Any], list[dict[str, Any]]]:
    """The judgement of the user API's answers, the profile and the addresses; they mean nothing if one is blocking."""
    # The addresses are an array; that they may be refused is judged with the rest.
    checks = transport(emails, "e-mail addresses", answers_errors=True, other_types=_API_TYPES)
    if membership is not None:
        checks += transport(membership, "organization membership", answers_errors=True)
    context = profile_rules.OAuthProfileContext(
        profile.response,
        emails.response,
        None if membership is None else membership.response,
        provider.required_organization,
    )
    return (*checks, *evaluate("oauth_profile", context)), context.user or {}, context.addresses or []
