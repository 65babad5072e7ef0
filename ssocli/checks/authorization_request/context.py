"""An authorization request as the browser sees it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class AuthorizationRequestContext:
    """The URL that the browser is sent to, the endpoint it was built from, and whether OpenID Connect is asked for."""

    url: str
    endpoint: str
    openid: bool = True
    client_secret: str | None = None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query of the request in order, decoded."""
        return query_parameters(self.url)

    def first(self, name: str) -> str | None:
        """The first value of a parameter, None if it is absent."""
        return next((value for key, value in self.parameters if key == name), None)


def query_parameters(url: str) -> list[tuple[str, str]]:
    """The query of a URL in order, decoded; empty if the URL cannot be read."""
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
