"""Write the cases in fixtures/customers whose material is made (run `python -m tests.customers.make`).

Signing is deterministic, so a second run changes nothing, but for what is encrypted. Directories `har-*` hold
recordings and are left alone.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from . import (
    cases_certificates,
    cases_compared,
    cases_healthy,
    cases_metadata,
    cases_oauth,
    cases_oidc,
    cases_saml,
    cases_saml_content,
    cases_saml_requests,
    cases_texts,
)
from .case import AT, CUSTOMERS, Made

MODULES = (
    cases_saml,
    cases_saml_content,
    cases_saml_requests,
    cases_metadata,
    cases_certificates,
    cases_compared,
    cases_oidc,
    cases_oauth,
    cases_texts,
    cases_healthy,
)


def made() -> list[Made]:
    """Every case of the modules."""
    return [case for module in MODULES for case in module.cases()]


def contents(case: Made) -> dict[str, bytes]:
    """The files of a case, `case.toml` among them."""
    files = {name: text.encode() if isinstance(text, str) else text for name, text in case.files.items()}
    return {**files, "case.toml": _table(case).encode()}


def write(case: Made, base: Path) -> None:
    """Write the directory of a case."""
    directory = base / case.name
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in contents(case).items():
        (directory / name).write_bytes(data)


def _table(case: Made) -> str:
    expected = case.expected
    lines = [
        f"title = {_text(case.title)}",
        f"inputs = {_texts(case.inputs or tuple(case.files))}",
        f"at = {_text(AT)}",
        f"covers = {_texts(case.covers)}",
        "",
        "[expected]",
        f"verdict = {_text(expected.verdict)}",
    ]
    fields = {"code": expected.code, "name": expected.name, "step": expected.step, "owner": expected.owner}
    lines += [f"{name} = {_text(value)}" for name, value in fields.items() if value]
    lines += [f"among = {_texts(expected.among)}"] if expected.among else []
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(values: tuple[str, ...]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


if __name__ == "__main__":
    cases = made()
    for old in CUSTOMERS.iterdir():
        if old.is_dir() and not old.name.startswith("har-"):
            shutil.rmtree(old)
    for each in cases:
        write(each, CUSTOMERS)
    sys.stdout.write(f"{len(cases)} cases\n")
