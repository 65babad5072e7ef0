"""`ssocli config`."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from .conftest import Run


def test_check_of_a_good_file(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(ssocli("config", "example").stdout)
    done = ssocli("config", "check", "good.toml")
    assert done.returncode == 0
    assert done.stdout == "good.toml: a valid configuration (2 organizations, 4 providers, 1 users, 7 people)\n"


def test_check_names_every_problem_and_exits_2(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[sentri]\n[providers.x]\ntype = "oidcc"\n')
    done = ssocli("config", "check", "bad.toml")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "bad.toml: providers.x.type: expected one of oidc, oauth2, saml2, found 'oidcc'; did you mean oidc?",
        "bad.toml: sentri: expected a known key, found an unknown key; did you mean sentry?",
    ]


def test_check_names_a_secret_that_the_environment_lacks(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "env.toml").write_text(
        '[organizations.a]\n[providers.x]\ntype = "oauth2"\nclient_id = "x"\nclient_secret = { env = "X_SECRET" }\n'
    )
    assert "X_SECRET" in ssocli("config", "check", "env.toml").stderr
    assert ssocli("config", "check", "env.toml", X_SECRET="s").returncode == 0


def test_schema_is_a_json_schema(ssocli: Run) -> None:
    Draft202012Validator.check_schema(json.loads(ssocli("config", "schema").stdout))


def test_a_missing_file_is_said(ssocli: Run) -> None:
    done = ssocli("config", "check", "none.toml")
    assert (done.returncode, done.stderr) == (2, "none.toml: expected a TOML file, found nothing there\n")
