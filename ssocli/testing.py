"""What the pytest fixtures give to a test: its identity provider, and logins at the emulated Sentry."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ssocli import wire
from ssocli.flow.browser import Browser, Navigation
from ssocli.flow.person import Person
from ssocli.flow.sign_in import sign_in
from ssocli.report.redact import Redactor
from ssocli.trace import StepFinished, Trace, TraceBuilder

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

    from fake_idp import Clock, FakeIdP
    from fake_idp.config import Person as KnownPerson
    from fake_idp.context import Namespace
    from fake_idp.faults.armed import Armed
    from fake_idp.keys import KeySet
    from fake_idp.recorder import Entry
    from fake_idp.saml.providers import ServiceProvider
    from ssocli.exchange import Exchange
    from ssocli.flow.stage import Stage
    from ssocli.sentry.journal import SingleJournal

TLS_FAULTS = "tls."
LONGEST_URL = 160  # characters of a request's path and query in the transcript
PATIENCE_SECONDS = 2  # how long the emulated Sentry waits for one answer


class NotSentBackError(Exception):
    """The identity provider did not send the person back to the application; the message says what it showed."""


class IdP:
    """The identity provider of one test: a namespace of the worker's server, shared with no other test."""

    def __init__(self, server: FakeIdP, namespace: str) -> None:
        self.server = server
        self.namespace = namespace
        self.logins: list[Trace] = []
        """The logins that `sso_login` drove, oldest first."""
        # Kept, so that it outlives its place at the server.
        self._space: Namespace = server.app.namespace(namespace)
        self._ordered: list[Armed] = []

    @property
    def url(self) -> str:
        """The root of this test's provider, without a trailing slash; issuers are below it."""
        return self.issuer.rpartition("/")[0]

    @property
    def issuer(self) -> str:
        """The OpenID Connect issuer."""
        return self.server.issuer(namespace=self.namespace)

    @property
    def metadata_url(self) -> str:
        """The discovery document."""
        return self.server.metadata_url(namespace=self.namespace)

    @property
    def saml_metadata_url(self) -> str:
        """The SAML metadata, and the entity ID."""
        return self.server.saml_metadata_url(namespace=self.namespace)

    @cached_property
    def trust(self) -> ssl.SSLContext | None:
        """The settings of a client that trusts the server's throw-away authority; None if it speaks plain HTTP."""
        return self.server.authority.trust() if self.server.url.startswith("https:") else None

    @property
    def people(self) -> Mapping[str, KnownPerson]:
        """Who can log in, by user name; every password is `password`."""
        return self._space.directory.people

    @property
    def clock(self) -> Clock:
        """The clock of this test alone: `advance(seconds)` lets tokens expire."""
        return self._space.clock

    @property
    def keys(self) -> KeySet:
        """The signing keys of this test alone: `rotate(grace=60)` changes them."""
        return self._space.keys

    def client_settings(self, client_id: str = "sentry") -> dict[str, str]:
        """What an OpenID Connect client is configured with; its own secret for a registered client."""
        known = self._space.directory.clients.get(client_id)
        secret = known.client_secret if known is not None else "secret"
        settings = {"issuer": self.issuer, "metadata_url": self.metadata_url, "client_id": client_id}
        return settings if secret is None else {**settings, "client_secret": secret}

    def env(self, prefix: str = "OIDC_", client_id: str = "sentry") -> dict[str, str]:
        """The same as environment variables: OIDC_ISSUER, OIDC_METADATA_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET."""
        return {prefix + name.upper(): value for name, value in self.client_settings(client_id).items()}

    def register_service_provider(self, metadata: bytes, **settings: Any) -> ServiceProvider:
        """Make a SAML service provider known by its metadata; `settings` as for FakeIdP."""
        return self.server.register_service_provider(metadata, namespace=self.namespace, **settings)

    def requests(self, endpoint: str | None = None, **match: Any) -> list[Entry]:
        """The recorded requests, oldest first; `match` takes client, user, flow and accepted."""
        return self._space.recorder.requests(endpoint, **match)

    def arm(self, fault: str, *, strict: bool = True, **conditions: Any) -> Armed:
        """Order a failure until the end of the test: `fake_idp.arm("id_token.expired", times=1)`.

        If it never fires the test fails, unless `strict` is false. `conditions` are those of FakeIdP.arm. Raises
        UnknownFaultError, and ValueError for conditions that make no sense and for faults of TLS without TLS.
        """
        if fault.startswith(TLS_FAULTS) and self.trust is None:
            raise ValueError(
                f"{fault}: expected a server that speaks TLS; override the fixture fake_idp_options to return"
                ' {"tls": "throw-away"}, in a session of its own'
            )
        armed = self.server.arm(fault, namespace=self._armed_in(fault), **conditions)
        if strict:
            self._ordered.append(armed)
        return armed

    @contextmanager
    def fault(self, fault: str, *, strict: bool = True, **conditions: Any) -> Iterator[Armed]:
        """A failure for the length of a block."""
        armed = self.arm(fault, strict=strict, **conditions)
        try:
            yield armed
        finally:
            self._disarm(armed)

    def sign_in(self, url: str, user: str = "alice", password: str = "password", *, deny: bool = False) -> Navigation:
        """Go where the application redirected to, log in, agree, and return the request that leads back.

        Its `method`, `url`, `body` and `content_type` are for the application's test client. `user` may carry faults
        (`alice+id_token.expired`); with `deny` the person refuses consent. Raises NotSentBackError.
        """
        known = self.people.get(user.partition("+")[0])
        person = Person(user, password, known.totp_secret if known is not None else None)
        browser = Browser(
            lambda _exchange: None,
            send=partial(wire.send, tls=self.trust),
            stop_before=lambda _method, to: not to.startswith(self.server.url),
        )
        visit = sign_in(browser, Navigation("GET", url), person, deny=deny)
        if visit.back is None:
            seen = visit.observed
            raise NotSentBackError(
                f"Expected the identity provider to send {user} back to the application; it ended with"
                f" {seen.ending.replace('_', ' ')}: {seen.said or seen.title or 'a page without a message'}"
            )
        return visit.back

    def never_fired(self) -> list[Armed]:
        """The ordered failures that changed nothing: a test that relies on them proves nothing."""
        return [armed for armed in self._ordered if not armed.fired]

    def transcript(self) -> str:
        """Every request of this test and what became of it, one a line, without secrets."""
        root = self.url.removeprefix(self.server.url)
        lines = [_line(entry, root) for entry in self.requests()]
        lines += [f"armed, and never fired: {armed.describe()}" for armed in self._space.faults.never_fired()]
        return "\n".join(lines) or "No request has reached the identity provider."

    def close(self) -> None:
        """Let the server forget this test, and disarm what would strike the next one: TLS knows no namespaces."""
        for armed in self._ordered:
            self._disarm(armed)
        self.server.app.namespaces.drop(self.namespace)

    def _armed_in(self, fault: str) -> str:
        return "" if fault.startswith(TLS_FAULTS) else self.namespace

    def _disarm(self, armed: Armed) -> None:
        self.server.faults(namespace=self._armed_in(armed.fault.id)).disarm(armed)


class SsoLogin:
    """Drives ten-step logins at an emulated Sentry, the same one for the length of a test."""

    def __init__(self, idp: IdP) -> None:
        self._idp = idp
        self._running = ExitStack()
        self._stage: Stage | None = None
        self._journal: SingleJournal | None = None

    def __call__(
        self,
        user: str = "alice",
        *,
        provider: str = "acme-oidc",
        fault: str | None = None,
        password: str = "password",
        login_hint: str = "",
        next_url: str = "",
        deny: bool = False,
    ) -> Trace:
        """Log in once and return the trace; `fault` is armed for the length of this login.

        `provider` is one of the embedded configuration (`ssocli providers`). A second login of the same person updates
        the account of the first.
        """
        from ssocli.config.model import reveal
        from ssocli.flow.login import LoginRequest, log_in

        running, journal = self._set_up()
        if provider not in running.config.providers:
            raise ValueError(f"provider: expected one of {', '.join(running.config.providers)}, got {provider!r}")
        known = running.config.people.get(user.partition("+")[0])
        person = Person(user, password, reveal(known.totp_secret) if known is not None else None)
        organization = running.config.organization_of(provider)
        request = LoginRequest(organization, provider, person, login_hint, next_url, deny)
        journal.builder = TraceBuilder()
        patience = 5.0 * PATIENCE_SECONDS  # while Sentry waits for several answers of the provider
        browser = Browser(journal.builder.add_exchange, send=self._sender(patience))
        with nullcontext() if fault is None else self._idp.fault(fault):
            log_in(running.url, request, journal.builder, browser)
        trace = journal.builder.finish()
        self._idp.logins.append(trace)
        return trace

    def close(self) -> None:
        """Stop the emulated Sentry."""
        self._running.close()

    def _sender(self, patience: float) -> Callable[..., Exchange]:
        return partial(wire.send, timeout=patience, deadline=patience, tls=self._idp.trust)

    def _set_up(self) -> tuple[Stage, SingleJournal]:
        if self._stage is None or self._journal is None:
            from ssocli.config.load import default
            from ssocli.config.placeholder import with_fake_idp
            from ssocli.flow.stage import stage
            from ssocli.sentry.journal import SingleJournal

            self._journal = SingleJournal(TraceBuilder())
            config = with_fake_idp(default(), self._idp.url)
            setting = stage(config, state=":memory:", journal=self._journal, send=self._sender(float(PATIENCE_SECONDS)))
            self._stage = self._running.enter_context(setting)
        return self._stage, self._journal


def _line(entry: Entry, root: str) -> str:
    # The recorder's own marks for what is secret are quoted by the second reading.
    url = Redactor().url(entry.url).removeprefix(root).replace("%3C", "<").replace("%3E", ">")
    if len(url) > LONGEST_URL:
        url = url[:LONGEST_URL] + "..."
    verdict = "accepted" if entry.accepted else f"refused: {entry.error or ''} {entry.reason}".rstrip()
    faults = f"  faults: {', '.join(entry.faults)}" if entry.faults else ""
    return f"{entry.number:>3} {entry.method:<4} {url}  {entry.endpoint or '-'}  {entry.status} {verdict}{faults}"


def report_of(trace: Trace) -> str:
    """The ten steps as the command line prints them."""
    import io

    from ssocli.flow.verdict import exit_code
    from ssocli.report.console import ConsoleReport, console_for

    printed = io.StringIO()
    report = ConsoleReport(console_for(printed), Redactor())
    for step in trace.steps:
        if step.elapsed is not None:
            report(StepFinished(step))
    report.finish(trace, exit_code(trace))
    return printed.getvalue()
