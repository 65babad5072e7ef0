"""What was given, in one line each: nothing secret, and only what tells one thing from another."""

from __future__ import annotations

import tomllib

from ssocli.checks.document import Undecodable, json_object
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.checks.saml_certificate import read_certificates
from ssocli.checks.saml_tree import SAML, text_of
from ssocli.checks.saml_xml import read_xml
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from ssocli.text import printable


def summary(thing: Thing) -> str:
    """One line about a thing."""
    if thing.problem:
        return thing.problem
    kind = thing.kind
    if kind in {Kind.IDP_METADATA, Kind.SP_METADATA, Kind.SAML_RESPONSE, Kind.SAML_REQUEST}:
        return _xml(thing)
    if kind is Kind.JWT:
        return _token(thing.text)
    if kind is Kind.CERTIFICATE:
        found = read_certificates(thing.text)
        return found.reason if isinstance(found, Undecodable) else ", ".join(str(each) for each in found)
    if kind is Kind.PRIVATE_KEY:
        return "not shown; treat it as disclosed"
    if kind in {Kind.DISCOVERY, Kind.JWKS, Kind.TOKEN_RESPONSE}:
        return _json(thing)
    if kind in {Kind.AUTHORIZATION_URL, Kind.CALLBACK_URL}:
        names = ", ".join(dict.fromkeys(printable(name, 40) for name, _ in thing.parameters))
        where = f"{printable(thing.url.partition('?')[0].partition('#')[0], 120)}, " if thing.url else ""
        return f"{where}with {names}"
    if kind is Kind.CONFIG:
        return _config(thing.text)
    return printable(" ".join(thing.text.split()), 100) if thing.text else f"{len(thing.data)} bytes"


def _config(text: str) -> str:
    """The providers, each with its protocol."""
    tables = tomllib.loads(text).get("providers")  # what cannot be read has a problem, and is told by that
    named = tables.items() if isinstance(tables, dict) else ()
    kinds = [f"{name} ({table.get('type', 'no type')})" for name, table in named if isinstance(table, dict)]
    return f"providers: {printable(', '.join(kinds)) or 'none'}"


def _xml(thing: Thing) -> str:
    root = read_xml(thing.data)
    if isinstance(root, Undecodable):
        return root.reason
    if name := root.get("entityID"):
        return f"entity ID {printable(name, 120)}"
    issuer = root.find(f"{SAML}Issuer")
    who = printable((text_of(issuer) or "").strip(), 120) if issuer is not None else "nobody named"
    return f"{str(root.tag).rpartition('}')[2]} of {who}"


def _token(token: str) -> str:
    parsed = parse_compact(token)
    if not isinstance(parsed, Parsed):
        return f"it {parsed.reason}" if hasattr(parsed, "reason") else "cannot be read"
    claims = parsed.claims or {}
    issuer, audience = (printable(str(claims.get(name, "none")), 120) for name in ("iss", "aud"))
    return f"issuer {issuer}, audience {audience}"


def _json(thing: Thing) -> str:
    document = json_object(thing.data) or {}
    if thing.kind is Kind.DISCOVERY:
        return f"issuer {printable(str(document.get('issuer', 'none')), 120)}"
    if thing.kind is Kind.JWKS:
        keys = document.get("keys")
        return f"{len(keys)} keys" if isinstance(keys, list) else "one key"
    return f"with {', '.join(printable(str(name), 40) for name in document)}"
