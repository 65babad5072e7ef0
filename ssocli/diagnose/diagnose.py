"""From what somebody sent to one root cause."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ssocli.checks.check import Check, Severity, Status, rule_named
from ssocli.diagnose.advice import advised
from ssocli.diagnose.decoded import decoded
from ssocli.diagnose.difference import aligned
from ssocli.diagnose.judge import judge
from ssocli.diagnose.judged import Judged, Observed
from ssocli.diagnose.known import Known, gather, provider_names
from ssocli.diagnose.known_errors import KnownError, find, unlisted_numbers
from ssocli.diagnose.missing import missing
from ssocli.diagnose.product import product_of
from ssocli.diagnose.recognise import recognise
from ssocli.diagnose.root_cause import Found, sort
from ssocli.diagnose.summary import summary
from ssocli.diagnose.thing import Thing
from ssocli.diagnose.trace_document import read_trace
from ssocli.diagnosis import Decoded, Diagnosis, Finding, Input, Kind, Verdict
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace

if TYPE_CHECKING:
    from ssocli.diagnose.live import Live
    from ssocli.sentry.context import Send

_SPECIFICATIONS = {"OAuth 2.0", "SAML 2.0"}
_CAPTURES = {Kind.HAR, Kind.SAML_TRACER}
# Kinds of things that passed between the two parties.
_PASSED = {*_CAPTURES, Kind.SAML_RESPONSE, Kind.SAML_REQUEST, Kind.JWT, Kind.CALLBACK_URL, Kind.TOKEN_RESPONSE}
# The findings that are the identity provider's own refusal, in whose words its own error may stand.
_REFUSALS = {"AUTH001", "AUTH002", "CB001", "CB002", "TOK001", "TOK002", "SRS004", "EP004"}


@dataclass(frozen=True, slots=True)
class Given:
    """One thing as it was given: its bytes, the name by which to speak of it, and where files named in it are."""

    data: bytes = field(repr=False)
    place: str
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class Options:
    """`now` is the moment in question, in seconds since the epoch; None: that of each message, and today for the rest.

    `provider` is the table of the configuration that is meant. Codes or names in `only` and `skip` limit the rules.
    With `send` (one HTTP hop) the identity provider is asked as well, without it nobody. `login` is a login that was
    driven with the configuration.
    """

    now: float | None = None
    provider: str | None = None
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    send: Send | None = None
    login: Trace | None = None


def diagnose(inputs: Sequence[Given], options: Options = Options()) -> Diagnosis:
    """Judge all that was given together, and say what is wrong and who has to mend it. Never raises on any input."""
    things = [thing for given in inputs for thing in recognise(given.data, given.place)]
    if options.provider is None and all(thing.kind is Kind.CONFIG for thing in things):
        names = provider_names(things)
        if len(names) > 1:
            return _together([diagnose(inputs, replace(options, provider=name)) for name in names])
    folders = {given.place: given.folder for given in inputs}
    known = gather(things, options.provider, folders)
    judged: list[Judged] = []
    record: tuple[Decoded, ...] = ()
    if options.send is not None:
        asked = _asked(things, known, options.send)
        judged = [_today(entry, things) for entry in asked.judged]
        things += asked.things
        record = asked.record
        known = gather(things, options.provider, folders)
    judged += judge(things, known, options.now, time.time())
    captured = {thing.place: _captured(thing, known) for thing in things if thing.kind in _CAPTURES}
    captured |= {thing.place: _traced(thing) for thing in things if thing.kind is Kind.TRACE}
    judged += [each for observed in captured.values() for each in observed.judged]
    if options.login is not None:
        judged += _steps(options.login, "the login")
    found = [each for entry in judged for each in _findings(entry, known, options)]
    found += [each for thing in things if thing.kind is Kind.ERROR_TEXT for each in _errors(thing, options)]
    diagnosis = conclude(things, judged, _without_repeats(found), captured, options.login)
    return replace(diagnosis, messages=(*record, *diagnosis.messages))


def _together(each: Sequence[Diagnosis]) -> Diagnosis:
    """The diagnoses of several providers of one configuration as one: the gravest root cause, the others beside it."""
    first = min(each, key=lambda found: (found.root is None, found.root is not None and _grade(found.root)))
    findings = dict.fromkeys(finding for found in each for finding in found.findings if finding not in first.findings)
    return replace(
        first,
        supporting=(*first.supporting, *findings),
        checked=tuple(check for found in each for check in found.checked),
        trouble=tuple(check for found in each for check in found.trouble),
        messages=tuple(message for found in each for message in found.messages),
    )


def _grade(finding: Finding) -> int:
    return list(Severity).index(finding.check.severity)


def _without_repeats(found: Sequence[Found]) -> list[Found]:
    """What a login met is not told again of the set-up."""

    def said(entry: Found) -> tuple[str, str, str]:
        check = entry.finding.check
        return check.code, check.expected, check.actual

    met = {said(entry) for entry in found if entry.observed}
    return [entry for entry in found if entry.observed or said(entry) not in met]


def conclude(
    things: Sequence[Thing],
    judged: Sequence[Judged],
    found: Sequence[Found],
    captured: dict[str, Observed],
    login: Trace | None,
) -> Diagnosis:
    """The answer to what was found."""
    parts = sort(found)
    checks = tuple(check for entry in judged for check in entry.checks)
    trouble = tuple(check for check in checks if check.status is Status.TOOL_ERROR)
    was_judged = any(check.status is Status.PASSED for check in checks)
    verdict = Verdict.ROOT_CAUSE if parts.root else Verdict.HEALTHY if was_judged else Verdict.UNCLEAR
    return Diagnosis(
        inputs=tuple(_input(thing, captured.get(thing.place)) for thing in things),
        verdict=verdict,
        root=parts.root,
        supporting=parts.supporting,
        symptoms=parts.symptoms,
        checked=tuple(check for check in checks if check.status is not Status.TOOL_ERROR),
        trouble=trouble,
        missing=missing(things, judged, verdict),
        trace=login or next((observed.trace for observed in captured.values() if observed.trace), None),
        messages=tuple(message for thing in things for message in decoded(thing)),
    )


def _steps(login: Trace, place: str) -> list[Judged]:
    """The steps of a login that this tool drove."""
    failure = login.failure
    said = {failure.step: failure.message} if failure is not None else {}
    return [
        Judged(f"{place}, step {each.step.number}", each.checks, True, (), said.get(each.step, ""), each.step)
        for each in login.steps
    ]


def _traced(thing: Thing) -> Observed:
    found = read_trace(thing.data)
    if isinstance(found, str):
        return Observed(thing.kind, found)
    went = "went well" if found.outcome is Outcome.AUTHENTICATED else "failed"
    return Observed(thing.kind, f"a login that {went}", tuple(_steps(found, thing.place)), found)


def _asked(things: Sequence[Thing], known: Known, send: Send) -> Live:
    # Imported here: most questions can be answered without asking anybody.
    from ssocli.diagnose.live import ask

    return ask(things, known, send=send)


def _today(entry: Judged, given: Sequence[Thing]) -> Judged:
    """What asking brought: it is no part of the login that failed.

    If something is there that passed between the parties, the network was good enough for them, and what this machine
    cannot reach is only worth knowing.
    """
    checks = entry.checks
    if any(thing.kind in _PASSED for thing in given):
        checks = tuple(
            replace(check, severity=Severity.INFO) if check.code.startswith("NET") else check for check in checks
        )
    return replace(entry, checks=checks, observed=False)


def _captured(thing: Thing, known: Known) -> Observed:
    # Imported here: a capture needs the browser's rules and an HTML parser, a token does not.
    from ssocli.diagnose.judge_capture import judge

    return judge(thing, known)


def _input(thing: Thing, observed: Observed | None) -> Input:
    if observed is None:
        return Input(thing.kind, thing.place, summary(thing))
    return Input(observed.kind, thing.place, observed.summary)


def _findings(judged: Judged, known: Known, options: Options) -> Iterable[Found]:
    product = product_of(*_addresses(known))
    for check in judged.checks:
        if check.status is not Status.FAILED or not _is_wanted(check, options):
            continue
        error = _said(check, judged)
        if error is not None:
            check = replace(check, owner=error.owner, fix=error.fix, evidence=f"{error.code}: {error.meaning}")
        difference = aligned(check.expected, check.actual)
        if check.evidence and check.evidence in difference:
            check = replace(check, evidence="")
        finding = Finding(
            check=check,
            step=judged.step or rule_named(check.code).step,
            place=judged.place,
            difference=difference,
            causes=error.causes if error else (),
        )
        yield Found(advised(finding, product), judged.observed)


def _said(check: Check, judged: Judged) -> KnownError | None:
    """The vendor's own error behind a refusal, if its words are known."""
    if not judged.said or check.code not in _REFUSALS:
        return None
    return next((error for error in find(judged.said) if error.product not in _SPECIFICATIONS), None)


def _errors(thing: Thing, options: Options) -> Iterable[Found]:
    """Errors that somebody pasted: the first is the cause, the general codes beside it are not repeated."""
    known = find(thing.text)
    specific = [error for error in known if error.product not in _SPECIFICATIONS] or known
    for error in specific[:5]:
        check = Check(
            code=error.code,
            name="known-error",
            status=Status.FAILED,
            severity=Severity.ERROR,
            expected="no error",
            actual=f"an error of {error.product}: {error.code}",
            evidence=error.meaning,
            owner=error.owner,
            fix=error.fix,
            spec=f"{error.source} ({error.date})",
        )
        if _is_wanted(check, options):
            yield Found(Finding(check, error.step, thing.place, causes=error.causes), observed=True)
    for sentence in unlisted_numbers(thing.text) if not known else ():
        check = Check(
            code=sentence.partition(" ")[0],
            name="unknown-error",
            status=Status.FAILED,
            severity=Severity.ERROR,
            expected="no error",
            actual=sentence,
            fix="Look it up there.",
        )
        yield Found(Finding(check, Step.EXTERNAL_AUTHENTICATION, thing.place), observed=True)


def _is_wanted(check: Check, options: Options) -> bool:
    names = {check.code, check.name}
    return not names & options.skip and (not options.only or bool(names & options.only))


def _addresses(known: Known) -> tuple[str, ...]:
    """The identity provider's addresses, by which its product is told."""
    provider = known.configured.provider if known.configured else None
    named = (known.idp.entity_id if known.idp else "", known.issuer or "")
    return (*named, *(str(getattr(provider, name, "") or "") for name in ("authorization_endpoint", "sso_url")))
