"""npm @node-saml/node-saml, the core of passport-saml, as a service provider of the fake identity provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from fake_idp import FakeIdP

from .conftest import first_line_of, node
from .saml import (
    BINDINGS,
    CERTIFICATE,
    KEY,
    VARIANTS,
    Variant,
    check_login,
    check_logout,
    check_logout_from_the_idp,
    introduce,
)


@contextmanager
def running(idp: FakeIdP, variant: Variant) -> Iterator[str]:
    options = {
        "metadata": idp.saml_metadata_url(),
        "key": str(KEY),
        "certificate": str(CERTIFICATE),
        "response": variant.response_signed,
        "assertion": variant.assertion_signed,
        "encrypted": variant.encrypt,
    }
    with first_line_of(node("service_provider.js", json.dumps(options))) as base:
        # Its metadata ask for the POST binding, but there it overlooks the InResponseTo of a LogoutResponse.
        introduce(idp, base, variant, single_logout_service=f"{base}/slo")
        yield base


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_logs_in(idp: FakeIdP, variant: Variant, binding: str) -> None:
    with running(idp, variant) as base:
        check_login(idp, base, binding)


@pytest.mark.parametrize("check", [check_logout, check_logout_from_the_idp])
def test_logs_out(idp: FakeIdP, check: Callable[[FakeIdP, str], None]) -> None:
    with running(idp, VARIANTS[2]) as base:
        check(idp, base)
