"""The JSON Schema of a document of this tool, made from its types."""

from __future__ import annotations

import inspect
from typing import Any


def schema_of(document: type, name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document; `name` is what stands in its `schema` member."""
    import msgspec

    schema = msgspec.json.schema(document)
    for definition in schema.get("$defs", {}).values():
        if "description" in definition:
            # Docstrings keep their indentation before Python 3.13.
            definition["description"] = inspect.cleandoc(definition["description"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name, **schema}
