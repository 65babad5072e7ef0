"""A client of the control API that knows nothing of the provider's code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from fake_idp import FakeIdP

from .relying_party import part


class Control:
    """`control.get("/users")` and the like; each checks the status and gives the JSON."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.headers = headers

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, self.url + path, headers={**self.headers, **options.pop("headers", {})}, timeout=10, **options
            )

    def ask(self, method: str, path: str, status: int, body: Any = None, **query: Any) -> Any:
        response = self.send(method, path, json=body, params=query)
        assert response.status_code == status, response.text
        kind = "application/json" if status < 300 else "application/problem+json"
        assert response.status_code == 204 or response.headers["Content-Type"] == kind
        return response.json() if response.content else None

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self.ask("GET", path, status, **query)

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return self.ask("POST", path, status, body)

    def patch(self, path: str, status: int = 200, **body: Any) -> Any:
        return self.ask("PATCH", path, status, body)

    def delete(self, path: str, status: int = 204, **query: Any) -> Any:
        return self.ask("DELETE", path, status, **query)


@pytest.fixture
def claims_of() -> Callable[[str], dict[str, Any]]:
    return lambda token: part(token, 1)


@pytest.fixture
def header_of() -> Callable[[str], dict[str, Any]]:
    return lambda token: part(token, 0)


@pytest.fixture
def control_of() -> Callable[..., Control]:
    return lambda idp, namespace="", **headers: Control(idp.control_url(namespace=namespace), **headers)


@pytest.fixture
def control(idp: FakeIdP) -> Control:
    return Control(idp.control_url())
