"""The entries of a capture as pieces of its JSON, also of one that is cut off or damaged somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

Piece = msgspec.Raw | bytes | memoryview

MOST = 200_000
_LISTS = re.compile(rb'"(entries|requests)"\s*:\s*\[')
# Strings as a whole, so that a bracket in one counts for nothing; possessive, so that nothing is tried twice.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)


def recovered(document: bytes | memoryview) -> tuple[str, list[Piece]]:
    """The name of the list in a damaged document, and its whole entries as far as they go."""
    found = _LISTS.search(document)
    if found is None:
        return "", []
    view = memoryview(document)
    pieces: list[Piece] = [view[start:end] for start, end in _spans(document, found.end())]
    return found[1].decode("ascii"), pieces


def _spans(document: bytes | memoryview, position: int) -> Iterator[tuple[int, int]]:
    """Beginning and end of each object of a list, from `position` inside it to its end or to where it breaks off."""
    depth, start, count = 0, 0, 0
    for token in _TOKEN.finditer(document, position):
        mark = token[0]
        if mark in (b"{", b"["):
            start = token.start() if depth == 0 else start
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth < 0 or count >= MOST:
                return
            if depth == 0:
                count += 1
                yield start, token.end()
