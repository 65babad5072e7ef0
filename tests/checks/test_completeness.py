"""Every declared rule of the protocol is shown failing, passing, and alone where it should be."""

from __future__ import annotations

from types import ModuleType

import pytest

from checks import (
    test_authorization_request,
    test_authorization_response,
    test_discovery,
    test_jwks,
    test_oauth_profile,
    test_token_response,
    test_transport,
    test_userinfo,
)
from checks.id_token import test_binding, test_envelope, test_identity, test_signature, test_times
from ssocli.checks.check import Rule, rules

MODULES: dict[str, tuple[ModuleType, ...]] = {
    "transport": (test_transport,),
    "discovery": (test_discovery,),
    "jwks": (test_jwks,),
    "authorization_request": (test_authorization_request,),
    "authorization_response": (test_authorization_response,),
    "token_response": (test_token_response,),
    "id_token": (test_envelope, test_signature, test_identity, test_times, test_binding),
    "userinfo": (test_userinfo,),
    "oauth_profile": (test_oauth_profile,),
}
RULES = [rule for area in MODULES for rule in rules(area)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("status", ["passed", "failed"])
def test_a_case_for_every_rule(rule: Rule, status: str) -> None:
    cases = [case for module in MODULES[rule.area] for case in module.CASES]
    assert [case for case in cases if case.rule == rule.name and case.status == status]


@pytest.mark.parametrize("area", MODULES)
def test_codes_are_numbered_in_the_order_of_declaration(area: str) -> None:
    codes = [rule.code for rule in rules(area)]
    prefix = codes[0].rstrip("0123456789")
    assert codes == [f"{prefix}{number:03}" for number in range(1, len(codes) + 1)]


def test_names_are_given_once() -> None:
    names = [rule.name for rule in RULES]
    assert sorted(names) == sorted(set(names))
