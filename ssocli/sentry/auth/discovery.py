"""The provider's metadata: fetched when a login leaves, looked up again when it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssocli.checks.document import json_object
from ssocli.config.model import OidcProvider
from ssocli.sentry.auth import judging
from ssocli.sentry.auth.client import Client
from ssocli.sentry.auth.documents import Documents
from ssocli.sentry.refusal import LoginRefused, settle
from ssocli.trace import TraceBuilder


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of the provider's endpoints. `document` is empty for plain OAuth 2.0, which has no discovery."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str | None = None
    userinfo_endpoint: str | None = None
    sends_issuer: bool = False
    how: str = "endpoints from the configuration"


def discover(documents: Documents, builder: TraceBuilder, client: Client, message: str) -> Metadata:
    """The metadata of the client's provider; every fetch and what is wrong with it go into the step in progress.

    Raises LoginRefused with `message` if it cannot be used.
    """
    return _metadata(documents, builder, client, message, judged_before=False)


def recall(documents: Documents, builder: TraceBuilder, client: Client, message: str) -> Metadata:
    """The metadata that was judged when the login left; fetched and judged anew only if it was forgotten since.

    Raises LoginRefused with `message` if it cannot be used.
    """
    return _metadata(documents, builder, client, message, judged_before=True)


def _metadata(
    documents: Documents, builder: TraceBuilder, client: Client, message: str, *, judged_before: bool
) -> Metadata:
    provider = client.provider
    if not isinstance(provider, OidcProvider):
        return Metadata(provider.authorization_endpoint, provider.token_endpoint)
    url = provider.discovery_url or f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    fetched = documents.get(url)
    if fetched.is_fresh:
        builder.add_exchange(fetched.exchange)
        settle(builder, judging.transport(fetched.exchange, "discovery document"), message)
    document = json_object(fetched.exchange.response.body) if fetched.exchange.response else None
    if document is None:
        raise RuntimeError("the rules of the transport must have refused this discovery document")
    if fetched.is_fresh or not judged_before:
        try:
            settle(builder, judging.discovery(client, url, document), message)
        except LoginRefused:
            documents.forget(url)  # whoever mends it wants to see that at once
            raise
    return Metadata(
        authorization_endpoint=str(document.get("authorization_endpoint", "")),
        token_endpoint=str(document.get("token_endpoint", "")),
        jwks_uri=_optional(document, "jwks_uri"),
        userinfo_endpoint=_optional(document, "userinfo_endpoint"),
        sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        how="discovery fetched" if fetched.is_fresh else "discovery from an earlier login",
    )


def _optional(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) else None
