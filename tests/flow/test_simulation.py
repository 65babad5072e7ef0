"""The spine: every fault that a login can notice causes exactly the finding that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fake_idp.faults.fault import Fault, Finding, catalogue, named
from ssocli.checks.check import Severity, Status
from ssocli.flow.simulation import Simulated, Simulation, is_seen_by_a_login, simulate

# These wait until the client gives up; one of a kind is enough here, `ssocli simulate --all` runs them all.
WAITING = {"silent", "drip", "slow"}
# Here a forgery is one finding, warnings counted, and what is tolerated is none.
EXACT = {"saml_signature", "saml_wrapping", "saml_canonicalization", "saml_encryption"}
# Here one defect is one finding that ends the login, and what is tolerated has none.
ONE_BLOCKING = {"saml_assertion", "saml_attributes", "saml_delivery", "saml_metadata", "saml_request", "saml_response"}
# Without its attributes an assertion lacks everything that is made of them.
SEVERAL = ("saml_attributes.none",)
FAULTS = [
    fault
    for fault in catalogue().values()
    if is_seen_by_a_login(fault) and (fault.id.partition(".")[2] not in WAITING or fault.point == "discovery")
]


def blocking(result: Simulated) -> list[str]:
    """The findings that end a login."""
    return [
        check.name
        for step in result.trace.steps
        for check in step.checks
        if check.status is Status.FAILED and check.severity is Severity.ERROR
    ]


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with Simulation() as running:
        yield running


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_causes_the_finding_that_it_declares(simulation: Simulation, fault: Fault) -> None:
    result = simulation.run(fault)
    assert result.verdict == "as_expected", f"expected {result.expected}, saw {result.actual} ({result.found})"
    if fault.point in EXACT:
        assert result.found == ((fault.finding.name,) if fault.finding else ())
    if fault.point in ONE_BLOCKING and fault.reject in ("must_reject", "must_tolerate"):
        expected = [fault.finding.name] if fault.finding else []
        assert blocking(result) == expected or fault.id in SEVERAL


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.finding and fault.reject == "must_reject" and fault.point == "id_token"],
    ids=lambda fault: fault.id,
)
def test_one_defect_is_one_blocking_finding(simulation: Simulation, fault: Fault) -> None:
    result = simulation.run(fault)
    assert blocking(result) == [fault.finding.name if fault.finding else None]


@pytest.mark.parametrize(
    "declared",
    [
        replace(named("id_token.expired"), finding=Finding("wrong-audience", "token_validation")),
        replace(named("id_token.expired"), finding=Finding("expired-id-token", "token_generation")),
        replace(named("id_token.expired"), reject="must_tolerate"),
        replace(named("id_token.aud-as-array"), reject="must_reject"),
        replace(named("id_token.email-unverified"), reject="must_reject"),
    ],
    ids=["another finding", "another step", "not tolerated", "accepted", "only warned of"],
)
def test_a_declaration_that_does_not_hold_differs(declared: Fault) -> None:
    [result] = simulate([declared])
    assert result.verdict == "differs"


def test_a_fault_that_no_login_reaches_proves_nothing() -> None:
    [result] = simulate([named("refresh.invalid_grant")])
    assert result.verdict == "not_reached"


def test_one_fault_after_another_on_the_same_servers_leaves_no_trace() -> None:
    chosen = [
        named(name) for name in ("jwks.empty", "id_token.aud-as-array", "token.http-503", "consent.without-openid")
    ]
    chosen += [named("saml_assertion.expired"), named("id_token.aud-as-array"), named("tls.expired")]
    results = list(simulate(chosen))
    assert [result.fault for result in results] == [fault.id for fault in chosen]
    assert {result.verdict for result in results} == {"as_expected"}
    created = [result.trace.user for result in results if result.fault == "id_token.aud-as-array"]
    assert [user and user["created"] for user in created] == [True, True]


def test_what_waits_by_nature_comes_last() -> None:
    results = list(simulate([named("discovery.slow"), named("token.slow"), named("jwks.empty")]))
    assert [(result.fault, result.verdict) for result in results] == [
        ("jwks.empty", "as_expected"),
        ("discovery.slow", "as_expected"),
        ("token.slow", "as_expected"),
    ]
