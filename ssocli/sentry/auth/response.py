"""The authorization response as it arrived at the callback."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.sentry.pending import Mode
from ssocli.text import printable

_TELLING = ("code", "error", "state", "iss", "id_token", "access_token")


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """The parameters in the order in which they came, repeated ones included, and the response mode."""

    mode: Mode
    parameters: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The first value of a parameter; empty if it is absent."""
        return next((value for key, value in self.parameters if key == name), "")

    @property
    def is_telling(self) -> bool:
        """Whether this is an authorization response at all, right or wrong, and not just any request."""
        return any(self.get(name) for name in _TELLING)

    @property
    def kind(self) -> str:
        """What it carries, in a few words."""
        if self.get("error"):
            return f"the error {printable(self.get('error'), 40)}"
        return "a code" if self.get("code") else "neither code nor error"
