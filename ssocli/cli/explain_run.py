"""What `ssocli explain` does: look a text up among findings, faults and known errors, and print what was found."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import click

from fake_idp.faults.fault import catalogue as faults
from ssocli.checks import catalogue
from ssocli.cli.stop import stop
from ssocli.diagnose.advice import causes, places
from ssocli.diagnose.known_errors import KnownError, find, known_errors, unlisted_numbers
from ssocli.exit_code import ExitCode
from ssocli.flow.simulation import expectation
from ssocli.report.redact import Redactor
from ssocli.text import printable

_STDIN_LIMIT = 1_000_000
# So many pages are read with pleasure; of more, the titles and first lines.
_PAGES = 3
_SEARCH_HITS = 10
_IDLE_WORDS = {"the", "and", "not", "for", "was", "with", "what", "why", "how", "does", "mean", "error", "from", "that"}


@dataclass(frozen=True, slots=True)
class Page:
    """What is known under one name. `facts` are label and text; `record` is the same for a program."""

    name: str
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    record: dict[str, Any]


def run(text: str, output_format: str) -> None:
    """Print the pages that the text names or, if it names none, what a search for its words finds."""
    if text == "-":
        text = sys.stdin.buffer.read(_STDIN_LIMIT).decode(errors="replace")
    pages = list(_named(text))
    searched = not pages
    if searched:
        pages = _search(text)
    numbers = unlisted_numbers(text)
    if not pages:
        _nothing(text, numbers)
    if output_format == "json":
        answer = {"searched": searched, "results": [page.record for page in pages], "notes": numbers}
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    if not searched and len(pages) <= _PAGES:
        click.echo("\n\n".join(_laid_out(page) for page in pages))
    else:
        for page in pages:
            click.echo(f"{page.name} {page.title}: {page.text.splitlines()[0]}")
        click.echo("\nssocli explain NAME shows the page of one.")
    for number in numbers:
        click.echo(f"\n{number}")


def _named(text: str) -> Iterator[Page]:
    """The pages of everything that the text is the name of or, failing that, has in it."""
    wanted = text.strip()
    if (rule := catalogue.find(wanted)) is not None:
        yield _finding(rule.code)
        return
    if wanted.lower() in faults():
        yield _fault(wanted.lower())
        return
    for code in dict.fromkeys(re.findall(r"\b[A-Z]{2,5}\d{3}\b", wanted)):
        if code in catalogue.catalogue():
            yield _finding(code)
    for fault_id in dict.fromkeys(re.findall(r"\b[a-z0-9_]+\.[a-z0-9_-]+\b", wanted)):
        if fault_id in faults():
            yield _fault(fault_id)
    yield from (_error(known) for known in find(wanted))


def _search(text: str) -> list[Page]:
    """The pages in which every word stands, or of three words and more all but one; the best first."""
    words = [word for word in re.findall(r"\w{3,}", text.lower())[:20] if word not in _IDLE_WORDS]
    if not words:
        return []
    needed = len(words) - 1 if len(words) >= 3 else len(words)
    hits = []
    for order, page in enumerate(_all_pages()):
        inside = sum(word in _haystack(page) for word in words)
        if inside >= needed:
            above = sum(word in f"{page.name} {page.title}".lower() for word in words)
            hits.append((-inside, -above, order, page))
    return [page for *_, page in sorted(hits, key=lambda hit: hit[:3])[:_SEARCH_HITS]]


@cache
def _all_pages() -> tuple[Page, ...]:
    return (
        *(_finding(code) for code in catalogue.catalogue()),
        *(_error(error) for error in known_errors()),
        *(_fault(fault_id) for fault_id in sorted(faults())),
    )


def _haystack(page: Page) -> str:
    return " ".join((page.name, page.title, page.text, *(text for _, text in page.facts))).lower()


def _nothing(text: str, numbers: list[str]) -> NoReturn:
    if numbers:
        stop("\n".join(numbers), ExitCode.USAGE)
    names = [*catalogue.catalogue(), *(rule.name for rule in catalogue.catalogue().values()), *faults()]
    near = difflib.get_close_matches(text.strip(), [*names, *(error.code for error in known_errors())], 1, 0.6)
    hint = (
        f"did you mean {near[0]}?"
        if near
        else "expected a code or name from docs/reference/checks.md, a fault of `ssocli faults`, an error code or "
        "message of an identity provider, or words that stand in their pages."
    )
    stop(f"Nothing is known about '{printable(Redactor().text(text.strip()), 80)}'; {hint}", ExitCode.USAGE)


def _laid_out(page: Page) -> str:
    width = max(len(label) for label, _ in page.facts) + 2
    lines = [f"{page.name} {page.title}", "", page.text, ""]
    lines += [f"{label + ':':{width}}{text}" for label, text in page.facts]
    return "\n".join(lines)


def _finding(code: str) -> Page:
    rule = catalogue.catalogue()[code]
    record = {
        "kind": "finding",
        "code": rule.code,
        "name": rule.name,
        "step": rule.step.value,
        "severity": rule.severity.value,
        "owner": rule.owner.value,
        "clause": rule.spec,
        "causes": list(causes().get(code, ())),
        "fix": rule.fix,
        "where": places(code),
        "text": rule.doc,
    }
    facts = (
        ("Step", f"{rule.step.number}, {rule.step.title}"),
        ("Severity", rule.severity.value),
        ("Who", rule.owner.value),
        ("Clause", rule.spec),
        *_likely(causes().get(code, ())),
        ("What to do", rule.fix),
        *((f"In {product}", field) for product, field in places(code).items()),
    )
    return Page(rule.code, rule.name, rule.doc, facts, record)


def _fault(fault_id: str) -> Page:
    fault = faults()[fault_id]
    record = {
        "kind": "fault",
        "id": fault.id,
        "reject": fault.reject,
        "expected": expectation(fault),
        "clause": fault.spec,
        "text": fault.doc,
    }
    facts = (
        ("A correct client", fault.reject.replace("_", " ")),
        ("Seen by a login", expectation(fault)),
        ("Clause", fault.spec),
    )
    return Page(fault.id, "(fault)", fault.doc, facts, record)


def _error(error: KnownError) -> Page:
    record = {
        "kind": "error",
        "code": error.code,
        "product": error.product,
        "step": error.step.value,
        "owner": error.owner.value,
        "causes": list(error.causes),
        "fix": error.fix,
        "source": error.source,
        "date": error.date,
        "text": error.meaning,
    }
    facts = (
        ("Step", f"{error.step.number}, {error.step.title}"),
        ("Who", error.owner.value),
        *_likely(error.causes),
        ("What to do", error.fix),
        ("Source", f"{error.source} ({error.date})"),
    )
    return Page(error.code, f"({error.product})", error.meaning, facts, record)


def _likely(causes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for number, cause in enumerate(causes, start=1):
        yield f"Cause {number}", cause
