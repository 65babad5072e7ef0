"""Which questions an identity provider is asked, by what is known of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ssocli.checks.document import json_object
from ssocli.checks.transport.context import without_query
from ssocli.config.model import OAuth2Provider, OidcProvider
from ssocli.config.placeholder import PLACEHOLDER
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Configured, Known
from ssocli.diagnose.live import oauth, saml
from ssocli.diagnose.live.asker import Asker
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Decoded, Kind
from ssocli.exchange import Exchange
from ssocli.sentry.context import Send
from ssocli.text import printable

_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Live:
    """What asking gave: `things` are the documents that came, for the judge to judge beside those that were given.

    `judged` is the asking itself: whether answers came, certificates, clocks, endpoints.
    """

    things: tuple[Thing, ...] = ()
    judged: tuple[Judged, ...] = ()
    exchanges: tuple[Exchange, ...] = ()

    @property
    def record(self) -> tuple[Decoded, ...]:
        """What was asked and answered, a line each; nothing if nobody was asked."""
        if not self.exchanges:
            return ()
        lines = "\n".join(_line(exchange) for exchange in self.exchanges)
        return (Decoded("Requests to the identity provider", "", lines),)


def ask(
    things: Sequence[Thing],
    known: Known,
    *,
    send: Send,
    clock: Callable[[], float] = time.time,
    timeout: float = 10.0,
) -> Live:
    """Ask the identity provider of the configuration, or else those at the URLs that were given.

    Every request is a GET, or a POST without credentials, and changes nothing. Never raises on what the network does.
    """
    asker = Asker(send, clock, timeout)
    configured = known.configured
    if configured is not None:
        if configured.problem:
            return Live()
        found = _ask_configured(asker, configured, known)
    else:
        found = [document for thing in things for document in _ask_url(asker, thing)]
    return Live(tuple(found), tuple(asker.judged), tuple(asker.exchanges))


def _ask_configured(asker: Asker, configured: Configured, known: Known) -> list[Thing]:
    provider = configured.provider
    if isinstance(provider, OidcProvider):
        url = provider.discovery_url or provider.issuer.rstrip("/") + _WELL_KNOWN
        return _discover(asker, url, configured)
    if isinstance(provider, OAuth2Provider):
        if not provider.authorization_endpoint.startswith(PLACEHOLDER):
            oauth.probe_oauth2(asker, configured, provider)
        return []
    return _look_at_metadata(asker, provider.metadata_url, configured, known)


def _ask_url(asker: Asker, thing: Thing) -> list[Thing]:
    if thing.kind is Kind.METADATA_URL:
        return _look_at_metadata(asker, thing.url, None, Known())
    if thing.kind is Kind.DISCOVERY_URL:
        return _discover(asker, _document_url(thing.url), None)
    return []


def _document_url(url: str) -> str:
    """The URL of the discovery document, if this is an issuer's; else it is that document's own."""
    parts = urlsplit(url)
    if "/.well-known/" in parts.path or parts.path.endswith(".json") or parts.query:
        return url
    return url.rstrip("/") + _WELL_KNOWN


def _discover(asker: Asker, url: str, configured: Configured | None) -> list[Thing]:
    """The discovery document and the JWK set."""
    if url.startswith(PLACEHOLDER):
        return []
    body = asker.fetch(url, "discovery document", "application/json")
    document = None if body is None else json_object(body)
    if body is None or document is None:
        return []
    found = [Thing(Kind.DISCOVERY, url, data=body)]
    jwks_uri = oauth.endpoint(document, "jwks_uri")
    keys = asker.fetch(jwks_uri, "JWK set", "application/json, application/jwk-set+json") if jwks_uri else None
    if keys is not None and json_object(keys) is not None:
        found.append(Thing(Kind.JWKS, jwks_uri, data=keys, text=keys.decode("utf-8", "replace")))
    oauth.probe_oidc(asker, configured, document)
    return found


def _look_at_metadata(asker: Asker, url: str | None, configured: Configured | None, known: Known) -> list[Thing]:
    """The metadata, if there is a URL for them, and where logins begin."""
    if url is None:
        saml.probe(asker, configured, known.idp)
        return []
    body = None if url.startswith(PLACEHOLDER) else asker.fetch(url, "SAML metadata", saml.ACCEPT, is_json=False)
    if body is None:
        return []
    saml.probe(asker, configured, saml.read(configured, body))
    return [Thing(Kind.IDP_METADATA, url, data=body)]


def _line(exchange: Exchange) -> str:
    response, error = exchange.response, exchange.error
    phases = ((name, getattr(exchange.phases, name)) for name in ("dns", "tcp", "tls", "headers", "body"))
    spent = ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in phases if seconds is not None)
    got = f"HTTP {response.status} {printable(response.media_type, 60)}".rstrip() if response is not None else ""
    failure = f"{error.kind}: {printable(error.detail, 300)}" if error is not None else ""
    asked = f"{exchange.method} {printable(without_query(exchange.url))}"
    return f"{asked}: {'; '.join(filter(None, (got, failure)))} (ms: {spent})"
