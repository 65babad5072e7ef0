"""`ssocli sessions`: who is logged in to the emulated Sentry."""

from __future__ import annotations

import click

from ssocli.cli.options import format_option, open_store, state_option


@click.command(epilog="Example: ssocli sessions")
@state_option
@format_option("table", "json")
def sessions(state: str | None, output_format: str) -> None:
    """List the sessions that are stored and not expired; their tokens are not known, only hashes are kept."""
    from ssocli.cli.tables import moment, show
    from ssocli.clock import Clock

    with open_store(state) as store:
        rows = [
            {
                "session": session.fingerprint,
                "email": session.email,
                "method": session.method,
                "created": moment(session.created_at),
                "expires": moment(session.expires_at),
                "sso": [f"{slug} at {moment(at)}" for slug, at in session.sso.items()],
            }
            for session in store.sessions(Clock().now())
        ]
    show(rows, output_format, "Nobody is logged in.")
