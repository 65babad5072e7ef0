"""How a request, a command line or a file names a fault, without a word from the application under test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.faults.armed import SCHEDULE_KEYS, Match, conditions
from fake_idp.faults.fault import named

if TYPE_CHECKING:
    from fake_idp.config import FaultRule, Person
    from fake_idp.context import Context
    from fake_idp.directory import Directory
    from fake_idp.faults.armed import Schedule
    from fake_idp.faults.engine import Faults
    from fake_idp.faults.fault import Fault

USER_MARK, ISSUER_MARK = "+", "~"


def parse(text: str) -> tuple[Fault, Match, Schedule]:
    """`ID` or `ID:key=value,...`, as after `--fault`. Raises UnknownFaultError and ValueError, with a sentence."""
    fault_id, _, rest = text.strip().partition(":")
    fault = named(fault_id)
    try:
        return (fault, *conditions(dict(_condition(pair) for pair in rest.split(",") if pair)))
    except ValueError as error:
        raise ValueError(f"{fault_id}: {error}") from None


def preset(faults: Faults, rules: tuple[FaultRule, ...], texts: tuple[str, ...] = ()) -> None:
    """Arm what the configuration and the command line name. Raises UnknownFaultError and ValueError."""
    import msgspec

    for rule in rules:
        values = {key: value for key, value in msgspec.structs.asdict(rule).items() if value is not None}
        fault = named(values.pop("id"))
        faults.arm(fault, *conditions(values), preset=True)
    for text in texts:
        faults.arm(*parse(text), preset=True)


def person(directory: Directory, name: str) -> tuple[Person | None, tuple[Fault, ...]]:
    """Who is meant by a user name or hint, and which faults its suffix names: `alice+id_token.expired`.

    Raises UnknownFaultError. What has a plus and is somebody's own address is just that.
    """
    found = directory.find(name)
    if found is not None or USER_MARK not in name:
        return found, ()
    who, *fault_ids = name.strip().split(USER_MARK)
    found = directory.find(who)
    return (found, tuple(named(fault_id) for fault_id in fault_ids)) if found is not None else (None, ())


def for_flow(context: Context, faults: tuple[Fault, ...]) -> None:
    """Arm `faults` for the login under way, until its end."""
    context.namespace.faults.select(faults, Match(flow=context.entry.flow))


def for_issuer(faults: Faults, issuer_url: str, segment: str) -> None:
    """Arm what the last part of an issuer's path names, `default~id_token.expired`. Raises UnknownFaultError."""
    faults.select([named(fault_id) for fault_id in segment.split(ISSUER_MARK)[1:]], Match(issuer=issuer_url))


def _condition(pair: str) -> tuple[str, Any]:
    key, equals, value = pair.partition("=")
    if not equals:
        raise ValueError(f"expected key=value, got {pair[:50]!r}")
    if key not in SCHEDULE_KEYS or key == "per":
        return key, value
    try:
        return key, float(value) if key == "probability" else int(value)
    except ValueError:
        raise ValueError(f"{key}: expected a number, got {value[:50]!r}") from None
