"""OpenID Connect and OAuth 2.0: documents and messages judged by the rules of the login, with what is known of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ssocli.checks import authorization_request as request_rules
from ssocli.checks import authorization_response as response_rules
from ssocli.checks import discovery as discovery_rules
from ssocli.checks import jwks as jwks_rules
from ssocli.checks import token_response as token_rules
from ssocli.checks.check import evaluate
from ssocli.checks.document import is_number
from ssocli.checks.id_token import IdTokenContext
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.config.model import OAuth2Provider, OidcProvider
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.material import Material, Setup, issuer_of
from ssocli.diagnose.thing import Thing
from ssocli.diagnose.unknown import Fact
from ssocli.diagnosis import Kind
from ssocli.exchange import Response
from ssocli.sentry.auth import judging
from ssocli.sentry.auth.client import Client

# From when a message is to be judged: its own time of issue in seconds (None if unknown) to the moment.
Moment = Callable[[float | None], float]

_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512")
_JSON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


def judge(material: Material, judged: Judged, moment: Moment) -> None:
    """Judge everything of this family that was given."""
    for thing in material.of(Kind.DISCOVERY):
        discovery(material, thing.document, thing.url, thing.place, judged)
    for thing in material.of(Kind.JWKS):
        key_set(material, thing, judged)
    for thing in material.of(Kind.AUTHORIZATION_URL):
        authorization_request(material, thing, judged)
    for thing in material.of(Kind.CALLBACK_URL):
        authorization_response(material, thing, judged)
        if (token := thing.parameter("id_token")) is not None:
            id_token(material, token, f"{thing.place}, id_token", judged, moment)
    for thing in material.of(Kind.TOKEN_RESPONSE):
        token_response(material, thing, judged, moment)
    for thing in material.of(Kind.JWT):
        id_token(material, thing.text, thing.place, judged, moment)


def discovery(material: Material, document: dict[str, Any], url: str, place: str, judged: Judged) -> None:
    """A discovery document against the configuration, or alone."""
    issuer = document.get("issuer")
    claimed = issuer if isinstance(issuer, str) else ""
    setup = material.oauth_setup(claimed)
    if setup is not None and isinstance(setup.provider, OidcProvider):
        judged.add(judging.discovery(setup.client, url or place, document), place)
        return
    context = discovery_rules.DiscoveryContext(url or place, claimed, document)
    judged.add(evaluate("discovery", context), place, Fact.ISSUER, Fact.WANTS)


def key_set(material: Material, thing: Thing, judged: Judged) -> None:
    """A JWK set, for the algorithms that the application accepts."""
    provider = _oidc(material.oauth_setup())
    algorithms = tuple(provider.algorithms) if provider else _ALGORITHMS
    judged.add(evaluate("jwks", jwks_rules.JwksContext(thing.document, algorithms)), thing.place)


def authorization_request(material: Material, thing: Thing, judged: Judged) -> None:
    """The URL that the browser was sent to."""
    setup = material.oauth_setup()
    discovered = material.discovery
    endpoint = str((discovered[0] if discovered else {}).get("authorization_endpoint") or thing.url.partition("?")[0])
    if setup is not None and isinstance(setup.provider, OAuth2Provider):
        endpoint = setup.provider.authorization_endpoint
    is_openid = setup is None or isinstance(setup.provider, OidcProvider)
    context = request_rules.AuthorizationRequestContext(
        thing.url, endpoint, is_openid, setup.client.secret if setup else None
    )
    judged.add(evaluate("authorization_request", context), thing.place)


def authorization_response(material: Material, thing: Thing, judged: Judged) -> None:
    """What came back to the redirect URI; the state is known if the request was given as well."""
    setup = material.oauth_setup(thing.parameter("iss"))
    provider = _oidc(setup)
    discovered = material.discovery
    sent = _request_parameter(material, "state")
    context = response_rules.AuthorizationResponseContext(
        parameters=thing.parameters,
        mode=thing.mode,
        expected_state=sent,
        issuer=provider.issuer if provider else None,
        iss_advertised=bool(discovered and discovered[0].get("authorization_response_iss_parameter_supported") is True),
        expected_mode=(provider.response_mode if provider and provider.response_mode else None)
        or _request_parameter(material, "response_mode")
        or ("query" if setup or material.of(Kind.AUTHORIZATION_URL) else thing.mode),
    )
    unknown = [] if sent is not None else [Fact.PENDING]
    judged.add(evaluate("authorization_response", context), thing.place, *unknown)


def token_response(material: Material, thing: Thing, judged: Judged, moment: Moment) -> None:
    """The answer of the token endpoint as somebody saved it: its body."""
    document = thing.document
    setup = material.oauth_setup()
    has_error = isinstance(document.get("error"), str)
    response = Response(400 if has_error else 200, _JSON, thing.text.encode())
    is_openid = setup is None or isinstance(setup.provider, OidcProvider)
    scopes = tuple(setup.client.provider.scopes) if setup else ()
    context = token_rules.TokenResponseContext(response, document, is_openid, scopes)
    unknown = (Fact.HTTP,) if setup else (Fact.HTTP, Fact.WANTS)
    judged.add(evaluate("token_response", context), thing.place, *unknown)
    if isinstance(token := document.get("id_token"), str):
        access = document.get("access_token")
        id_token(material, token, f"{thing.place}, id_token", judged, moment, access_token=access)


def id_token(
    material: Material, token: str, place: str, judged: Judged, moment: Moment, *, access_token: Any = None
) -> None:
    """An ID token against the configuration and the key set, as far as there are any."""
    parsed = parse_compact(token)
    claims = (parsed.claims or {}) if isinstance(parsed, Parsed) else {}
    issued = claims.get("iat")
    setup = material.oauth_setup(issuer_of(Thing(Kind.JWT, place, "", token)))
    provider, client = _oidc(setup), setup.client if setup else None
    discovered, jwks = material.discovery, material.jwks
    issuer = provider.issuer if provider else (discovered[0].get("issuer") if discovered else None)
    client_id = provider.client_id if provider else _request_parameter(material, "client_id")
    unknown = [
        fact
        for fact, is_unknown in (
            (Fact.ISSUER, not isinstance(issuer, str)),
            (Fact.CLIENT, client_id is None),
            (Fact.KEYS, jwks is None and not _is_mac(provider, client, parsed)),
            (Fact.WANTS, provider is None),
        )
        if is_unknown
    ]
    context = IdTokenContext(
        token=token,
        jwks=jwks,
        issuer=issuer if isinstance(issuer, str) else "",
        client_id=client_id or "",
        now=moment(float(issued) if is_number(issued) else None),
        client_secret=client.secret if client else None,
        algorithms=tuple(provider.algorithms) if provider else _ALGORITHMS,
        nonce=_request_parameter(material, "nonce"),
        access_token=access_token if isinstance(access_token, str) else None,
        max_age=provider.max_age_seconds if provider else None,
        acr_values=tuple(provider.acr_values) if provider else (),
        hosted_domains=tuple(provider.hosted_domains) if provider else (),
        trusted_audiences=tuple(provider.trusted_audiences) if provider else (),
        leeway=setup.leeway if setup else 60.0,
        is_fresh=False,
    )
    judged.add(evaluate("id_token", context), place, *unknown)


def _is_mac(provider: OidcProvider | None, client: Client | None, parsed: Any) -> bool:
    """Whether the signature is one that the client's own secret verifies."""
    algorithm = parsed.algorithm if isinstance(parsed, Parsed) else None
    return bool(provider and client and client.secret and (algorithm or "").startswith("HS"))


def _oidc(setup: Setup | None) -> OidcProvider | None:
    return setup.provider if setup is not None and isinstance(setup.provider, OidcProvider) else None


def _request_parameter(material: Material, name: str) -> str | None:
    """A parameter of the authorization request that was given with the rest."""
    return next((thing.parameter(name) for thing in material.of(Kind.AUTHORIZATION_URL)), None)
