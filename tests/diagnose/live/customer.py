"""A customer whose identity provider is the bundled one: the configuration, and what a diagnosis finds by asking."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ssocli import wire
from ssocli.checks.check import Check, Status
from ssocli.diagnose.judge import judge
from ssocli.diagnose.known import gather
from ssocli.diagnose.live import Live, ask
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind

SENTRY = "http://127.0.0.1:9501"

OIDC = """
[organizations.acme]

[providers.acme]
type = "oidc"
issuer = "{idp}/default"
client_id = "sentry"
client_secret = "sentry-secret"
"""
OAUTH2 = """
[organizations.acme]

[providers.acme]
type = "oauth2"
authorization_endpoint = "{idp}/github/login/oauth/authorize"
token_endpoint = "{idp}/github/login/oauth/access_token"
api_url = "{idp}/github/api/v3"
client_id = "sentry-post"
client_secret = "sentry-secret"
"""
SAML = """
[organizations.acme]

[providers.acme]
type = "saml2"
metadata_url = "{idp}/default/saml/metadata"

[providers.acme.attributes]
identifier = "username"
user_email = "email"
"""


@dataclass(frozen=True)
class Asked:
    """What asking gave, and all that was judged then: the asking and the documents."""

    live: Live
    checks: tuple[Check, ...] = field(repr=False)

    @property
    def found(self) -> list[str]:
        """The findings, without those that are only worth knowing."""
        return [check.name for check in self.failed if check.severity.value != "info"]

    @property
    def failed(self) -> list[Check]:
        assert not [check for check in self.checks if check.status is Status.TOOL_ERROR]
        return [check for check in self.checks if check.status is Status.FAILED]

    def check(self, name: str) -> Check:
        """The one result of this rule that is not skipped; a failed one if there is one."""
        found = [check for check in self.checks if check.name == name and check.status is not Status.SKIPPED]
        return next((check for check in found if check.status is Status.FAILED), found[0])


def config(text: str, idp: str, sentry: str = SENTRY) -> Thing:
    return Thing(Kind.CONFIG, "customer.toml", text=f'[sentry]\nurl = "{sentry}"\n' + text.replace("{idp}", idp))


def asked(
    *things: Thing,
    trust: ssl.SSLContext | None = None,
    send: Callable[..., Any] = wire.send,
    timeout: float = 5.0,
    folder: Path = Path(),
    **options: Any,
) -> Asked:
    """Ask, then judge what came beside what was given."""
    folders = {thing.place: folder for thing in things}
    live = ask(
        things,
        gather(things, None, folders),
        send=partial(send, tls=trust) if trust else send,
        timeout=timeout,
        **options,
    )
    everything = (*things, *live.things)
    judged = judge(everything, gather(everything, None, folders), None, time.time()) if live.things else ()
    return Asked(live, tuple(check for entry in (*live.judged, *judged) for check in entry.checks))
