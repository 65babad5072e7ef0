"""`ssocli simulate`, `ssocli faults` and `ssocli login --fault`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from ssocli.report.results import json_schema

from .conftest import Run


def test_as_expected_is_exit_0(ssocli: Run) -> None:
    done = ssocli("simulate", "id_token.expired", "jwks.empty", "id_token.late-nbf")
    assert (done.returncode, done.stdout) == (0, "3 faults: 3 as expected\n")


def test_junit_has_a_case_per_fault(ssocli: Run, tmp_path: Path) -> None:
    done = ssocli("simulate", "callback.wrong-*", "--format", "junit", "--output", "faults.xml")
    assert done.returncode == 0
    root = ElementTree.parse(tmp_path / "faults.xml").getroot()
    names = [case.get("name") for case in root.iter("testcase")]
    assert "callback.wrong-state" in names
    assert root.find("testsuite").get("failures") == "0"  # type: ignore[union-attr]  # it is there


def test_json_says_what_was_expected_and_seen(ssocli: Run) -> None:
    document = json.loads(ssocli("simulate", "id_token.alg-none", "--format", "json").stdout)
    jsonschema.validate(document, json_schema())
    [result] = document["results"]
    assert result["verdict"] == "as_expected"
    assert result["actual"] == result["expected"] == "token_validation: unsigned-id-token"


def test_unknown_names_suggest_the_nearest(ssocli: Run) -> None:
    for arguments in (
        ["simulate", "id_token.expird"],
        ["faults", "id_token.expird"],
        ["login", "--fault", "id_token.expird"],
    ):
        done = ssocli(*arguments)
        assert done.returncode == 2
        assert "did you mean 'id_token.expired'?" in done.stderr


def test_verbose_lists_what_went_as_expected(ssocli: Run) -> None:
    lines = ssocli("simulate", "id_token.expired", "-v").stdout.splitlines()
    assert lines[0].split() == ["name", "verdict", "expected", "seen"]
    assert lines[1].startswith("id_token.expired  as expected  token_validation: expired-id-token")
    assert lines[-1] == "1 fault: 1 as expected"


@pytest.mark.parametrize(
    ("output_format", "begins"),
    [("markdown", "## 1 fault: 1 as expected\n"), ("html", "<!DOCTYPE html>"), ("sarif", '{\n  "$schema": "https://')],
)
def test_every_format_goes_to_stdout_or_to_a_file(ssocli: Run, tmp_path: Path, output_format: str, begins: str) -> None:
    shown = ssocli("simulate", "id_token.expired", "--format", output_format).stdout
    assert shown.lstrip().startswith(begins)
    done = ssocli("simulate", "id_token.expired", "--format", output_format, "--output", "report")
    assert done.stdout == "1 fault: 1 as expected\n"
    assert (tmp_path / "report").read_text(encoding="utf-8").lstrip().startswith(begins)


def test_ndjson_is_a_line_per_fault(ssocli: Run) -> None:
    lines = ssocli("simulate", "callback.empty-*", "--format", "ndjson").stdout.splitlines()
    assert sorted(json.loads(line)["name"] for line in lines) == ["callback.empty-code", "callback.empty-state"]


SCENARIOS = Path(__file__).parents[2] / "fixtures" / "scenarios"


def test_scenarios_by_file_and_by_directory(ssocli: Run) -> None:
    for arguments in (
        ["--scenario", str(SCENARIOS / "expired-id-token.toml")],
        [str(SCENARIOS / "expired-id-token.toml")],
    ):
        done = ssocli("simulate", *arguments)
        assert (done.returncode, done.stdout) == (0, "1 scenario: 1 as expected\n")
    listed = json.loads(ssocli("simulate", "--scenario", str(SCENARIOS), "--format", "json").stdout)
    jsonschema.validate(listed, json_schema())
    assert {"outage-between-logins 2", "tolerated-audience"} <= {result["name"] for result in listed["results"]}


def test_a_scenario_that_differs_is_exit_1_and_stands_beside_faults(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text('[expect]\nstep = "token_validation"\n', encoding="utf-8")
    done = ssocli("simulate", "case.toml", "id_token.expired")
    assert done.returncode == 1
    assert "case  differs  token_validation  authenticated" in " ".join(done.stdout.split("\n")).replace("   ", "  ")
    assert done.stdout.endswith("2 cases: 1 as expected, 1 differs\n")


def test_a_scenario_that_cannot_be_used_is_exit_2_with_every_problem(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[arm]]\nfault = "id_token.expird"\n', encoding="utf-8")
    (tmp_path / "empty").mkdir()
    done = ssocli("simulate", "a.toml", "missing.toml", "--scenario", "empty")
    assert done.returncode == 2
    assert "did you mean id_token.expired?" in done.stderr
    assert "missing.toml: expected a TOML file, found nothing there" in done.stderr
    assert "empty: expected scenario files (*.toml)" in done.stderr


def test_tags_narrow_the_choice(ssocli: Run) -> None:
    listed = json.loads(ssocli("faults", "--tag", "jwks", "--tag", "must_tolerate", "--format", "json").stdout)
    assert listed
    assert all({"jwks", "must_tolerate", "oidc"} <= set(fault["tags"]) for fault in listed)
    document = json.loads(ssocli("simulate", "callback.*", "--tag", "must_tolerate", "--format", "json").stdout)
    assert {result["reject"] for result in document["results"]} == {"must_tolerate"}


def test_an_unknown_tag_suggests_the_nearest(ssocli: Run) -> None:
    for command in ("simulate", "faults"):
        done = ssocli(command, "--tag", "must_tolerat")
        assert (done.returncode, done.stderr) == (
            2,
            "No fault has the tag 'must_tolerat'; did you mean must_tolerate?\n",
        )
    assert "has the tags jwks, callback" in ssocli("simulate", "--tag", "jwks", "--tag", "callback").stderr


def test_nothing_named_is_a_usage_error(ssocli: Run) -> None:
    assert ssocli("simulate").returncode == 2
    assert "no login at Sentry can notice" in ssocli("simulate", "introspection.*").stderr


def test_the_page_of_a_fault(ssocli: Run) -> None:
    shown = ssocli("faults", "id_token.expired").stdout
    assert "token_validation: expired-id-token" in shown
    assert "OIDC Core 3.1.3.7 item 9" in shown
    listed = json.loads(ssocli("faults", "jwks.*", "--format", "json").stdout)
    assert all(fault["id"].startswith("jwks.") for fault in listed)


def test_a_login_with_a_fault(ssocli: Run) -> None:
    done = ssocli("login", "--state", ":memory:", "--fault", "userinfo.invalid-sub")
    assert done.returncode == 6
    assert "wrong-userinfo-subject" in done.stdout


def test_a_fault_that_never_fired_is_said_and_an_error_if_one_is_strict(ssocli: Run) -> None:
    for strict, code in (((), 0), (("--strict-faults",), 1)):
        done = ssocli("login", "--state", ":memory:", "--fault", "refresh.invalid_grant", *strict)
        assert done.returncode == code
        assert "refresh.invalid_grant was armed and never fired" in done.stderr


@pytest.mark.parametrize(
    ("fault", "expected", "code", "said"),
    [
        ("id_token.expired", "token_validation", 0, "As expected: token_validation: expired-id-token\n"),
        ("id_token.expired", "token_validation:IDT024", 0, "As expected: token_validation: expired-id-token\n"),
        (
            "id_token.expired",
            "token_validation:expired-id-token",
            0,
            "As expected: token_validation: expired-id-token\n",
        ),
        (
            "id_token.expired",
            "token_validation:wrong-issuer",
            1,
            "Expected token_validation: wrong-issuer, saw: token_validation: expired-id-token\n",
        ),
        (
            "id_token.expired",
            "token_generation",
            1,
            "Expected token_generation, saw: token_validation: expired-id-token\n",
        ),
        ("id_token.aud-as-array", "token_validation", 1, "Expected token_validation, saw: authenticated\n"),
        ("id_token.aud-as-array", "authenticated", 0, "As expected: authenticated\n"),
        ("id_token.expired", "token_validatio", 2, "did you mean token_validation?\n"),
        ("id_token.expired", "token_validation:IDT999", 2, "did you mean IDT"),
        ("id_token.expired", "token_validation:expird-id-token", 2, "did you mean expired-id-token?\n"),
    ],
)
def test_an_expected_end_is_exit_0(ssocli: Run, fault: str, expected: str, code: int, said: str) -> None:
    done = ssocli("login", "--state", ":memory:", "--fault", fault, "--expect", expected)
    assert done.returncode == code
    assert said in done.stderr


@pytest.mark.parametrize(
    ("output_format", "begins"),
    [
        ("markdown", "## The login failed in step 6, Token validation\n"),
        ("html", "<!DOCTYPE html>"),
        ("sarif", '{\n  "$schema": "https://'),
    ],
)
def test_a_login_in_every_format(ssocli: Run, output_format: str, begins: str) -> None:
    done = ssocli("login", "--state", ":memory:", "--fault", "id_token.expired", "--format", output_format)
    assert done.returncode == 6
    assert done.stdout.lstrip().startswith(begins)
