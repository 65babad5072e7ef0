"""`python -m ssocli` and the `ssocli` command: every way out ends in a documented exit code."""

from __future__ import annotations

import contextlib
import os
import sys

from ssocli import __version__


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Scripts ask this often, and importing click is three quarters of the answer's time.
        sys.stdout.write(f"ssocli {__version__}\n")
        return
    for stream in (sys.stdout, sys.stderr):
        # A name with an accent must not end a command on a terminal that cannot show it.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # only real streams have it
    sys.exit(_run())


def _run() -> int:
    import click

    from ssocli.cli.group import ssocli
    from ssocli.cli.stop import Stop
    from ssocli.exit_code import ExitCode

    try:
        code = ssocli.main(prog_name="ssocli", standalone_mode=False)
        sys.stdout.flush()
        return int(code or ExitCode.OK)
    except Stop as stop:
        stop.show()
        return stop.code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`ssocli ... | head`): there is nobody left to tell, and the interpreter must not try.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:  # the last line of defence: a sentence instead of a traceback
        if os.environ.get("SSOCLI_DEBUG"):
            raise
        click.echo(
            f"ssocli failed because of a defect of its own, {type(error).__name__}: {error}\n"
            "This says nothing about the target. SSOCLI_DEBUG=1 shows where it happened; please report it.",
            err=True,
        )
        return ExitCode.INTERNAL_ERROR


if __name__ == "__main__":
    main()
