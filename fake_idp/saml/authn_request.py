"""The AuthnRequest: who asks, where the answer goes, and what is asked for (SAML Core 3.4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.oidc import interaction, redirect_uri
from fake_idp.records import SamlReplyTo, SsoRequest
from fake_idp.refusal import refuse
from fake_idp.saml import authn_context, inbound, providers, xml
from fake_idp.saml.names import FORMATS, POST, UNSPECIFIED

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.saml.bindings import Message
    from fake_idp.saml.providers import ServiceProvider


def reply_to(context: Context, message: Message) -> SamlReplyTo:
    """Who asks and where the answer goes. What is wrong here must not be told to anybody: RefusedError is a page."""
    root = message.root
    inbound.check_kind(message, "AuthnRequest")
    provider = inbound.sender(context, message)
    must = provider.authn_requests_signed and context.settings.strict
    inbound.check_authenticity(context, message, provider, must_be_signed=must)
    inbound.check_destination(context, root, "saml_sso")
    request_id = inbound.identifier(root)
    return SamlReplyTo(provider, _acs(context, root, provider), request_id, message.relay_state)


def read(context: Context, root: _Element, reply_to: SamlReplyTo) -> SsoRequest:
    """What is asked for. RefusedError carries the second-level status code for the service provider."""
    inbound.check_version(root)
    binding = root.get("ProtocolBinding")
    if binding not in (None, POST):
        raise refuse(
            "UnsupportedBinding", "The response cannot be sent by this binding.", parameter="ProtocolBinding",
            expected=POST, seen=binding, clause="SAML Profiles 4.1.2",
        )  # fmt: skip
    policy = xml.find(root, "samlp:NameIDPolicy")
    wanted = xml.find(root, "samlp:RequestedAuthnContext")
    contexts, comparison = authn_context.requested(wanted)
    name_id_format = None if policy is None else (policy.get("Format") or "").strip() or None
    if name_id_format is not None and name_id_format not in FORMATS:
        raise refuse(
            "InvalidNameIDPolicy", "This format of name identifiers is not available here.",
            parameter="NameIDPolicy/@Format", expected=", ".join(FORMATS), seen=name_id_format[:160],
            clause="SAML Core 3.4.1.1",
        )  # fmt: skip
    return SsoRequest(
        reply_to=reply_to,
        name_id_format=None if name_id_format == UNSPECIFIED else name_id_format,
        sp_name_qualifier=None if policy is None else policy.get("SPNameQualifier"),
        allow_create=_allow_create(context, policy),
        force_authn=xml.flag(root, "ForceAuthn"),
        is_passive=xml.flag(root, "IsPassive"),
        contexts=contexts,
        comparison=comparison,
        hinted=_hinted(context, root),
    )


def unsolicited(context: Context, entity_id: str, relay_state: str | None) -> SsoRequest:
    """The request that nobody sent: a login started here (SAML Profiles 4.1.5)."""
    provider = providers.find(context, entity_id)
    service = provider.default_acs
    if service is None:
        known = [provider.entity_id for provider in providers.registered(context) if provider.default_acs]
        raise refuse(
            "invalid_request", "It is not known where responses for this service provider go.", parameter="sp",
            expected=" or ".join(known), seen=entity_id[:200], clause="SAML Profiles 4.1.5",
            fix="register the service provider with its assertion consumer service",
        )  # fmt: skip
    return SsoRequest(SamlReplyTo(provider, service.location, None, relay_state))


def _acs(context: Context, root: _Element, provider: ServiceProvider) -> str:
    """Where the answer goes: never anywhere that the service provider cannot be known to own (SAML Core 3.4.1)."""
    url: str | None = root.get("AssertionConsumerServiceURL")
    index: str | None = root.get("AssertionConsumerServiceIndex")
    if url is not None and index is not None:
        raise refuse(
            "invalid_request", "The request names an assertion consumer service twice.",
            parameter="AssertionConsumerServiceIndex", expected="a URL or an index", seen="both",
            clause="SAML Core 3.4.1",
        )  # fmt: skip
    usable = [service for service in provider.acs if service.binding == POST]
    listed = [service.location for service in usable]
    if url is not None:
        here = not context.settings.strict and redirect_uri.leads_here(url, context.settings.redirect_hosts)
        if url in listed or here:
            return url
    elif index is not None:
        for service in usable:
            if str(service.index) == index.strip():
                return service.location
    elif provider.default_acs is not None:
        return provider.default_acs.location
    expected = " or ".join(listed) or "the URL of one"
    if not context.settings.strict:
        expected += ", or one on this machine or a configured host"
    near = redirect_uri.nearly(url, listed) if url is not None else None
    raise refuse(
        "invalid_request", "The assertion consumer service is not one of this service provider.",
        parameter="AssertionConsumerServiceURL" if index is None else "AssertionConsumerServiceIndex",
        expected=expected, seen=(url or index or "none")[:200], clause="SAML Core 3.4.1",
        fix="register it in the service provider's metadata, or add its host to redirect_hosts"
        + (f"; {near}" if near else ""),
    )  # fmt: skip


def _allow_create(context: Context, policy: _Element | None) -> bool:
    """Whether a name may be made that did not exist. Absent is false, but few know that (SAML Core 3.4.1.1)."""
    if policy is None:
        return True
    if policy.get("AllowCreate") is None:
        return not context.settings.strict
    return xml.flag(policy, "AllowCreate")


def _hinted(context: Context, root: _Element) -> Person | None:
    """The person that Subject names, or else the `login_hint` beside the message, as some providers have it."""
    named = xml.child_text(root, "saml:Subject/saml:NameID")
    hint = named or context.request.query.get("login_hint")
    if hint is None:
        return None
    person = interaction.find_person(context, hint) or inbound.by_name_id(context, hint)
    if person is None:
        raise refuse(
            "UnknownPrincipal", "The request is about somebody who is not known here.",
            parameter="Subject" if named else "login_hint",
            expected="a username, e-mail address or subject of " + ", ".join(context.directory.people),
            seen=hint[:100], clause="SAML Core 3.4.1",
        )  # fmt: skip
    return person
