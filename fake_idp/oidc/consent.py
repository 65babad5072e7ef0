"""The consent page (OIDC Core 3.1.2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp import pages
from fake_idp.oidc import interaction

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.web import Response

CONSENT_LIFETIME = 365 * 24 * 3600


def handle(context: Context) -> Response:
    """Ask the person whether the client may have what it asks for."""
    pending = interaction.find_pending(context)
    if pending.session is None:
        return interaction.proceed(context, pending)
    context.entry.user = pending.session.username
    if context.request.method == "GET":
        return pages.page(
            context,
            "consent",
            pending=pending,
            client=pending.request.client,
            person=context.person(pending.session.username),
            scope=pending.request.scope,
        )
    if context.request.form.get("action") != "allow":
        return interaction.deny(context, pending)
    pending.consented = True
    context.store.consents.put(interaction.consent_key(pending), frozenset(pending.request.scope), CONSENT_LIFETIME)
    return interaction.proceed(context, pending)
