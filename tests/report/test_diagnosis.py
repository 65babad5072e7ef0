"""The diagnosis document: it holds its own schema, nothing secret, and fingerprints that last."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from ssocli.diagnosis import Diagnosis
from ssocli.report.diagnosis import document, json_schema
from ssocli.report.findings import facts, findings_of, fingerprint
from ssocli.report.json import render_diagnosis
from ssocli.report.redact import Redactor

from .samples import JWT, ROOT, SECRET, WARNING, diagnosis, failed_login, good_login, healthy, unclear


@pytest.mark.parametrize("given", [diagnosis(), healthy(), unclear()], ids=["root cause", "healthy", "unclear"])
def test_a_document_holds_its_own_schema(given: Diagnosis) -> None:
    data = json.loads(render_diagnosis(given, 1, Redactor()))
    jsonschema.validate(data, json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "verdict": "fine"}, json_schema())


def test_it_says_what_was_found() -> None:
    data = document(diagnosis(), 1, Redactor())
    assert (data["verdict"], data["exit_code"], data["root"]["check"]["code"]) == ("root_cause", 1, "IDT016")
    assert data["inputs"] == [
        {"kind": "har", "title": "HAR capture", "place": "login.har", "summary": "34 requests, one login"}
    ]
    assert data["root"]["causes"] == ["The issuer was typed by hand.", "The tenant was renamed."]
    assert [entry["check"]["code"] for entry in data["symptoms"]] == ["UI006"]
    assert len(data["trace"]["steps"]) == 10


def test_no_secret_is_in_it_unless_asked_for() -> None:
    shown = render_diagnosis(diagnosis(), 1, Redactor())
    assert SECRET not in shown
    assert JWT not in shown
    assert SECRET in render_diagnosis(diagnosis(), 1, Redactor(show_secrets=True))


def test_a_fingerprint_lasts_while_the_numbers_of_the_place_change() -> None:
    root = diagnosis().root
    assert root is not None
    assert fingerprint(replace(root, place="a, entry 7")) == fingerprint(replace(root, place="a, entry 12"))
    assert fingerprint(replace(root, place="a, entry 7")) != fingerprint(replace(root, place="b, entry 7"))
    assert fingerprint(root) != fingerprint(replace(root, check=WARNING))


def test_values_that_the_difference_shows_are_not_said_twice() -> None:
    root = diagnosis().root
    assert root is not None
    labels = [label for label, _ in facts(root)]
    assert labels[:3] == ["expected", "seen", "difference"]
    aligned = f"expected  {root.check.expected}\nseen      {root.check.actual}\n   ^"
    assert "expected" not in [label for label, _ in facts(replace(root, difference=aligned))]
    other = replace(root, difference=aligned.replace("seen      iss", "seen      isn't"))
    assert [label for label, _ in facts(other)][:2] == ["expected", "seen"]


def test_the_findings_of_a_login_begin_with_the_one_that_ended_it() -> None:
    assert [finding.check.code for finding in findings_of(failed_login())] == [ROOT.code, WARNING.code]
    assert findings_of(good_login()) == ()
