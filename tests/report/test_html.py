"""The HTML report as a browser parses it: one file, no script, nothing from elsewhere, a stranger's text is text."""

from __future__ import annotations

import base64
import hashlib
import re
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser

from fake_idp.faults.fault import named
from ssocli.flow.simulation import simulate
from ssocli.report import html
from ssocli.report.redact import Redactor
from ssocli.report.results import Result

from .samples import HOSTILE, JWT, SECRET, diagnosis, failed_login, good_login, healthy, unclear

GOOD = Result("id_token.expired", "fault", ["oidc"], "must_reject", "a: b", "a: b", [], "as_expected", 1.0, "Old.", "x")
BAD = Result("jwks.empty", "fault", [], "must_reject", "a: b", f"{HOSTILE}", [], "differs", 1.0, "None.", "RFC 7517 5")
PAGES = {
    "root cause": html.render_diagnosis(diagnosis(), Redactor()),
    "healthy": html.render_diagnosis(healthy(), Redactor()),
    "unclear": html.render_diagnosis(unclear(), Redactor()),
    "failed login": html.render_trace(failed_login(), Redactor()),
    "good login": html.render_trace(good_login(), Redactor()),
    "simulation": html.render_results([GOOD, BAD]),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_nothing_is_loaded_run_or_let_in(page: str) -> None:
    tree = LexborHTMLParser(page)
    assert not tree.css("script, link, img, iframe, object, embed, form, base, [href], [src], [style], [xlink\\:href]")
    assert not [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    assert "url(" not in page
    assert "@import" not in page
    policy = tree.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_secret_is_in_it(page: str) -> None:
    assert SECRET not in page
    assert JWT not in page


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_element_is_closed_where_it_should_be(page: str) -> None:
    document = page.partition("\n")[2].replace("<!DOCTYPE html>", "")
    void = re.compile(r"<(meta)\b([^>]*)>")
    ElementTree.fromstring(void.sub(r"<\1\2/>", document).replace("<details open>", "<details>"))


def test_a_strangers_text_is_text() -> None:
    for name in ("root cause", "failed login"):
        tree = LexborHTMLParser(PAGES[name])
        said = [node.text() for node in tree.css(".steps .said")]
        assert said[0] == "acme " + HOSTILE.replace("\x1b", r"\x1b")
    assert "<script>alert(1)" not in "".join(PAGES.values())
    assert "<script>alert(1)" in LexborHTMLParser(PAGES["simulation"]).body.text()  # type: ignore[union-attr]  # it has one


def test_the_root_cause_comes_first_and_everything_follows() -> None:
    tree = LexborHTMLParser(PAGES["root cause"])
    assert tree.css_first("h1").text() == "Root cause: wrong-issuer"
    assert tree.css_first("section h3").text() == "IDT016 wrong-issuer"
    assert [node.text() for node in tree.css("h2")] == [
        "Also found",
        "Follows from it",
        "Please send as well",
        "Not judged, because ssocli itself failed",
        "The flow",
        "The ten steps",
        "Decoded messages",
        "Looked at",
    ]
    expected, actual, mark = tree.css_first("dd pre").text().splitlines()
    assert actual.index("tenant/") + len("tenant") == mark.index("^")
    assert expected


def test_the_diagram_draws_every_hop_between_its_parties() -> None:
    tree = LexborHTMLParser(PAGES["root cause"])
    actors = [node.text() for node in tree.css("svg text.actor")]
    assert actors[:3] == ["Browser", "Application", "Identity provider"]
    labels = [node.text() for node in tree.css("svg text.halo:not(.soft)")]
    assert [label.partition("?")[0] for label in labels] == ["GET /auth/login/", "GET /authorize", "POST /token"]
    columns = [int(node.attributes["x"] or 0) for node in tree.css("svg text.actor")[:3]]
    ends = [int(node.attributes["x1"] or 0) for node in tree.css("svg line.hop")]
    assert ends == [columns[0], columns[0], columns[1]]
    assert len(tree.css("svg line.hop.bad")) == 1


def test_every_step_is_there_with_what_was_checked() -> None:
    tree = LexborHTMLParser(PAGES["failed login"])
    assert len(tree.css(".steps > li")) == 10
    assert [node.text() for node in tree.css(".steps details[open] > .inside > .scroll code")] == ["AREQ009", "IDT016"]


def test_the_messages_of_a_login_are_laid_open() -> None:
    [result] = simulate([named("id_token.expired")])
    tree = LexborHTMLParser(html.render_trace(result.trace, Redactor()))
    summaries = [node for node in tree.css("details.message > summary") if node.text().startswith("id_token (")]
    assert len(summaries) == 1
    assert '"exp":' in (summaries[0].parent or summaries[0]).text()


def test_with_secrets_it_says_so() -> None:
    page = html.render_trace(failed_login(), Redactor(show_secrets=True))
    assert "This file contains secrets" in page
    assert "This file contains secrets" not in PAGES["failed login"]
