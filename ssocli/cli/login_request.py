"""What `ssocli login` is to do: from its options and the configuration, before anything starts."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from ssocli.cli.stop import stop
from ssocli.config.model import Config, OidcProvider, Saml2Provider, reveal
from ssocli.config.problem import nearest
from ssocli.exit_code import ExitCode
from ssocli.flow.login import LoginRequest
from ssocli.flow.person import Person


def login_request(config: Config, options: dict[str, Any]) -> tuple[LoginRequest, Config]:
    """What to do, from the options and the configuration; what cannot be is said before anything starts."""
    by_password = options["method"] == "password"
    provider = options["provider"]
    if provider is not None and provider not in config.providers:
        known = ", ".join(config.providers) or "none"
        hint = nearest(provider, config.providers)
        stop(f"--provider {provider}: no such provider; {hint or f'configured are: {known}'}", ExitCode.USAGE)
    organization = options["organization"]
    if provider is None and not by_password and organization is None:
        provider = _provider_of(options["faults"], config)
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


def _provider_of(faults: tuple[str, ...], config: Config) -> str | None:
    """The provider whose logins a SAML fault can strike; None if it does not matter."""
    if not any(fault.startswith("saml_") for fault in faults):
        return None
    return next((key for key, provider in config.providers.items() if isinstance(provider, Saml2Provider)), None)


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
