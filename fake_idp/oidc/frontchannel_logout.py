"""Telling clients through the browser that a session has ended (OpenID Connect Front-Channel Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from fake_idp import pages
from fake_idp.oidc import redirect_uri, relying_parties

if TYPE_CHECKING:
    from fake_idp.context import Context
    from fake_idp.web import Response


@dataclass(frozen=True, slots=True)
class Frames:
    """The addresses to load, and where the browser goes afterwards; None for nowhere."""

    addresses: tuple[str, ...]
    target: str | None


def addresses(context: Context, sid: str) -> tuple[str, ...]:
    """What the browser has to load for the session: each client's page, with `iss` and `sid` (Front-Channel Logout 2).

    Only pages on this machine and on configured hosts.
    """
    found = []
    for party in relying_parties.of_session(context, sid):
        client = context.client(party.client_id)
        uri = client.frontchannel_logout_uri if client is not None else None
        if uri is not None and redirect_uri.leads_here(uri, context.settings.redirect_hosts):
            query = urlencode({"iss": party.issuer.url, "sid": party.sid})
            found.append(f"{uri}{'&' if '?' in uri else '?'}{query}")
    return tuple(found)


def later(context: Context, frames: Frames) -> str:
    """The address of the page with these frames, for when the browser has to go elsewhere first."""
    ticket = context.randomness.token()
    context.store.frames.put(ticket, frames, context.settings.lifetimes.login)
    return f"{context.issuer.endpoint('end_session')}?{urlencode({'frames': ticket})}"


def page(context: Context, frames: Frames) -> Response:
    """The page that loads every frame, and then goes on."""
    origins = sorted({_origin(address) for address in frames.addresses})
    return pages.page(
        context, "frontchannel_logout", frame_sources=origins, addresses=frames.addresses, target=frames.target
    )


def _origin(address: str) -> str:
    """Scheme, host and port: no more of what a client registered may get into a policy."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
