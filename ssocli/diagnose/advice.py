"""The likely causes of a finding, and where in which product to mend it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from msgspec import Struct, toml

from ssocli.checks.check import Owner
from ssocli.diagnose.product import NAMES
from ssocli.diagnosis import Finding


class Advice(Struct, frozen=True, forbid_unknown_fields=True):
    """For one finding: its causes, likeliest first, and by product the fields in which the fix is made.

    `app` is where at Sentry, for what the application's owner has to mend.
    """

    causes: tuple[str, ...] = ()
    app: str = ""
    where: dict[str, str] = {}


@cache
def advice() -> dict[str, Advice]:
    """All of it, by the code of the finding."""
    return toml.decode((Path(__file__).parent / "advice.toml").read_bytes(), type=dict[str, Advice])


def advised(finding: Finding, product: str | None) -> Finding:
    """The finding with its causes and, if the product is known, the place of the fix."""
    known = advice().get(finding.check.code)
    if known is None:
        return finding
    is_ours = finding.check.owner is Owner.APP
    where = known.app if is_ours else ""
    if not where and product is not None and (field := known.where.get(product)):
        where = f"{NAMES[product]}: {field}"
    return replace(finding, causes=finding.causes or known.causes, where=where)
