"""The likely causes of a finding, and where in which product to mend it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from msgspec import Struct, toml

from ssocli.checks.check import Check, Owner
from ssocli.diagnose.product import NAMES
from ssocli.diagnosis import Finding

_APPLICATION = "sentry"
_TITLES = {**NAMES, _APPLICATION: "Sentry"}


class Products(Struct, frozen=True, forbid_unknown_fields=True):
    """`topics`: the findings that are mended in one field, by code or by what codes begin with.

    `fields`: by product and topic, where that field is. `entered`: topics whose value stands at the identity provider
    and is entered at the application.
    """

    entered: tuple[str, ...]
    topics: dict[str, tuple[str, ...]]
    fields: dict[str, dict[str, str]]


class _Advice(Struct, frozen=True, forbid_unknown_fields=True):
    causes: dict[str, tuple[str, ...]]


@cache
def products() -> Products:
    """Where what is mended."""
    return toml.decode((Path(__file__).parent / "products.toml").read_bytes(), type=Products)


@cache
def causes() -> dict[str, tuple[str, ...]]:
    """What usually brings a finding about, likeliest first, by its code."""
    return toml.decode((Path(__file__).parent / "advice.toml").read_bytes(), type=_Advice).causes


def advised(finding: Finding, product: str | None) -> Finding:
    """The finding with its causes and, if the product is known, the place of the fix."""
    return replace(
        finding,
        causes=finding.causes or causes().get(finding.check.code, ()),
        where=_where(finding.check, product),
    )


def topic_of(code: str) -> str | None:
    """The topic of a finding, by the longest beginning of its code that is listed; None if there is none."""
    hits = [
        (len(start), topic) for topic, starts in products().topics.items() for start in starts if code.startswith(start)
    ]
    return max(hits)[1] if hits else None


def places(code: str) -> dict[str, str]:
    """Where a finding is mended in every product that has a setting for it, by the product's name."""
    topic = topic_of(code)
    found = {key: fields[topic] for key, fields in products().fields.items() if topic in fields}
    return {"Sentry" if key == _APPLICATION else NAMES[key]: field for key, field in found.items()}


def _where(check: Check, product: str | None) -> str:
    """The place in the product of whoever has to mend it; "" if that is not known, or if it is no setting."""
    topic = topic_of(check.code)
    if topic is None or check.owner not in (Owner.APP, Owner.IDP):
        return ""
    theirs = _place(product, topic)
    if check.owner is Owner.IDP:
        return theirs
    ours = _place(_APPLICATION, topic)
    if ours and theirs and topic in products().entered:
        return f"{ours}. The right value is at {theirs}"
    return ours


def _place(product: str | None, topic: str) -> str:
    """Where a product has the field of a topic; "" if it has none, or nobody knows."""
    field = products().fields.get(product or "", {}).get(topic, "")
    return f"{_TITLES.get(product or '', '')}: {field}" if field else ""
