"""Saying no: what was expected, what was seen, which rule says so, and how to put it right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused: an OAuth error code, one sentence, and what helps to repair it.

    `clause` has the form `RFC 6749 4.1.2.1`. No member may hold a secret in clear.
    """

    error: str
    sentence: str
    parameter: str | None = None
    expected: str | None = None
    seen: str | None = None
    clause: str | None = None
    fix: str | None = None
    status: int = 400

    @property
    def description(self) -> str:
        """Everything in one line, in the characters that `error_description` may have (RFC 6749 5.2)."""
        parts = [self.sentence]
        if self.expected is not None:
            parts.append(f"Expected: {self.expected}.")
        if self.seen is not None:
            parts.append(f"Seen: {self.seen}.")
        if self.clause is not None:
            parts.append(f"({self.clause})")
        text = " ".join(parts).replace('"', "'").replace("\\", "/")
        return "".join(char if " " <= char <= "~" else "?" for char in text)


class RefusedError(Exception):
    """Raised where a rule is broken; whoever knows how to answer turns it into a page, a redirect or JSON."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.description)
        self.refusal = refusal


def refuse(
    error: str,
    sentence: str,
    *,
    parameter: str | None = None,
    expected: str | None = None,
    seen: str | None = None,
    clause: str | None = None,
    fix: str | None = None,
    status: int = 400,
) -> RefusedError:
    """The exception for a `Refusal` with these members."""
    return RefusedError(Refusal(error, sentence, parameter, expected, seen, clause, fix, status))
