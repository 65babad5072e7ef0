"""Logout messages of SAML as they pass between the two parties (SAML Core 3.7, SAML Profiles 4.4)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_metadata.idp import IdpDescription
from ssocli.checks.saml_response.status_codes import STATUS
from ssocli.checks.saml_signature import read_signature
from ssocli.checks.saml_tree import SAML, SAMLP, Element, attribute, child, instant, is_id, text_of
from ssocli.checks.saml_xml import XmlMessage
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import difference, printable

_NAMES = tuple(f"{SAML}{name}" for name in ("NameID", "BaseID", "EncryptedID"))


@dataclass(frozen=True, slots=True)
class SamlLogoutContext:
    """A LogoutRequest or LogoutResponse, and what is known of the parties (None: unknown).

    `is_signed_outside`: the query that carried it has a signature. `now` and `leeway` are in seconds.
    """

    message: XmlMessage
    now: float
    idp: IdpDescription | None = None
    sp_entity_id: str | None = None
    is_signed_outside: bool = False
    leeway: float = 180.0

    @property
    def issuer(self) -> str:
        """Who claims to have sent it."""
        return (text_of(child(self.message.root, f"{SAML}Issuer")) or "").strip()


Judge = Callable[[Element, SamlLogoutContext], Judgement]


def _on(name: str) -> Callable[[Judge], Callable[[SamlLogoutContext], Judgement]]:
    """Make a rule of one of the two messages: skipped for the other."""

    def make(judge: Judge) -> Callable[[SamlLogoutContext], Judgement]:
        @functools.wraps(judge)
        def guarded(context: SamlLogoutContext) -> Judgement:
            if context.message.root.tag != f"{SAMLP}{name}":
                return skipped(f"the message is no {name}")
            return judge(context.message.root, context)

        return guarded

    return make


@rule(
    "SLO001",
    "malformed-logout-header",
    step=Step.SESSION_CREATION,
    spec="SAML Core 3.2.1, 3.2.2 and 1.3.4",
    owner=Owner.IDP,
    fix="Give each message an ID that starts with a letter or underscore, Version 2.0, IssueInstant in UTC, and an "
    "Issuer.",
)
def malformed_header(context: SamlLogoutContext) -> Judgement:
    """The message lacks its ID, version, time of issue or issuer, or has wrong ones."""
    root = context.message.root
    wrong = [
        name
        for name, is_good in (
            ("ID", is_id(root.get("ID"))),
            ("Version", root.get("Version") == "2.0"),
            ("IssueInstant", instant(root.get("IssueInstant")) is not None),
            ("Issuer", bool(context.issuer)),
        )
        if not is_good
    ]
    expected = "ID, Version 2.0, IssueInstant and Issuer"
    return failed(expected, f"absent or wrong: {', '.join(wrong)}") if wrong else passed(expected, "all of them")


@rule(
    "SLO002",
    "unsigned-logout-message",
    step=Step.SESSION_CREATION,
    spec="SAML Profiles 4.4.3.1 and 4.4.4.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let whoever sends it sign logout messages: anybody can log a user out with an unsigned one, and many "
    "receivers refuse it.",
)
def unsigned_logout_message(context: SamlLogoutContext) -> Judgement:
    """The message is not signed, in itself or in the query that carried it."""
    is_signed = context.is_signed_outside or read_signature(context.message.root) is not None
    return passed("a signature", "one") if is_signed else failed("a signature", "none")


@rule(
    "SLO003",
    "logout-request-without-name",
    step=Step.SESSION_CREATION,
    spec="SAML Core 3.7.1",
    owner=Owner.IDP,
    fix="Let the request name whom it logs out: the NameID of the assertion, with its format and qualifiers.",
)
@_on("LogoutRequest")
def logout_request_without_name(request: Element, _: SamlLogoutContext) -> Judgement:
    """The request does not say who is to be logged out."""
    found = next((child(request, name) for name in _NAMES if child(request, name) is not None), None)
    expected = "a NameID (or EncryptedID)"
    if found is None:
        return failed(expected, "none")
    empty = found.tag == _NAMES[0] and not (text_of(found) or "").strip()
    return failed(expected, "an empty NameID") if empty else passed(expected, "one")


@rule(
    "SLO004",
    "expired-logout-request",
    step=Step.SESSION_CREATION,
    spec="SAML Core 3.7.1 (NotOnOrAfter)",
    owner=Owner.IDP,
    fix="Log out again. If it happens each time, synchronize both clocks (NTP).",
)
@_on("LogoutRequest")
def expired_logout_request(request: Element, context: SamlLogoutContext) -> Judgement:
    """The request is past its end by more than the leeway."""
    end = instant(request.get("NotOnOrAfter"))
    if end is None:
        return skipped("the request has no NotOnOrAfter, which is allowed")
    expected, actual = f"NotOnOrAfter after {iso(context.now)}", iso(end)
    return failed(expected, actual) if end <= context.now - context.leeway else passed(expected, actual)


@rule(
    "SLO005",
    "logout-request-without-session",
    step=Step.SESSION_CREATION,
    spec="SAML Core 3.7.1 (SessionIndex)",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Let the request carry the SessionIndex of the assertion, if only one of a user's sessions is meant.",
)
@_on("LogoutRequest")
def logout_request_without_session(request: Element, _: SamlLogoutContext) -> Judgement:
    """The request names no session, so it ends all sessions of the user."""
    found = child(request, f"{SAMLP}SessionIndex") is not None
    return passed("a SessionIndex", "one") if found else failed("a SessionIndex", "none: all sessions are meant")


@rule(
    "SLO006",
    "logout-refused",
    step=Step.SESSION_CREATION,
    spec="SAML Core 3.7.3.2 and 3.2.2.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Read the log of whoever answered: it did not find the session or the name, does not accept the signature, or "
    "could not log the user out everywhere (PartialLogout).",
)
@_on("LogoutResponse")
def logout_refused(response: Element, _: SamlLogoutContext) -> Judgement:
    """The answer says that the user was not logged out, or not everywhere."""
    top = child(response, f"{SAMLP}Status", f"{SAMLP}StatusCode")
    codes = [attribute(top, "Value"), attribute(child(top, f"{SAMLP}StatusCode"), "Value")]
    shown = ", ".join(printable(code.removeprefix(STATUS), 80) for code in codes if code) or "no status"
    return passed("Success", shown) if codes == [f"{STATUS}Success", None] else failed("Success", shown)


@rule(
    "SLO007",
    "wrong-logout-issuer",
    step=Step.SESSION_CREATION,
    spec="SAML Profiles 4.4.4.1",
    owner=Owner.APP,
    fix="Compare the Issuer with the entity IDs in both parties' metadata, letter by letter.",
)
def wrong_logout_issuer(context: SamlLogoutContext) -> Judgement:
    """The message was sent by neither of the two parties."""
    if context.idp is None or not context.issuer:
        return skipped("the identity provider is not known, or no issuer is named (SLO001)")
    known = [context.idp.entity_id, *([context.sp_entity_id] if context.sp_entity_id else [])]
    expected = " or ".join(printable(each) for each in known)
    if context.issuer in known:
        return passed(expected, printable(context.issuer))
    if context.sp_entity_id is None:
        return skipped("the application's entity ID is not known; it may have sent this")
    return failed(expected, printable(context.issuer), evidence=difference(known[0], context.issuer))


@rule(
    "SLO008",
    "wrong-logout-destination",
    step=Step.SESSION_CREATION,
    spec="SAML Core 3.2.1 (Destination); SAML Metadata 2.4.2 (SingleLogoutService)",
    owner=Owner.APP,
    fix="Send logout messages to the SingleLogoutService of the identity provider's metadata; Destination is that URL.",
)
def wrong_logout_destination(context: SamlLogoutContext) -> Judgement:
    """A message of the application is addressed to something else than the identity provider's logout service."""
    idp, destination = context.idp, context.message.root.get("Destination")
    if idp is None or destination is None or context.issuer == idp.entity_id:
        return skipped("it was sent by the identity provider, or its address is not known")
    if not idp.slo:
        return failed("no logout message: the identity provider has no such service", printable(destination))
    expected = " or ".join(printable(each) for each in dict.fromkeys(idp.slo.values()))
    if destination in idp.slo.values():
        return passed(expected, printable(destination))
    nearest = next(iter(idp.slo.values()))
    return failed(expected, printable(destination), evidence=difference(nearest, destination))
