"""The paths of one kind of provider."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fake_idp import config as configuration

if TYPE_CHECKING:
    from fake_idp.config import Shape


class Routes:
    """The paths of one shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        paths = [(path, name) for name, all_paths in shape.endpoints.items() for path in all_paths]
        self._exact = {path: name for path, name in paths if "{" not in path}
        self._patterns = [
            (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), name) for path, name in paths if "{" in path
        ]

    @staticmethod
    @cache
    def of(shape: str) -> Routes:
        """The routes of the bundled shape of that name, read when first asked for."""
        return Routes(configuration.load_shape(shape))

    def match(self, path: str) -> tuple[str, dict[str, str]] | None:
        """The endpoint with this path, and what stands in its variable segments."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        for pattern, name in self._patterns:
            match = pattern.fullmatch(path)
            if match:
                return name, match.groupdict()
        return None
