"""Lines on a console: heads and facts, wrapped beside each other, with a stranger's text never taken for markup."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from ssocli.checks.check import Status
from ssocli.report.words import STATUSES
from ssocli.text import printable
from ssocli.trace import StepOutcome

STYLES = {
    Status.PASSED: "green",
    Status.WARNED: "yellow",
    Status.FAILED: "bold red",
    Status.SKIPPED: "dim",
    Status.NOT_REACHED: "dim",
    Status.TOOL_ERROR: "bold magenta",
}
_SYMBOLS = {
    Status.PASSED: ("✓", "+"),
    Status.WARNED: ("!", "!"),
    Status.FAILED: ("✗", "x"),
    Status.SKIPPED: ("–", "-"),
    Status.NOT_REACHED: ("·", "."),
    Status.TOOL_ERROR: ("?", "?"),
}


@dataclass(frozen=True, slots=True)
class Lines:
    """What prints them."""

    console: Console

    def put(self, head: Text, body: str, style: str = "") -> None:
        """Print a head and, beside it, what it introduces, wrapped so that no line runs under the head."""
        text = Text(printable(body, 2000), style=style)
        lines = text.wrap(self.console, max(20, self.console.width - len(head))) if body else [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            printed = Text.assemble(head if number == 0 else " " * len(head), line)
            printed.rstrip()
            self.console.print(printed, soft_wrap=True)

    def title(self, text: str, style: str = "bold") -> None:
        """Print a line of its own."""
        self.put(Text(), text, style)

    def facts(self, facts: list[tuple[str, str]], indent: int = 2, width: int = 13) -> None:
        """Print labelled texts; what is empty is left out."""
        for name, value in facts:
            if value:
                self.put(Text(f"{' ' * indent}{name:<{width}}", style="dim"), value)

    def block(self, label: str, text: str, indent: int = 2, width: int = 13) -> None:
        """Print a labelled text of several lines as they are, never wrapped: they are aligned with each other."""
        for number, line in enumerate(text.splitlines()):
            head = Text(f"{' ' * indent}{label if number == 0 else '':<{width}}", style="dim")
            self.console.print(Text.assemble(head, printable(line, 2000)), soft_wrap=True)

    def step(self, outcome: StepOutcome) -> None:
        """Print the line of one step."""
        style = STYLES[outcome.status]
        reached = outcome.elapsed is not None
        head = Text.assemble(
            f"{outcome.step.number:>2} ",
            (f"{self.symbol(outcome.status)} ", style),
            (f"{outcome.step.title:<34}", "" if reached else "dim"),
            (f"{STATUSES[outcome.status]:<12}", style),
            (f"{outcome.elapsed * 1000:>5.0f} ms  " if outcome.elapsed is not None else "", "dim"),
        )
        if self.console.width >= len(head) + 30:
            self.put(head, outcome.summary)
        else:
            self.put(head, "")
            self.facts([("", outcome.summary)], indent=5, width=0)

    def symbol(self, status: Status) -> str:
        """The sign of a status, in ASCII where the terminal has nothing else."""
        return _SYMBOLS[status][0 if self.utf8 else 1]

    @property
    def utf8(self) -> bool:
        """Whether the terminal can show more than ASCII."""
        return (self.console.encoding or "").lower().replace("-", "").startswith("utf")
