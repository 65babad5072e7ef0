"""schemathesis against a running control API: what its description says is what it does, whatever it is sent."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from fake_idp import FakeIdP
from fake_idp.control.routes import ROUTES

# Rules of the protocol that no schema can say; and an assertion is there to fail.
RULES_BEYOND_THE_FORM = {
    ("POST", "/clients"), ("PATCH", "/clients/{client_id}"), ("POST", "/service-providers"),
    ("POST", "/requests/verify"),
}  # fmt: skip
LONGEST = 60  # seconds that may be asked for


@pytest.fixture(scope="module")
def idp() -> Iterator[FakeIdP]:
    with FakeIdP(seed=1) as running:
        yield running


@pytest.fixture(scope="module")
def described(idp: FakeIdP) -> OpenApiSchema:
    return schemathesis.openapi.from_url(f"{idp.control_url(namespace='fuzzed')}/openapi.json")


@pytest.fixture(scope="module")
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_the_description_has_every_operation_and_no_other(described: OpenApiSchema) -> None:
    described_ones = {(result.ok().method.upper(), result.ok().path) for result in described.get_all_operations()}
    others = {(route.method, route.path) for route in ROUTES} - described_ones
    assert others <= {("GET", "/openapi.json")}  # which schemathesis leaves out
    assert len(described_ones) >= len(ROUTES) - 1


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), [(route.method, route.path) for route in ROUTES])
def test_it_does_what_it_says(
    described: OpenApiSchema, http: requests.Session, method: str, path: str, mode: GenerationMode
) -> None:
    operation = described[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
        return  # there is nothing that could be wrong

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    def check(case: schemathesis.Case) -> None:
        for wait in ("timeout", "within"):  # as said, but sooner
            seconds = case.body.get(wait) if isinstance(case.body, dict) else None
            if type(seconds) in (int, float) and 0 <= seconds <= LONGEST:
                case.body[wait] = 0.01
        excluded = [positive_data_acceptance] if (method, path) in RULES_BEYOND_THE_FORM else []
        case.call_and_validate(session=http, timeout=10, excluded_checks=excluded)

    check()
