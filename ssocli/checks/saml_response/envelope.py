"""The form of a response: that it is one, came the right way to the right address, and holds one assertion."""

from __future__ import annotations

import re

from ssocli.checks.check import Judgement, Owner, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.saml_response.context import SamlResponseContext, on_response
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_tree import SAMLP, attribute, is_id, local_name
from ssocli.steps import Step
from ssocli.text import difference, printable, shown

_PUBLIC_ADDRESS = (
    "Tell the application its public https:// address: it believes to be at http://, because TLS ends at a proxy "
    "before it (Sentry: system.url-prefix; at the proxy X-Forwarded-Proto)."
)


@rule(
    "SRS001",
    "unreadable-response",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Bindings 3.5.4",
    owner=Owner.IDP,
    fix="Let the identity provider post the response as XML in base64, in one form field named SAMLResponse, and check "
    "that no proxy or script on the way decodes, re-encodes or cuts it.",
)
def unreadable_response(context: SamlResponseContext) -> Judgement:
    """What arrived as SAMLResponse cannot be read: it is no base64, no XML, cut off, too large, or holds a DTD."""
    expected = "SAMLResponse, XML in base64, without DTD"
    if isinstance(context.message, Undecodable):
        return failed(expected, f"it {context.message.reason}")
    return passed(expected, f"{len(context.message.xml)} bytes of XML")


@rule(
    "SRS002",
    "foreign-message",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 3.2.2 and 3.3.3",
    owner=Owner.IDP,
    fix="Let the identity provider send a samlp:Response of SAML 2.0 to this address; requests and logout messages "
    "have addresses of their own.",
)
def foreign_message(context: SamlResponseContext) -> Judgement:
    """The message is XML, but no SAML 2.0 Response: a request, a logout message, a bare assertion, or SAML 1.1."""
    if context.reading is None or isinstance(context.message, Undecodable):
        return skipped("the message cannot be read (SRS001)")
    root = context.message.root
    actual = f"{local_name(root)} in {printable(root.tag.rpartition('}')[0].strip('{') or 'no namespace', 80)}"
    expected = f"Response in {SAMLP.strip('{}')}"
    return passed(expected, actual) if context.reading.is_response else failed(expected, actual)


@rule(
    "SRS003",
    "response-by-redirect",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.2",
    owner=Owner.IDP,
    fix="Let the identity provider send responses by HTTP-POST; a redirect cannot carry them.",
)
@on_response
def response_by_redirect(_: Reading, context: SamlResponseContext) -> Judgement:
    """The response came by HTTP-Redirect, which the profile forbids."""
    binding = "" if isinstance(context.message, Undecodable) else context.message.binding
    return passed("HTTP-POST", "HTTP-POST") if binding == "POST" else failed("HTTP-POST", f"HTTP-{binding}")


@rule(
    "SRS006",
    "unsupported-version",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.3.3, 3.2.2 and 4.1",
    owner=Owner.IDP,
    fix="Set the identity provider's application to SAML 2.0.",
)
@on_response
def unsupported_version(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response or its assertion is of another version than 2.0."""
    found = {"Response": reading.response.get("Version"), "Assertion": attribute(reading.assertion, "Version")}
    wrong = [
        f"{name} {'without Version' if version is None else shown(version, 20)}"
        for name, version in found.items()
        if version != "2.0" and (name == "Response" or reading.assertion is not None)
    ]
    return failed("Version 2.0", "; ".join(wrong)) if wrong else passed("Version 2.0", "2.0")


@rule(
    "SRS007",
    "malformed-id",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 1.3.4, 2.3.3 and 3.2.2",
    owner=Owner.IDP,
    fix="Let the identity provider give each response and assertion a new ID that starts with a letter or underscore.",
)
@on_response
def malformed_id(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response or its assertion has no ID, or one that XML does not allow (it starts with a digit, say)."""
    found = {"Response": reading.response.get("ID"), "Assertion": attribute(reading.assertion, "ID")}
    wrong = [
        f"{name} {'without ID' if value is None else shown(value, 80)}"
        for name, value in found.items()
        if not is_id(value) and (name == "Response" or reading.assertion is not None)
    ]
    expected = "an ID that is an XML name"
    return failed(expected, "; ".join(wrong)) if wrong else passed(expected, "such IDs")


@rule(
    "SRS008",
    "duplicate-id",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 1.3.4",
    owner=Owner.IDP,
    fix="Do not accept it: a signature that names this ID can mean either element. If the identity provider made it "
    "so itself, it must give every element an ID of its own.",
)
@on_response
def duplicate_id(reading: Reading, _: SamlResponseContext) -> Judgement:
    """Two elements have the same ID, so that nobody can tell which of them a signature covers."""
    if reading.stray or reading.assertions > 1:
        return skipped("an element is where none belongs (SRS016, SRS024)")
    if reading.repeated_ids:
        return failed("every ID once", f"more than once: {printable(', '.join(reading.repeated_ids))}")
    return passed("every ID once", "every ID once")


@rule(
    "SRS009",
    "wrong-destination",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 3.2.2 (Destination); SAML Bindings 3.5.5.2",
    owner=Owner.IDP,
    fix="Register the assertion consumer service (ACS) URL at the identity provider exactly as expected here. If only "
    "scheme or port differ, the application does not know its public address behind its proxy.",
)
@on_response
def wrong_destination(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The response is addressed to another URL than the one at which it arrived."""
    destination = reading.response.get("Destination")
    if destination is None:
        return skipped("no Destination (SRS010)")
    expected = printable(context.acs_url)
    if destination == context.acs_url:
        return passed(expected, printable(destination))
    is_ours = context.acs_url.startswith("http://") and _bare(destination) == _bare(context.acs_url)
    return failed(
        expected,
        printable(destination) or "an empty one",
        evidence=difference(context.acs_url, destination),
        owner=Owner.APP if is_ours else None,
        fix=_PUBLIC_ADDRESS if is_ours else None,
    )


def _bare(url: str) -> str:
    """The URL without scheme and port: what is left when TLS ends at a proxy."""
    return re.sub(r"^https?://([^/:]+)(?::\d+)?", r"\1", url, count=1)


@rule(
    "SRS010",
    "missing-destination",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Bindings 3.5.5.2",
    owner=Owner.IDP,
    fix="Let the identity provider put the ACS URL in the Destination of every response that it signs.",
)
@on_response
def missing_destination(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response itself is signed, and does not say to which address: it could be passed on elsewhere."""
    if reading.response.get("Destination") is not None:
        return passed("Destination, since the response is signed", "a Destination")
    if reading.response_signature is None:
        return skipped("the response itself is not signed, so it needs no Destination")
    return failed("Destination, since the response is signed", "no Destination")


@rule(
    "SRS015",
    "missing-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="Look in the identity provider's log: it says Success and asserts nothing. Often the user is not assigned to "
    "the application, or a claims rule drops everything.",
)
@on_response
def missing_assertion(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response says Success and has no assertion."""
    if not reading.is_success:
        return skipped("the response is an error (SRS004)")
    if reading.assertions:
        return passed("one assertion", f"{reading.assertions}")
    return skipped("it is elsewhere (SRS024)") if reading.stray else failed("one assertion", "none")


@rule(
    "SRS016",
    "several-assertions",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.2; Kantara SAML Deployment Profile IDP10",
    owner=Owner.IDP,
    fix="Do not accept it: of several assertions one reader takes the first and another the last (signature wrapping). "
    "If the identity provider made it so itself, let it put all statements in one assertion.",
)
@on_response
def several_assertions(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response has more than one assertion, so that it is not clear who logs in."""
    if reading.assertions == 0:
        return skipped("there is no assertion (SRS004, SRS015)")
    actual = f"{reading.assertions}"
    return passed("one assertion", actual) if reading.assertions == 1 else failed("one assertion", actual)
