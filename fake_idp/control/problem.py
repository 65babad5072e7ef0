"""What the control API says when it does not do what was asked (RFC 9457)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from http import HTTPStatus

import msgspec

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every refusal. `errors` has one sentence per mistake, with its place; `nearest` is a suggestion."""

    status: int
    title: str
    detail: str
    expected: str | None = None
    seen: str | None = None
    nearest: str | None = None
    fix: str | None = None
    errors: tuple[str, ...] = ()


class ProblemError(Exception):
    """Raised where something cannot be done; `headers` go with the answer."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        expected: str | None = None,
        seen: str | None = None,
        nearest: str | None = None,
        fix: str | None = None,
        errors: Iterable[str] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.headers = tuple(headers)
        self.problem = Problem(
            status=status,
            title=HTTPStatus(status).phrase,
            detail=detail,
            expected=expected,
            seen=None if seen is None else seen[:200],
            nearest=nearest,
            fix=fix,
            errors=tuple(errors),
        )


def unknown(what: str, name: str, known: Iterable[str], *, fix: str | None = None) -> ProblemError:
    """There is no such `what`; the nearest of those that there are is suggested."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1)
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return ProblemError(
        404,
        f"There is no {what} of this name.",
        expected=shown or f"a {what}, and there is none",
        seen=name,
        nearest=near[0] if near else None,
        fix=fix,
    )
