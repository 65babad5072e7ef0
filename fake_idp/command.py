"""Running the identity provider as a process, for `python -m fake_idp` and for whoever offers the same command."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fake_idp.library import FakeIdP
from fake_idp.server import CannotListenError

if TYPE_CHECKING:
    from types import FrameType

    from fake_idp.settings import LoginMode

DEFAULT_PORT = 9500

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_CANNOT_LISTEN = 9
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen at the start; each has a flag and an environment variable FAKE_IDP_<NAME>.

    `tls` is the file into which the certificate of the throw-away authority is written; without it, plain HTTP.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    config: Path | None = None
    strict: bool = False
    login: LoginMode = "page"
    seed: str | None = None
    public_url: str | None = None
    tls: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    ready_file: Path | None = None
    quiet: bool = False
    faults: tuple[str, ...] = ()
    strict_faults: bool = False
    control_token: str | None = field(default=None, repr=False)


def run(options: Options) -> int:
    """Serve until SIGINT (exit code 130) or SIGTERM (0); 1 if under `strict_faults` an armed fault never fired.

    When the socket is open, one JSON line on stdout and in the ready file says where. Problems are one sentence on
    stderr each: exit code 2 for the configuration, 9 for a port that cannot be had.
    """
    from fake_idp.config import ConfigError

    if options.tls is None and (unheard := [text for text in options.faults if text.startswith("tls.")]):
        _say(f"fault: {unheard[0]} strikes in the TLS handshake: expected --tls FILE, for the authority's certificate.")
        return EXIT_USAGE
    try:
        idp = FakeIdP(
            options.port,
            host=options.host,
            strict=options.strict,
            login=options.login,
            seed=options.seed,
            config=options.config,
            public_url=options.public_url,
            tls="throw-away" if options.tls is not None else None,
            allowed_hosts=options.allowed_hosts,
            faults=options.faults,
            control_token=options.control_token,
        )
    except ConfigError as error:
        for problem in error.problems:
            _say(problem)
        return EXIT_USAGE
    except CannotListenError as error:
        _say(str(error.strerror))
        return EXIT_CANNOT_LISTEN
    if options.tls is not None:
        try:
            options.tls.write_bytes(idp.authority.pem)
        except OSError as error:
            idp.stop()
            _say(f"--tls {options.tls}: expected a file that can be written, but: {(error.strerror or '').lower()}.")
            return EXIT_USAGE
    return _serve(idp, options)


def ready_line(idp: FakeIdP) -> str:
    """What a program needs to know that waits for this process."""
    return json.dumps(
        {
            "issuer": idp.issuer(),
            "metadata": idp.metadata_url(),
            "saml_metadata": idp.saml_metadata_url(),
            "control": idp.control_url(),
            "pid": os.getpid(),
            "instance": idp.instance,
        }
    )


def _serve(idp: FakeIdP, options: Options) -> int:
    stop = threading.Event()
    codes = {signal.SIGINT: EXIT_INTERRUPTED, signal.SIGTERM: EXIT_OK}
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        stop.set()

    previous = {number: signal.signal(number, on_signal) for number in codes}
    try:
        with idp:
            _announce(idp, options)
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    unfired = idp.app.namespaces.unfired()
    for armed in unfired:
        _say(f"Armed, and never fired: {armed.describe()}. Nobody whom it is for asked for what it changes.")
    if unfired and options.strict_faults:
        return EXIT_FINDINGS
    return codes[signal.Signals(received[0])]


def _announce(idp: FakeIdP, options: Options) -> None:
    line = ready_line(idp)
    if options.ready_file is not None:
        # Renamed into place, so that nobody reads half of it.
        partial = options.ready_file.with_name(f"{options.ready_file.name}.{os.getpid()}")
        partial.write_text(line + "\n", encoding="utf-8")
        partial.replace(options.ready_file)
    try:
        print(line, flush=True)  # noqa: T201  # this line is the command's output
    except OSError:  # nobody has to listen to us, and the interpreter is not to try again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not options.quiet:
        mode = "strict" if options.strict else "permissive"
        _say(f"Fake identity provider at {idp.issuer()} ({mode}, for tests only). Ctrl-C stops it.")


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201  # the command's channel to people
