"""The description is complete, and what is there to be read is as it says."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from fake_idp.control.routes import ROUTES


@pytest.fixture
def document(control):
    return control.get("/openapi.json")


def test_every_operation_is_described(document, idp):
    operations = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert operations == {(route.method, route.path) for route in ROUTES}
    assert len({route.operation for route in ROUTES}) == len(ROUTES)
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": idp.control_url()}]
    for item in document["paths"].values():
        for operation in item.values():
            assert operation["summary"]


def test_every_reference_leads_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            yield from [node["$ref"]] if "$ref" in node else []
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(document))
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_what_is_there_is_as_described(document, control, visitor):
    """After a login with a fault and a SAML service provider: no list is empty."""
    control.post("/faults", 201, fault="id_token.expired", schedule={"times": 5})
    control.post("/faults", 201, fault="access_token.expired", schedule={"times": 5})
    control.post("/faults", 201, fault="id_token.expired", match={"user": "bob"})
    control.post("/service-providers", 201, entity_id="urn:sp", assertion_consumer_services=["http://127.0.0.1:9/a"])
    control.post("/namespaces", 201, name="n")
    visitor.tokens()
    visitor.token({"client_id": "sentry"}, None)
    visitor.http.post(
        visitor.issuer + "/device_authorization", data={"client_id": "sentry", "client_secret": "sentry-secret"}
    )
    names = {
        "username": "alice", "client_id": "sentry", "entity_id": "urn:sp", "fault": "id_token.expired", "number": "1",
        "flow": control.get("/flows")[0]["flow"], "sid": control.get("/sessions")[0]["sid"], "name": "n",
    }  # fmt: skip
    for route in ROUTES:
        if route.method != "GET":
            continue
        answer = control.get(route.path.format(**names))
        assert answer, route.path
        schema = document["paths"][route.path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer)
