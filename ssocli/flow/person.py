"""Who the headless browser is: what a person would type at the login pages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ssocli.one_time_code import code_at


@dataclass(frozen=True, slots=True)
class Person:
    """The credentials; `totp_secret` is base32, None if there is no second factor."""

    username: str
    password: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)

    def one_time_code(self) -> str | None:
        """The code that an authenticator shows now (RFC 6238); None without a secret. Raises ValueError."""
        return None if self.totp_secret is None else code_at(self.totp_secret, time.time())
