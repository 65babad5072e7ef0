"""The command `python -m fake_idp`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fake_idp.command import DEFAULT_PORT, Options, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX = "FAKE_IDP_"
_FAULT_HELP = "arm a fault: id_token.expired:user=alice,times=1 (repeatable; in the environment, with spaces)"
_TOKEN_HELP = "bearer token that the control API asks for; better in the environment, where nobody else sees it"
_TLS_HELP = "speak TLS with a throw-away authority, and write its certificate to FILE, for the clients"
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """The options from the command line, or else from the environment; exits with 2 for a wrong one."""
    parser = argparse.ArgumentParser(
        prog="python -m fake_idp",
        description="Run a fake identity provider (OpenID Connect and OAuth 2.0) for tests.",
        epilog=f"Every option can be set in the environment: {PREFIX}PORT=0, {PREFIX}STRICT=1, ...",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="name or address to listen on (default: 127.0.0.1)")
    add("--port", type=_port, default=DEFAULT_PORT, help=f"port, 0 for a free one (default: {DEFAULT_PORT})")
    add("--config", type=Path, metavar="FILE", help="TOML file with people, clients, issuers and keys")
    add("--strict", action="store_true", help="registered clients, exact redirect URIs, PKCE: every check on")
    add("--login", choices=("page", "auto"), default="page", help="login page, or log in without one")
    add("--seed", help="make codes and identifiers repeatable")
    add("--public-url", metavar="URL", help="scheme and host that clients use, for the issuer")
    add("--tls", type=Path, metavar="FILE", help=_TLS_HELP)
    add("--allowed-hosts", metavar="NAMES", default="", help='other names to answer for, with commas; "*" for any')
    add("--ready-file", type=Path, metavar="FILE", help="write the ready line there as well")
    add("--fault", action="append", dest="faults", default=[], metavar="ID[:KEY=VALUE,...]", help=_FAULT_HELP)
    add("--strict-faults", action="store_true", help="exit code 1 if a fault that was armed here never fired")
    add("--control-token", metavar="TOKEN", help=_TOKEN_HELP)
    add("--quiet", action="store_true", help="nothing on stderr while all is well")
    from_environment = []
    for action in parser._actions:
        value = environ.get(PREFIX + action.dest.upper())
        if value is None or action.dest == "help":
            continue
        if action.nargs == 0:
            if value.lower() not in (*_TRUE, *_FALSE):
                parser.error(f"{PREFIX}{action.dest.upper()}: expected 1 or 0, got {value!r}")
            from_environment += [action.option_strings[0]] if value.lower() in _TRUE else []
        elif action.dest == "faults":
            from_environment += [f"--fault={text}" for text in value.split()]
        else:
            from_environment.append(f"{action.option_strings[0]}={value}")
    # The command line comes later, and so wins.
    chosen = vars(parser.parse_args([*from_environment, *arguments]))
    chosen["allowed_hosts"] = tuple(name.strip() for name in chosen["allowed_hosts"].split(",") if name.strip())
    chosen["faults"] = tuple(chosen["faults"])
    return Options(**chosen)


def main() -> int:
    """Run the command; the exit code."""
    return run(parse(sys.argv[1:], os.environ))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 65535, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
