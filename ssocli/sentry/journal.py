"""Which trace a browser's login is written into."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Protocol

from ssocli.trace import Listener, TraceBuilder


class Journal(Protocol):
    """Finds the trace that a request belongs to. Browsers are known by the random value in their cookie."""

    def open(self, browser: str) -> TraceBuilder:
        """The trace for a login that this browser begins now."""

    def of_browser(self, browser: str) -> TraceBuilder | None:
        """The trace of the login that this browser began last."""

    def of_trace(self, trace_id: str) -> TraceBuilder | None:
        """The trace with this id."""

    def ended(self, builder: TraceBuilder) -> None:
        """Hear that the login reached the dashboard or was refused, and that the browser has its answer."""


class SingleJournal:
    """One run, one trace. `over` is set when the login has its outcome; the owner of the trace finishes it."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self.over = threading.Event()

    def open(self, browser: str) -> TraceBuilder:  # noqa: ARG002 - whoever asks
        """The one trace."""
        self.over.clear()
        return self.builder

    def of_browser(self, browser: str) -> TraceBuilder | None:  # noqa: ARG002 - whoever asks
        """The one trace."""
        return self.builder

    def of_trace(self, trace_id: str) -> TraceBuilder | None:
        """The one trace, if it is that."""
        return self.builder if trace_id == self.builder.trace_id else None

    def ended(self, builder: TraceBuilder) -> None:  # noqa: ARG002 - there is only one
        """Set `over`."""
        self.over.set()


class BrowserJournal:
    """Many browsers, each with the trace of its newest login. `listeners` makes those of each new trace.

    At most `limit` traces are kept; the one that was used longest ago goes first.
    """

    def __init__(self, listeners: Callable[[], Iterable[Listener]] = tuple, *, limit: int = 1000) -> None:
        self._listeners = listeners
        self._limit = limit
        self._lock = threading.Lock()
        self._builders: OrderedDict[str, TraceBuilder] = OrderedDict()
        self._newest: OrderedDict[str, str] = OrderedDict()

    def open(self, browser: str) -> TraceBuilder:
        """A new trace."""
        builder = TraceBuilder(self._listeners())
        with self._lock:
            self._builders[builder.trace_id] = builder
            self._newest[browser] = builder.trace_id
            self._newest.move_to_end(browser)
            while len(self._builders) > self._limit:
                self._builders.popitem(last=False)
            while len(self._newest) > self._limit:
                self._newest.popitem(last=False)
        return builder

    def of_browser(self, browser: str) -> TraceBuilder | None:
        """The browser's newest trace, if it is still kept."""
        with self._lock:
            return self._find(self._newest.get(browser, ""))

    def of_trace(self, trace_id: str) -> TraceBuilder | None:
        """The trace, if it is still kept."""
        with self._lock:
            return self._find(trace_id)

    def ended(self, builder: TraceBuilder) -> None:
        """Finish the trace."""
        builder.finish()

    def _find(self, trace_id: str) -> TraceBuilder | None:
        builder = self._builders.get(trace_id)
        if builder is not None:
            self._builders.move_to_end(trace_id)
        return builder
