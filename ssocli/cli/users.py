"""`ssocli users`: who has an account in the emulated Sentry."""

from __future__ import annotations

import click

from ssocli.cli.options import format_option, open_store, state_option


@click.command(epilog="Example: ssocli users --format json")
@state_option
@format_option("table", "json")
def users(state: str | None, output_format: str) -> None:
    """List the users that are stored, with their identities and memberships."""
    from ssocli.cli.tables import moment, show

    with open_store(state) as store:
        rows = [
            {
                "id": user.id,
                "email": user.email,
                "name": user.name,
                "active": user.active,
                "identities": [f"{entry.provider}: {entry.subject}" for entry in user.identities],
                "organizations": [f"{entry.organization} ({entry.role})" for entry in user.memberships],
                "last_login": moment(user.last_login_at),
            }
            for user in store.users()
        ]
    show(rows, output_format, "No users are stored yet: ssocli login creates the first.")
