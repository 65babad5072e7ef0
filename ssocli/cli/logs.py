"""What the emulated Sentry logs, on stderr: one line of JSON per record, as log collectors take it."""

from __future__ import annotations

import json
import logging
import os
import sys

from ssocli.clock import iso

# What every record has; the rest was given with `extra` and belongs to this one.
_COMMON = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": iso(record.created), "level": record.levelname.lower(), "event": record.getMessage()}
        entry |= {name: value for name, value in record.__dict__.items() if name not in _COMMON}
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = f"{record.exc_info[0].__name__}: {record.exc_info[1]}"
        line = json.dumps(entry, default=str)
        if record.exc_info and os.environ.get("SSOCLI_DEBUG"):
            line += "\n" + self.formatException(record.exc_info)
        return line


def log_to_stderr(level: int) -> None:
    """Send the project's log records of this level and above to stderr.

    SSOCLI_DEBUG=1 adds where an unexpected error came from.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logger = logging.getLogger("ssocli")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False
