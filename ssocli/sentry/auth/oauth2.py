"""Step 6 for plain OAuth 2.0: there is no ID token, so the provider's user API says whose the access token is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ssocli.config.model import OAuth2Provider
from ssocli.exchange import Exchange, Sender
from ssocli.sentry.arrival import NOT_CONFIRMED
from ssocli.sentry.auth import judging
from ssocli.sentry.auth.claims import identity_from_profile
from ssocli.sentry.auth.client import Client
from ssocli.sentry.context import Context
from ssocli.sentry.provisioning import Identity
from ssocli.sentry.refusal import Attempt, settle


def identify(
    context: Context, attempt: Attempt, client: Client, provider: OAuth2Provider, tokens: dict[str, Any]
) -> Identity:
    """Ask the user API (GitHub's shape) who this is. Raises LoginRefused."""
    builder = attempt.builder
    message = NOT_CONFIRMED.format(support=context.sentry.config.sentry.support)

    def ask(path: str) -> Exchange:
        exchange = context.sentry.send(
            "GET",
            f"{provider.api_url.rstrip('/')}{path}",
            headers=(
                ("Authorization", f"Bearer {tokens['access_token']}"),
                ("Accept", "application/vnd.github+json, application/json"),
            ),
            timeout=float(context.sentry.config.sentry.http_timeout_seconds),
            sender=Sender.SENTRY,
        )
        builder.add_exchange(exchange)
        return exchange

    profile = ask("/user")
    settle(builder, judging.transport(profile, "user profile"), message)
    emails = ask("/user/emails")
    wanted = provider.required_organization
    membership = ask(f"/user/memberships/orgs/{quote(wanted, safe='')}") if wanted else None
    checks, user, addresses = judging.oauth_profile(provider, profile, emails, membership)
    settle(builder, checks, message)
    identity = identity_from_profile(client, context.sentry.stored_issuer(client.issuer), user, addresses)
    member = f", active member of {wanted}" if wanted else ""
    builder.conclude(f"user {identity.subject} of {client.provider.label or client.key}{member}")
    return identity
