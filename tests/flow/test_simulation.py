"""The spine: every fault that a login can notice causes exactly the finding that it declares."""

from __future__ import annotations

import pytest

from fake_idp.faults.fault import Fault, catalogue
from ssocli.checks.check import Severity, Status
from ssocli.flow.simulation import is_seen_by_a_login, simulate

# These wait until the client gives up; one of a kind is enough here, `ssocli simulate --all` runs them all.
WAITING = {"silent", "drip", "slow"}
FAULTS = [
    fault
    for fault in catalogue().values()
    if is_seen_by_a_login(fault) and (fault.id.partition(".")[2] not in WAITING or fault.point == "discovery")
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_causes_the_finding_that_it_declares(fault: Fault) -> None:
    [result] = simulate([fault])
    assert result.verdict == "as_expected", f"expected {result.expected}, saw {result.actual} ({result.found})"


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.finding and fault.reject == "must_reject" and fault.point == "id_token"],
    ids=lambda fault: fault.id,
)
def test_one_defect_is_one_blocking_finding(fault: Fault) -> None:
    [result] = simulate([fault])
    blocking = [
        check.name
        for step in result.trace.steps
        for check in step.checks
        if check.status is Status.FAILED and check.severity is Severity.ERROR
    ]
    assert blocking == [fault.finding.name if fault.finding else None]
