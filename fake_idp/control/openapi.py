"""The OpenAPI 3.1 description of the control API, made from its table."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from fake_idp.control.problem import MEDIA_TYPE, Problem
from fake_idp.control.route import NUMBER, VERSION

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.control.route import Route

_DESCRIPTION = (
    "Order failures, move the clock, look at what was asked, make tokens. For programs on the machine of the provider:"
    " bodies are application/json, requests with the Origin of another page are refused, and a token is asked for if"
    " the provider was started with one. Everything belongs to one namespace: that of the path it is called under."
)
_PROBLEMS = {
    400: "The request is unreadable.",
    401: "The control token is missing or wrong.",
    403: "Not from this machine, or from a page of another origin.",
    404: "There is nothing of this name.",
    409: "It does not go together with what is there.",
    415: "The body is not declared as JSON.",
    417: "It is not so.",
    422: "The request has not the form that is described here, or breaks a rule of the protocol.",
}


def document(call: Call) -> dict[str, Any]:
    """The description of everything that can be asked for here."""
    return {**_document(), "servers": [{"url": call.url + VERSION}]}


@cache
def _document() -> dict[str, Any]:
    from fake_idp.control.routes import ROUTES

    types = [Problem, *(type_ for route in ROUTES for type_ in (route.answer, route.body, route.query) if type_)]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control API of the fake identity provider", "version": "1", "description": _DESCRIPTION},
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(route: Route, by_type: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "tags": [route.path.split("/")[1]],
        "summary": (inspect.getdoc(route.handler) or "").partition("\n")[0],
        "responses": _responses(route, by_type),
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if name == NUMBER else "string"}}
        for name in route.variables
    ]
    if route.query is not None:
        schema = components[route.query.__name__]
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": _optional(member)}
            for name, member in schema["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": by_type[repr(route.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a query parameter: one that is not given is absent, and not null."""
    schema = {name: value for name, value in schema.items() if name != "default"}
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    return options[0] if len(options) == 1 else schema


def _responses(route: Route, by_type: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    if route.answer is not None:
        good["content"] = {"application/json": {"schema": by_type[repr(route.answer)]}}
    problem = {MEDIA_TYPE: {"schema": by_type[repr(Problem)]}}
    statuses = {400, 401, 403, *route.problems}
    statuses |= {404} if route.variables or route.body else set()
    statuses |= {422} if route.body or route.query else set()
    statuses |= {415} if route.body else set()
    return {
        str(route.status): good,
        **{str(status): {"description": _PROBLEMS[status], "content": problem} for status in sorted(statuses)},
    }
