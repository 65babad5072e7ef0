"""One HTTP answer of the identity provider, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ssocli.checks.document import json_object
from ssocli.exchange import Exchange
from ssocli.text import printable


@dataclass(frozen=True, slots=True)
class TransportContext:
    """One exchange and what it was for, in words: `discovery document`, `token response`, ...

    `answers_errors` says that an error status with an OAuth error is a proper answer to this request, which the area
    of the response judges (token and userinfo endpoint). `other_types` are media types beside JSON that the caller
    can read, such as `application/jwt`. `is_json` False says that the document is none of JSON at all.
    """

    exchange: Exchange
    purpose: str
    answers_errors: bool = False
    other_types: tuple[str, ...] = ()
    is_json: bool = True

    @property
    def is_explained_error(self) -> bool:
        """Whether this is an error status whose reason the response itself gives in the protocol's way."""
        response = self.exchange.response
        if response is None or not self.answers_errors or response.status < 400:
            return False
        return json_object(response.body) is not None or response.header("WWW-Authenticate") is not None


def json_document(context: TransportContext) -> dict[str, Any] | None:
    """The JSON object that the exchange brought, whatever its status; None if it brought none."""
    response = context.exchange.response
    return json_object(response.body) if response is not None and context.exchange.error is None else None


def request_line(context: TransportContext) -> str:
    """Method and URL of the request, without what may be secret."""
    return f"{context.exchange.method} {printable(without_query(context.exchange.url))}"


def without_query(url: str) -> str:
    """The URL without what may hold secrets: user information, query and fragment."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        return "(an unreadable URL)"
