"""Everything that is wrong with a configuration file, in one go.

Reached for every file that somebody wrote; jsonschema is imported only when there is something to list.
"""

from __future__ import annotations

import copy
import difflib
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from fake_idp.config import Config, ConfigError, ServiceProvider, anchor, bundled, shape_names
from fake_idp.keys import KEY_TYPES, public_jwk, read_private
from fake_idp.oidc.redirect_uri import WEB_ADDRESS, is_web_address

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jsonschema.exceptions import ValidationError

MAX_SIZE = 4 * 1024 * 1024


def read(path: Path) -> dict[str, Any]:
    """The table in the file at `path`. Raises ConfigError with one sentence for each problem in it."""
    try:
        if path.stat().st_size > MAX_SIZE:
            raise ConfigError([f"{path}: expected at most {MAX_SIZE} bytes, found {path.stat().st_size}"])
        table = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: expected UTF-8, found another byte at offset {error.start}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: expected TOML: {error}"]) from error
    problems = of_types(table) or list(of_names(table, path))
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    return table


def of_types(table: dict[str, Any]) -> list[str]:
    """Unknown keys, missing ones and wrong types, each with its place, what is expected and what is there."""
    try:
        msgspec.convert(table, Config)
    except msgspec.ValidationError as first:
        return violations(_json_types(table), Config, "the file") or [str(first)]
    return []


def violations(value: Any, type_: Any, whole: str = "the body") -> list[str]:
    """Where `value`, as it came out of JSON, is not of `type_`: place, what is expected, what is there.

    `whole` is the name of the place that has none.
    """
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(msgspec.json.schema(type_)).iter_errors(value)
    return [problem for error in errors for problem in _sentences(error, whole)]


def of_names(table: dict[str, Any], path: Path) -> Iterable[str]:
    """Names that are there twice, and names that lead nowhere."""
    for section, key in (("people", "username"), ("clients", "client_id"), ("issuers", "name"), ("keys", "kid")):
        names = [row[key] for row in table.get(section, ())]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield f"{section}[{index}].{key}: {name!r} is already in {section}[{names.index(name)}]"
    for index, issuer in enumerate(table.get("issuers", ())):
        shape = issuer.get("shape", "oidc")
        if shape not in shape_names():
            near = _nearest(shape, shape_names())
            yield f"issuers[{index}].shape: expected {_one_of(shape_names())}, found {shape!r}{near}"
    if "keys" in table:
        yield from _of_keys(table, path)
    for index, client in enumerate(table.get("clients", ())):
        for name in ("backchannel_logout_uri", "frontchannel_logout_uri"):
            if name in client and not is_web_address(client[name]):
                yield f"clients[{index}].{name}: expected {WEB_ADDRESS}, found {client[name]!r}"
    if "service_providers" in table:
        yield from _of_service_providers(table, path)
    yield from _of_faults(table)
    people = [person["username"] for person in table.get("people") or bundled("people")["people"]]
    default = table.get("default_person")
    if default is not None and default not in people:
        yield f"default_person: expected {_one_of(people)}, found {default!r}{_nearest(default, people)}"


def _of_faults(table: dict[str, Any]) -> Iterable[str]:
    """Faults that nobody knows, and schedules that make no sense."""
    for index, rule in enumerate(table.get("faults", ())):
        from fake_idp.faults import UnknownFaultError, armed, fault

        try:
            fault.named(rule["id"])
            armed.conditions({key: value for key, value in rule.items() if key != "id"})
        except (UnknownFaultError, ValueError) as error:
            yield f"faults[{index}]: {error}"


def _of_keys(table: dict[str, Any], path: Path) -> Iterable[str]:
    """Files that are no usable keys, and algorithms that no key is there for (RS256 must be, OIDC Core 15.1)."""
    types = {"oct"}
    for index, key in enumerate(table["keys"]):
        file = path.parent / key["file"]
        try:
            types.add(public_jwk(key["kid"], read_private(str(file)))["kty"])
        except (OSError, ValueError, TypeError) as error:
            yield f"keys[{index}].file: expected an unencrypted PEM private key in {file}: {error}"
            continue
        if "certificate" in key:
            from fake_idp.saml import config_problems

            problem = config_problems.of_certificate(str(path.parent / key["certificate"]), str(file))
            if problem is not None:
                yield f"keys[{index}].certificate: {problem}"
    wanted = {"keys": "RS256"}
    for index, client in enumerate(table.get("clients", ())):
        wanted[f"clients[{index}].id_token_signed_response_alg"] = client.get("id_token_signed_response_alg", "RS256")
    for index, provider in enumerate(table.get("service_providers", ())):
        if provider.get("signature_algorithm", "").startswith("ecdsa"):
            wanted[f"service_providers[{index}].signature_algorithm"] = "ES256"
    for place, alg in wanted.items():
        if KEY_TYPES.get(alg, "oct") not in types:
            yield f"{place}: expected a key of type {KEY_TYPES[alg]} for {alg} among keys, found none"


def _of_service_providers(table: dict[str, Any], path: Path) -> Iterable[str]:
    from fake_idp.saml import config_problems

    anchored = copy.deepcopy({"service_providers": table["service_providers"]})
    anchor(anchored, path.parent)
    rows = msgspec.convert(anchored["service_providers"], list[ServiceProvider])
    yield from config_problems.of_service_providers(rows)


def _sentences(error: ValidationError, whole: str) -> Iterable[str]:
    place = error.json_path.removeprefix("$").removeprefix(".") or whole
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"]) if isinstance(error.schema, dict) else []
        for key in sorted(set(error.instance) - set(known)):
            inside = "" if place == whole else f" in {place}"
            yield f"unknown key {key!r}{inside}{_nearest(key, known)}; known are {', '.join(known)}"
    elif error.validator == "required":
        missing = error.message.removesuffix(" is a required property")
        yield f"{place}: expected the key {missing}, found none"
    elif error.validator == "enum":
        yield (
            f"{place}: expected {_one_of(error.validator_value)}, found {error.instance!r}"
            f"{_nearest(str(error.instance), error.validator_value)}"
        )
    elif error.validator == "anyOf":
        types = [str(option.get("type", "table")) for option in error.validator_value]
        yield f"{place}: expected {_one_of(types)}, found {_shown(error.instance)}"
    elif error.validator == "type":
        yield f"{place}: expected {error.validator_value}, found {_shown(error.instance)}"
    else:
        yield f"{place}: {error.message}"


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _one_of(names: list[str]) -> str:
    return " or ".join(map(str, names))


def _shown(value: Any) -> str:
    """The value's type; the value itself only where it cannot be a secret."""
    return f"{type(value).__name__} {value!r}" if isinstance(value, (bool, int, float)) else type(value).__name__


def _json_types(value: Any) -> Any:
    """TOML's dates as text: JSON Schema has no word for them."""
    if isinstance(value, dict):
        return {key: _json_types(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json_types(item) for item in value]
    return value if isinstance(value, (str, bool, int, float)) else str(value)
