"""NDJSON: one JSON object per line, as things happen; the last line is the whole trace document."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import to_builtins

from ssocli.report.document import document, step_entry
from ssocli.report.redact import Redactor
from ssocli.trace import Event, StepFinished, StepStarted, Trace


@dataclass(frozen=True, slots=True)
class NdjsonReport:
    """A listener that writes a line per event. `write` gets whole lines."""

    write: Callable[[str], None]
    redactor: Redactor

    def __call__(self, event: Event) -> None:
        """Write the line of a step's start or end; the end of the trace is `finish`'s, which knows the exit code."""
        if isinstance(event, StepStarted):
            step = event.step
            self._line({"event": "step_started", "number": step.number, "id": step.value, "title": step.title})
        elif isinstance(event, StepFinished):
            self._line({"event": "step_finished", **to_builtins(step_entry(event.outcome, self.redactor))})

    def finish(self, trace: Trace, exit_code: int) -> None:
        """Write the last line."""
        self._line({"event": "trace_finished", **document(trace, exit_code, self.redactor)})

    def _line(self, data: dict[str, Any]) -> None:
        self.write(json.dumps(data, separators=(",", ":")) + "\n")
