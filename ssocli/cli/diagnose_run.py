"""What `ssocli diagnose` and `ssocli inspect` do once their options are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from ssocli.checks.check import Severity
from ssocli.cli.baseline import Baseline, read_baseline
from ssocli.cli.options import trusted
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.diagnose.diagnose import Given, Options, diagnose
from ssocli.diagnosis import Diagnosis, Kind, Verdict
from ssocli.exit_code import ExitCode
from ssocli.report.redact import Redactor
from ssocli.text import printable
from ssocli.trace import Trace

# What is read of a file: larger captures are cut by their reader, anything else of this size is no message.
_LIMIT = 512 * 1024 * 1024
_RANK = {"error": 0, "warning": 1, "info": 2, "never": -1}
# A name of a file is short and has no line breaks; anything else is the thing itself.
_NAME_LIMIT = 255
_TIMEOUT = 10.0
_UNREACHABLE = {"NET001", "NET002", "NET003", "NET006", "NET007"}


def run(things: tuple[str, ...], options: dict[str, Any]) -> ExitCode:
    """Read, judge, report, and say how it went."""
    known = read_baseline(options.get("baseline"))
    given = [_given(thing, number) for number, thing in enumerate(things, start=1)]
    _know_provider(given, options["provider"])
    wanted = Options(
        now=_moment(options["moment"]),
        provider=options["provider"],
        only=_codes(options.get("only", ()), "--only"),
        skip=_codes(options.get("skip", ()), "--skip"),
    )
    if options.get("drives"):
        wanted = replace(wanted, login=_driven(given, options))
    if options["offline"] or options["moment"]:
        diagnosis = diagnose(given, wanted)
    else:
        from ssocli import wire

        with wire.Connections() as connections:
            send = partial(wire.send, tls=trusted(options["ca_file"]), timeout=_TIMEOUT, connections=connections)
            diagnosis = diagnose(given, replace(wanted, send=send))
    if options.get("write_baseline"):
        Baseline.of(diagnosis).write(Path(options["write_baseline"]))
    if known is not None:
        for sentence in known.changes(diagnosis):
            sys.stderr.write(f"{sentence}\n")
    code = _exit_code(diagnosis, options["fail_on"], known)
    _report(diagnosis, code, options)
    return code


def _know_provider(given: Sequence[Given], name: str | None) -> None:
    """A provider that is in none of the configurations ends the command."""
    if name is None:
        return
    from ssocli.config.problem import nearest
    from ssocli.diagnose.known import provider_names
    from ssocli.diagnose.recognise import recognise

    names = provider_names([thing for one in given for thing in recognise(one.data, one.place)])
    if name not in names:
        near = nearest(name, names)
        listed = ", ".join(names) or "no configuration was given"
        hint = f"; {near}" if near else ""
        stop(f"--provider {printable(name, 60)}: expected a configured provider ({listed}){hint}", ExitCode.USAGE)


def _given(thing: str, number: int) -> Given:
    """What an argument stands for: standard input, a file, or itself."""
    if thing == "-":
        return Given(sys.stdin.buffer.read(_LIMIT), "standard input")
    is_name = 0 < len(thing) <= _NAME_LIMIT and "\n" not in thing and "://" not in thing
    path = Path(thing)
    try:
        if is_name and path.is_dir():
            stop(f"{thing}: expected a file, but it is a directory; name the files in it", ExitCode.USAGE)
        if is_name and path.exists():
            with path.open("rb") as file:
                return Given(file.read(_LIMIT), thing, path.parent)
    except OSError as error:
        stop(
            f"{thing}: expected a file that can be read, but: {(error.strerror or str(error)).lower()}", ExitCode.USAGE
        )
    near = _file_meant(path) if is_name else None
    if near or (is_name and _looks_like_a_file(thing)):
        hint = f"; did you mean {near}?" if near else ""
        stop(f"{thing}: expected a file, but there is none of that name{hint}", ExitCode.USAGE)
    return Given(thing.encode("utf-8", "surrogateescape"), f"argument {number}")


def _driven(given: Sequence[Given], options: dict[str, Any]) -> Trace:
    """A login with the configuration among the things that were given."""
    from ssocli.cli.login_run import driven
    from ssocli.diagnose.recognise import recognise

    file = next((one for one in given if recognise(one.data, one.place)[0].kind is Kind.CONFIG), None)
    if file is None or not Path(file.place).is_file():
        stop("--login: expected a configuration file among the things to log in with", ExitCode.USAGE)
    chosen = {"--provider": options["provider"], "--user": options["user"], "--ca-file": options["ca_file"]}
    arguments = [word for name, value in chosen.items() if value for word in (name, value)]
    return driven(["--config", file.place, "--state", ":memory:", *arguments])


def _file_meant(path: Path) -> Path | None:
    """The file beside it whose name is almost this one; None if there is none."""
    import difflib

    try:
        names = [found.name for found in path.parent.iterdir() if found.is_file()]
    except OSError:
        return None
    near = difflib.get_close_matches(path.name, names, 1, 0.85)
    return path.with_name(near[0]) if near else None


def _looks_like_a_file(thing: str) -> bool:
    """Whether the argument has the form of a file's name, so that a missing one is said and not judged as a text."""
    endings = {".har", ".json", ".toml", ".xml", ".pem", ".crt", ".cer", ".txt", ".html", ".gz", ".zip", ".b64", ".jwt"}
    return Path(thing).suffix.lower() in endings and " " not in thing


def _codes(names: Sequence[str], option: str) -> frozenset[str]:
    """The codes of findings that an option names, whatever the letter case; an unknown one ends the command."""
    if not names:
        return frozenset()
    # The whole catalogue is worth its import only now.
    from ssocli.checks.catalogue import find, nearest
    from ssocli.diagnose.known_errors import known_errors

    vendors = {error.code.lower(): error.code for error in known_errors()}
    codes = set()
    for name in names:
        rule = find(name)
        code = rule.code if rule is not None else vendors.get(name.strip().lower())
        if code is None:
            hint = f", perhaps {near}" if (near := nearest(name)) else ""
            stop(f"{option} {printable(name, 80)}: expected the code or name of a finding{hint}", ExitCode.USAGE)
        codes.add(code)
    return frozenset(codes)


def _moment(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        stop(f"--at {printable(text, 40)}: expected a time such as 2026-11-25T08:00:00Z", ExitCode.USAGE)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _exit_code(diagnosis: Diagnosis, fail_on: str, known: Baseline | None) -> ExitCode:
    if known is not None:
        return ExitCode.FINDINGS if known.changes(diagnosis) else ExitCode.OK
    if diagnosis.verdict is Verdict.UNCLEAR:
        return ExitCode.INTERNAL_ERROR if diagnosis.trouble else ExitCode.INCONCLUSIVE
    ranks = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    if diagnosis.root is not None and diagnosis.root.check.code in _UNREACHABLE:
        return ExitCode.UNREACHABLE
    if any(ranks[finding.check.severity] <= _RANK[fail_on] for finding in diagnosis.findings):
        return ExitCode.FINDINGS
    return ExitCode.OK


def _report(diagnosis: Diagnosis, code: ExitCode, options: dict[str, Any]) -> None:
    redactor = Redactor(options["show_secrets"])
    output, output_format = options["output"] and Path(options["output"]), options["output_format"]
    with open_output(output) as write:
        if output_format == "console":
            _console(diagnosis, redactor, options, write if output else None)
        else:
            write(_rendered(diagnosis, output_format, code, redactor))


def _console(
    diagnosis: Diagnosis, redactor: Redactor, options: dict[str, Any], write: Callable[[str], None] | None
) -> None:
    from ssocli.report.console import console_for
    from ssocli.report.diagnosis_console import print_diagnosis
    from ssocli.report.inspection_console import print_inspection

    show = print_inspection if options.get("inspects") else print_diagnosis
    console = console_for()
    if write is None:
        show(diagnosis, console, redactor, int(options["verbose"]))
        return
    with console.capture() as captured:
        show(diagnosis, console, redactor, int(options["verbose"]))
    write(captured.get())


def _rendered(diagnosis: Diagnosis, output_format: str, code: ExitCode, redactor: Redactor) -> str:
    if output_format == "json":
        from ssocli.report.json import render_diagnosis as as_json

        return as_json(diagnosis, code, redactor)
    if output_format == "markdown":
        from ssocli.report.markdown import render_diagnosis as as_markdown

        return as_markdown(diagnosis, redactor)
    if output_format == "sarif":
        from ssocli.report.sarif import render_diagnosis as as_sarif

        return as_sarif(diagnosis, redactor)
    from ssocli.report.html import render_diagnosis as as_html

    return as_html(diagnosis, redactor)
