"""What `ssocli login` does once its options are read; apart from them because its imports are heavy."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click
import msgspec

from ssocli import wire
from ssocli.cli.logs import log_to_stderr
from ssocli.cli.options import load_config, state_path
from ssocli.cli.output import open_output
from ssocli.cli.stop import stop
from ssocli.config.model import Config, OidcProvider, Saml2Provider, reveal
from ssocli.config.placeholder import PLACEHOLDER
from ssocli.config.problem import nearest
from ssocli.exit_code import ExitCode
from ssocli.flow.person import Person
from ssocli.flow.verdict import exit_code
from ssocli.report.redact import Redactor
from ssocli.trace import Listener, Trace, TraceBuilder

if TYPE_CHECKING:
    import ssl

    from fake_idp.faults.armed import Armed
    from ssocli.flow.login import LoginRequest
    from ssocli.flow.stage import Stage
    from ssocli.report.console import ConsoleReport
    from ssocli.report.ndjson import NdjsonReport

_TIMEOUT = 30
_TIMEOUT_BY_HAND = 300


def run(options: dict[str, Any]) -> ExitCode:
    """Log in once, report, and say how it went."""
    # A person at a terminal reads the report, which says the same and more.
    log_to_stderr(logging.CRITICAL if sys.stderr.isatty() else logging.ERROR)
    config, source = load_config(options["config_file"])
    request, config = _request(config, options)
    redactor = Redactor(options["show_secrets"])
    with open_output(options["output"] and Path(options["output"])) as write:
        machine = _machine_report(options["output_format"], write, redactor)
        human = _human_report(options, redactor)
        listeners: list[Listener] = [report for report in (machine, human) if report is not None]
        trace = _drive(config, source.parent, request, TraceBuilder(listeners), options)
        code = exit_code(trace)
        if human is not None:
            human.finish(trace, code)
        if machine is not None:
            machine.finish(trace, code)
        elif options["output_format"] == "json":
            from ssocli.report.json import render_trace

            write(render_trace(trace, code, redactor))
    return code


def _drive(
    config: Config, config_dir: Path, request: LoginRequest, builder: TraceBuilder, options: dict[str, Any]
) -> Trace:
    from fake_idp.server import CannotListenError
    from ssocli.flow.browser import Browser
    from ssocli.flow.login import log_in, log_in_with_password
    from ssocli.flow.own_browser import log_in_by_hand
    from ssocli.flow.stage import Ports, stage
    from ssocli.sentry.journal import SingleJournal
    from ssocli.sentry.store import StoreError

    tls = _trust(options["ca_file"] and Path(options["ca_file"]))
    timeout = options["timeout"] or (_TIMEOUT_BY_HAND if options["browser"] else _TIMEOUT)
    send = partial(wire.send, tls=tls, timeout=float(config.sentry.http_timeout_seconds))
    try:
        with (
            wire.Connections() as connections,
            stage(
                config,
                state=state_path(options["state"]),
                journal=SingleJournal(builder),
                send=partial(send, connections=connections),
                config_dir=config_dir,
                ports=Ports(sentry=options["port"]),
                tls_host=_tls_host(options["faults"]),
            ) as running,
        ):
            armed = _arm(running, options["faults"])
            if options["browser"]:
                log_in_by_hand(
                    running.url,
                    builder,
                    organization=request.organization,
                    next_url=request.next_url,
                    timeout=timeout,
                    say=partial(click.echo, err=True),
                    open_it=not options["no_open"],
                )
            else:
                # While the browser waits, Sentry may have to wait for several answers of the provider itself.
                longest = float(timeout + 5 * config.sentry.http_timeout_seconds)
                trust = running.trust or tls
                patient = partial(send, connections=connections, timeout=longest, deadline=longest, tls=trust)
                browser = Browser(builder.add_exchange, send=patient)
                drive = log_in if options["method"] == "sso" else log_in_with_password
                drive(running.url, _started(request, running), builder, browser)
            for fault in armed:
                if not fault.fired:
                    click.echo(
                        f"--fault {fault.fault.id} was armed and never fired: this login does not get there.", err=True
                    )
            return builder.finish()
    except CannotListenError as error:
        stop(str(error.strerror), ExitCode.CANNOT_LISTEN)
    except StoreError as error:
        stop(str(error), ExitCode.USAGE)


def _started(request: LoginRequest, running: Stage) -> LoginRequest:
    """The request with the addresses in `start_url`, which are known only now."""
    from ssocli.sentry.auth.saml2.service_provider import addresses

    entity_id = quote(addresses(running.url, request.organization).entity_id, safe="")
    idp = running.idp.url if running.idp else PLACEHOLDER
    return replace(request, start_url=request.start_url.replace("{sp}", entity_id).replace(PLACEHOLDER, idp))


def _tls_host(faults: tuple[str, ...]) -> str | None:
    if not faults:
        return None
    from ssocli.flow.faults import tls_host

    return tls_host(faults)


def _arm(running: Stage, faults: tuple[str, ...]) -> list[Armed]:
    """Order the failures that the command line names from the bundled provider."""
    if not faults:
        return []
    if running.idp is None:
        stop(
            "--fault: only the bundled identity provider fails on purpose, and the configuration does not use it.",
            ExitCode.USAGE,
        )
    from fake_idp.faults import UnknownFaultError

    try:
        return [running.idp.arm(fault) for fault in faults]
    except UnknownFaultError as error:
        stop(f"--fault: {error}", ExitCode.USAGE)


def _request(config: Config, options: dict[str, Any]) -> tuple[LoginRequest, Config]:
    """What to do, from the options and the configuration; what cannot be is said before anything starts."""
    from ssocli.flow.login import LoginRequest

    by_password = options["method"] == "password"
    provider = options["provider"]
    if provider is not None and provider not in config.providers:
        known = ", ".join(config.providers) or "none"
        hint = nearest(provider, config.providers)
        stop(f"--provider {provider}: no such provider; {hint or f'configured are: {known}'}", ExitCode.USAGE)
    organization = options["organization"]
    if provider is None and not by_password:
        candidates = config.providers_of(organization) if organization in config.organizations else config.providers
        provider = next(iter(candidates or config.providers), None)
        if provider is None:
            stop("No provider is configured: add a [providers.NAME] table (see ssocli config example).", ExitCode.USAGE)
    if organization is None:
        organization = config.organization_of(provider) if provider else ""
    start_url = options["start_at"] or ""
    if start_url and (by_password or options["browser"] or not _is_saml(config, provider)):
        stop("--start-at: expected a SAML provider, and neither --browser nor --method password", ExitCode.USAGE)
    if provider is not None:
        config = _with_request_options(config, provider, options)
    request = LoginRequest(
        organization=organization,
        provider=provider or "",
        person=_password_user(config, options) if by_password else _person(config, options),
        login_hint=options["login_hint"] or "",
        next_url=options["next_url"]
        or (f"/organizations/{organization}/issues/" if by_password and organization else ""),
        deny=options["deny"],
        start_url=start_url,
    )
    return request, config


def _is_saml(config: Config, provider: str | None) -> bool:
    return provider is not None and isinstance(config.providers[provider], Saml2Provider)


def _with_request_options(config: Config, key: str, options: dict[str, Any]) -> Config:
    """The provider's configuration with what the command line says about the request and its judgement."""
    acr_values = options["acr_values"].split() if options["acr_values"] else None
    oidc = {
        "prompt": options["prompt"],
        "max_age_seconds": options["max_age"],
        "acr_values": acr_values,
        "response_mode": options["response_mode"],
    }
    saml = {
        "force_authn": True if options["prompt"] == "login" else None,
        "is_passive": True if options["prompt"] == "none" else None,
        "authn_context": acr_values,
        "profile": options["profile"],
    }
    # By the option, because that is what the person typed.
    names = {"prompt", "max_age", "acr_values", "response_mode", "profile"}
    flags = {"profile": "--as", **{name: f"--{name.replace('_', '-')}" for name in names - {"profile"}}}
    provider = config.providers[key]
    kind, understood, wanted = "a plain OAuth 2.0 provider", set[str](), dict[str, Any]()
    if isinstance(provider, OidcProvider):
        kind, understood, wanted = "an OpenID provider", names - {"profile"}, oidc
    elif isinstance(provider, Saml2Provider):
        kind, understood, wanted = "a SAML provider", {"prompt", "acr_values", "profile"}, saml
    if foreign := [flags[name] for name in sorted(names - understood) if options[name] is not None]:
        stop(f"{', '.join(foreign)}: {key} is {kind}, which has no such thing", ExitCode.USAGE)
    if isinstance(provider, Saml2Provider) and options["prompt"] not in (None, "login", "none"):
        stop(f"--prompt: expected login or none, because {key} is {kind}, found {options['prompt']}", ExitCode.USAGE)
    changes = {name: value for name, value in wanted.items() if value is not None}
    if not changes:
        return config
    replaced = msgspec.structs.replace(provider, **changes)
    return msgspec.structs.replace(config, providers={**config.providers, key: replaced})


def _person(config: Config, options: dict[str, Any]) -> Person:
    name = options["user"] or next(iter(config.people), None)
    if name is None and options["browser"]:
        return Person("")
    if name is None:
        stop(
            "Who should sign in? Give --user NAME (and the password in SSOCLI_PASSWORD), add a [people.NAME] table "
            "to the configuration, or use --browser.",
            ExitCode.USAGE,
        )
    known = config.people.get(name)
    password = options["password"] or (_secret(known.password) if known else None)
    if password is None and not options["browser"]:
        hint = "" if known else nearest(name, config.people)
        password = _ask(f"Password of {name} at the identity provider", hint)
    secret = options["totp_secret"] or (_secret(known.totp_secret) if known else None)
    person = Person((known.username if known else None) or name, password, secret)
    try:
        person.one_time_code()
    except ValueError as error:
        stop(f"--totp-secret: {error}", ExitCode.USAGE)
    return person


def _password_user(config: Config, options: dict[str, Any]) -> Person:
    """With --method password: a user of the emulated Sentry itself."""
    name = options["user"] or next(iter(config.users), None)
    if name is None:
        stop("Who should log in? Give --user E-MAIL, or add a [users] table to the configuration.", ExitCode.USAGE)
    known = config.users.get(name)
    password = options["password"] or (_secret(known.password) if known else None)
    secret = options["totp_secret"] or (_secret(known.totp_secret) if known else None)
    return Person(name, _ask(f"Password of {name} at Sentry") if password is None else password, secret)


def _secret(secret: Any) -> str | None:
    try:
        return reveal(secret)
    except KeyError as error:
        stop(f"The environment variable {error.args[0]}, which the configuration names, is not set.", ExitCode.USAGE)


def _ask(question: str, hint: str = "") -> str:
    """Ask at the terminal; `hint` names the configured person who was probably meant."""
    if not sys.stdin.isatty():
        missing = f"{question}: expected it in SSOCLI_PASSWORD, and there is no terminal to ask at"
        stop(f"{missing}; {hint}" if hint else f"{missing}.", ExitCode.USAGE)
    answer: str = click.prompt(f"{question} ({hint})" if hint else question, hide_input=True, err=True)
    return answer


def _trust(ca_file: Path | None) -> ssl.SSLContext | None:
    if ca_file is None:
        return None
    import ssl

    try:
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if isinstance(error, FileNotFoundError) else "it is no PEM file of certificates"
        stop(f"--ca-file {ca_file}: expected a PEM file with CA certificates, but: {reason}", ExitCode.USAGE)
    return context


def _machine_report(output_format: str, write: Callable[[str], None], redactor: Redactor) -> NdjsonReport | None:
    if output_format != "ndjson":
        return None
    from ssocli.report.ndjson import NdjsonReport

    return NdjsonReport(write, redactor)


def _human_report(options: dict[str, Any], redactor: Redactor) -> ConsoleReport | None:
    if options["output_format"] != "console" and options["output"] is None:
        return None
    from ssocli.report.console import ConsoleReport, console_for

    return ConsoleReport(console_for(), redactor, options["verbose"])
