"""From what support was sent to one answer: recognise, judge, rank, and say who mends it where."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ssocli.checks.check import Check
from ssocli.diagnose import configured, oidc, pasted
from ssocli.diagnose.difference import marked
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known_errors import find
from ssocli.diagnose.layout import laid_open
from ssocli.diagnose.material import Material, gather
from ssocli.diagnose.missing import missing
from ssocli.diagnose.oidc import Moment
from ssocli.diagnose.recognise import recognise
from ssocli.diagnose.root_cause import rank
from ssocli.diagnose.thing import Given
from ssocli.diagnose.traced import take_document, take_trace
from ssocli.diagnose.where import product_of, where_to_mend
from ssocli.diagnosis import Diagnosis, Finding, Kind, Verdict
from ssocli.trace import Trace

# Rules that pass on the identity provider's own words; a vendor's code in them says more than the general error.
_QUOTES_PROVIDER = frozenset(("CB001", "TOK001", "TOK002", "SRS004"))
_LIVE = frozenset((Kind.CONFIG, Kind.DISCOVERY_URL, Kind.METADATA_URL))
_SAML = frozenset((Kind.IDP_METADATA, Kind.SP_METADATA, Kind.SAML_REQUEST, Kind.SAML_RESPONSE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    `offline`: open no connection. `now`: judge everything at this moment (seconds since the epoch); None: messages at
    their own time of issue, for what a ticket quotes is always old, and everything else at the present. `provider`:
    which provider of the configuration is meant. `tls`: whom to trust instead of the system's authorities; `timeout`
    bounds each wait for the network, in seconds. `only` and `skip`: codes or names of rules, or beginnings of codes.
    """

    offline: bool = True
    now: float | None = None
    provider: str | None = None
    tls: ssl.SSLContext | None = None
    timeout: float = 10.0
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


def diagnose(inputs: Iterable[Given], options: Options, trace: Trace | None = None) -> Diagnosis:
    """The diagnosis of these inputs together, and of a login that was driven with them.

    Never raises for what is in them.
    """
    judged = Judged(only=options.only, skip=options.skip)
    moment = _moment(options.now)
    things = tuple(recognise(given) for given in inputs)
    material = gather(things, options.provider)
    if not options.offline and any(thing.kind in _LIVE for thing in things):
        from ssocli.diagnose.live import look

        material = look(material, judged, options.tls, options.timeout)
    configured.judge(material, judged)
    for thing in material.of(Kind.TRACE):
        take_document(thing.document, thing.place, judged)
    oidc.judge(material, judged, moment)
    if material.saml_setups or any(thing.kind in _SAML for thing in things):
        from ssocli.diagnose import saml

        saml.judge(material, judged, moment)
    pasted.judge(material, judged, moment)
    if trace is not None:
        take_trace(trace, "the login", judged)
    return conclude(material, judged, trace)


def conclude(material: Material, judged: Judged, trace: Trace | None = None) -> Diagnosis:
    """The answer to what was judged."""
    product = product_of(material)
    ranked = rank([_explained(finding, product) for finding in judged.findings])
    wanted = missing(material, judged, has_root=ranked.root is not None)
    verdict = Verdict.ROOT_CAUSE if ranked.root else Verdict.HEALTHY if judged.is_telling else Verdict.UNCLEAR
    return Diagnosis(
        inputs=tuple(thing.input for thing in material.things),
        verdict=verdict,
        root=ranked.root,
        supporting=ranked.supporting,
        symptoms=ranked.symptoms,
        checked=tuple(judged.checked),
        trouble=tuple(judged.trouble),
        missing=wanted,
        trace=trace,
        messages=tuple(message for thing in material.things for message in laid_open(thing)),
    )


def _explained(finding: Finding, product: str | None) -> Finding:
    """The finding with what a person needs to mend it."""
    check = finding.check
    if check.code in _QUOTES_PROVIDER and (known := find(_quoted(check))):
        error = known[0]
        check = replace(check, owner=error.owner, fix=error.fix or check.fix)
        finding = replace(finding, check=check, causes=finding.causes or error.causes)
    aligned = marked(check.expected, check.actual) if check.evidence else ""
    where = finding.where or where_to_mend(check, product)
    return replace(finding, difference=finding.difference or aligned, where=where)


def _quoted(check: Check) -> str:
    """The provider's own words: the description of the error, where there is one."""
    return check.actual


def _moment(now: float | None) -> Moment:
    def moment(issued: float | None) -> float:
        if now is not None:
            return now
        present = time.time()
        return present if issued is None else min(issued, present)

    return moment
