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
    from fake_idp.server import Server
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

    `trust` is for the browser, if our own identity provider speaks TLS. `namespace` is the one of its state in use.
    """

    config: Config
    store: Store
    url: str
    idp: FakeIdP | None
    trust: ssl.SSLContext | None = None
    namespace: str = ""


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
    # Closed in the opposite order: no request is still being answered when the store goes.
    with Store.open(state) as store, servers(config, ports=ports, tls_host=tls_host) as running:
        yield running.set(config, store, journal=journal, send=send, config_dir=config_dir, clock=clock)


@contextmanager
def servers(config: Config, *, ports: Ports | None = None, tls_host: str | None = None) -> Iterator[Servers]:
    """The sockets of the emulated Sentry and, if the configuration names it, of our own identity provider.

    `tls_host` is as in `stage`. Raises CannotListenError.
    """
    from fake_idp.server import Server

    ports = ports or Ports()
    with ExitStack() as running:
        idp, idp_url, trust = None, "", None
        if names_fake_idp(config):
            from fake_idp import FakeIdP

            idp = running.enter_context(FakeIdP(ports.idp, tls="throw-away" if tls_host else None))
            idp_url = idp.url
            if tls_host is not None:
                idp_url, trust = f"https://{tls_host}:{idp.port}", idp.authority.trust()
        host, port, allowed = _listen_at(config.sentry.url, ports.sentry)
        server = Server(_not_yet, host, port, allowed_hosts=allowed)
        running.callback(server.stop)
        yield Servers(server, idp, idp_url, trust)


class Servers:
    """Servers that run and can be set for one login after another."""

    def __init__(self, server: Server, idp: FakeIdP | None, idp_url: str, trust: ssl.SSLContext | None) -> None:
        self.idp = idp
        self._idp_url = idp_url
        self._trust = trust
        self._server = server
        self._started = False

    def set(
        self,
        config: Config,
        store: Store,
        *,
        journal: Journal,
        send: Callable[..., Exchange],
        config_dir: Path | None = None,
        clock: Clock | None = None,
        namespace: str = "",
    ) -> Stage:
        """Put a new emulated Sentry on its socket, which knows nothing but the store.

        With `namespace` it uses our identity provider's state of that name, which is new on first use.
        """
        from ssocli.sentry.app import create_app
        from ssocli.sentry.users import seed

        clock = clock or Clock()
        url = (config.sentry.url or self._server.url).rstrip("/")
        aliases = {}
        if self.idp is not None:
            from fake_idp.namespaces import NAMESPACE_PREFIX

            idp_url = f"{self._idp_url}{NAMESPACE_PREFIX}{namespace}" if namespace else self._idp_url
            config = with_fake_idp(config, idp_url)
            # Its port changes with every run; the people who log in there stay the same.
            aliases = {idp_url: PLACEHOLDER}
            _introduce(self.idp, namespace, config, url)
        store.sweep(clock.now())
        seed(store, config, clock.now())
        self._server.app = create_app(
            config,
            store,
            journal=journal,
            url=url,
            clock=clock,
            send=partial(send, tls=self._trust) if self._trust else send,
            config_dir=config_dir,
            issuer_aliases=aliases,
        )
        if not self._started:
            self._server.start()
            self._started = True
        return Stage(config, store, url, self.idp, self._trust, namespace)


def _introduce(idp: FakeIdP, namespace: str, config: Config, url: str) -> None:
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
            idp.app.namespace(namespace).store.service_providers.put(at.entity_id, known, _AS_LONG_AS_IT_RUNS)


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
