"""The console report: readable at any width, in a pipe and without UTF-8; a stranger's text is never markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ssocli.checks.check import Check, Owner, Severity, Status
from ssocli.exchange import Exchange, Request, Response
from ssocli.report.console import ConsoleReport, console_for
from ssocli.report.redact import Redactor
from ssocli.steps import Step
from ssocli.trace import TraceBuilder

FINDING = Check(
    "IDT012",
    "expired-id-token",
    Status.FAILED,
    Severity.ERROR,
    "an exp in the future",
    "exp was 640 s ago",
    owner=Owner.CLOCK,
    fix="Set the identity provider's clock.",
    spec="OIDC Core 3.1.3.7 item 9",
)


def report(*, width: int = 100, verbosity: int = 0, encoding: str = "utf-8", said: str = "acme") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", write_through=True)
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    reporter = ConsoleReport(console, Redactor(), verbosity)
    builder = TraceBuilder([reporter])
    builder.begin(Step.USER_SELECTION)
    builder.add_exchange(Exchange("GET", "http://127.0.0.1/?code=abcdefghijklmnop", Request(), Response(200)))
    builder.conclude(said)
    builder.begin(Step.TOKEN_VALIDATION)
    passed = Check("IDT001", "malformed-id-token", Status.PASSED, Severity.ERROR, "a JWS", "a JWS")
    builder.add_checks([passed, FINDING])
    builder.fail("IDT012", "the ID token expired 640 s ago", "Please try again.")
    reporter.finish(builder.finish(), 6)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_the_failure_says_what_why_who_and_what_to_do() -> None:
    shown = report()
    for part in (
        "the ID token expired 640 s ago",
        "Failed in step 6, Token validation: IDT012 expired-id-token",
        "an exp in the future",
        "exp was 640 s ago",
        "OIDC Core 3.1.3.7 item 9",
        "Please try again.",
        "Set the identity provider's clock.",
        "whose clock is wrong",
        "exit code    6",
        "10 · Redirect to the dashboard         not reached",
    ):
        assert part in shown


@pytest.mark.parametrize(("verbosity", "passed", "exchange"), [(0, False, False), (1, True, False), (2, True, True)])
def test_verbosity_adds_checks_and_then_exchanges(verbosity: int, *, passed: bool, exchange: bool) -> None:
    shown = report(verbosity=verbosity)
    assert ("IDT001" in shown) is passed
    assert ("→ GET http://127.0.0.1/?code=abcd" in shown) is exchange
    assert "abcdefghijklmnop" not in shown


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(width: int) -> None:
    shown = report(width=width, verbosity=2, said="a rather long sentence about what happened " * 4)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= max(width, 62)
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_terminal_without_utf8_gets_ascii() -> None:
    shown = report(encoding="ascii")
    assert shown.isascii()
    assert " 1 + User selection" in shown
    assert " 6 x Token validation" in shown


def test_text_of_a_stranger_is_shown_and_not_obeyed() -> None:
    shown = report(width=200, said="[bold]scope [openid][/x] \x1b[31mred\x1b[0m\x07 and\nmore")
    assert r"[bold]scope [openid][/x] \x1b[31mred\x1b[0m\x07 and\nmore" in shown
    assert "\x1b" not in shown


def test_a_pipe_gets_whole_lines_without_colour() -> None:
    stream = io.StringIO()
    console = console_for(stream)
    console.print("x" * 500)
    assert stream.getvalue() == "x" * 500 + "\n"
