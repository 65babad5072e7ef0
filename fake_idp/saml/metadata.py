"""The issuer's own metadata and its certificate (SAML Metadata 2.4.3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fake_idp.faults import hooks
from fake_idp.saml import certificates, providers, signature, xml
from fake_idp.saml.names import FORMATS, POST, PROTOCOL, REDIRECT
from fake_idp.saml.response import new_id
from fake_idp.web import Response

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.context import Context
    from fake_idp.saml.signature import SignatureAlgorithm

MEDIA_TYPE = "application/samlmetadata+xml"
_DEFAULT: SignatureAlgorithm = "rsa-sha256"


def handle(context: Context) -> Response:
    """The metadata, signed where the configuration or `?signed=1` says so."""
    document = entity_descriptor(context)
    return hooks.answer(context, "saml_metadata", document, render=partial(_rendered, context))


def _rendered(context: Context, document: _Element, status: int, headers: list[tuple[str, str]]) -> Response:
    if context.settings.sign_saml_metadata or context.request.query.get("signed") == "1":
        signature.sign_element(document, signature.signer(context.namespace.keys, _DEFAULT))
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + xml.serialize(document)
    return Response(status, body, [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-cache"), *headers])


def handle_certificate(context: Context) -> Response:
    """The certificate that signs now, for service providers that are configured by hand."""
    current = context.namespace.keys.current(signature.key_algorithm(_DEFAULT))
    body = certificates.pem(certificates.of_key(current)).encode("ascii")
    return Response(200, body, [("Content-Type", "application/x-pem-file"), ("Cache-Control", "no-cache")])


def entity_descriptor(context: Context) -> _Element:
    """What a service provider has to know: keys, bindings, places, formats."""
    issuer = context.issuer
    descriptor = xml.element(
        "md:IDPSSODescriptor",
        {"WantAuthnRequestsSigned": "false", "protocolSupportEnumeration": PROTOCOL},
        *(_key_descriptor(certificate) for certificate in _published(context)),
        *_services("md:SingleLogoutService", issuer.endpoint("saml_slo")),
        *(xml.element("md:NameIDFormat", None, name) for name in FORMATS),
        *_services("md:SingleSignOnService", issuer.endpoint("saml_sso")),
    )
    identifiers = {"ID": new_id(context), "entityID": issuer.endpoint("saml_metadata")}
    return xml.element("md:EntityDescriptor", identifiers, descriptor)


def _services(name: str, location: str) -> list[_Element]:
    return [xml.element(name, {"Binding": binding, "Location": location}) for binding in (REDIRECT, POST)]


def _published(context: Context) -> list[bytes]:
    """The certificates of all keys that sign now or did so until lately: RSA, and EC where anybody gets that."""
    algorithms = {_DEFAULT, *(known.settings.signature_algorithm for known in providers.registered(context))}
    types = {"RSA" if name.startswith("rsa") else "EC" for name in algorithms}
    published = [key for key in context.namespace.keys.published() if key.public["kty"] in types]
    return [certificates.of_key(key) for key in published]


def _key_descriptor(certificate: bytes) -> _Element:
    return xml.element("md:KeyDescriptor", {"use": "signing"}, signature.key_info(certificate))
