"""One operation of the control API, and how a request is matched, read and answered by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from fake_idp.control.problem import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_idp.control.call import Call
    from fake_idp.web import Request

T = TypeVar("T")

VERSION = "/_idp/v1"
NUMBER = "number"  # the variable in paths that is one


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What the API answers with."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the API is sent: a body or a query. Nothing in it is ignored."""


class Nothing(Asked, frozen=True, kw_only=True):
    """A body without members."""


class Done(Model, frozen=True, kw_only=True):
    """How many things were done away with."""

    count: int


@dataclass(frozen=True)
class Route:
    """The `handler` gets the call, the variable parts of the path by name, `body` and `query` where they are declared.

    Its first line of documentation is the operation's summary. `problems` are the refusals that only it can give.
    """

    method: str
    path: str
    handler: Callable[..., Any]
    answer: Any
    body: Any = None
    query: Any = None
    status: int = 200
    problems: tuple[int, ...] = ()

    @property
    def operation(self) -> str:
        """A name for it that is unique."""
        return f"{self.handler.__module__.rpartition('.')[2]}_{self.handler.__name__}"

    @property
    def variables(self) -> list[str]:
        """The names of the variable parts of the path."""
        return re.findall(r"{(\w+)}", self.path)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern. A variable at the end takes slashes as well: entity IDs are URLs."""
        inner = re.sub(r"\{(\w+)\}(?=.)", r"(?P<\1>[^/]+)", self.path)
        return re.compile(re.sub(r"\{(\w+)\}$", r"(?P<\1>.+)", inner))

    def run(self, call: Call, arguments: dict[str, str]) -> Any:
        """Read the request, and have it handled."""
        given: dict[str, Any] = {name: _argument(name, value) for name, value in arguments.items()}
        if self.query is not None:
            given["query"] = _query(call.request, self.query)
        elif call.request.query_string:
            raise ProblemError(400, "This operation takes no query.", expected="none", seen=call.request.query_string)
        if self.body is not None:
            given["body"] = _body(call.request, self.body)
        return self.handler(call, **given)


def _argument(name: str, value: str) -> Any:
    if name != NUMBER:
        return value
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise ProblemError(404, "There is nothing of this number.", expected="a whole number", seen=value)
    return int(value)


def _query(request: Request, type_: Any) -> Any:
    parameters = _read(lambda: request.query)
    if parameters.repeated:
        raise ProblemError(
            400, "A query parameter is there more than once.", expected="once", seen=parameters.repeated[0]
        )
    values = {name: parameters.get(name) or "" for name in parameters.names()}
    query = _converted(values, type_, strict=False)
    for name in values:
        if getattr(query, name) is None:  # "null" is what a program writes that has nothing to ask
            raise ProblemError(422, f"The query parameter {name} has no value.", expected="one, or none", seen="null")
    return query


def _body(request: Request, type_: Any) -> Any:
    raw = _read(lambda: request.body) or b"{}"
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as first:
        from fake_idp import config_problems

        value = msgspec.json.decode(raw)
        errors = config_problems.violations(value, type_)
        if errors:
            raise _violation(errors) from first
        return _converted(_whole_numbers(value), type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(400, "The body is not JSON.", expected="a JSON object", seen=str(error)) from error


def _read(part: Callable[[], T]) -> T:
    try:
        return part()
    except ValueError as unreadable:  # which names what was expected
        raise ProblemError(400, f"The request is unreadable: {unreadable}.") from unreadable


def _converted(value: Any, type_: Any, *, strict: bool = True) -> Any:
    try:
        return msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError as error:
        raise _violation([str(error)]) from error


def _whole_numbers(value: Any) -> Any:
    """What JSON Schema takes for an integer, 7.0, as one."""
    if isinstance(value, dict):
        return {name: _whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _violation(errors: list[str]) -> ProblemError:
    return ProblemError(
        422, "The request does not have the form that the API description asks for.", errors=errors,
        fix=f"see {VERSION}/openapi.json",
    )  # fmt: skip
