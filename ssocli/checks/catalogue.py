"""Every rule of every area: for the pages of the catalogue, not for a login."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

import ssocli.checks
from ssocli.checks.check import Rule, all_rules


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by code, in the order of the codes. Importing the areas declares them."""
    for module in pkgutil.walk_packages(ssocli.checks.__path__, "ssocli.checks."):
        importlib.import_module(module.name)
    return {rule.code: rule for rule in sorted(all_rules(), key=lambda rule: rule.code)}


def find(name: str) -> Rule | None:
    """The rule with this code or name, whatever the case; None if there is none."""
    wanted = name.strip().lower()
    return next((rule for rule in catalogue().values() if wanted in {rule.code.lower(), rule.name}), None)


def nearest(name: str) -> str | None:
    """The code or name that was probably meant; None if none is near."""
    known = [known for rule in catalogue().values() for known in (rule.code, rule.name)]
    return next(iter(difflib.get_close_matches(name, known, 1, 0.6)), None)
