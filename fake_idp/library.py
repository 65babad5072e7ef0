"""The identity provider as an object, for tests and programs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self

from fake_idp.app import CONTROL_PREFIX, DEFAULT_ISSUER, create_app
from fake_idp.namespaces import NAMESPACE_PREFIX
from fake_idp.server import Server

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fake_idp.clock import Clock
    from fake_idp.config import Config
    from fake_idp.faults.armed import Armed
    from fake_idp.faults.engine import Faults
    from fake_idp.keys import KeySet
    from fake_idp.recorder import Entry
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.settings import LoginMode
    from fake_idp.store import Store
    from fake_idp.tls import Authority


class FakeIdP:
    """A running identity provider: `with FakeIdP() as idp:`, or `start` and `stop`.

    The socket is bound at once, so `url` and `issuer` are known before the start. `strict` turns every check on,
    `login="auto"` logs people in without a page, `seed` makes codes and identifiers repeatable, `config` is a
    `Config` or the path of a TOML file, `faults` are armed from the start. `tls="throw-away"` makes certificates of
    its own, see `authority`. `control_token` guards the control API. Raises ConfigError, and CannotListenError when
    the port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        strict: bool = False,
        login: LoginMode = "page",
        seed: int | str | None = None,
        clock: Clock | None = None,
        config: Config | Path | str | None = None,
        public_url: str | None = None,
        tls: ssl.SSLContext | Literal["throw-away"] | None = None,
        allowed_hosts: Iterable[str] | None = None,
        faults: Iterable[str] = (),
        control_token: str | None = None,
    ) -> None:
        self._authority: Authority | None = None
        self.app = create_app(
            config,
            strict=strict,
            login=login,
            seed=seed,
            clock=clock,
            public_url=public_url,
            faults=faults,
            control_token=control_token,
        )
        allowed = tuple(allowed_hosts or ())
        if tls == "throw-away":
            from fake_idp.tls import Authority

            self._authority = Authority((host, *allowed), self.app.default.faults)
        context = self._authority if tls == "throw-away" else tls
        self.server = Server(self.app, host, port, tls=context, allowed_hosts=allowed)

    @property
    def url(self) -> str:
        """Scheme, host and port that clients use, without a trailing slash."""
        return self.app.settings.public_url or self.server.url

    @property
    def port(self) -> int:
        """The port listened on."""
        return self.server.port

    @property
    def instance(self) -> str:
        """The identifier of this very provider, as /healthz gives it."""
        return self.app.settings.instance

    @property
    def clock(self) -> Clock:
        """The clock of the default namespace, which all others follow."""
        return self.app.clock

    @property
    def authority(self) -> Authority:
        """The throw-away authority: `pem` and `trust()` are for its clients. Raises LookupError without one."""
        if self._authority is None:
            raise LookupError('there is no throw-away authority: expected tls="throw-away"')
        return self._authority

    @property
    def store(self) -> Store:
        """The state of the default namespace."""
        return self.app.default.store

    @property
    def keys(self) -> KeySet:
        """The signing keys of the default namespace."""
        return self.app.default.keys

    def issuer(self, name: str = DEFAULT_ISSUER, *, namespace: str = "") -> str:
        """The issuer identifier of that name."""
        prefix = f"{NAMESPACE_PREFIX}{namespace}" if namespace else ""
        return f"{self.url}{prefix}/{name}"

    def metadata_url(self, name: str = DEFAULT_ISSUER, *, namespace: str = "") -> str:
        """Where the issuer's discovery document is."""
        return self.issuer(name, namespace=namespace) + "/.well-known/openid-configuration"

    def saml_metadata_url(self, name: str = DEFAULT_ISSUER, *, namespace: str = "") -> str:
        """Where the issuer's SAML metadata are; the URL is its entity ID as well."""
        return self.issuer(name, namespace=namespace) + "/saml/metadata"

    def control_url(self, *, namespace: str = "") -> str:
        """Where the control API is."""
        prefix = f"{NAMESPACE_PREFIX}{namespace}" if namespace else ""
        return f"{self.url}{prefix}{CONTROL_PREFIX}v1"

    def register_service_provider(self, metadata: bytes, *, namespace: str = "", **settings: Any) -> ServiceProvider:
        """Make a SAML service provider known by its metadata.

        `settings` are those of [[service_providers]] in a configuration file, such as `encrypt=True`. Raises
        RefusedError for metadata that cannot be used, TypeError for an unknown setting.
        """
        from fake_idp import config
        from fake_idp.saml import providers

        completed = config.ServiceProvider(**settings)
        return providers.register(self.app.namespace(namespace).store, metadata, completed)

    def requests(self, endpoint: str | None = None, *, namespace: str = "", **match: Any) -> list[Entry]:
        """The recorded requests, oldest first; `match` takes client, user, flow and accepted."""
        return self.app.namespace(namespace).recorder.requests(endpoint, **match)

    def flow(self, flow: str, *, namespace: str = "") -> list[Entry]:
        """All requests of one login, from the authorization request to the last refresh."""
        return self.requests(namespace=namespace, flow=flow)

    def faults(self, *, namespace: str = "") -> Faults:
        """What is armed in a namespace, and the ledger of what fired."""
        return self.app.namespace(namespace).faults

    def arm(self, fault: str, *, namespace: str = "", **conditions: Any) -> Armed:
        """Order a failure by name: `idp.arm("id_token.expired", user="alice", times=1)`.

        `conditions` are the members of `Match` (client, user, issuer, flow) and of `Schedule` (nth, first, after,
        every, times, probability, per). Raises UnknownFaultError, and ValueError for conditions that make no sense.
        """
        from fake_idp.faults import armed
        from fake_idp.faults import fault as catalogue

        match, schedule = armed.conditions(conditions)
        return self.faults(namespace=namespace).arm(catalogue.named(fault), match, schedule)

    @contextmanager
    def fault(self, fault: str, *, namespace: str = "", **conditions: Any) -> Iterator[Armed]:
        """A failure for the length of a block; `fired` of what it gives says how many logins were struck."""
        armed = self.arm(fault, namespace=namespace, **conditions)
        try:
            yield armed
        finally:
            self.faults(namespace=namespace).disarm(armed)

    def start(self) -> Self:
        """Begin to answer."""
        self.server.start()
        return self

    def stop(self) -> None:
        """Stop answering and close every socket."""
        self.server.stop()

    def __enter__(self) -> Self:
        """Start, and stop at the end of the block."""
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
