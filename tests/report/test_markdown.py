"""Markdown for a ticket, read back by a Markdown parser: nothing that a stranger wrote is markup."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ssocli.report import markdown
from ssocli.report.redact import Redactor
from ssocli.text import printable

from .samples import JWT, SECRET, diagnosis, failed_login, good_login, healthy, unclear

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"inline", "text", "paragraph_open", "paragraph_close", "code_inline"}


def tokens(text: str) -> list[Token]:
    return [inner for token in PARSER.parse(text) for inner in (token, *(token.children or ()))]


def test_a_diagnosis_begins_with_its_root_cause() -> None:
    text = markdown.render_diagnosis(diagnosis(), Redactor())
    assert text.startswith("## Root cause: wrong-issuer\n\n`IDT016` **wrong-issuer** (step 6, Token validation)\n")
    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert headings == [
        "Also found",
        "Follows from it",
        "How far the login got",
        "Please send as well",
        "Not judged, because ssocli itself failed",
        "Looked at",
    ]
    assert "- **what to do:** Copy the issuer exactly, without the slash." in text
    assert "5 steps were not reached" not in text
    assert len(text) < 4000


def test_the_difference_stays_aligned() -> None:
    [fence] = [token for token in tokens(markdown.render_diagnosis(diagnosis(), Redactor())) if token.type == "fence"]
    expected, actual, mark = fence.content.splitlines()
    assert actual.index("tenant/") + len("tenant") == mark.index("^")
    assert expected.startswith("expected https://")


def test_a_login_says_how_it_went() -> None:
    failed = markdown.render_trace(failed_login(), Redactor())
    assert failed.startswith("## The login failed in step 6, Token validation\n\n`IDT016` **wrong-issuer**")
    assert "- **the user saw:** `Authentication failed.`" in failed
    assert markdown.render_trace(good_login(), Redactor()).startswith("## The login succeeded\n")


def test_a_healthy_input_and_one_that_tells_nothing_say_so() -> None:
    assert markdown.render_diagnosis(healthy(), Redactor()).startswith("## Nothing wrong was found\n\n1 checks passed.")
    assert "the HAR file of the failed login" in markdown.render_diagnosis(unclear(), Redactor())


def test_no_secret_is_in_it() -> None:
    for text in (markdown.render_diagnosis(diagnosis(), Redactor()), markdown.render_trace(failed_login(), Redactor())):
        assert SECRET not in text
        assert JWT not in text


def test_a_strangers_text_is_no_markup() -> None:
    for text in (markdown.render_diagnosis(diagnosis(), Redactor()), markdown.render_trace(failed_login(), Redactor())):
        kinds = {token.type for token in tokens(text)}
        assert not kinds & {"link_open", "html_inline", "html_block", "image", "em_open", "s_open", "table_open"}
        outside = "".join(token.content for token in tokens(text) if token.type == "text")
        assert "evil.example" not in outside
        assert "@" not in outside


@given(st.text(alphabet="`*_[]()<>#&!|~\\$@:/.-+ \n\tw1a=é", max_size=40))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    span = tokens(f"- **x:** {markdown.code(text)}")
    wanted = [printable(text)] if text.strip(" ") else []
    assert [token.content for token in span if token.type == "code_inline"] == wanted
    kinds = {token.type for token in tokens(f"said {markdown.prose(text)}")}
    assert kinds <= PLAIN


@given(st.text(alphabet="`~ab\n", max_size=40))
def test_a_block_is_closed_by_its_own_fence_only(text: str) -> None:
    document = "\n".join([*markdown.block(text), "", "after"])
    kinds = [token.type for token in PARSER.parse(document)]
    assert kinds == ["fence", "paragraph_open", "inline", "paragraph_close"]
