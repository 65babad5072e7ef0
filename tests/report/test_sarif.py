"""SARIF 2.1.0: what its schema and the readers of it insist on."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec

from ssocli.report import sarif
from ssocli.report.redact import Redactor
from ssocli.report.results import Result

from .samples import JWT, SECRET, diagnosis, failed_login, good_login, healthy

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "help", "defaultConfiguration"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "name": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": LEVEL}, "additionalProperties": False},
        "properties": {"properties": {"tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True}}},
    },
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation", "logicalLocations"],
    "properties": {
        "physicalLocation": {
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "properties": {"uri": {"type": "string", "pattern": r"^\S+$"}},
                    "required": ["uri"],
                },
                "region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}},
            },
        },
        "logicalLocations": {"type": "array", "minItems": 1, "items": {"required": ["name", "fullyQualifiedName"]}},
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION, "minItems": 1},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
DRIVER = {
    "type": "object",
    "required": ["name", "rules"],
    "properties": {"name": {"const": "ssocli"}, "semanticVersion": {"type": "string"}, "rules": {"items": RULE}},
}
RUN = {
    "type": "object",
    "required": ["tool", "results", "invocations"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "results": {"type": "array", "items": RESULT},
        "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    },
    "additionalProperties": False,
}
ESSENTIALS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN, "minItems": 1, "maxItems": 1},
    },
    "additionalProperties": False,
}


def run_of(text: str) -> dict[str, Any]:
    """The one run of a log that keeps the essentials, and whose results name their own rules."""
    data = json.loads(text)
    jsonschema.validate(data, ESSENTIALS)
    [run] = data["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    return dict(run)


def test_a_diagnosis_has_its_findings_and_notes_what_follows() -> None:
    run = run_of(sarif.render_diagnosis(diagnosis(), Redactor()))
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("IDT016", "error"),
        ("AREQ009", "warning"),
        ("UI006", "note"),
    ]
    root, _, symptom = run["results"]
    assert root["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "login.har"
    assert root["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "login/token_validation"
    assert "expected: iss https://idp.example/tenant\n" in root["message"]["text"]
    assert symptom["properties"]["followsFrom"] == "IDT016"


def test_the_tools_own_trouble_is_no_result() -> None:
    [invocation] = run_of(sarif.render_diagnosis(diagnosis(), Redactor()))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]] == ["IDT009"]
    [invocation] = run_of(sarif.render_diagnosis(healthy(), Redactor()))["invocations"]
    assert invocation["executionSuccessful"] is True


def test_a_login_is_tied_to_its_configuration() -> None:
    run = run_of(sarif.render_trace(failed_login(), Redactor(), "my config/ssocli.toml"))
    [first, _] = run["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20config/ssocli.toml"
    assert run_of(sarif.render_trace(good_login(), Redactor(), "/etc/sso.toml"))["results"] == []


def test_no_secret_is_in_it() -> None:
    for text in (sarif.render_diagnosis(diagnosis(), Redactor()), sarif.render_trace(failed_login(), Redactor(), "x")):
        assert SECRET not in text
        assert JWT not in text


def test_a_simulation_reports_only_what_differs_and_lists_all_rules() -> None:
    good = Result(
        "id_token.expired", "fault", ["oidc"], "must_reject", "a: b", "a: b", [], "as_expected", 1.0, "Old.", ""
    )
    bad = msgspec.structs.replace(good, name="jwks.empty", actual="authenticated", verdict="differs")
    run = run_of(sarif.render_results([good, bad], "ssocli.toml"))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["id_token.expired", "jwks.empty"]
    [result] = run["results"]
    assert (result["ruleId"], result["level"]) == ("jwks.empty", "error")
    assert result["message"]["text"] == "jwks.empty: differs: expected a: b, saw authenticated"
