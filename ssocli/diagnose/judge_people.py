"""Several messages about logins, side by side: whether people are told apart, and stay who they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssocli.checks.check import evaluate
from ssocli.checks.document import json_object
from ssocli.checks.identifiers import IdentifiersContext, Login
from ssocli.checks.jose import Parsed, parse_compact
from ssocli.checks.saml_response.assertion import received_attributes
from ssocli.checks.saml_tree import SAML, Element, child, text_of
from ssocli.checks.saml_xml import XmlMessage, decode_message
from ssocli.config.attribute_presets import NAME_ID
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.known import Known
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind


def judge(things: Sequence[Thing], known: Known) -> Iterator[Judged]:
    """Compare the people in tokens and responses; nothing if there are not two that name one."""
    logins = tuple(login for thing in things if (login := _login(thing, known)) is not None)
    if len(logins) > 1:
        place = " and ".join(dict.fromkeys(login.place for login in logins))
        yield Judged(place, evaluate("identifiers", IdentifiersContext(logins)), observed=True)


def _login(thing: Thing, known: Known) -> Login | None:
    if thing.kind is Kind.JWT:
        return _of_token(thing.text, thing.place)
    if thing.kind is Kind.TOKEN_RESPONSE:
        token = (json_object(thing.data) or {}).get("id_token")
        return _of_token(token, thing.place) if isinstance(token, str) else None
    if thing.kind is not Kind.SAML_RESPONSE:
        return None
    message = decode_message(thing.packed, thing.binding)
    assertion = child(message.root, f"{SAML}Assertion") if isinstance(message, XmlMessage) else None
    return None if assertion is None else _of_assertion(assertion, thing.place, known)


def _of_token(token: str, place: str) -> Login | None:
    parsed = parse_compact(token)
    claims = (parsed.claims or {}) if isinstance(parsed, Parsed) else {}
    issuer, subject, email = (claims.get(name) for name in ("iss", "sub", "email"))
    if isinstance(issuer, str) and isinstance(subject, str) and isinstance(email, str):
        return Login(place, issuer, subject, email)
    return None


def _of_assertion(assertion: Element, place: str, known: Known) -> Login | None:
    """By the configured attribute names; without a configuration the NameID, and whatever looks like an address."""
    sp = known.configured.service_provider if known.configured else None
    values = {name: found[0] for name, found in received_attributes(assertion).items() if found}
    name_id = (text_of(child(assertion, f"{SAML}Subject", f"{SAML}NameID")) or "").strip()
    issuer = (text_of(child(assertion, f"{SAML}Issuer")) or "").strip()
    if sp is not None:
        values[NAME_ID] = name_id
        identifier, email = values.get(sp.names.identifier, ""), values.get(sp.names.user_email, "")
    else:
        identifier = name_id
        email = next((value for value in values.values() if "@" in value), "")
    return Login(place, issuer, identifier, email) if identifier and email else None
