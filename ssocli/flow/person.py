"""Who the headless browser is: what a person would type at the login pages."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """The credentials; `totp_secret` is base32, None if there is no second factor."""

    username: str
    password: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)

    def one_time_code(self) -> str | None:
        """The code that an authenticator shows now (RFC 6238); None without a secret. Raises ValueError."""
        if self.totp_secret is None:
            return None
        import pyotp

        try:
            return pyotp.TOTP(self.totp_secret.replace(" ", "")).now()
        except ValueError as error:
            raise ValueError(f"the one-time code's secret is not base32: {error}") from None
