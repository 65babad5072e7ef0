"""The identifiers of several people side by side."""

from __future__ import annotations

from ssocli.checks.check import Status, evaluate
from ssocli.checks.identifiers import IdentifiersContext, Login

IDP = "https://idp.example"


def failed(*logins: Login) -> dict[str, str]:
    checks = evaluate("identifiers", IdentifiersContext(logins))
    return {check.code: check.actual for check in checks if check.status is Status.FAILED}


def test_each_person_has_one_and_keeps_it() -> None:
    alice = Login("a", IDP, "1", "alice@acme.example")
    assert failed(alice, Login("b", IDP, "2", "bob@acme.example"), Login("c", IDP, "1", "Alice@acme.example")) == {}


def test_two_people_with_one_identifier() -> None:
    found = failed(
        Login("a.txt", IDP, "tenant", "alice@acme.example"), Login("b.txt", IDP, "tenant", "bob@acme.example")
    )
    assert set(found) == {"IDN001"}
    assert "alice@acme.example (a.txt) and bob@acme.example (b.txt)" in found["IDN001"]


def test_one_person_with_two_identifiers() -> None:
    found = failed(Login("a.txt", IDP, "_x1", "alice@acme.example"), Login("b.txt", IDP, "_x2", "alice@acme.example"))
    assert set(found) == {"IDN002"}
    assert "_x1 (a.txt) and _x2 (b.txt)" in found["IDN002"]


def test_two_providers_may_use_the_same_identifier() -> None:
    assert (
        failed(Login("a", IDP, "1", "alice@acme.example"), Login("b", "https://b.example", "1", "bob@b.example")) == {}
    )


def test_one_message_tells_nothing() -> None:
    [first, second] = evaluate("identifiers", IdentifiersContext((Login("a", IDP, "1", "alice@acme.example"),)))
    assert {first.status, second.status} == {Status.SKIPPED}
