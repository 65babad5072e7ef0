"""The people who can log in, in this namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from fake_idp.config import GitHubAccount, Person
from fake_idp.control.problem import ProblemError
from fake_idp.control.route import Model
from fake_idp.directory import Directory

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.records import Grant

_SECRET = ("password", "totp_secret")


class NewUser(Person, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person as in [[people]] of a configuration file; the subject is made up when there is none."""

    username: Annotated[str, Meta(min_length=1)]
    sub: str = ""


# All members of a person but the name, each optional.
UserChange = msgspec.defstruct(
    "UserChange",
    [
        (member.name, member.type | UnsetType, UNSET)
        for member in msgspec.structs.fields(Person)
        if member.name != "username"
    ],
    bases=(msgspec.Struct,),
    namespace={"__doc__": "What changes; a member replaces the whole old value."},
    module=__name__,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)


class User(Model, frozen=True, kw_only=True):
    """A person, without the password; `second_factor` says whether a one-time code is asked for."""

    username: str
    sub: str
    name: str | None
    given_name: str | None
    family_name: str | None
    email: str | None
    email_verified: bool
    picture: str | None
    locale: str | None
    phone_number: str | None
    address: dict[str, str]
    groups: tuple[str, ...]
    locked: bool
    github: GitHubAccount | None
    claims: dict[str, Any]
    saml_attributes: dict[str, str | tuple[str, ...]]
    second_factor: bool


def listing(call: Call) -> list[User]:
    """The people."""
    return [_shown(person) for person in call.namespace.directory.people.values()]


def get(call: Call, username: str) -> User:
    """One person."""
    return _shown(call.person(username))


def add(call: Call, body: NewUser) -> User:
    """Add a person."""
    values = msgspec.structs.asdict(body)
    person = Person(**{**values, "sub": body.sub or call.app.randomness.token(12)})
    with call.namespace.store.lock:
        _check_unique(call, person)
        _put(call, [*call.namespace.directory.people.values(), person])
    return _shown(person)


def change(call: Call, username: str, body: msgspec.Struct) -> User:
    """Change members of a person; logins that are under way see the new values."""
    values = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    with call.namespace.store.lock:
        before = call.person(username)
        after = msgspec.structs.replace(before, **values)
        _check_unique(call, after, before)
        _put(call, [after if person is before else person for person in call.namespace.directory.people.values()])
    return _shown(after)


def delete(call: Call, username: str) -> None:
    """Remove a person, with all sessions and tokens."""
    with call.namespace.store.lock:
        person = call.person(username)
        rest = [other for other in call.namespace.directory.people.values() if other is not person]
        if not rest:
            raise ProblemError(409, "This is the last user.", expected="another one that stays", seen=username)
        _put(call, rest)
        _forget(call, username)


def _put(call: Call, people: list[Person]) -> None:
    config = msgspec.structs.replace(call.namespace.directory.config, people=tuple(people))
    if config.default_person not in {person.username for person in people}:
        config = msgspec.structs.replace(config, default_person=None)
    call.namespace.directory = Directory(config)


def _check_unique(call: Call, person: Person, before: Person | None = None) -> None:
    """Names and subjects mean one person each."""
    for other in call.namespace.directory.people.values():
        for member in ("username", "sub"):
            value = getattr(person, member)
            if other is not before and value == getattr(other, member):
                raise ProblemError(
                    409, f"There is a user with this {member}.", expected=f"another {member}", seen=value,
                    fix=f"change or delete {other.username}",
                )  # fmt: skip


def _forget(call: Call, username: str) -> None:
    """Take away everything that refers to a person who is gone."""

    def of_grant(grant: Grant | None) -> bool:
        return grant is not None and grant.session is not None and grant.session.username == username

    store = call.namespace.store
    store.sessions.drop(lambda session: session.username == username)
    store.pending.drop(lambda pending: pending.session is not None and pending.session.username == username)
    store.codes.drop(of_grant)
    store.access_tokens.drop(lambda token: of_grant(token.grant))
    store.refresh_tokens.drop(lambda token: of_grant(token.grant))
    store.devices.drop(lambda device: of_grant(device.grant))
    store.participants.drop(lambda participant: participant.username == username)


def _shown(person: Person) -> User:
    values = {name: value for name, value in msgspec.structs.asdict(person).items() if name not in _SECRET}
    return User(**values, second_factor=person.totp_secret is not None)
