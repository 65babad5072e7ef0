"""Metadata: Sentry's own, and a description of an identity provider that was configured by hand (SAML Metadata 2.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from ssocli.sentry.auth.saml2.messages import POST, PROTOCOL, REDIRECT
from ssocli.sentry.auth.saml2.service_provider import Addresses, ServiceProvider

MEDIA_TYPE = "application/samlmetadata+xml"
_NAMESPACES = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def sp_metadata(at: Addresses, providers: Iterable[ServiceProvider]) -> str:
    """What an identity provider has to know of an organization; `providers` are all that it uses."""
    providers = tuple(providers)
    signed, wanted = (
        any(getattr(sp.provider, name) for sp in providers) for name in ("sign_requests", "want_signed_assertion")
    )
    # In the order of the configuration, each once: the first is the one that an identity provider takes.
    certificates = dict.fromkeys(sp.certificate for sp in providers if sp.certificate)
    keys = "".join(_key(body) for pem in certificates for body in _PEM.findall(pem or ""))
    logout = "".join(
        f"<md:SingleLogoutService Binding={quoteattr(binding)} Location={quoteattr(at.sls)}/>"
        for binding in (REDIRECT, POST)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<md:EntityDescriptor {_NAMESPACES} entityID={quoteattr(at.entity_id)}>"
        f'<md:SPSSODescriptor AuthnRequestsSigned="{_boolean(signed)}" WantAssertionsSigned="{_boolean(wanted)}" '
        f'protocolSupportEnumeration="{PROTOCOL}">{keys}{logout}'
        f'<md:AssertionConsumerService Binding="{POST}" Location={quoteattr(at.acs)} index="0" isDefault="true"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>\n"
    )


def described(sp: ServiceProvider) -> bytes:
    """An identity provider without metadata, as its metadata would say it: so it is judged by the same rules."""
    provider = sp.provider
    binding = REDIRECT if provider.binding == "redirect" else POST
    keys = "".join(_key(body) for text in sp.certificates for body in _PEM.findall(text) or [text])
    logout = (
        f"<md:SingleLogoutService Binding={quoteattr(REDIRECT)} Location={quoteattr(provider.slo_url)}/>"
        if provider.slo_url
        else ""
    )
    return (
        f"<md:EntityDescriptor {_NAMESPACES} entityID={quoteattr(provider.entity_id or '')}>"
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{keys}{logout}'
        f"<md:SingleSignOnService Binding={quoteattr(binding)} Location={quoteattr(provider.sso_url or '')}/>"
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    ).encode()


def _key(certificate: str) -> str:
    """A key for every use."""
    data = f"<ds:X509Data><ds:X509Certificate>{escape(certificate.strip())}</ds:X509Certificate></ds:X509Data>"
    return f"<md:KeyDescriptor><ds:KeyInfo>{data}</ds:KeyInfo></md:KeyDescriptor>"


def _boolean(value: bool) -> str:
    return "true" if value else "false"
