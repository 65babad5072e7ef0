"""What is written down about a fault that was served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fired:
    """One line of the ledger: which fault changed what, for whom. `before` and `after` hold no secret in clear."""

    number: int
    time: float
    fault: str
    point: str
    endpoint: str
    issuer: str
    flow: str | None
    client: str | None
    user: str | None
    before: dict[str, Any]
    after: dict[str, Any]
