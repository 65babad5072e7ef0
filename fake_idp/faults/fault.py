"""What a fault is, how one is declared, and the catalogue of all of them.

A fault is one function in a module of this package: its name is the defect, its docstring the page, and its body
the smallest change to one message. `At` makes the decorators of a point.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar

from fake_idp.faults import UnknownFaultError

Reject = Literal["must_reject", "should_reject", "must_tolerate", "fail_cleanly"]
Change = TypeVar("Change", bound=Callable[[Any], None])
ChangeOf = TypeVar("ChangeOf", bound=Callable[[Any, str], None])


class Finding(NamedTuple):
    """What whoever judges the login must report: the name of the check, and the step that it belongs to."""

    name: str
    step: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that an identity provider can get wrong.

    `reject` is what a correct client does about it; `finding` is None where there is nothing for a client to find.
    `change` makes the defect in one artefact of `fake_idp.faults.artefacts`.
    """

    id: str
    point: str
    spec: str
    reject: Reject
    doc: str
    finding: Finding | None
    change: Callable[[Any], None]
    family: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The groups that it can be chosen by: point, family, what a correct client does, protocols, `waits`."""
        waits = ("waits",) if self.id.partition(".")[2] in WAITING else ()
        return tuple(filter(None, (self.point, self.family, self.reject, *_protocols(self.point), *waits)))


# The points of OAuth 2.0; OpenID Connect has them as well.
OAUTH = frozenset(
    (
        "access_token", "authorize", "callback", "clock", "consent", "device", "introspection", "login", "refresh",
        "revocation", "token",
    )
)  # fmt: skip
# The defects that take seconds by nature, at whatever point.
WAITING = frozenset(("silent", "drip", "slow"))


def _protocols(point: str) -> tuple[str, ...]:
    """The protocols whose logins a point can strike."""
    if point == "tls":
        return ()  # the point says so already
    if point.startswith("saml_"):
        return ("saml",)
    return ("oauth", "oidc") if point in OAUTH else ("oidc",)


_FAULTS: dict[str, Fault] = {}


@dataclass(frozen=True, slots=True)
class At:
    """The decorator of one point. `step` is the step of the login in which its faults are found."""

    point: str
    step: str

    def __call__(
        self,
        finding: str | None = None,
        *,
        spec: str,
        reject: Reject = "must_reject",
        step: str | None = None,
    ) -> Callable[[Change], Change]:
        """Declare the decorated function as the fault of its name; `finding` is the name of the check that sees it."""

        def declare(change: Change) -> Change:
            name = change.__name__.replace("_", "-")
            self._declare(name, change, inspect.getdoc(change), finding, spec, reject, step)
            return change

        return declare

    def family(
        self, name: str, rows: Iterable[tuple[str, str | None, str]], *, reject: Reject = "must_reject"
    ) -> Callable[[ChangeOf], ChangeOf]:
        """Declare one fault per row (subject, finding, clause) of a function that is given the subject.

        `{}` in `name` and in the docstring stands for the subject.
        """

        def declare(change: ChangeOf) -> ChangeOf:
            doc = inspect.getdoc(change) or ""
            for subject, finding, spec in rows:

                def change_it(artefact: Any, subject: str = subject) -> None:
                    change(artefact, subject)

                self._declare(
                    name.format(subject),
                    change_it,
                    doc.replace("{}", subject),
                    finding,
                    spec,
                    reject,
                    self.step,
                    family=name.replace("{}", "").strip("-"),
                )
            return change

        return declare

    def _declare(
        self,
        name: str,
        change: Callable[[Any], None],
        doc: str | None,
        finding: str | None,
        spec: str,
        reject: Reject,
        step: str | None,
        family: str = "",
    ) -> None:
        fault_id = f"{self.point}.{name}"
        if fault_id in _FAULTS:
            raise ValueError(f"the fault {fault_id} is declared twice")
        if not doc:
            raise ValueError(f"{fault_id} has no docstring: that is its page in the catalogue")
        found = Finding(finding, step or self.step) if finding else None
        _FAULTS[fault_id] = Fault(fault_id, self.point, spec, reject, doc, found, change, family)


@cache
def catalogue() -> dict[str, Fault]:
    """Every fault by its id, in alphabetical order. The modules of the points are imported when first asked for."""
    import pkgutil
    from importlib import import_module

    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
        import_module(module.name)
    return dict(sorted(_FAULTS.items()))


def named(fault_id: str) -> Fault:
    """The fault of that id. Raises UnknownFaultError, which suggests the nearest."""
    faults = catalogue()
    if fault_id in faults:
        return faults[fault_id]
    near = nearest(fault_id)
    suggestion = f"did you mean {near!r}?" if near else f"there are {len(faults)}, such as {next(iter(faults))!r}."
    raise UnknownFaultError(f"No fault is called {fault_id[:100]!r}; {suggestion}")


# Words that people use for one another in the names of defects.
_ALIKE = (("wrong", "invalid", "bad", "other"), ("missing", "absent", "without", "no"))


def nearest(fault_id: str) -> str | None:
    """The fault that was probably meant: with another word of the same meaning, of the same point, or any; or None."""
    import difflib

    faults = catalogue()
    for words in _ALIKE:
        for said in words:
            for meant in words:
                if (known := fault_id.replace(said, meant)) in faults:
                    return known
    point = fault_id.partition(".")[0]
    same_point = [known for known, fault in faults.items() if fault.point == point]
    # All of a point begin alike, so that near has to mean nearer there.
    for candidates, cutoff in ((same_point, 0.7), (list(faults), 0.4)):
        if near := difflib.get_close_matches(fault_id, candidates, 1, cutoff):
            return near[0]
    return None
