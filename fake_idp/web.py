"""HTTP messages as the endpoints see them: a request over a WSGI environment, and a response."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_FIELDS = 200
MAX_BODY = 1024 * 1024  # for servers that do not limit it themselves
FORM = "application/x-www-form-urlencoded"


class Parameters:
    """The parameters of a request. One sent without a value counts as not sent (RFC 6749 3.1)."""

    __slots__ = ("_values", "repeated")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        self.repeated: list[str] = []
        for name, value in pairs:
            if name in self._values:
                self.repeated.append(name)
            else:
                self._values[name] = value

    def get(self, name: str) -> str | None:
        """The first value of `name`, None if it is absent or empty."""
        return self._values.get(name) or None

    def names(self) -> list[str]:
        """The names, in the order sent."""
        return list(self._values)

    @classmethod
    def parse(cls, encoded: str) -> Parameters:
        """The parameters of a query string or a form body; raises ValueError when there are too many."""
        try:
            return cls(parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError:
            raise ValueError(f"expected at most {MAX_FIELDS} parameters, got more") from None


class Request:
    """One request. Raises ValueError from `query` and `form` for what cannot be read as parameters."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace") or "/"
        self.query_string: str = environ.get("QUERY_STRING", "")

    def header(self, name: str) -> str | None:
        """A header's value, None if absent."""
        value = self.environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        return None if value is None else str(value)

    def headers(self) -> list[tuple[str, str]]:
        """All headers, under their names in the usual spelling."""
        names = (key for key in self.environ if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH"))
        return [(key.removeprefix("HTTP_").replace("_", "-").title(), str(self.environ[key])) for key in names]

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters, in lower case."""
        return str(self.environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()

    @property
    def origin(self) -> str:
        """Scheme and host as the client named them."""
        host = self.environ.get("HTTP_HOST") or f"{self.environ['SERVER_NAME']}:{self.environ['SERVER_PORT']}"
        return f"{self.environ['wsgi.url_scheme']}://{host}"

    @property
    def secure(self) -> bool:
        """Whether the request came over TLS."""
        return bool(self.environ["wsgi.url_scheme"] == "https")

    @cached_property
    def query(self) -> Parameters:
        """The parameters of the query string."""
        return Parameters.parse(self.query_string)

    @cached_property
    def body(self) -> bytes:
        """The body; raises ValueError if it is longer than this server reads."""
        length = self.environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_BODY:
            raise ValueError(f"expected a Content-Length of at most {MAX_BODY}, got {length[:20]!r}")
        return bytes(self.environ["wsgi.input"].read(int(length)))

    @cached_property
    def form(self) -> Parameters:
        """The parameters of a form body; none for any other kind of body."""
        if self.content_type != FORM:
            return Parameters()
        return Parameters.parse(self.body.decode("utf-8", "replace"))

    @property
    def parameters(self) -> Parameters:
        """The form's parameters of a POST, the query's otherwise."""
        return self.form if self.method == "POST" else self.query

    def cookies(self, name: str) -> list[str]:
        """All values of the cookie `name`; the one with the longest path comes first (RFC 6265 5.4)."""
        pairs = (pair.strip().partition("=") for pair in (self.header("Cookie") or "").split(";"))
        return [value for key, _, value in pairs if key == name]


@dataclass(slots=True)
class Response:
    """What goes back. `body` is complete; everything here is small."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def send(self, start_response: StartResponse) -> list[bytes]:
        """Answer in the name of a WSGI application (PEP 3333)."""
        headers = list(self.headers)
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(self.body))))
        start_response(status_line(self.status), headers)
        return [self.body]


def status_line(status: int) -> str:
    """Number and phrase."""
    return f"{status} {HTTPStatus(status).phrase}"


def json_response(document: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """`document` as JSON."""
    body = json.dumps(document, ensure_ascii=False).encode("utf-8")
    return Response(status, body, [("Content-Type", "application/json"), *headers])


def html_response(page: str, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """A page that no other page may frame and no cache may keep (RFC 9700 4.16, 4.2)."""
    return Response(
        status,
        page.encode("utf-8"),
        [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            *headers,
        ],
    )


def redirect(request: Request, location: str) -> Response:
    """302, or after a POST 303, so that credentials are never sent on (RFC 9700 4.12)."""
    status = 303 if request.method == "POST" else 302
    return Response(
        status, b"", [("Location", location), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
    )


NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
