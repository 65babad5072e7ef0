from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Severity, Status, evaluate
from ssocli.checks.saml_attributes import SamlAttributesContext
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case

LINK = "http://schemas.microsoft.com/claims/groups.link"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
HEALTHY = {"identifier": ("1",), "email": ("alice@example.com",), "first": ("Alice",), "last": ("Adams",)}


def observed(changes: dict[str, tuple[str, ...]] | None = None, drop: str = "", **mapping: Any) -> Any:
    received = {name: values for name, values in {**HEALTHY, **(changes or {})}.items() if name != drop}
    names = {"identifier": "identifier", "user_email": "email", "first_name": "first", "last_name": "last"}
    return SamlAttributesContext(received=received, **{**names, **mapping})


def nothing() -> Any:
    return SamlAttributesContext(None, "identifier", "email")


def named(name_id: str, name_format: str) -> Any:
    return observed(
        name_id_is_identifier=True, name_id=name_id, name_id_format=f"urn:oasis:names:tc:SAML:{name_format}"
    )


CASES = [
    Case("missing-identifier-attribute", FAILED, lambda: observed(drop="identifier"), "received: email, first, last"),
    Case("missing-identifier-attribute", FAILED, lambda: observed({"identifier": ("",)}), "is empty for this user"),
    Case("missing-identifier-attribute", FAILED, lambda: observed({"identifier": ()}), "is empty for this user"),
    Case("missing-identifier-attribute", FAILED, lambda: observed(identifier="Identifier"), "to identifier."),
    Case("missing-identifier-attribute", FAILED, lambda: observed(name_id_is_identifier=True), "a NameID"),
    Case("missing-identifier-attribute", PASSED, observed),
    Case("missing-identifier-attribute", PASSED, lambda: observed(name_id_is_identifier=True, name_id="alice")),
    Case("missing-identifier-attribute", SKIPPED, nothing),
    Case(
        "missing-email-attribute",
        FAILED,
        lambda: observed(user_email="Email"),
        "Set the mapping of user_email to email.",
    ),
    Case(
        "missing-email-attribute",
        FAILED,
        lambda: observed({f"{CLAIMS}emailaddress": ("a@b.c",)}, "email", user_email="emailaddress"),
        f"to {CLAIMS}emailaddress.",
    ),
    Case(
        "missing-email-attribute",
        FAILED,
        lambda: observed({"urn:oid:1.2.840.113549.1.9.1.1": ("a@b.c",)}, "email", user_email="User.email"),
        "to urn:oid:1.2.840.113549.1.9.1.1.",
    ),
    Case("missing-email-attribute", FAILED, lambda: observed(drop="email", user_email="e"), "let it send"),
    Case("missing-email-attribute", PASSED, observed),
    Case("missing-name-attribute", FAILED, lambda: observed(drop="last"), "last_name", Severity.WARNING),
    Case("missing-name-attribute", FAILED, lambda: observed({"givenName": ("A",)}, "first"), "to givenName."),
    Case("missing-name-attribute", PASSED, observed),
    Case("missing-name-attribute", SKIPPED, lambda: observed(first_name=None, last_name=None)),
    Case("malformed-email", FAILED, lambda: observed({"email": ("ACME\\alice",)}), "ACME"),
    Case("malformed-email", FAILED, lambda: observed({"email": ("a@b.c;d@e.f",)}), ";"),
    Case("malformed-email", PASSED, observed),
    Case("malformed-email", SKIPPED, lambda: observed({"email": ("",)})),
    Case(
        "groups-overage", FAILED, lambda: observed({LINK: ("https://graph.windows.net/x",)}), "a link", Severity.WARNING
    ),
    Case("groups-overage", PASSED, observed),
    Case("groups-overage", SKIPPED, nothing),
    Case(
        "changing-identifier", FAILED, lambda: named("_1", "2.0:nameid-format:transient"), "transient", Severity.WARNING
    ),
    Case("changing-identifier", PASSED, lambda: named("4711", "2.0:nameid-format:persistent")),
    Case("changing-identifier", SKIPPED, observed),
    Case("email-as-identifier", FAILED, lambda: observed(identifier="email"), "alice@example.com", Severity.INFO),
    Case("email-as-identifier", FAILED, lambda: named("a@b.example", "1.1:nameid-format:emailAddress"), "a@b.example"),
    Case("email-as-identifier", PASSED, observed),
    Case("email-as-identifier", SKIPPED, lambda: observed(drop="identifier")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("saml_attributes", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    assert_complete("saml_attributes", CASES)


def test_healthy_attributes_have_no_finding() -> None:
    assert_healthy("saml_attributes", observed())


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3).map(tuple), max_size=5))
def test_no_attributes_raise(received: dict[str, tuple[str, ...]]) -> None:
    context = SamlAttributesContext(received, "identifier", next(iter(received), "email"), "given", "sn")
    assert not [each for each in evaluate("saml_attributes", context) if each.status is Status.TOOL_ERROR]
