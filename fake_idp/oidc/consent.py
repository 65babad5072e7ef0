"""The consent page (OIDC Core 3.1.2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp import pages
from fake_idp.oidc import interaction
from fake_idp.records import DeviceRequest, SsoRequest

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.web import Response

CONSENT_LIFETIME = 365 * 24 * 3600


def handle(context: Context) -> Response:
    """Ask the person whether the client may have what it asks for."""
    pending = interaction.find_pending(context)
    request, session = pending.request, pending.session
    if session is None or isinstance(request, (DeviceRequest, SsoRequest)):
        return interaction.proceed(context, pending)
    context.entry.user = session.username
    if context.request.method == "GET":
        person = context.person(session.username)
        return pages.page(context, "consent", pending=pending, request=request, person=person)
    if context.request.form.get("action") != "allow":
        return interaction.fail(context, pending, interaction.DENIED)
    pending.consented = True
    key = interaction.consent_key(context, request.client, session)
    context.store.consents.put(key, frozenset(request.scope), CONSENT_LIFETIME)
    return interaction.proceed(context, pending)
