"""Which finding explains which: one root at the top, what follows from it below, the rest beside it.

A finding is the root if nothing else found explains it; of several, the first by severity, then by step, then by how
much it explains, then in the order in which things were judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Severity
from ssocli.diagnosis import Finding

# What follows from a broken rule, by code or by the beginning of codes.
_EXPLAINS: dict[str, tuple[str, ...]] = {
    # Configuration.
    "CFG001": ("AREQ004", "TOK008", "DISC012"),
    "CFG002": ("SMD020", "SMD021", "SRS029", "SRS030", "SRS070"),
    "CFG003": ("SMD", "DISC"),
    "CFG004": ("DISC001", "NET", "SMD", "IDT016", "IDT017", "SRS012", "SRS033"),
    "CFG006": ("DISC001", "NET", "IDT016", "IDT017", "SMD005", "SRS012", "SRS033"),
    "CFG007": ("DISC001", "NET", "IDT016"),
    "CFG010": ("PROV001",),
    # What cannot be reached cannot be judged.
    "NET": ("NET", "LIVE", "DISC", "JWKS", "SMD", "AUTH006"),
    # Documents of the provider.
    "DISC001": ("CFG008", "CFG013", "DISC", "IDT016", "CB010", "NET011"),
    "DISC004": ("JWKS", "IDT012", "IDT015", "IDT014"),
    "DISC006": ("DISC002", "DISC005", "CFG013"),
    "DISC008": ("IDT008", "JWKS002", "DISC007"),
    "JWKS001": ("JWKS", "IDT012", "IDT014", "IDT015"),
    "JWKS002": ("IDT012", "IDT014", "IDT015"),
    "SMD001": ("SMD", "SRS012", "SRS029", "SRS033"),
    "SMD002": ("SMD", "SRS012", "SRS029", "SRS033"),
    "SMD003": ("SMD", "SRS012", "SRS029", "SRS033"),
    "SMD004": ("SRS012", "SRS029", "SRS033"),
    "SMD005": ("SRS012", "SRS029", "SRS033", "SAR002"),
    "SMD008": ("SMD022", "SRS029", "SRS031"),
    "SMD020": ("SRS029", "SRS030", "SRS070"),
    "SMD021": ("SMD020", "SRS029", "SRS030", "SRS070"),
    "SMD022": ("SRS031", "CERT001"),
    "SMD033": ("SAR008",),
    "SPM004": ("SAR003", "SRS045"),
    "SPM005": ("SAR004", "SRS009", "SRS051"),
    # The application does not know its own public address.
    "CFG005": ("SPM003", "SAR005"),
    "SPM003": ("SAR005",),
    "SAR004": ("SAR005",),
    # Messages.
    "AREQ001": ("AREQ007", "AREQ009", "CB005", "CB006"),
    "CB001": ("CB003", "CB007", "CB009", "CB010"),
    "CB002": ("CB003", "CB007"),
    "CB005": ("CB003", "CB006", "CB007", "CB009"),
    "CB003": ("CB009",),
    "CB010": ("CB008",),
    "TOK001": ("TOK002", "TOK003", "TOK004", "TOK005", "TOK008"),
    "TOK002": ("TOK001", "TOK005", "TOK008"),
    "IDT001": ("IDT",),
    "IDT002": ("IDT",),
    "IDT006": ("IDT008", "IDT013", "IDT015"),
    "IDT007": ("IDT008", "IDT015"),
    "IDT009": ("IDT016", "IDT017", "IDT018", "IDT02", "IDT03", "IDT012", "IDT015"),
    "IDT016": ("IDT012", "IDT014", "IDT015", "IDT017", "JWKS"),
    "IDT017": ("IDT018", "IDT019", "IDT020"),
    "IDT025": ("IDT024", "IDT029"),
    "IDT027": ("IDT028", "LIVE001"),
    "LIVE001": ("IDT024", "IDT027", "IDT028", "SRS014", "SRS041", "SRS042", "SRS053"),
    "SRS001": ("SRS",),
    "SRS002": ("SRS",),
    "SRS003": ("SRS009", "SRS010"),
    "SRS004": ("SRS015", "SRS020", "SRS070"),
    "SRS009": ("SRS051", "SRS045", "SRS070", "CFG005"),
    "SRS012": ("SRS033", "SRS029", "SRS030", "SRS070"),
    "SRS017": ("SRS070",),
    "SRS025": ("SRS026", "SRS030", "SRS070"),
    "SRS041": ("SRS053", "SRS061"),
    "SRS042": ("SRS014", "SRS053"),
    "SRS051": ("SRS070",),
    "SRS063": ("SAT001", "SAT002", "SAT003", "SRS070"),
    "SRS064": ("SRS070",),
    "SRS0": ("SRS070",),
    "SAT001": ("SAT002", "SAT003"),
    "SAT002": ("SAT003", "PROV001"),
}
# Rules about what one side would merely like: of several root causes in one step they come last.
_WISHES = ("SRS018", "SRS021", "SRS022", "SAR007", "SAR009", "SPM006")
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Ranked:
    """The findings in the order in which a person should read them."""

    root: Finding | None
    symptoms: tuple[Finding, ...]
    supporting: tuple[Finding, ...]


def rank(findings: list[Finding]) -> Ranked:
    """Find the root among what was found. What is only worth knowing is never the root."""
    unique = _unique(findings)
    candidates = [finding for finding in unique if finding.check.severity is not Severity.INFO]
    if not candidates:
        return Ranked(None, (), tuple(unique))
    unexplained = [each for each in candidates if not any(_explains(other, each) for other in candidates)]
    root = min(unexplained or candidates, key=lambda finding: _rank(finding, candidates))
    below = _below(root, unique)
    rest = [finding for finding in unique if finding is not root and not any(finding is each for each in below)]
    rest.sort(key=lambda finding: (_ORDER[finding.check.severity], finding.step.number))
    return Ranked(root, tuple(below), tuple(rest))


def _unique(findings: list[Finding]) -> list[Finding]:
    """Each rule once for the same observation: a token may be judged twice when it was given twice."""
    seen: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.check.code, finding.check.expected, finding.check.actual), finding)
    return list(seen.values())


def _rank(finding: Finding, candidates: list[Finding]) -> tuple[int, int, bool, int]:
    explained = [each for each in candidates if _explains(finding, each)]
    severity = min(_ORDER[each.check.severity] for each in (finding, *explained))
    return severity, finding.step.number, finding.check.code in _WISHES, -len(explained)


def _below(root: Finding, findings: list[Finding]) -> list[Finding]:
    """What the root explains, and what that explains in turn."""
    found, waiting = [root], [root]
    while waiting:
        cause = waiting.pop()
        for finding in findings:
            if not any(finding is each for each in found) and _explains(cause, finding):
                found.append(finding)
                waiting.append(finding)
    return [finding for finding in findings if finding is not root and any(finding is each for each in found)]


def _explains(cause: Finding, effect: Finding) -> bool:
    """Whether a declared relation leads from the one to the other; of two that explain each other, the earlier wins."""
    if cause is effect or cause.check.severity is Severity.INFO:
        return False
    return _names(cause.check.code, effect.check.code) and not (
        _names(effect.check.code, cause.check.code) and effect.step.number <= cause.step.number
    )


def _names(cause: str, effect: str) -> bool:
    return any(
        cause.startswith(start) and cause != effect and effect.startswith(effects)
        for start, effects in _EXPLAINS.items()
    )
