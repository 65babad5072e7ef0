"""Scenario files: what is given, which faults are armed, what one login (or several) must come to. TOML, as types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from ssocli.config import load as files
from ssocli.config.model import Config
from ssocli.config.placeholder import names_fake_idp
from ssocli.config.problem import ConfigError, Problem, nearest, shown
from ssocli.flow.expectation import Expectation
from ssocli.flow.expectation import parse as expectation
from ssocli.steps import Step

Count = Annotated[int, Meta(ge=1)]


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """The circumstances of every login of the scenario; paths are relative to its file."""

    config: str | None = None
    """The configuration; without it, the embedded one with the bundled identity provider."""
    state: str = ":memory:"
    """The file of the emulated Sentry's store; by default each scenario begins with an empty one."""
    provider: str | None = None
    organization: str | None = None
    user: str = "alice"
    password: str | None = None
    method: Literal["sso", "password"] = "sso"
    login_hint: str = ""
    next: str = ""
    """The page to land on after the login."""
    deny: bool = False
    """Whether the user refuses at the identity provider."""


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a fault is for; what is left out is anybody."""

    client: str | None = None
    user: str | None = None
    issuer: str | None = None


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """Which logins a fault strikes; without anything, all."""

    nth: Count | None = None
    first: Count | None = None
    after: Annotated[int, Meta(ge=0)] = 0
    every: Count = 1
    times: Count | None = None
    probability: Annotated[float, Meta(ge=0, le=1)] | None = None
    per: Literal["flow", "request"] = "flow"


class Arm(Struct, frozen=True, forbid_unknown_fields=True):
    """A failure that is ordered from the bundled identity provider."""

    fault: str
    match: Match = Match()
    schedule: Schedule = Schedule()

    def conditions(self) -> dict[str, Any]:
        """What `FakeIdP.arm` takes."""
        given = {**structs.asdict(self.match), **structs.asdict(self.schedule)}
        return {name: value for name, value in given.items() if value is not None}


class ExpectedUser(Struct, frozen=True, forbid_unknown_fields=True):
    """The account after the login; what is left out is not looked at."""

    created: bool | None = None
    email: str | None = None
    name: str | None = None


class ExpectedAccess(Struct, frozen=True, forbid_unknown_fields=True):
    """What the user may do; lists are compared whatever their order."""

    organization: str | None = None
    role: str | None = None
    teams: list[str] | None = None
    projects: list[str] | None = None


class Expect(Struct, frozen=True, forbid_unknown_fields=True):
    """What a login must come to; what is left out is not looked at."""

    outcome: Literal["authenticated", "refused"] | None = None
    step: Step | None = None
    """The step in which it is refused."""
    finding: str | None = None
    """The code or name of the finding for which it is refused; needs `step`."""
    warnings: list[str] = []
    """Codes or names of findings that must be made although they do not end the login."""
    user_message: str | None = None
    """A part of what the user is told."""
    landed_on: str | None = None
    """A part of the path and query of the page on which the login ends."""
    user: ExpectedUser = ExpectedUser()
    access: ExpectedAccess = ExpectedAccess()

    def ending(self) -> Expectation | None:
        """The step and the finding as an expectation; None if neither they nor the outcome say anything."""
        if self.step is not None:
            return expectation(f"{self.step.value}:{self.finding or ''}")
        return Expectation() if self.outcome == "authenticated" else None


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """One login of several: what differs from [given], and what it must come to."""

    provider: str | None = None
    organization: str | None = None
    user: str | None = None
    password: str | None = None
    method: Literal["sso", "password"] | None = None
    login_hint: str | None = None
    next: str | None = None
    deny: bool | None = None
    same_browser: bool = False
    """Whether it happens in the browser of the login before, after a logout at Sentry (only)."""
    expect: Expect = Expect()


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file. Without [[login]] there is one login, which must come to what [expect] says."""

    about: str = ""
    given: Given = Given()
    arm: list[Arm] = []
    expect: Expect = Expect()
    login: list[Login] = []

    def logins(self) -> list[tuple[Given, Expect, bool]]:
        """The logins in their order: the circumstances, what is expected, and whether the browser is the last one's."""
        if not self.login:
            return [(self.given, self.expect, False)]
        return [(_with(self.given, login), login.expect, login.same_browser) for login in self.login]


class Loaded(Struct, frozen=True):
    """A scenario with the configuration that it names."""

    name: str
    file: Path
    scenario: Scenario
    config: Config


def load(file: Path) -> Loaded:
    """Read and judge a scenario and its configuration. Raises ConfigError with everything that is wrong."""
    scenario = files.typed(files.read(file), str(file), Scenario)
    config = files.load(file.parent / scenario.given.config) if scenario.given.config else files.default()
    if problems := list(_contradictions(scenario, config, str(file))):
        raise ConfigError(problems)
    return Loaded(file.stem, file, scenario, config)


def found_in(path: Path) -> list[Path]:
    """The scenario files that a path means: itself, or every .toml file of a directory, in alphabetical order."""
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _with(given: Given, login: Login) -> Given:
    """The circumstances of one login."""
    own = {name: value for name, value in structs.asdict(login).items() if name in given.__struct_fields__}
    return structs.replace(given, **{name: value for name, value in own.items() if value is not None})


def _contradictions(scenario: Scenario, config: Config, file: str) -> Iterator[Problem]:
    """What the types cannot say: names of faults, findings, providers and organizations."""
    from fake_idp.faults import fault as faults

    for index, arm in enumerate(scenario.arm):
        if arm.fault not in faults.catalogue():
            near = faults.nearest(arm.fault)
            hint = f"did you mean {near}?" if near else ""
            yield Problem(file, f"arm.{index}.fault", "the id of a fault (see ssocli faults)", shown(arm.fault), hint)
    if scenario.arm and not names_fake_idp(config):
        expected = "a configuration that uses {fake_idp}: only the bundled provider fails on purpose"
        yield Problem(file, "arm", expected, "one without it")
    if scenario.login and scenario.expect != Expect():
        yield Problem(file, "expect", "[login.expect] in each [[login]]", "a common [expect] beside [[login]]")
    for index, (given, expect, _) in enumerate(scenario.logins()):
        within = f"login.{index}." if scenario.login else ""
        at = within or "given."
        for key, value, configured in (
            ("provider", given.provider, list(config.providers)),
            ("organization", given.organization, list(config.organizations)),
        ):
            if value is not None and value not in configured:
                expected = f"one of {', '.join(configured)}"
                yield Problem(file, f"{at}{key}", expected, shown(value), nearest(value, configured))
        known = list(config.users if given.method == "password" else config.people)
        name = given.user if given.method == "password" else given.user.partition("+")[0]
        if given.password is None and name not in known:
            expected = f"one of {', '.join(known) or '(nobody is configured)'}, or a password beside it"
            yield Problem(file, f"{at}user", expected, shown(given.user), nearest(name, known))
        yield from _of_expect(expect, file, f"{within}expect")


def _of_expect(expect: Expect, file: str, path: str) -> Iterator[Problem]:
    if expect.outcome == "authenticated" and expect.step is not None:
        yield Problem(file, f"{path}.step", "no step, because the outcome is authenticated", shown(expect.step.value))
    if expect.finding is not None and expect.step is None:
        yield Problem(file, f"{path}.step", "the step in which the finding is made", "nothing")
    names = [("finding", expect.finding)] if expect.finding is not None else []
    names += [(f"warnings.{index}", name) for index, name in enumerate(expect.warnings)]
    if not names:
        return
    from ssocli.checks import catalogue  # every rule there is, and so only where one is named

    for key, name in names:
        if name is not None and catalogue.find(name) is None:
            near = catalogue.nearest(name)
            hint = f"did you mean {near}?" if near else ""
            yield Problem(file, f"{path}.{key}", "the code or name of a finding", shown(name), hint)
