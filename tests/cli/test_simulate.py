"""`ssocli simulate`, `ssocli faults` and `ssocli login --fault`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

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
    [result] = json.loads(ssocli("simulate", "id_token.alg-none", "--format", "json").stdout)
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


def test_a_fault_that_never_fired_is_said(ssocli: Run) -> None:
    done = ssocli("login", "--state", ":memory:", "--fault", "refresh.invalid_grant")
    assert done.returncode == 0
    assert "refresh.invalid_grant was armed and never fired" in done.stderr
