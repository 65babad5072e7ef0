"""The examples of docs/fake-idp-saml.md work as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fake_idp.config import load
from fake_idp.saml.attributes import bundled_sets
from fake_idp.saml.statuses import TOP_LEVEL

PAGE = (Path(__file__).parents[3] / "docs" / "fake-idp-saml.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, sp_metadata):
    (tmp_path / "customer-sp.xml").write_bytes(sp_metadata)
    return tmp_path


def block(language):
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_configuration(folder):
    (folder / "idp.toml").write_text(block("toml"))
    first, second = load(folder / "idp.toml").service_providers
    assert (first.sign, first.encrypt, second.name) == ("assertion", True, "Wiki")


def test_program(folder):
    done = subprocess.run([sys.executable, "-c", block("python")], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "/default/saml/metadata answers https://sp.example/metadata\n[]\n" in done.stdout


def test_names_are_complete():
    for name in (*bundled_sets(), *TOP_LEVEL):
        assert name in PAGE
