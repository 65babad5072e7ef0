"""A form as a person sees it: fields with labels to fill in, buttons to press, and the request that comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import urlencode

Value = str | bool | Sequence[str]

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select field."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One control that holds a value. `type` is the input's, or `select` or `textarea`; disabled ones are left out."""

    name: str
    type: str
    value: str
    label: str = ""
    id: str = ""
    autocomplete: str = ""
    placeholder: str = ""
    checked: bool = False
    multiple: bool = False
    options: tuple[Option, ...] = ()

    @property
    def is_hidden(self) -> bool:
        """Whether a person cannot see it."""
        return self.type == "hidden"

    @property
    def values(self) -> tuple[str, ...]:
        """What it contributes to the request as it stands."""
        if self.type in ("checkbox", "radio"):
            return (self.value,) if self.checked else ()
        if self.type == "select":
            return tuple(option.value for option in self.options if option.selected)
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Button:
    """A control that submits. `action`, `method` and `enctype` are its own, None where the form's apply."""

    name: str
    value: str
    text: str
    type: str = "submit"
    id: str = ""
    action: str | None = None
    method: str | None = None
    enctype: str | None = None
    in_noscript: bool = False


@dataclass(frozen=True, slots=True)
class FormRequest:
    """What submitting sends."""

    method: str
    url: str
    body: bytes = b""
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the page at `page`; `action` is absolute, `policy` the page's referrer policy."""

    action: str
    method: str
    enctype: str
    fields: tuple[Field, ...]
    buttons: tuple[Button, ...]
    id: str = ""
    name: str = ""
    page: str = ""
    policy: str = ""
    charset: str = "utf-8"

    @property
    def visible_fields(self) -> tuple[Field, ...]:
        """The fields that a person can fill in."""
        return tuple(field for field in self.fields if not field.is_hidden)

    @property
    def values(self) -> dict[str, str]:
        """The first current value of each named field."""
        found: dict[str, str] = {}
        for field in self.fields:
            for value in field.values:
                found.setdefault(field.name, value)
        found.pop("", None)
        return found

    def field(self, name: str) -> Field | None:
        """The first field of this name."""
        return next((field for field in self.fields if field.name == name), None)

    def button(self, wanted: str) -> Button:
        """The button of this name, value or text (whatever the case). Raises ValueError if there is none."""
        key = wanted.strip().casefold()
        for button in self.buttons:
            if key in (button.name.casefold(), button.value.casefold(), button.text.casefold()):
                return button
        texts = [button.text or button.value or button.name for button in self.buttons]
        raise ValueError(f"the form has no button {wanted!r}; it has {texts}")

    def fill(self, values: Mapping[str, Value]) -> Form:
        """The form with these values, by field name.

        A checkbox takes True, False or its value(s); a radio group and a select the value(s) to choose. Raises
        ValueError for a name that the form does not have and for a choice that it does not offer.
        """
        names = {field.name for field in self.fields}
        for name in values:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"the form has no field {name!r}; its fields are {sorted(names)}{hint}")
        for name, value in values.items():
            _require_offered(name, value, [field for field in self.fields if field.name == name])
        filled = tuple(_filled(field, values[field.name]) if field.name in values else field for field in self.fields)
        return replace(self, fields=filled)

    def request(self, button: Button | None = None) -> FormRequest:
        """The request that submitting sends (HTML 4.10.22.3); without a button as a script's `submit()` does it."""
        method = (button and button.method) or self.method
        action = (button and button.action) or self.action
        entries = list(self._entries(button))
        if method != "POST":
            query = urlencode(entries, encoding=self.charset, errors="xmlcharrefreplace")
            return FormRequest("GET", f"{action.partition('#')[0].partition('?')[0]}?{query}")
        if ((button and button.enctype) or self.enctype) == MULTIPART:
            boundary = f"----ssocli{secrets.token_hex(12)}"
            body = _multipart(entries, boundary, self.charset)
            return FormRequest("POST", action, body, f"{MULTIPART}; boundary={boundary}")
        encoded = urlencode(entries, encoding=self.charset, errors="xmlcharrefreplace")
        return FormRequest("POST", action, encoded.encode("ascii"), URLENCODED)

    def _entries(self, button: Button | None) -> Iterator[tuple[str, str]]:
        for field in self.fields:
            if field.name:
                for value in field.values:
                    yield field.name, value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
        if button is not None and button.type == "image":
            prefix = f"{button.name}." if button.name else ""
            yield f"{prefix}x", "0"
            yield f"{prefix}y", "0"
        elif button is not None and button.name:
            yield button.name, button.value


def _filled(field: Field, value: Value) -> Field:
    chosen = {value} if isinstance(value, str) else {"on"} if isinstance(value, bool) else set(value)
    if field.type == "checkbox":
        return replace(field, checked=value if isinstance(value, bool) else field.value in chosen)
    if field.type == "radio":
        return replace(field, checked=field.value in chosen)
    if field.type == "select":
        options = tuple(replace(option, selected=option.value in chosen) for option in field.options)
        return replace(field, options=options)
    if not isinstance(value, str):
        raise ValueError(f"the field {field.name!r} takes one text, not {type(value).__name__}")
    return replace(field, value=value)


def _require_offered(name: str, value: Value, fields: list[Field]) -> None:
    """A person can only choose what the page offers."""
    if isinstance(value, bool) or not all(field.type in ("checkbox", "radio", "select") for field in fields):
        return
    offered = {field.value for field in fields if field.type != "select"}
    offered |= {option.value for field in fields for option in field.options}
    for wanted in [value] if isinstance(value, str) else value:
        if wanted not in offered:
            raise ValueError(f"the field {name!r} does not offer {wanted!r}; it offers {sorted(offered)}")


def _multipart(entries: list[tuple[str, str]], boundary: str, charset: str) -> bytes:
    """RFC 7578, with names escaped as HTML 4.10.22.7 says."""
    lines: list[bytes] = []
    for name, value in entries:
        escaped = name.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22")
        lines += [
            f"--{boundary}".encode(),
            f'Content-Disposition: form-data; name="{escaped}"'.encode(charset, "xmlcharrefreplace"),
            b"",
            value.encode(charset, "xmlcharrefreplace"),
        ]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])
