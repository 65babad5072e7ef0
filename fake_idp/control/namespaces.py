"""Namespaces: groups of tests that share a server and never meet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fake_idp.control.info import IssuerInfo, issuers
from fake_idp.control.problem import ProblemError, unknown
from fake_idp.control.route import VERSION, Asked, Model
from fake_idp.namespaces import NAME

if TYPE_CHECKING:
    from fake_idp.context import Namespace
    from fake_idp.control.call import Call

Name = Annotated[str, Meta(pattern=f"^{NAME.pattern}$", max_length=128)]


class NewNamespace(Asked, frozen=True, kw_only=True):
    """Its name; one is made up if there is none."""

    name: Name | None = None


class NamespaceView(Model, frozen=True, kw_only=True):
    """A namespace: where its issuers and its own control API are. The default one has no name."""

    name: str
    control: str
    issuers: tuple[IssuerInfo, ...]
    requests: int
    armed: int


class Reset(Asked, frozen=True, kw_only=True):
    """Whether the signing keys go back to the configured ones as well."""

    keys: bool = False


def listing(call: Call) -> list[NamespaceView]:
    """The namespaces, the default one first."""
    return [_shown(call, namespace) for namespace in call.app.namespaces.all()]


def add(call: Call, body: NewNamespace) -> NamespaceView:
    """Make a namespace; it also comes into being when its path is first asked for."""
    name = body.name or "n" + re.sub(r"[^A-Za-z0-9]", "", call.app.randomness.token(9))
    if name in {namespace.name for namespace in call.app.namespaces.all()}:
        raise ProblemError(409, "There is a namespace of this name.", expected="another name", seen=name)
    return _shown(call, call.app.namespace(name))


def get(call: Call, name: str) -> NamespaceView:
    """One namespace."""
    return _shown(call, _named(call, name))


def delete(call: Call, name: str) -> None:
    """Forget a namespace and all that is in it."""
    _named(call, name)
    call.app.namespaces.drop(name)


def reset(call: Call, body: Reset) -> NamespaceView:
    """Make this namespace as it was at the start: state, people, clients, faults, record and clock."""
    call.app.namespaces.reset(call.namespace, keys=body.keys)
    return _shown(call, call.namespace)


def _named(call: Call, name: str) -> Namespace:
    others = {namespace.name: namespace for namespace in call.app.namespaces.all() if namespace.name}
    if name not in others:
        raise unknown("namespace", name, others)
    return others[name]


def _shown(call: Call, namespace: Namespace) -> NamespaceView:
    there = type(call)(call.app, namespace, call.request)
    return NamespaceView(
        name=namespace.name,
        control=there.url + VERSION,
        issuers=issuers(there),
        requests=len(namespace.recorder.requests()),
        armed=len(namespace.faults.armed()),
    )
