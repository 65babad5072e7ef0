"""JSON: the document of a trace or of a diagnosis, once, at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ssocli.report.document import document
from ssocli.report.redact import Redactor

if TYPE_CHECKING:
    from ssocli.diagnosis import Diagnosis
    from ssocli.trace import Trace


def render_trace(trace: Trace, exit_code: int, redactor: Redactor) -> str:
    """The trace document as indented JSON text."""
    return _text(document(trace, exit_code, redactor))


def render_diagnosis(diagnosis: Diagnosis, exit_code: int, redactor: Redactor) -> str:
    """The diagnosis document as indented JSON text."""
    from ssocli.report import diagnosis as diagnoses

    return _text(diagnoses.document(diagnosis, exit_code, redactor))


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=2) + "\n"
