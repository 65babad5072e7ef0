"""The set-up of a login: the emulated Sentry on a loopback socket and, if the configuration names it, our own IdP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ssocli.clock import Clock
from ssocli.config.model import Config, Saml2Provider
from ssocli.config.placeholder import PLACEHOLDER, names_fake_idp, with_fake_idp
from ssocli.sentry.auth.saml2.service_provider import addresses
from ssocli.sentry.store import Store

if TYPE_CHECKING:
    import ssl

    from fake_idp import FakeIdP
    from ssocli.exchange import Exchange
    from ssocli.sentry.journal import Journal

LOOPBACK = "127.0.0.1"
_AS_LONG_AS_IT_RUNS = 10 * 365 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; 0 takes a free port. A public URL in the configuration overrides `sentry`."""

    sentry: int = 0
    idp: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a login needs, running. `url` is the emulated Sentry's public URL, without a trailing slash.

    `trust` is for the browser, if our own identity provider speaks TLS.
    """

    config: Config
    store: Store
    url: str
    idp: FakeIdP | None
    trust: ssl.SSLContext | None = None


@contextmanager
def stage(
    config: Config,
    *,
    state: str,
    journal: Journal,
    send: Callable[..., Exchange],
    config_dir: Path | None = None,
    ports: Ports | None = None,
    clock: Clock | None = None,
    tls_host: str | None = None,
) -> Iterator[Stage]:
    """Start what the configuration asks for, and stop it all at the end.

    With `tls_host` our own identity provider speaks TLS and is known by that loopback name or address. Raises
    StoreError (the state file), and CannotListenError (a port that cannot be had).
    """
    from fake_idp.server import Server
    from ssocli.sentry.app import create_app
    from ssocli.sentry.users import seed

    ports = ports or Ports()
    clock = clock or Clock()
    with ExitStack() as running:
        idp, aliases, trust = None, {}, None
        if names_fake_idp(config):
            from fake_idp import FakeIdP

            idp = running.enter_context(FakeIdP(ports.idp, tls="throw-away" if tls_host else None))
            idp_url = idp.url
            if tls_host is not None:
                idp_url, trust = f"https://{tls_host}:{idp.port}", idp.authority.trust()
                send = partial(send, tls=trust)
            config = with_fake_idp(config, idp_url)
            # Its port changes with every run; the people who log in there stay the same.
            aliases = {idp_url: PLACEHOLDER}
        # Closed in the opposite order: no request is still being answered when the store goes.
        store = running.enter_context(Store.open(state))
        host, port, allowed = _listen_at(config.sentry.url, ports.sentry)
        server = Server(_not_yet, host, port, allowed_hosts=allowed)
        running.callback(server.stop)
        url = (config.sentry.url or server.url).rstrip("/")
        if idp is not None:
            _introduce(idp, config, url)
        store.sweep(clock.now())
        seed(store, config, clock.now())
        server.app = create_app(
            config,
            store,
            journal=journal,
            url=url,
            clock=clock,
            send=send,
            config_dir=config_dir,
            issuer_aliases=aliases,
        )
        server.start()
        yield Stage(config, store, url, idp, trust)


def _introduce(idp: FakeIdP, config: Config, url: str) -> None:
    """Tell our own identity provider where the organizations take SAML messages that nobody asked for.

    As plain data and not by their metadata: a login with OpenID Connect must not load what reads XML.
    """
    from fake_idp.saml.providers import AssertionConsumerService, ServiceProvider, SingleLogoutService

    for slug, organization in config.organizations.items():
        if any(isinstance(provider, Saml2Provider) for provider in config.providers_of(slug).values()):
            at = addresses(url, slug)
            acs, slo = AssertionConsumerService(at.acs), SingleLogoutService(at.sls)
            name = organization.name or slug
            known = ServiceProvider(at.entity_id, f"Sentry of {name}", acs=(acs,), slo=slo)
            idp.store.service_providers.put(at.entity_id, known, _AS_LONG_AS_IT_RUNS)


def _listen_at(url: str | None, port: int) -> tuple[str, int, list[str]]:
    """Where to bind for a public URL: its own port if it is this machine over http, else `port`, behind a proxy."""
    if url is None:
        return LOOPBACK, port, []
    parts = urlsplit(url)
    host = parts.hostname or LOOPBACK
    if parts.scheme == "http" and (host in {"localhost", "::1"} or host.startswith("127.")):
        return host, parts.port or 80, []
    return LOOPBACK, port, [host]


def _not_yet(_environ: object, _start_response: object) -> list[bytes]:
    raise RuntimeError("the server was started before its application was made")
