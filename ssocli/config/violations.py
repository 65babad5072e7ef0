"""What the schema says against a document, in a person's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ssocli.config.problem import Problem, joined, nearest, quoted, shown


def violations(document: dict[str, Any], file: str, schema: dict[str, Any]) -> Iterator[Problem]:
    """Every violation of the schema. Only now is jsonschema worth its import: msgspec stops at the first error."""
    from jsonschema import Draft202012Validator

    seen: set[tuple[str, str]] = set()
    for error in Draft202012Validator(schema).iter_errors(document):
        for problem in _explain(error, schema, file):
            if (problem.path, problem.actual) not in seen:
                seen.add((problem.path, problem.actual))
                yield problem


def _explain(error: Any, schema: dict[str, Any], file: str) -> Iterator[Problem]:
    """One violation in a person's words; unknown names get the nearest valid one."""
    path = ".".join(quoted(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        for name in sorted(set(error.instance) - set(known)):
            hint = nearest(name, known)
            expected = "a known key" if hint else f"one of {', '.join(known)}"
            yield Problem(file, joined(path, name), expected, "an unknown key", hint)
    elif error.validator == "required":
        for name in sorted(set(error.validator_value) - set(error.instance)):
            yield Problem(file, joined(path, name), "a value", "nothing: this key is required")
    elif error.validator == "anyOf":
        yield from _explain_alternatives(error, schema, file, path)
    elif error.validator in {"enum", "const"}:
        allowed = [
            str(value) for value in (error.validator_value if error.validator == "enum" else [error.validator_value])
        ]
        hint = nearest(str(error.instance), allowed)
        yield Problem(file, path, f"one of {', '.join(allowed)}", shown(error.instance), hint)
    elif error.validator == "type":
        yield Problem(file, path, _TYPES.get(error.validator_value, error.validator_value), shown(error.instance))
    elif error.validator == "pattern" and "propertyNames" not in error.schema_path:
        expected = error.schema.get("description") or f"text like {error.validator_value}"
        yield Problem(file, path, expected, shown(error.instance))
    elif error.validator in _LIMITS:
        yield Problem(file, path, _LIMITS[error.validator].format(error.validator_value), shown(error.instance))
    elif "propertyNames" in error.schema_path:
        expected = error.schema.get("description") or "another name"
        yield Problem(file, path, f"a name of {expected}", shown(error.instance))
    else:
        yield Problem(file, path, f"{error.validator} {error.validator_value}", shown(error.instance))


def _explain_alternatives(error: Any, schema: dict[str, Any], file: str, path: str) -> Iterator[Problem]:
    """A union: judge a table by the alternative that its `type` names, anything else by what is allowed at all."""
    branches = [_resolved(branch, schema) for branch in error.validator_value]
    if len(real := [branch for branch in branches if branch.get("type") != "null"]) == 1:  # TOML has no null
        yield from _explain_inside(real[0], error, schema, file)
        return
    tagged = {
        branch["properties"]["type"]["enum"][0]: branch
        for branch in branches
        if "enum" in branch.get("properties", {}).get("type", {})
    }
    if tagged and isinstance(error.instance, dict):
        kind = error.instance.get("type")
        if isinstance(kind, str) and kind in tagged:
            yield from _explain_inside(tagged[kind], error, schema, file)
            return
        actual = "nothing: this key is required" if kind is None else shown(kind)
        yield Problem(file, joined(path, "type"), f"one of {', '.join(tagged)}", actual, nearest(str(kind), tagged))
        return
    if isinstance(error.instance, dict) and any("env" in branch.get("properties", {}) for branch in branches):
        yield Problem(file, path, 'text, or { env = "NAME" }', shown(error.instance))
        return
    yield Problem(file, path, " or ".join(_alternative(branch) for branch in real), shown(error.instance))


def _explain_inside(branch: dict[str, Any], error: Any, schema: dict[str, Any], file: str) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    for inner in Draft202012Validator({**branch, "$defs": schema["$defs"]}).iter_errors(error.instance):
        inner.parent = error
        yield from _explain(inner, schema, file)


def _resolved(branch: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = branch.get("$ref", "")
    return schema["$defs"][reference.rpartition("/")[2]] if reference else branch


def _alternative(branch: dict[str, Any]) -> str:
    if "env" in branch.get("properties", {}):
        return '{ env = "NAME" }'
    if "enum" in branch:
        return "one of " + ", ".join(str(value) for value in branch["enum"] if value is not None)
    return str(branch.get("description") or _TYPES.get(branch.get("type", ""), branch.get("type", "another value")))


_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
}

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
