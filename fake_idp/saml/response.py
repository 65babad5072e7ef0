"""The Response and its Assertion: plain data, then elements, then protected bytes (SAML Core 2.3, 3.3.3).

Each step is a function of its own, so that the data, the elements or the bytes can be changed between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_idp.faults import hooks, saml_hooks
from fake_idp.saml import authn_context, encryption, participants, signature, statuses, xml
from fake_idp.saml.attributes import Attribute, released
from fake_idp.saml.name_id import NameId, choose
from fake_idp.saml.names import BEARER

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.records import SamlReplyTo, Session, SsoRequest
    from fake_idp.saml.providers import ServiceProvider
    from fake_idp.saml.signature import Signer
    from fake_idp.saml.statuses import Status


@dataclass(slots=True)
class AssertionParameters:
    """What the assertion says. Times in seconds since the epoch."""

    id: str
    issuer: str
    issued: float
    name_id: NameId
    recipient: str
    in_response_to: str | None
    audience: str
    not_before: float
    not_on_or_after: float
    authn_instant: float
    authn_context: str
    session_index: str
    session_not_on_or_after: float
    attributes: tuple[Attribute, ...]


@dataclass(slots=True)
class ResponseParameters:
    """What the response says. `assertion` is None in one that refuses."""

    id: str
    issuer: str
    issued: float
    destination: str
    in_response_to: str | None
    status: Status
    assertion: AssertionParameters | None


def new_id(context: Context) -> str:
    """An identifier that is an xs:ID (SAML Core 1.3.4)."""
    return "_" + context.randomness.token(18)


def success(context: Context, request: SsoRequest, session: Session) -> ResponseParameters:
    """The answer for the person of `session`. RefusedError when the request cannot be met for this person."""
    to, person = request.reply_to, context.person(session.username)
    now = context.now + (hooks.clock_skew(context) if context.namespace.faults.active else 0)
    lifetimes = context.settings.lifetimes
    assertion = AssertionParameters(
        id=new_id(context),
        issuer=context.issuer.endpoint("saml_metadata"),
        issued=now,
        name_id=choose(context, request, person, session),
        recipient=to.acs,
        in_response_to=to.in_response_to,
        audience=to.provider.entity_id,
        not_before=now,
        not_on_or_after=now + lifetimes.assertion,
        authn_instant=session.auth_time,
        authn_context=authn_context.achieved(session, request.contexts, request.comparison),
        session_index=participants.session_index(session, to.provider.entity_id),
        session_not_on_or_after=session.auth_time + lifetimes.session,
        attributes=released(person, to.provider, context.issuer.shape),
    )
    return _parameters(context, to, statuses.SUCCESS, assertion, now)


def refusal(context: Context, to: SamlReplyTo, status: Status) -> ResponseParameters:
    """The answer that there will be no assertion."""
    return _parameters(context, to, status, None, context.now)


def protected(context: Context, parameters: ResponseParameters, provider: ServiceProvider) -> bytes:
    """The bytes of the response, signed and encrypted as the service provider wants it.

    A refusal has no assertion that could be signed, so the response itself is.
    """
    signer = signature.signer(context.namespace.keys, provider.settings.signature_algorithm)
    said, settings = parameters.assertion, provider.settings
    drafted = None if said is None else assertion_element(said)
    if drafted is not None and context.namespace.faults.active:
        saml_hooks.draft(context, saml_hooks.ASSERTION, drafted, provider)
    assertion = None if drafted is None else signed_assertion(drafted, provider, signer)
    content = encrypted(assertion, provider) if assertion is not None and settings.encrypt else assertion
    response = response_element(parameters, content)
    if context.namespace.faults.active:
        saml_hooks.draft(context, saml_hooks.RESPONSE, response, provider)
    if content is None or content.getparent() is None or settings.sign in ("response", "both"):
        _sign(response, signer)
    if assertion is None or content is None or content.getparent() is None or not context.namespace.faults.active:
        return xml.serialize(response)
    return saml_hooks.protected(context, response, assertion, signer, provider)


def signed_assertion(assertion: _Element, provider: ServiceProvider, signer: Signer) -> _Element:
    """The assertion, signed where the service provider wants that."""
    if provider.settings.sign in ("assertion", "both"):
        _sign(assertion, signer)
    return assertion


def _sign(element: _Element, signer: Signer) -> None:
    """Sign it, if it has an ID: a signature refers to what it covers by that."""
    if element.get("ID"):
        signature.sign_element(element, signer)


def encrypted(assertion: _Element, provider: ServiceProvider) -> _Element:
    """The assertion under the key of the service provider (SAML Core 2.3.4)."""
    data = encryption.encrypted_data(
        xml.serialize(assertion),
        encryption.recipient_key(provider),
        provider.settings.content_encryption,
        provider.settings.key_transport,
    )
    return xml.element("saml:EncryptedAssertion", None, data)


def response_element(parameters: ResponseParameters, content: _Element | None) -> _Element:
    """The response around its assertion, which may be signed or encrypted (SAML Core 3.3.3)."""
    return xml.element(
        "samlp:Response",
        {
            "ID": parameters.id,
            "Version": "2.0",
            "IssueInstant": xml.instant(parameters.issued),
            "Destination": parameters.destination,
            "InResponseTo": parameters.in_response_to,
        },
        xml.element("saml:Issuer", None, parameters.issuer),
        statuses.element(parameters.status),
        content,
    )


def assertion_element(parameters: AssertionParameters) -> _Element:
    """The assertion, not yet signed (SAML Core 2.3.3, SAML Profiles 4.1.4.2)."""
    return xml.element(
        "saml:Assertion",
        {"ID": parameters.id, "Version": "2.0", "IssueInstant": xml.instant(parameters.issued)},
        xml.element("saml:Issuer", None, parameters.issuer),
        _subject(parameters),
        _conditions(parameters),
        _authn_statement(parameters),
        _attribute_statement(parameters.attributes),
    )


def name_id_element(name_id: NameId) -> _Element:
    """The name identifier."""
    qualifiers = {"NameQualifier": name_id.name_qualifier, "SPNameQualifier": name_id.sp_name_qualifier}
    return xml.element("saml:NameID", {"Format": name_id.format, **qualifiers}, name_id.value)


def _parameters(
    context: Context, to: SamlReplyTo, status: Status, assertion: AssertionParameters | None, now: float
) -> ResponseParameters:
    return ResponseParameters(
        id=new_id(context),
        issuer=context.issuer.endpoint("saml_metadata"),
        issued=now,
        destination=to.acs,
        in_response_to=to.in_response_to,
        status=status,
        assertion=assertion,
    )


def _subject(parameters: AssertionParameters) -> _Element:
    data = xml.element(
        "saml:SubjectConfirmationData",
        {
            "NotOnOrAfter": xml.instant(parameters.not_on_or_after),
            "Recipient": parameters.recipient,
            "InResponseTo": parameters.in_response_to,
        },
    )
    confirmation = xml.element("saml:SubjectConfirmation", {"Method": BEARER}, data)
    return xml.element("saml:Subject", None, name_id_element(parameters.name_id), confirmation)


def _conditions(parameters: AssertionParameters) -> _Element:
    audience = xml.element("saml:Audience", None, parameters.audience)
    return xml.element(
        "saml:Conditions",
        {
            "NotBefore": xml.instant(parameters.not_before),
            "NotOnOrAfter": xml.instant(parameters.not_on_or_after),
        },
        xml.element("saml:AudienceRestriction", None, audience),
    )


def _authn_statement(parameters: AssertionParameters) -> _Element:
    return xml.element(
        "saml:AuthnStatement",
        {
            "AuthnInstant": xml.instant(parameters.authn_instant),
            "SessionIndex": parameters.session_index,
            "SessionNotOnOrAfter": xml.instant(parameters.session_not_on_or_after),
        },
        xml.element(
            "saml:AuthnContext", None, xml.element("saml:AuthnContextClassRef", None, parameters.authn_context)
        ),
    )


def _attribute_statement(attributes: tuple[Attribute, ...]) -> _Element | None:
    """None without attributes: the schema wants at least one."""
    if not attributes:
        return None
    return xml.element(
        "saml:AttributeStatement",
        None,
        *(
            xml.element(
                "saml:Attribute",
                {"Name": attribute.name, "NameFormat": attribute.name_format},
                *(xml.element("saml:AttributeValue", None, value) for value in attribute.values),
            )
            for attribute in attributes
        ),
    )
