"""JSON: the trace document, once, at the end."""

from __future__ import annotations

import json

from ssocli.report.document import document
from ssocli.report.redact import Redactor
from ssocli.trace import Trace


def render(trace: Trace, exit_code: int, redactor: Redactor) -> str:
    """The trace document as indented JSON text."""
    return json.dumps(document(trace, exit_code, redactor), indent=2) + "\n"
