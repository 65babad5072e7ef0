"""`ssocli simulate`: one login per fault, held against what each must cause."""

from __future__ import annotations

import click

from ssocli.cli.options import format_option, output_option, tag_option
from ssocli.cli.stop import stop


@click.command(
    epilog="Examples: ssocli simulate id_token.expired    ssocli simulate 'jwks.*' --tag must_tolerate    "
    "ssocli simulate --all --format junit -o faults.xml"
)
@click.argument("patterns", nargs=-1)
@tag_option
@click.option("--all", "everything", is_flag=True, envvar="SSOCLI_ALL", help="Every fault that a login can notice.")
@format_option("console", "json", "ndjson", "junit", "sarif", "html", "markdown")
@output_option("what --format says")
@click.option(
    "--verbose", "-v", is_flag=True, envvar="SSOCLI_VERBOSE", help="Also list the faults that went as expected."
)
def simulate(
    patterns: tuple[str, ...],
    tags: tuple[str, ...],
    everything: bool,
    output_format: str,
    output: str | None,
    verbose: bool,
) -> int:
    """Make the bundled provider fail on purpose, log in once per fault, and compare with the finding it must cause.

    PATTERNS are ids of faults, or patterns with * and ? (ssocli faults lists them). Exit code 0: all as expected; 1:
    something differs.
    """
    from ssocli.exit_code import ExitCode

    if not patterns and not tags and not everything:
        stop("Which faults? Name some or a --tag (ssocli faults lists them), or give --all.", ExitCode.USAGE)
    from ssocli.cli.simulate_run import run

    return int(run(patterns or ("*",), tags, output_format, output, verbose=verbose))
