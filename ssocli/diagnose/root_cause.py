"""Which of several findings is the cause, and which only follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ssocli.checks.check import Severity
from ssocli.diagnosis import Finding

# A finding, and what it brings about: with it mended, the others are gone, too.
_BRINGS_ABOUT = {
    "CERT001": "CERT002",
    "NET001": "EP001 EP002 EP003 EP004 EP005",
    "NET002": "EP001 EP002 EP003 EP004 EP005",
    "NET005": "EP001 EP002 EP003 EP004 EP005",
    "NET006": "EP001 EP002 EP003 EP004 EP005",
    "NET011": "EP001 EP002 EP003 EP004 EP005 NET012 NET013",
    "CLK001": "IDT024 IDT027 IDT028 SRS014 SRS041 SRS042 SRS053",
    "CFG002": "NET001 NET011 DISC001 AREQ003",
    "CFG003": "DISC001 CFG005 NET011 NET012",
    "CFG004": "DISC001 NET011 NET012",
    "CFG005": "DISC001 IDT016",
    "CFG006": "SAR004 SAR005 SRS009 SRS051 SRS045 AREQ003 SPM004 SPM005",
    "CFG011": "DISC001 IDT016 IDT017 SMD005 SRS012 TOK001",
    "CFG012": "PROV001",
    "CFG013": "PROV004 IDT036",
    "CFG014": "DISC002",
    "CFG010": "SAT001 SAT002 SAT003",
    "DISC001": "IDT016 IDT012 IDT015 DISC006",
    "JWKS001": "JWKS002 IDT012 IDT014 IDT015",
    "JWKS002": "IDT012 IDT014 IDT015",
    "IDT009": "IDT016 IDT017 IDT018 IDT021 IDT026 IDT030",
    "IDT016": "IDT012 IDT015 IDT017",
    "IDT017": "IDT018 IDT019 IDT020",
    "IDT027": "IDT024 IDT028",
    "CB001": "CB003 CB007 CB009",
    "CB005": "CB003 CB006 CB007",
    "TOK001": "TOK004 TOK005 TOK008",
    "SMD001": "SMD003 SMD020 SMD030",
    "SMD003": "SMD020 SMD030",
    "SMD005": "SRS012 SRS033 SRS029",
    "SMD021": "SMD020 SRS020 SRS029 SRS030",
    "SMD020": "SRS029 SRS030",
    "SMD033": "SAR008",
    "SAR003": "SRS045",
    "SAR004": "SAR005 SRS009 SRS051",
    "SPM003": "SAR005",
    "SPM004": "SAR003 SRS045",
    "SPM005": "SAR004 SRS009 SRS051",
    "SRS004": "SRS015 SRS020 SRS063",
    "SRS009": "SRS051",
    "SRS012": "SRS033 SRS029",
    "SRS025": "SRS026",
    "SRS029": "SRS031",
    "SRS041": "SRS053 SRS061",
    "SRS042": "SRS014",
    "SRS063": "SAT001 SAT002 SAT003 SRS070",
    "SRS064": "SRS070",
    "SAT001": "SAT002 SAT003",
    "SAT002": "SAT003 PROV001",
}
# What an application does after anything went wrong.
_AFTERMATH = {"AUTH007", "WEB005", "WEB006", "WEB007"}
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and whether it is about what really passed between the parties."""

    finding: Finding
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Sorted:
    """The findings by their part in the matter; `root` is None if there is nothing above `info`."""

    root: Finding | None
    supporting: tuple[Finding, ...]
    symptoms: tuple[Finding, ...]


def sort(found: Sequence[Found]) -> Sorted:
    """One root cause, what stands beside it, and what follows from it.

    An error comes before a warning (unless the warning brings the error about), what was observed before what is only
    set up so, and an earlier step before a later one.
    """
    codes = {entry.finding.check.code for entry in found}
    candidates = [entry for entry in found if entry.finding.check.severity is not Severity.INFO]
    if not candidates:
        return Sorted(None, tuple(entry.finding for entry in found), ())
    root = min(candidates, key=lambda entry: _order(entry, found))
    # From an error back to what brought it about, as far as that was found as well.
    chosen, seen = root.finding, {root.finding.check.code}
    while (origin := _origin(chosen, candidates)) is not None and origin.check.code not in seen:
        chosen = origin
        seen.add(origin.check.code)
    brought_about = _closure(chosen.check.code, codes) | (_AFTERMATH - {chosen.check.code})
    rest = [entry.finding for entry in found if entry.finding is not chosen]
    symptoms = [finding for finding in rest if finding.check.code in brought_about]
    supporting = [finding for finding in rest if finding.check.code not in brought_about]
    return Sorted(chosen, tuple(supporting), tuple(symptoms))


def _order(entry: Found, found: Sequence[Found]) -> tuple[int, bool, bool, int]:
    is_aftermath = entry.finding.check.code in _AFTERMATH
    return _weight(entry, found), is_aftermath, not entry.observed, entry.finding.step.number


def _weight(entry: Found, found: Sequence[Found]) -> int:
    """How grave it is: as grave as the gravest that it brings about."""
    about = _closure(entry.finding.check.code, {each.finding.check.code for each in found})
    grave = [each.finding.check.severity for each in found if each.finding.check.code in about]
    return min(_RANK[severity] for severity in (entry.finding.check.severity, *grave))


def _origin(finding: Finding, candidates: Sequence[Found]) -> Finding | None:
    """The first finding that brings this one about."""
    return next(
        (
            entry.finding
            for entry in candidates
            if finding.check.code in _BRINGS_ABOUT.get(entry.finding.check.code, "").split()
        ),
        None,
    )


def _closure(code: str, among: set[str]) -> set[str]:
    """Everything that a finding brings about, directly or not."""
    about: set[str] = set()
    waiting = [code]
    while waiting:
        for name in _BRINGS_ABOUT.get(waiting.pop(), "").split():
            if name in among and name not in about and name != code:
                about.add(name)
                waiting.append(name)
    return about


def declared() -> dict[str, tuple[str, ...]]:
    """What brings about what, for tests and pages."""
    return {code: tuple(names.split()) for code, names in _BRINGS_ABOUT.items()}
