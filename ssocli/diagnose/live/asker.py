"""Requests to the identity provider, each judged as it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ssocli.checks import clock, tls, transport
from ssocli.checks.check import evaluate, first_blocking
from ssocli.checks.endpoints import EndpointContext, Role
from ssocli.checks.transport.context import without_query
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.live.refusal import words
from ssocli.exchange import Exchange, Headers, Response, Sender
from ssocli.sentry.context import Send

_LIMIT = 1024 * 1024
# Troubles before the request was sent: every other request to the same origin would meet them as well, as it would
# wait in vain where one did.
_ON_THE_WAY = ("dns", "tcp", "tls")


@dataclass(slots=True)
class Asker:
    """Asks and judges. An origin that could not be reached is not asked again: one trouble is one finding.

    `clock` gives seconds since the epoch; `timeout` is in seconds, for each wait, and three times that for a request.
    """

    send: Send
    clock: Callable[[], float]
    timeout: float
    judged: list[Judged] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    _unreachable: set[str] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)

    def fetch(self, url: str, purpose: str, accept: str, *, is_json: bool = True) -> bytes | None:
        """The document at this URL; None if there is none that could be used."""
        exchange = self._ask("GET", url, (("Accept", accept),))
        if exchange is None:
            return None
        checks = evaluate("transport", transport.TransportContext(exchange, purpose, is_json=is_json))
        self.judged.append(Judged(without_query(url), checks))
        return None if first_blocking(checks) or exchange.response is None else exchange.response.body

    def probe(
        self,
        role: Role,
        method: str,
        url: str,
        *,
        headers: Headers = (),
        body: bytes = b"",
        is_login: bool = False,
        is_configured: bool = False,
    ) -> None:
        """Ask an endpoint whether it answers; `is_login`: with the very request that a login begins with."""
        exchange = self._ask(method, url, headers, body)
        if exchange is None:
            return
        response, place = exchange.response, f"{without_query(url)} ({role})"
        if response is None or exchange.error is not None:
            context = transport.TransportContext(exchange, role, is_json=False)
            self.judged.append(Judged(place, evaluate("transport", context)))
            return
        said = words(url, response) if is_login else ""
        observed = EndpointContext(role, response, is_login, said, is_configured)
        self.judged.append(Judged(place, evaluate("endpoints", observed), said=said))

    def _ask(self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> Exchange | None:
        """One hop; None if its origin is known to be out of reach."""
        origin = _origin(url)
        if origin in self._unreachable:
            return None
        asked = self.clock()
        exchange = self.send(
            method,
            url,
            headers=tuple(headers),
            body=body,
            timeout=self.timeout,
            deadline=3 * self.timeout,
            sender=Sender.SENTRY,
            limit=_LIMIT,
        )
        self.exchanges.append(exchange)
        error = exchange.error
        if error is not None and (error.phase in _ON_THE_WAY or error.kind in ("timeout", "tls")):
            self._unreachable.add(origin)
        elif exchange.response is not None and origin not in self._met:
            self._met.add(origin)
            self._meet(origin, exchange, exchange.response, asked, self.clock())
        return exchange

    def _meet(self, origin: str, exchange: Exchange, response: Response, asked: float, answered: float) -> None:
        """Judge what the first answer tells of a server: its certificate and its clock."""
        if exchange.tls is not None:
            self.judged.append(Judged(origin, evaluate("tls", tls.TlsContext(exchange.tls, answered))))
        self.judged.append(Judged(origin, evaluate("clock", clock.ClockContext(response, asked, answered))))


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    except ValueError:
        return url
