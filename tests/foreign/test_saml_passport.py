"""npm @node-saml/passport-saml, in passport, logs in against the fake identity provider, which knows nothing of it."""

from __future__ import annotations

import json

import pytest

from fake_idp import FakeIdP

from .conftest import first_line_of, log_in_at, node


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_passport_logs_in(binding: str) -> None:
    with FakeIdP() as idp, first_line_of(node("passport.js", idp.saml_metadata_url(), binding)) as base:
        page = log_in_at(f"{base}/login")
    assert page.status == 200, page.text
    assert json.loads(page.source)["email"] == "alice@acme.example"
