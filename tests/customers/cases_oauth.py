"""Requests, answers and configurations of OpenID Connect and OAuth 2.0 that do not fit."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from . import configs
from .case import Made, root
from .cases_metadata import discovery
from .cases_oidc import ENTRA, ISSUER, OKTA, REDIRECT
from .vendors import SP_FILES


def cases() -> list[Made]:
    """All of them."""
    return [*_requests(), *_callbacks(), *_answers(), *_configurations()]


def request_url(endpoint: str = f"{ISSUER}/authorize", **changes: str | None) -> str:
    """An authorization request; a parameter that is None is left out."""
    healthy = {
        "response_type": "code",
        "client_id": "sentry",
        "redirect_uri": REDIRECT,
        "scope": "openid profile email",
        "state": "Zm9ydHktdHdvLWJ5dGVzLW9mLXJhbmRvbS1zdGF0ZS4u",
        "nonce": "b25lLW1vcmUtcmFuZG9tLXZhbHVlLW9mLXRoaXMtbG9naW4",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    kept = {name: value for name, value in {**healthy, **changes}.items() if value is not None}
    return f"{endpoint}?{urlencode(kept)}"


def _requests() -> list[Made]:
    def case(name: str, title: str, url: str, code: str, rule: str, *covers: str) -> Made:
        return Made(name, title, {"url.txt": url}, root(code, rule, "redirect_to_idp", "app"), covers=covers)

    return [
        case(
            "91-request-without-openid",
            "The request lacks the scope openid",
            request_url(scope="profile email"),
            "AREQ004",
            "missing-openid-scope",
        ),
        case(
            "92-secret-in-the-url",
            "The application puts its client secret into the URL",
            request_url(client_secret="not-a-real-secret"),
            "AREQ012",
            "secret-in-request",
        ),
        case(
            "93-implicit-flow",
            "The application asks for a token in the front channel",
            request_url(response_type="token"),
            "AREQ001",
            "wrong-response-type",
        ),
    ]


def _callbacks() -> list[Made]:
    config = configs.oidc(OKTA)
    denied = {
        "error": "access_denied",
        "error_description": "User is not assigned to the client application.",
        "state": "x" * 43,
    }
    entra = {
        "error": "access_denied",
        "error_description": "AADSTS65004: User declined to consent to access the app. Trace ID: 0000aaaa-11bb",
        "state": "x" * 43,
    }

    def case(
        name: str, title: str, url: str, code: str, rule: str, step: str, owner: str, *covers: str, config: str = config
    ) -> Made:
        files: dict[str, str | bytes] = {"sentry.toml": config, "address-bar.txt": url}
        return Made(name, title, files, root(code, rule, step, owner), covers=covers)

    return [
        case(
            "95-user-not-assigned-at-okta",
            "Okta sends the user back: no assignment",
            f"{REDIRECT}?{urlencode(denied)}",
            "CB001",
            "authorization-error",
            "external_authentication",
            "idp",
            "saml c.13",
        ),
        case(
            "96-consent-declined",
            "The user declined to consent at Entra ID",
            f"{REDIRECT}?{urlencode(entra)}",
            "CB001",
            "authorization-error",
            "external_authentication",
            "user",
            config=configs.oidc(ENTRA),
        ),
        Made(
            "94-state-of-another-tab",
            "The answer carries the state of another login",
            {
                "request.txt": request_url(),
                "address-bar.txt": f"{REDIRECT}?code=abcdefghijkl&state={'x' * 43}",
            },
            root("CB008", "wrong-state", "token_validation", "user"),
            covers=("sentry 8.13",),
        ),
        case(
            "97-callback-without-code",
            "The query was lost on the way: only the state is left",
            f"{REDIRECT}?state={'x' * 43}",
            "CB003",
            "missing-code",
            "token_generation",
            "idp",
        ),
        case(
            "98-response-in-the-fragment",
            "The response comes in the fragment",
            f"{REDIRECT}#code=abcdefghijkl&state={'x' * 43}",
            "CB005",
            "unexpected-response-mode",
            "token_generation",
            "idp",
        ),
        case(
            "99-state-lost",
            "The response has no state",
            f"{REDIRECT}?code=abcdefghijkl",
            "CB007",
            "missing-state",
            "token_validation",
            "idp",
            "sentry 8.13",
        ),
        case(
            "a0-response-of-another-issuer",
            "The response names another issuer",
            f"{REDIRECT}?{urlencode({'code': 'abcdefghijkl', 'state': 'x' * 43, 'iss': 'https://evil.example'})}",
            "CB010",
            "wrong-response-issuer",
            "token_validation",
            "idp",
            "sentry 8.14",
        ),
    ]


def _answers() -> list[Made]:
    expired = {
        "error": "invalid_client",
        "error_description": "AADSTS7000222: The provided client secret keys for app '1111' are expired.",
        "error_codes": [7000222],
        "timestamp": "2027-01-15 07:59:58Z",
        "trace_id": "0000aaaa-11bb-cccc-dd33-eeeeee333333",
    }
    thin = {"access_token": "opaque-and-not-real", "token_type": "Bearer", "expires_in": 3600, "scope": "profile email"}
    reused = {"error": "bad_verification_code", "error_description": "The code passed is incorrect or expired."}

    def case(
        name: str, title: str, config: str, answer: dict[str, Any], code: str, rule: str, owner: str, *covers: str
    ) -> Made:
        files: dict[str, str | bytes] = {"sentry.toml": config, "token-response.json": json.dumps(answer, indent=2)}
        return Made(name, title, files, root(code, rule, "token_generation", owner), covers=covers)

    return [
        case(
            "a1-client-secret-expired",
            "The client secret in Entra ID has expired",
            configs.oidc(ENTRA),
            expired,
            "TOK001",
            "token-error",
            "idp",
        ),
        case(
            "a2-no-id-token",
            "The token response has no ID token, for openid was not asked for",
            configs.oidc(ISSUER),
            thin,
            "TOK008",
            "missing-id-token",
            "idp",
        ),
        case(
            "a3-code-used-twice-at-github",
            "GitHub refuses the code with HTTP status 200",
            configs.github(),
            reused,
            "TOK001",
            "token-error",
            "app",
        ),
    ]


def _configurations() -> list[Made]:
    no_openid = configs.oidc(ISSUER, 'scopes = ["profile", "email"]')
    key = discovery(ISSUER, token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"])
    return [
        Made(
            "a4-openid-not-configured",
            "The configured scopes lack openid",
            {"customer.toml": no_openid},
            root("AREQ004", "missing-openid-scope", "redirect_to_idp", "app"),
        ),
        Made(
            "a5-private-key-jwt-not-offered",
            "Sentry is to sign its token requests, the provider takes secrets only",
            {
                "sentry.toml": configs.oidc(ISSUER, 'client_auth = "private_key_jwt"', 'private_key = "sp.pem"'),
                "discovery.json": key,
                **SP_FILES,
            },
            root("DISC009", "unsupported-client-authentication", "redirect_to_idp", "app"),
            ("sentry.toml", "discovery.json"),
        ),
    ]
