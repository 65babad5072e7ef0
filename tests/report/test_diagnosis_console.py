"""A diagnosis on the console: the root cause first, and everything that helps to mend it."""

from __future__ import annotations

import io

from rich.console import Console

from ssocli.diagnosis import Diagnosis
from ssocli.report.diagnosis_console import print_diagnosis
from ssocli.report.redact import Redactor

from .samples import JWT, SECRET, diagnosis, healthy, unclear


def shown(given: Diagnosis, *, width: int = 200, verbosity: int = 0, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", write_through=True)
    print_diagnosis(given, Console(file=stream, width=width, markup=False, highlight=False), Redactor(), verbosity)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_the_root_cause_is_the_headline_with_all_that_helps() -> None:
    lines = shown(diagnosis()).splitlines()
    assert lines[0] == "Root cause: IDT016 wrong-issuer"
    text = "\n".join(lines)
    for part in (
        "step            6, Token validation",
        "seen            iss https://idp.example/tenant/",
        "likely causes   1. The issuer was typed by hand.",
        "                2. The tenant was renamed.",
        "what to do      Copy the issuer exactly, without the slash.",
        "where to do it  Okta: Security > API > Issuer",
        "ssocli explain IDT016",
        "Also found\n   ! AREQ009 missing-pkce",
        "Follows from it\n   ✗ UI006 wrong-userinfo-subject",
        "Please send as well\n   - the discovery document of the identity provider",
        "IDT009 bad-times  it failed",
        "login.har: HAR capture; 34 requests, one login",
    ):
        assert part in text
    assert "IDT001" not in text


def test_the_differing_character_stays_under_its_place_at_any_width() -> None:
    for width in (40, 200):
        lines = shown(diagnosis(), width=width).splitlines()
        [at] = [number for number, line in enumerate(lines) if line.endswith("^ a slash")]
        assert lines[at - 1].index("tenant/") + len("tenant") == lines[at].index("^")


def test_verbosity_adds_the_checks_and_then_the_messages() -> None:
    assert "IDT001" in shown(diagnosis(), verbosity=1)
    assert '"nonce"' not in shown(diagnosis(), verbosity=1)
    assert '"nonce": "s3cr…' in shown(diagnosis(), verbosity=2)


def test_a_healthy_input_and_one_that_tells_nothing_say_so() -> None:
    assert shown(healthy()).startswith("Nothing wrong was found: 1 checks passed\n")
    assert shown(unclear()).startswith("Cannot tell from this\n")
    assert "the HAR file of the failed login" in shown(unclear())


def test_no_secret_no_markup_no_escape_sequence() -> None:
    text = shown(diagnosis(), verbosity=2)
    assert SECRET not in text
    assert JWT not in text
    assert "\x1b" not in text
    assert r"\x1b[31m" in text
    assert shown(diagnosis(), encoding="ascii").isascii()
