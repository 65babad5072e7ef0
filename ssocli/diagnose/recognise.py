"""What is this? By its content, never by its name, out of every wrapping that people put around it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ssocli.checks.document import Json, Undecodable, decode_json
from ssocli.checks.jose import Unparsable, parse_compact
from ssocli.diagnose.certificates import certificate_text, summary_of_certificates
from ssocli.diagnose.markup import form_fields, page_title, xml_thing
from ssocli.diagnose.saml_parameter import saml_parameter
from ssocli.diagnose.thing import Given, Thing
from ssocli.diagnose.unwrap import LIMIT, as_text, bare, base64_decoded, inflated, percent_decoded
from ssocli.diagnosis import Kind
from ssocli.text import printable

_DEPTH = 4
_CAPTURE = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(log|requests)"\s*:')
_PACKED = (b"\x1f\x8b", b"PK\x03\x04")
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)?")
_URL = re.compile(r"https?://[^\s<>\"'`]+")
_FORM = re.compile(r"[A-Za-z_]\w*=[^\s&]*(?:&[A-Za-z_][\w.]*=[^\s&]*)*")
_WELL_KNOWN = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
_TABLE = re.compile(r"^\s*\[(?:sentry|organizations|providers|users|people)\b", re.MULTILINE)
_SAML_NAMES = ("SAMLResponse", "SAMLRequest")


def recognise(given: Given) -> Thing:
    """What was given. Never raises, whatever the octets are."""
    place, data = given.place, given.data
    if _CAPTURE.match(data[:4096]) or data.startswith(_PACKED):
        kind = Kind.SAML_TRACER if b'"requests"' in data[:4096] else Kind.HAR
        return Thing(kind, place, f"{len(data):,} bytes", folder=given.folder)
    if not data.strip():
        return Thing(Kind.UNKNOWN, place, "it is empty")
    if len(data) > LIMIT:
        return Thing(Kind.UNKNOWN, place, f"{len(data):,} bytes of something that is no capture; too large to be read")
    try:
        return replace(_of_octets(data, place, 0), folder=given.folder)
    except RecursionError:
        return Thing(Kind.UNKNOWN, place, "it is nested too deeply to be read")


def _of_octets(data: bytes, place: str, depth: int) -> Thing:
    text = as_text(data)
    if text is None:
        if (pem := certificate_text(data)) is not None:
            return Thing(Kind.CERTIFICATE, place, summary_of_certificates(pem), pem, wrapping=("DER",))
        if depth and (unpacked := inflated(data)) is not None:
            return _wrapped(_of_octets(unpacked, place, depth + 1), "deflated")
        return Thing(Kind.UNKNOWN, place, f"{len(data):,} bytes of binary data that are no certificate")
    return _of_text(text, place, depth)


def _of_text(text: str, place: str, depth: int) -> Thing:
    text = bare(text)
    for find in (_private_key, _certificate, _json, _markup, _url, _form, _token, _config):
        if (found := find(text, place)) is not None:
            return found
    if depth < _DEPTH and (found := _packed(text, place, depth)) is not None:
        return found
    return _embedded(text, place) or _message(text, place)


def _private_key(text: str, place: str) -> Thing | None:
    if not _PRIVATE.search(text):
        return None
    # Its text goes no further: nothing may show it by mistake.
    return Thing(Kind.PRIVATE_KEY, place, "a private key, which nobody but its owner may have")


def _certificate(text: str, place: str) -> Thing | None:
    if "-----BEGIN" in text or "-----END" in text:
        return Thing(Kind.CERTIFICATE, place, summary_of_certificates(text), text)
    # DER of a certificate begins like this in base64.
    if text.startswith("MII") and (octets := base64_decoded(text)) is not None and octets.startswith(b"\x30\x82"):
        return Thing(Kind.CERTIFICATE, place, summary_of_certificates(text), text, wrapping=("base64 without a frame",))
    return None


def _json(text: str, place: str) -> Thing | None:
    if not text.startswith(("{", "[")) or _TABLE.match(text):
        return None
    decoded = decode_json(text.encode("utf-8", "replace"))
    if isinstance(decoded, Undecodable):
        return None
    value = decoded.value
    if isinstance(value, dict):
        return _object(value, decoded, text, place)
    return None


def _object(value: dict[str, Any], decoded: Json, text: str, place: str) -> Thing | None:
    def thing(kind: Kind, summary: str) -> Thing:
        return Thing(kind, place, summary, text, value)

    if value.get("schema") == "ssocli.trace/1":
        return thing(Kind.TRACE, f"outcome {printable(str(value.get('outcome')), 40)}")
    if "keys" in value and not {"issuer", "access_token"} & value.keys():
        count = len(value["keys"]) if isinstance(value["keys"], list) else 0
        return thing(Kind.JWKS, f"{count} key{'s' * (count != 1)}")
    if "kty" in value:
        if "d" in value or value.get("kty") == "oct":
            return Thing(Kind.PRIVATE_KEY, place, "a private key as a JWK, which nobody but its owner may have")
        return replace(thing(Kind.JWKS, "one key, without its set"), document={"keys": [value]})
    if "issuer" in value or {"authorization_endpoint", "token_endpoint", "jwks_uri"} & value.keys():
        return thing(Kind.DISCOVERY, f"of {printable(str(value.get('issuer', 'no issuer')), 100)}")
    if {"access_token", "id_token", "error"} & value.keys():
        names = ", ".join(sorted({"access_token", "id_token", "refresh_token", "error"} & value.keys()))
        return thing(Kind.TOKEN_RESPONSE, f"with {names}")
    del decoded
    return None


def _markup(text: str, place: str) -> Thing | None:
    if not text.startswith("<"):
        return None
    if (found := xml_thing(text, place)) is not None:
        return found
    fields = form_fields(text)
    if fields is None:
        return None
    found = _of_parameters(fields.fields, place, fields.action, "form_post")
    return None if found is None else _wrapped(found, "in an HTML form")


def _url(text: str, place: str) -> Thing | None:
    joined = "".join(text.split())
    if not joined.startswith(("http://", "https://")) or not _URL.fullmatch(joined):
        return None
    # A long URL may be broken into lines; one word of a sentence may not be glued to the next.
    if len(text.split()) > 1 and not all(len(part) > 40 for part in text.split()[:-1]):
        return None
    return of_url(joined, place)


def of_url(url: str, place: str) -> Thing | None:
    """What a URL is: a message on its way, or the address of a document; None if it cannot be read."""
    try:
        parts = urlsplit(url)
        pairs = {mode: tuple(parse_qsl(part, keep_blank_values=True)) for mode, part in _places(parts)}
    except ValueError:
        return None
    for mode, parameters in pairs.items():
        if (found := _of_parameters(parameters, place, url.partition("?")[0].partition("#")[0], mode, url)) is not None:
            return found
    if parts.path.endswith(_WELL_KNOWN):
        return Thing(Kind.DISCOVERY_URL, place, printable(url), url, url=url)
    is_saml = re.search(r"saml|metadata|\.xml$", parts.path, re.IGNORECASE) is not None
    return Thing(Kind.METADATA_URL if is_saml else Kind.DISCOVERY_URL, place, printable(url), url, url=url)


def _places(parts: Any) -> Iterator[tuple[str, str]]:
    return ((mode, part) for mode, part in (("query", parts.query), ("fragment", parts.fragment)) if "=" in part)


def _form(text: str, place: str) -> Thing | None:
    packed = "".join(text.split())
    if "=" not in packed or not _FORM.fullmatch(packed):
        return None
    if not any(f"{name}=" in packed for name in _SAML_NAMES) and "%" not in packed and "&" not in packed:
        return None
    found = _of_parameters(tuple(parse_qsl(packed, keep_blank_values=True)), place, "", "form_post")
    return None if found is None else _wrapped(found, "the body of a form")


def _of_parameters(
    parameters: tuple[tuple[str, str], ...], place: str, address: str, mode: str, url: str = ""
) -> Thing | None:
    """The message that these parameters carry; None if they carry none."""
    known = dict(reversed(parameters))
    for name in _SAML_NAMES:
        if name in known:
            # A form pasted without its URL encoding has its plus signs read as blanks.
            value = known[name] if mode == "query" else known[name].replace(" ", "+")
            found = saml_parameter(name, value, place, by_redirect=mode == "query")
            return replace(found, url=address, parameters=parameters, mode=mode)
    if "response_type" in known or ("client_id" in known and "redirect_uri" in known):
        client = printable(known.get("client_id", "no client_id"), 60)
        return Thing(Kind.AUTHORIZATION_URL, place, f"of {client}", url, url=url, parameters=parameters, mode=mode)
    telling = [name for name in ("error", "code", "id_token", "access_token", "state") if name in known]
    if telling and (len(known) > 1 or telling[0] in {"error", "code", "state"}):
        summary = f"with {' and '.join(telling)} ({mode})"
        return Thing(Kind.CALLBACK_URL, place, summary, url, url=address, parameters=parameters, mode=mode)
    return None


def _token(text: str, place: str) -> Thing | None:
    token = "".join(text.split())
    if token.count(".") not in (2, 4) or not token.startswith("ey"):
        return None
    parsed = parse_compact(token)
    if isinstance(parsed, Unparsable):
        summary = "encrypted (JWE)" if parsed.encrypted else printable(parsed.reason)
    else:
        claims = parsed.claims or {}
        summary = f"{parsed.algorithm}, iss {printable(str(claims.get('iss', '(none)')), 100)}"
    return Thing(Kind.JWT, place, summary, token)


def _config(text: str, place: str) -> Thing | None:
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return Thing(Kind.CONFIG, place, "TOML that cannot be read", text) if _TABLE.search(text) else None
    if not {"providers", "organizations", "sentry"} & tables.keys():
        return None
    providers = tables.get("providers")
    names = ", ".join(providers) if isinstance(providers, dict) else ""
    return Thing(Kind.CONFIG, place, printable(f"providers: {names or 'none'}"), text)


def _packed(text: str, place: str, depth: int) -> Thing | None:
    if (plain := percent_decoded(text)) is not None and plain != text:
        return _wrapped(_of_text(plain, place, depth + 1), "URL-encoded")
    octets = base64_decoded(text)
    if octets is None:
        return None
    if octets.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{")) or certificate_text(octets) is not None:
        inner = _of_octets(octets, place, depth + 1)
    elif (unpacked := inflated(octets)) is not None and unpacked.lstrip().startswith(b"<"):
        inner = _wrapped(_of_octets(unpacked, place, depth + 1), "deflated")
        inner = _by_redirect(inner)
    else:
        again = as_text(octets)
        if again is None or not again.isascii() or base64_decoded(again) is None:
            return None
        inner = _of_text(again, place, depth + 1)
    return None if inner.kind in (Kind.UNKNOWN, Kind.ERROR_TEXT) else _wrapped(inner, "in base64")


def _by_redirect(thing: Thing) -> Thing:
    """Only a redirect deflates its message."""
    if thing.message is None or isinstance(thing.message, Undecodable):
        return thing
    return replace(thing, message=replace(thing.message, binding="Redirect"))


def _embedded(text: str, place: str) -> Thing | None:
    """Something known in the middle of a text: a URL with a message in it, a token."""
    for found in _URL.finditer(text):
        thing = of_url(found[0].rstrip(".,;)"), place)
        if thing is not None and thing.kind not in (Kind.DISCOVERY_URL, Kind.METADATA_URL):
            return _wrapped(thing, "in the middle of a text")
    if (token := _JWT.search(text)) is not None and (thing := _token(token[0], place)) is not None:
        return _wrapped(thing, "in the middle of a text")
    return None


def _message(text: str, place: str) -> Thing:
    from ssocli.diagnose.known_errors import find, unlisted_numbers

    known = find(text)
    first = printable(page_title(text) or " ".join(text[:400].split()), 80)
    if known:
        return Thing(Kind.ERROR_TEXT, place, f"{known[0].code} of {known[0].product}", text)
    if unlisted_numbers(text):
        return Thing(Kind.ERROR_TEXT, place, first, text)
    return Thing(Kind.UNKNOWN, place, f"{'an HTML page: ' if page_title(text) else ''}{first}", text)


def _wrapped(thing: Thing, how: str) -> Thing:
    return replace(thing, wrapping=(how, *thing.wrapping))
