"""The findings that faults declare are checks that exist, and belong to the step that they name."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

import ssocli.checks
from fake_idp.faults.fault import Fault, catalogue
from ssocli.checks.check import all_rules
from ssocli.steps import Step

for _module in pkgutil.walk_packages(ssocli.checks.__path__, "ssocli.checks."):
    import_module(_module.name)
RULES = {rule.name: rule for rule in all_rules()}
# The rules of the transport are applied in whatever step a request is made.
IN_ANY_STEP = {rule.name for rule in RULES.values() if rule.area == "transport"}


@pytest.mark.parametrize("fault", [fault for fault in catalogue().values() if fault.finding], ids=lambda f: f.id)
def test_finding(fault: Fault) -> None:
    assert fault.finding is not None
    rule = RULES[fault.finding.name]
    assert fault.finding.step in {step.value for step in Step}
    if rule.name not in IN_ANY_STEP:
        assert rule.step.value == fault.finding.step
