"""Form-encoded bodies that a stranger wrote."""

from __future__ import annotations

from urllib.parse import parse_qsl

_MOST_FIELDS = 100


def form_object(body: bytes) -> dict[str, str] | None:
    """The fields of a form-encoded body, the first value of each; None if it is no such body."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return dict(reversed(pairs)) if pairs else None
