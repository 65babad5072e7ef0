"""Messages in addresses, in the bodies of forms, and in pages that post themselves."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from ssocli.diagnose.known_errors import find
from ssocli.diagnose.thing import Thing
from ssocli.diagnose.unwrap import inflated, octets
from ssocli.diagnosis import Kind

_URL = re.compile(r"(?:(?:GET|POST|Location:)\s+)?(https?://[^\s\"'<>]+)(?:\s+HTTP/[\d.]+)?", re.IGNORECASE)
_REQUEST_LINE = re.compile(r"(?:GET|POST)\s+(/[^\s]*\?[^\s]+)\s+HTTP/[\d.]+", re.IGNORECASE)
_PAIRS = re.compile(r"[A-Za-z_][\w.-]{0,60}=[^&\s]*(?:&[A-Za-z_][\w.-]{0,60}=[^&\s]*)*")
_INPUT = re.compile(r"<input\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(name|value)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ACTION = re.compile(r"<form\b[^<>]*?\baction\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_ANSWERS = ("code", "error", "id_token", "access_token", "state")
_REQUESTS = ("response_type", "redirect_uri")


def from_url(text: str, place: str) -> Thing | None:
    """What a URL carries, or leads to; None if the text is no URL."""
    lines = text.split()
    joined = text if len(lines) == 1 or text.startswith(("GET", "POST", "Loc")) else "".join(lines)
    found = _URL.fullmatch(joined) or _REQUEST_LINE.fullmatch(text.splitlines()[0] if text else "")
    if found is None or (len(lines) > 1 and joined != text and not lines[0].startswith("http")):
        return None
    url = found[1]
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    for mode, part in (("query", parts.query), ("fragment", parts.fragment)):
        parameters = tuple(parse_qsl(part, keep_blank_values=True))
        if thing := _with_parameters(parameters, place, url, mode):
            return thing
    if find(url):
        return Thing(Kind.ERROR_TEXT, place, text=url)
    path = parts.path.lower()
    if ("metadata" in path and "openid" not in path) or path.endswith(".xml") or "/saml/descriptor" in path:
        return Thing(Kind.METADATA_URL, place, text=url, url=url)
    return Thing(Kind.DISCOVERY_URL, place, text=url, url=url)


def from_form(text: str, place: str) -> Thing | None:
    """What the body of a form carries; None if the text is none."""
    found = _PAIRS.fullmatch("".join(text.split()))
    if found is None:
        return None
    return _with_parameters(tuple(parse_qsl(found[0], keep_blank_values=True)), place, "", "form_post")


def from_page(text: str, place: str) -> Iterator[Thing]:
    """What the forms of a page would post."""
    parameters = []
    for field in _INPUT.finditer(text):
        pairs = {name.lower(): html.unescape(one or other) for name, one, other in _ATTRIBUTE.findall(field[0])}
        if "name" in pairs:
            parameters.append((pairs["name"], pairs.get("value", "")))
    action = _ACTION.search(text)
    url = html.unescape(action[1]) if action else ""
    if any(name in {"SAMLResponse", "SAMLRequest"} for name, _ in parameters) or (
        any(name == "state" for name, _ in parameters) and any(name in {"code", "error"} for name, _ in parameters)
    ):
        thing = _with_parameters(tuple(parameters), place, url, "form_post")
        if thing is not None:
            yield thing


def _with_parameters(parameters: tuple[tuple[str, str], ...], place: str, url: str, mode: str) -> Thing | None:
    names = {name for name, _ in parameters}
    for name, kind in (("SAMLResponse", Kind.SAML_RESPONSE), ("SAMLRequest", Kind.SAML_REQUEST)):
        if name in names:
            return _saml(kind, parameters, name, place, url, mode)
    # A request carries a state as well; only an answer has one of the others.
    if names.intersection(_REQUESTS) and "code" not in names:
        return Thing(Kind.AUTHORIZATION_URL, place, text=url, url=url, parameters=parameters)
    if names.intersection(_ANSWERS):
        return Thing(Kind.CALLBACK_URL, place, text=url, url=url, parameters=parameters, mode=mode)
    return None


def _saml(kind: Kind, parameters: tuple[tuple[str, str], ...], name: str, place: str, url: str, mode: str) -> Thing:
    packed = next(value for key, value in parameters if key == name)
    # A plus sign that was not encoded has become a blank.
    packed = packed.replace(" ", "+") if "\n" not in packed else packed
    data = octets(packed) or b""
    is_deflated = (mode != "form_post" and not data.lstrip().startswith(b"<")) or _was_deflated(packed)
    return Thing(
        kind,
        place,
        data=data,
        url=url.partition("?")[0],
        packed=packed,
        binding="Redirect" if is_deflated and mode == "query" else "POST",
        parameters=parameters,
        mode=mode,
    )


def _was_deflated(packed: str) -> bool:
    try:
        return inflated(base64.b64decode(packed)) is not None
    except (binascii.Error, ValueError):
        return False
