"""Lists of rows, as a table for a person or as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click


def show(rows: Sequence[dict[str, Any]], output_format: str, empty: str) -> None:
    """Print the rows; `empty` is what a person reads when there are none."""
    if output_format == "json":
        click.echo(json.dumps(list(rows), indent=2))
        return
    if not rows:
        click.echo(empty)
        return
    from rich.table import Table
    from rich.text import Text

    from ssocli.report.console import console_for
    from ssocli.text import printable

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(_cell(value))) for value in row.values()))
    console = console_for()
    for line in console.render_lines(table, pad=False):
        text = Text.assemble(*((segment.text, segment.style or "") for segment in line if not segment.control))
        text.rstrip()
        console.print(text, soft_wrap=True)


def moment(seconds: float | None) -> str | None:
    """A moment (seconds since the epoch) as text in UTC; None stays None."""
    from ssocli.clock import iso

    return None if seconds is None else iso(seconds)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(entry) for entry in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
