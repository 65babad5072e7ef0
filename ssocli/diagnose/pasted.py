"""Certificates, keys and error messages that were given by themselves."""

from __future__ import annotations

from ssocli.checks.certificate import CertificateContext
from ssocli.checks.check import Check, Severity, Status, evaluate
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known_errors import KnownError, find
from ssocli.diagnose.material import Material
from ssocli.diagnose.oidc import Moment
from ssocli.diagnosis import Finding, Kind

# A page may mention several errors; the first is the one it is about.
_MOST = 3


def judge(material: Material, judged: Judged, moment: Moment) -> None:
    """Judge the certificates, keys and messages."""
    known = material.idp_for(None)
    signing = known[0].certificates if known else None
    for thing in material.of(Kind.CERTIFICATE, Kind.PRIVATE_KEY):
        text = thing.text if thing.kind is Kind.CERTIFICATE else None
        judged.add(evaluate("certificate", CertificateContext(text, moment(None), signing)), thing.place)
    for thing in material.of(Kind.ERROR_TEXT):
        for number, error in enumerate(find(thing.text)[:_MOST]):
            judged.add_finding(known_finding(error, thing.place, is_first=number == 0))


def known_finding(error: KnownError, place: str, *, is_first: bool = True) -> Finding:
    """A known error as a finding: its meaning is what was seen. What else a page mentions is only worth knowing."""
    check = Check(
        code=error.code,
        name="known-error",
        status=Status.FAILED,
        severity=Severity.ERROR if is_first else Severity.INFO,
        expected="a login without this message",
        actual=f"{error.product}: {error.meaning}",
        owner=error.owner,
        fix=error.fix,
        spec=f"{error.source} ({error.date})",
    )
    return Finding(check, error.step, place, causes=error.causes, where=error.fix if error.product else "")
