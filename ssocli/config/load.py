"""Read a configuration file. Whatever is wrong with it comes back as a list of problems, all of them in one run."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from ssocli.config.contradictions import contradictions
from ssocli.config.model import Config, FromEnvironment
from ssocli.config.problem import ConfigError, Problem

MAX_BYTES = 1_000_000
T = TypeVar("T")


def load(file: Path) -> Config:
    """Read and judge a configuration file. Raises ConfigError."""
    return parse(read(file), str(file))


def default() -> Config:
    """The configuration that is used without `--config`."""
    return load(default_file())


def default_file() -> Path:
    """Where the embedded configuration is: inside the installed package, or in the checkout's fixtures."""
    installed = Path(__file__).parent.parent / "_fixtures" / "config" / "default.toml"
    return installed if installed.exists() else Path(__file__).parents[2] / "fixtures" / "config" / "default.toml"


def parse(text: str, file: str) -> Config:
    """Judge the text of a configuration; `file` is its name in messages. Raises ConfigError."""
    config = typed(text, file, Config)
    problems = list(contradictions(config, file))
    if problems:
        raise ConfigError(problems)
    return config


def typed(text: str, file: str, kind: type[T]) -> T:
    """A TOML document as a struct; `file` is its name in messages. Raises ConfigError with all that is wrong."""
    try:
        return _typed(text, file, kind)
    except RecursionError:
        raise ConfigError([Problem(file, "", "TOML", "it is nested too deeply to be read")]) from None


def _typed(text: str, file: str, kind: type[T]) -> T:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem(file, "", "TOML", str(error))]) from None
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        # Only now is jsonschema worth its import: msgspec stops at the first error.
        from ssocli.config.violations import violations

        schema = msgspec.json.schema(kind)
        problems = sorted(violations(document, file, schema), key=lambda problem: problem.path)
        raise ConfigError(problems or [Problem(file, "", "a valid file", str(error))]) from None


def missing_secrets(config: Config, file: str, environment: dict[str, str]) -> list[Problem]:
    """The environment variables that the configuration names and the environment lacks."""
    named = {
        f"{table}.{key}.{name}": value.env
        for table in ("providers", "users", "people")
        for key, entry in getattr(config, table).items()
        for name, value in ((field, getattr(entry, field)) for field in entry.__struct_fields__)
        if isinstance(value, FromEnvironment)
    }
    return [
        Problem(file, path, f"the environment variable {name}", "it is not set", f"export {name}=...")
        for path, name in named.items()
        if name not in environment
    ]


def read(file: Path) -> str:
    """The text of a TOML file. Raises ConfigError."""
    name = str(file)
    try:
        if not file.is_file():
            kind = "a directory" if file.is_dir() else "nothing there" if not file.exists() else "no regular file"
            raise ConfigError([Problem(name, "", "a TOML file", kind)])
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise ConfigError([Problem(name, "", f"a TOML file of at most {MAX_BYTES:,} bytes", f"{size:,} bytes")])
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([Problem(name, "", "a readable file", (error.strerror or str(error)).lower())]) from None
    except UnicodeDecodeError as error:
        problem = Problem(name, "", "UTF-8 text", f"the byte 0x{error.object[error.start]:02x} at offset {error.start}")
        raise ConfigError([problem]) from None
