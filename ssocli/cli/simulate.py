"""`ssocli simulate`: one login per fault, held against what each must cause."""

from __future__ import annotations

import click

from ssocli.cli.options import format_option, output_option, tag_option
from ssocli.cli.stop import stop


@click.command(
    epilog="Examples: ssocli simulate id_token.expired    ssocli simulate 'jwks.*' --tag must_tolerate    "
    "ssocli simulate --all --format junit -o faults.xml    ssocli simulate --scenario scenarios/"
)
@click.argument("patterns", nargs=-1)
@tag_option
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    type=click.Path(),
    envvar="SSOCLI_SCENARIO",
    metavar="FILE|DIR",
    help="Run this scenario file, or all of a directory; a PATTERN that ends in .toml is one as well.",
)
@click.option("--all", "everything", is_flag=True, envvar="SSOCLI_ALL", help="Every fault that a login can notice.")
@format_option("console", "json", "ndjson", "junit", "sarif", "html", "markdown")
@output_option("what --format says")
@click.option(
    "--verbose", "-v", is_flag=True, envvar="SSOCLI_VERBOSE", help="Also list the faults that went as expected."
)
def simulate(
    patterns: tuple[str, ...],
    tags: tuple[str, ...],
    scenarios: tuple[str, ...],
    everything: bool,
    output_format: str,
    output: str | None,
    verbose: bool,
) -> int:
    """Make the bundled provider fail on purpose, log in once per fault, and compare with the finding it must cause.

    PATTERNS are ids of faults, or patterns with * and ? (ssocli faults lists them). A scenario file says itself what is
    given, what fails and what must come of it. Exit code 0: all as expected; 1: something differs.
    """
    from ssocli.exit_code import ExitCode

    files = (*scenarios, *(pattern for pattern in patterns if pattern.endswith(".toml")))
    patterns = tuple(pattern for pattern in patterns if not pattern.endswith(".toml"))
    if not patterns and not tags and not everything and not files:
        stop(
            "Which faults? Name some or a --tag (ssocli faults lists them), or give --all or a scenario file.",
            ExitCode.USAGE,
        )
    if not patterns and (tags or everything):
        patterns = ("*",)
    from ssocli.cli.simulate_run import run

    return int(run(patterns, tags, files, output_format, output, verbose=verbose))
