"""The identity provider as its metadata describe it: judged when a login leaves, looked up again when it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from ssocli.checks.saml_metadata import IdpDescription, read_idp
from ssocli.checks.saml_xml import Binding
from ssocli.sentry.auth.documents import Documents
from ssocli.sentry.auth.judging import transport
from ssocli.sentry.auth.saml2 import judging
from ssocli.sentry.auth.saml2.metadata import MEDIA_TYPE, described
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider, service_providers
from ssocli.sentry.context import Context
from ssocli.sentry.refusal import LoginRefused, settle
from ssocli.trace import TraceBuilder

_ACCEPT = f"{MEDIA_TYPE}, application/xml, text/xml"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an identity provider, and how it came to be known."""

    idp: IdpDescription
    how: str


def discover(
    documents: Documents, builder: TraceBuilder, sp: ServiceProvider, now: float, message: str, *,
    judged_before: bool = False,
) -> Known:  # fmt: skip
    """The identity provider; fetching its metadata and what is wrong with them go into the step in progress.

    With `judged_before` they are judged anew only if they were forgotten since. Raises LoginRefused with `message`
    if they cannot be used.
    """
    document, how, is_news = sp.metadata, "metadata from a file", not judged_before
    if sp.provider.metadata_url:
        fetched = documents.get(sp.provider.metadata_url, accept=_ACCEPT, is_usable=partial(_is_usable, sp))
        if fetched.is_fresh:
            builder.add_exchange(fetched.exchange)
            settle(builder, transport(fetched.exchange, "SAML metadata", is_json=False), message)
            is_news = True
        document = fetched.exchange.response.body if fetched.exchange.response else b""
        how = "metadata fetched" if fetched.is_fresh else "metadata from an earlier login"
    elif document is None:
        document, how = described(sp), "identity provider from the configuration"
    if is_news:
        try:
            settle(builder, judging.metadata(sp, document, now), message)
        except LoginRefused:
            if sp.provider.metadata_url:
                documents.forget(sp.provider.metadata_url)  # whoever mends them wants to see that at once
            raise
    idp = read_idp(document, sp.provider.entity_id)
    if idp is None:
        raise RuntimeError("the rules of the metadata must have refused this document")
    return Known(idp, how)


def look_up(documents: Documents, sp: ServiceProvider) -> IdpDescription | None:
    """The identity provider outside of a login; None if its metadata cannot be had or read."""
    if not sp.provider.metadata_url:
        return read_idp(sp.metadata or described(sp), sp.provider.entity_id)
    fetched = documents.get(sp.provider.metadata_url, accept=_ACCEPT, is_usable=partial(_is_usable, sp))
    response = fetched.exchange.response
    return read_idp(response.body, sp.provider.entity_id) if response is not None else None


def find_sender(context: Context, organization: str, issuer: str) -> tuple[ServiceProvider, IdpDescription] | None:
    """Which of the organization's identity providers has this entity ID."""
    for sp in service_providers(context.sentry, organization).values():
        idp = look_up(context.sentry.documents, sp)
        if idp is not None and idp.entity_id == issuer:
            return sp, idp
    return None


@dataclass(frozen=True, slots=True)
class Service:
    """One of the identity provider's addresses, and the binding that it wants."""

    binding: Binding
    location: str


def sso_service(idp: IdpDescription, binding: Binding) -> Service:
    """Where requests go: by the wanted binding, or else by the other one. The metadata were judged to have one."""
    return _service(idp.sso, binding) or Service(binding, "")


def slo_service(idp: IdpDescription, binding: Binding) -> Service | None:
    """Where logout messages go, likewise; None if the identity provider has no single logout."""
    return _service(idp.slo, binding)


def _service(locations: Mapping[str, str], binding: Binding) -> Service | None:
    wanted: tuple[Binding, ...] = ("Redirect", "POST") if binding == "Redirect" else ("POST", "Redirect")
    return next((Service(name, locations[name]) for name in wanted if name in locations), None)


def _is_usable(sp: ServiceProvider, body: bytes) -> bool:
    return read_idp(body, sp.provider.entity_id) is not None
