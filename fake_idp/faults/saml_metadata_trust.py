"""Metadata in a crowd, under another name or a signature; keys known in another way (SAML Metadata 2, 3)."""

from __future__ import annotations

import base64
import copy
from typing import TYPE_CHECKING

from fake_idp.faults import transport
from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import expired_of
from fake_idp.saml import signature, xml
from fake_idp.saml.names import NAMESPACES, qualified

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.artefacts import Answer
    from fake_idp.saml.signature import Signer

fault = At("saml_metadata", step="redirect_to_idp")

ENTITY = "SAML Metadata 2.3.2"
AGGREGATE = "SAML Metadata 2.3.1"
KEYS = "SAML Metadata 2.4.1.1"
ROLE = "md:IDPSSODescriptor"

fault("unexpected-redirect", spec="RFC 9110 15.4", reject="fail_cleanly")(transport.redirect_loop)
fault("response-too-large", spec="RFC 9110 15.5.14", reject="fail_cleanly")(transport.huge)
fault("malformed-http-response", spec="RFC 9112 4", reject="fail_cleanly")(transport.no_http)
fault(spec="RFC 9110 9.2.2", reject="must_tolerate")(transport.slow)


def _role(answer: Answer) -> _Element:
    found: _Element | None = answer.document.find(ROLE, NAMESPACES)
    if found is None:
        raise LookupError("an identity provider")
    return found


def _signer(answer: Answer) -> Signer:
    return signature.signer(answer.context.namespace.keys, "rsa-sha256")


def _another(answer: Answer) -> _Element:
    """The metadata of another identity provider, which is like this one."""
    other: _Element = copy.deepcopy(answer.document)
    other.set("entityID", "https://evil.example/idp")
    other.set("ID", f"{other.get('ID')}-2")
    return other


def _together(answer: Answer, *others: _Element) -> None:
    answer.document = xml.element("md:EntitiesDescriptor", {"ID": "_all"}, *others, answer.document)


@fault("ambiguous-aggregate", spec=AGGREGATE)
def aggregate_of_two(answer: Answer) -> None:
    """Another identity provider is in the same document.

    Client: uses none of the two unless it was told which.
    User: cannot log in until somebody says which one is meant.
    """
    _together(answer, _another(answer))


@fault(spec=AGGREGATE, reject="must_tolerate")
def aggregate_with_service_providers(answer: Answer) -> None:
    """A service provider is in the same document.

    Client: uses the only identity provider.
    User: notices nothing.
    """
    other = _another(answer)
    for found in other.iter(qualified(ROLE)):
        found.tag = qualified("md:SPSSODescriptor")
    _together(answer, other)


@fault("no-identity-provider", spec=AGGREGATE, reject="fail_cleanly")
def aggregate_of_nobody(answer: Answer) -> None:
    """The document is an aggregate without any entity.

    Client: says that no identity provider is in it.
    User: cannot log in until somebody corrects the address.
    """
    answer.document = xml.element("md:EntitiesDescriptor", {"ID": "_all"})


@fault("wrong-entity-id", spec=ENTITY)
def missing_entity_id(answer: Answer) -> None:
    """The document does not say whose metadata it is.

    Client: uses nothing of it.
    User: cannot log in.
    """
    del answer.document.attrib["entityID"]


@fault("wrong-entity-id", spec=ENTITY)
def entity_id_of_1025_characters(answer: Answer) -> None:
    """The entity ID is longer than the 1024 characters that are allowed.

    Client: uses nothing of it.
    User: cannot log in.
    """
    answer.document.set("entityID", "https://idp.example/".ljust(1025, "x"))


@fault("wrong-message-issuer", spec="SAML Core 8.3.6", step="token_validation")
def entity_id_with_slash_more(answer: Answer) -> None:
    """The entity ID has one slash more than the issuer of the responses.

    Client: compares exactly, and rejects the responses.
    User: sees that the login failed, until the entity ID is the same everywhere.
    """
    answer.document.set("entityID", answer.document.get("entityID") + "/")


@fault("wrong-message-issuer", spec="SAML Core 8.3.6", step="token_validation")
def entity_id_with_https(answer: Answer) -> None:
    """The entity ID has another scheme than the issuer of the responses, as behind a proxy that ends TLS.

    Client: compares exactly, and rejects the responses.
    User: sees that the login failed, until the identity provider knows its public address.
    """
    scheme, colon, rest = str(answer.document.get("entityID")).partition(":")
    answer.document.set("entityID", ("http" if scheme == "https" else "https") + colon + rest)


@fault("several-idp-roles", spec=ENTITY, reject="should_reject")
def two_roles(answer: Answer) -> None:
    """The identity provider has two roles, and the first one speaks SAML 1.1.

    Client: takes the one that speaks SAML 2.0, and says that there are two.
    User: notices nothing.
    """
    attributes = {"protocolSupportEnumeration": "urn:oasis:names:tc:SAML:1.1:protocol"}
    _role(answer).addprevious(xml.element(ROLE, attributes))


@fault("missing-signing-certificate", spec="XML Signature 4.5.1")
def key_by_name_only(answer: Answer) -> None:
    """The key is given by its name only.

    Client: uses nothing of it: it cannot know the key.
    User: cannot log in.
    """
    for found in answer.document.iter(qualified("ds:KeyInfo")):
        found[:] = [xml.element("ds:KeyName", None, "idp-1")]


@fault("expired-metadata-certificate", spec=KEYS, reject="should_reject")
def certificate_expired(answer: Answer) -> None:
    """The certificate ended in 2020; the key in it is the one that signs.

    Client: uses the key, as its date means nothing in SAML, and says that the certificate has expired.
    User: logs in; at a strict client, cannot.
    """
    text = base64.b64encode(expired_of(_signer(answer))).decode("ascii")
    for found in answer.document.iter(qualified("ds:X509Certificate")):
        found.text = text


@fault(spec="SAML Metadata 2.4.3", reject="must_tolerate")
def bindings_of_others_first(answer: Answer) -> None:
    """Bindings that no browser speaks stand in front of the others.

    Client: takes the first that it knows.
    User: notices nothing.
    """
    first = next(_role(answer).iter(qualified("md:SingleSignOnService")))
    for name in ("2.0:bindings:SOAP", "2.0:bindings:HTTP-Artifact"):
        attributes = {"Binding": f"urn:oasis:names:tc:SAML:{name}", "Location": "https://idp.example/other"}
        first.addprevious(xml.element("md:SingleSignOnService", attributes))


@fault("invalid-metadata-signature", spec="SAML Metadata 3; SAML Core 5.4")
def changed_after_signing(answer: Answer) -> None:
    """The document is signed, and was changed afterwards.

    Client: uses nothing of it.
    User: cannot log in until the document arrives as it was signed.
    """
    signature.sign_element(answer.document, _signer(answer))
    _role(answer).set("cacheDuration", "PT1H")


@fault(spec="SAML Metadata 3", reject="must_tolerate")
def signed_by_itself(answer: Answer) -> None:
    """The document is signed by the identity provider itself.

    Client: verifies it if it knows the signer; otherwise it means nothing.
    User: notices nothing.
    """
    signature.sign_element(answer.document, _signer(answer))
