"""The metadata document and the JWK Set (OIDC Discovery 4, RFC 8414 3, RFC 7517 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.faults import hooks

if TYPE_CHECKING:
    from fake_idp.context import Context, Issuer
    from fake_idp.keys import KeySet
    from fake_idp.web import Response

ADVERTISED_ENDPOINTS = {
    "authorize": "authorization_endpoint",
    "token": "token_endpoint",
    "userinfo": "userinfo_endpoint",
    "jwks": "jwks_uri",
    "introspection": "introspection_endpoint",
    "revocation": "revocation_endpoint",
    "end_session": "end_session_endpoint",
    "registration": "registration_endpoint",
    "device_authorization": "device_authorization_endpoint",
}


# What logout at one client does for the others, wherever there is a logout.
LOGOUT = (
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
)


def document(issuer: Issuer, keys: KeySet) -> dict[str, Any]:
    """What this issuer says about itself: the endpoints that its shape has, and the shape's other members.

    Of the shape's signing algorithms, those for which `keys` has a key.
    """
    endpoints = {
        member: issuer.endpoint(name) for name, member in ADVERTISED_ENDPOINTS.items() if name in issuer.shape.endpoints
    }
    signing = "id_token_signing_alg_values_supported"
    possible = [alg for alg in issuer.shape.metadata[signing] if keys.can_sign(alg)]
    logout = dict.fromkeys(LOGOUT, True) if "end_session" in issuer.shape.endpoints else {}
    return {"issuer": issuer.url, **endpoints, **issuer.shape.metadata, signing: possible, **logout}


def handle(context: Context) -> Response:
    """Serve the document, at either of its two well-known places."""
    return hooks.answer(context, "discovery", document(context.issuer, context.namespace.keys))


def handle_jwks(context: Context) -> Response:
    """Serve the public keys."""
    return hooks.answer(context, "jwks", context.namespace.keys.jwks())
