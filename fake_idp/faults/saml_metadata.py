"""Metadata of the identity provider that are out of date, of something else, or do not arrive (SAML Metadata 2).

They are fetched once for all logins: what is ordered here strikes everybody, or the issuer whose path names it.
"""

from __future__ import annotations

import base64
import copy
from typing import TYPE_CHECKING

from fake_idp.faults import transport
from fake_idp.faults.fault import At
from fake_idp.faults.xml_forgery import forger
from fake_idp.saml import xml
from fake_idp.saml.names import NAMESPACES, POST, REDIRECT

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.artefacts import Answer

fault = At("saml_metadata", step="redirect_to_idp")

ROLE = "md:IDPSSODescriptor"
KEY = f"{ROLE}/md:KeyDescriptor"
CERTIFICATE = f"{KEY}/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
DESCRIBED = "SAML Metadata 2.4.3"
KEYS = "SAML Metadata 2.4.1.1"
DAY = 24 * 3600


# What arrives.


@fault("unreadable-metadata", spec="SAML Metadata 4.1.1", reject="fail_cleanly")
def html(answer: Answer) -> None:
    """A page of HTML comes in place of the metadata, as before a login at a portal.

    Client: says that it is no metadata, and keeps nothing of it.
    User: cannot log in until somebody corrects the address.
    """
    answer.set_header("Content-Type", "text/html")
    answer.body = b"<!doctype html><html><title>Sign in</title><body><p>Please sign in<br></body></html>"


@fault("unreadable-metadata", spec="SAML Metadata 4.1.1", reject="fail_cleanly")
def empty(answer: Answer) -> None:
    """The answer is 200 without a body.

    Client: says that there are no metadata, and keeps nothing.
    User: cannot log in until somebody corrects the identity provider.
    """
    answer.body = b""


@fault("unreadable-metadata", spec="XML 1.0 2.1", reject="fail_cleanly")
def cut_off(answer: Answer) -> None:
    """The document ends in the middle, as if it were whole.

    Client: notices that it is not well-formed, and keeps nothing of it.
    User: cannot log in until it arrives whole.
    """
    whole = answer.response().body
    answer.body = whole[: len(whole) // 2]


@fault("unreadable-metadata", spec="SAML Core 1.3; XML 1.0 2.8")
def doctype(answer: Answer) -> None:
    """The document has a DTD with entities that grow without end.

    Client: refuses every DTD before it parses one.
    User: cannot log in.
    Seen: IdentityPython/pysaml2 issue 366.
    """
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    answer.body = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e9;</x>'.encode()


@fault("foreign-document", spec="SAML Metadata 2.3", reject="fail_cleanly")
def another_document(answer: Answer) -> None:
    """The document is XML, and no metadata: a feed.

    Client: says so, and keeps nothing of it.
    User: cannot log in until somebody corrects the address.
    """
    answer.body = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>urn:news</id></feed>'


@fault("http-error-status", spec="RFC 9110 15.5.5", reject="fail_cleanly")
def http_404(answer: Answer) -> None:
    """The metadata are not at their address any more.

    Client: says so, and keeps what it had for as long as that is valid.
    User: cannot log in until somebody corrects the address.
    """
    answer.status, answer.body = 404, b"not here"


@fault("http-error-status", spec="RFC 9110 15.6.1", reject="fail_cleanly")
def http_500(answer: Answer) -> None:
    """The identity provider answers with an error of its own.

    Client: says so, and keeps what it had for as long as that is valid.
    User: cannot log in now, and can try again later.
    """
    answer.status, answer.body = 500, b"oops"


fault("connection-reset", spec="RFC 9112 9.6", reject="fail_cleanly")(transport.reset)
fault("malformed-http-response", spec="RFC 9112 8", reject="fail_cleanly")(transport.truncated)
fault("timeout", spec="RFC 9110 9.2.2", reject="fail_cleanly")(transport.silent)


@fault(spec="SAML Metadata 4.1.1", reject="must_tolerate")
def served_as_text(answer: Answer) -> None:
    """The media type is text/xml in place of the registered one.

    Client: goes by the document.
    User: notices nothing.
    """
    answer.set_header("Content-Type", "text/xml; charset=utf-8")


# Whom they describe.


@fault("wrong-entity-id", spec="SAML Metadata 2.3.2")
def wrong_entity_id(answer: Answer) -> None:
    """The metadata are those of another identity provider.

    Client: refuses them where it knows the entity ID; otherwise no response fits afterwards.
    User: cannot log in.
    """
    answer.document.attrib.pop("entityID")


@fault("no-identity-provider", spec="SAML Metadata 2.3.2", reject="fail_cleanly")
def service_provider_only(answer: Answer) -> None:
    """The metadata describe an application, not an identity provider: the two files were mixed up.

    Client: says so.
    User: cannot log in until somebody gives the right file.
    """
    found = _part(answer.document, ROLE)
    made = xml.element("md:SPSSODescriptor", {"protocolSupportEnumeration": NAMESPACES["samlp"]})
    service = {"Binding": POST, "Location": "https://app.example/acs", "index": "0"}
    made.append(xml.element("md:AssertionConsumerService", service))
    found.addprevious(made)
    answer.document.remove(found)


@fault("no-saml2-support", spec=DESCRIBED)
def saml_1_only(answer: Answer) -> None:
    """The identity provider says that it speaks SAML 1.1 only.

    Client: sends it nothing of SAML 2.0.
    User: cannot log in.
    """
    _part(answer.document, ROLE).set("protocolSupportEnumeration", "urn:oasis:names:tc:SAML:1.1:protocol")


@fault(spec="SAML Metadata 2.3.1", reject="must_tolerate")
def inside_entities(answer: Answer) -> None:
    """The description stands alone in an EntitiesDescriptor.

    Client: takes the one that there is.
    User: notices nothing.
    """
    answer.document = xml.element("md:EntitiesDescriptor", {"Name": "urn:example:federation"}, answer.document)


# Until when.


@fault("expired-metadata", spec="SAML Metadata 2.3.2")
def expired(answer: Answer) -> None:
    """The metadata were valid until yesterday.

    Client: does not use them.
    User: cannot log in until new ones are published.
    """
    answer.document.set("validUntil", xml.instant(answer.context.now - DAY))


@fault("expired-metadata", spec="SAML Metadata 2.4.1")
def expired_role(answer: Answer) -> None:
    """The part that describes the identity provider was valid until yesterday.

    Client: does not use it.
    User: cannot log in until new metadata are published.
    """
    _part(answer.document, ROLE).set("validUntil", xml.instant(answer.context.now - DAY))


@fault("expired-metadata", spec="SAML Metadata 2.3.2", reject="fail_cleanly")
def malformed_valid_until(answer: Answer) -> None:
    """The end of the metadata's validity cannot be read.

    Client: says so; what cannot be read does not mean for ever.
    User: cannot log in until somebody corrects it.
    """
    answer.document.set("validUntil", "next Friday")


@fault(spec="SAML Metadata 2.3.2", reject="must_tolerate")
def valid_for_a_day(answer: Answer) -> None:
    """The metadata are valid for one more day, and may be kept for an hour.

    Client: fetches them again in time.
    User: notices nothing.
    """
    answer.document.set("validUntil", xml.instant(answer.context.now + DAY))
    answer.document.set("cacheDuration", "PT1H")


@fault("malformed-cache-duration", spec="SAML Metadata 2.3.2", reject="should_reject")
def malformed_cache_duration(answer: Answer) -> None:
    """How long the metadata may be kept cannot be read.

    Client: says so, and keeps them for as long as it likes.
    User: notices nothing.
    """
    answer.document.set("cacheDuration", "1 hour")


# Which keys.


@fault("missing-signing-certificate", spec=KEYS)
def no_certificate(answer: Answer) -> None:
    """The identity provider publishes no key.

    Client: does not let anybody log in: no response could be verified.
    User: cannot log in.
    """
    for found in xml.find_all(answer.document, KEY):
        _remove(found)


@fault("missing-signing-certificate", spec=KEYS)
def certificate_for_encryption_only(answer: Answer) -> None:
    """The only key is there to encrypt, not to sign.

    Client: does not verify signatures with it.
    User: cannot log in.
    """
    for found in xml.find_all(answer.document, KEY):
        found.set("use", "encryption")


@fault("unreadable-signing-certificate", spec="XML Signature 4.5.4", reject="fail_cleanly")
def malformed_certificate(answer: Answer) -> None:
    """The certificate was cut when it was pasted.

    Client: says so, and does not crash.
    User: cannot log in until somebody pastes it again.
    """
    found = _part(answer.document, CERTIFICATE)
    text = found.text or ""
    found.text = text[: len(text) // 2 // 4 * 4]


@fault("unknown-signing-certificate", spec=KEYS, step="token_validation")
def rotated_without_overlap(answer: Answer) -> None:
    """The metadata have only a key that the identity provider does not sign with yet.

    Client: rejects the response, and says which certificate it knows and which one it saw.
    User: cannot log in until both sides have the same key.
    Seen: zitadel/zitadel issue 12310, every first login after a rotation.
    """
    for found in xml.find_all(answer.document, KEY)[1:]:
        _remove(found)
    _part(answer.document, CERTIFICATE).text = _forgers_certificate()


def _rotated(answer: Answer, *, first: bool) -> None:
    known = _part(answer.document, KEY)
    other = copy.deepcopy(known)
    _part(other, "ds:KeyInfo/ds:X509Data/ds:X509Certificate").text = _forgers_certificate()
    (known.addprevious if first else known.addnext)(other)


@fault(spec="Kantara SAML Deployment Profile SP37", reject="must_tolerate")
def next_key_first(answer: Answer) -> None:
    """The next key stands in front of the one that signs now.

    Client: tries all of them.
    User: notices nothing.
    Seen: SAML-Toolkits/php-saml issue 140, where the first one was the only one.
    """
    _rotated(answer, first=True)


@fault(spec="Kantara SAML Deployment Profile SP37", reject="must_tolerate")
def next_key_last(answer: Answer) -> None:
    """The next key stands behind the one that signs now.

    Client: tries all of them.
    User: notices nothing.
    """
    _rotated(answer, first=False)


@fault(spec=KEYS, reject="must_tolerate")
def key_without_use(answer: Answer) -> None:
    """The key does not say what it is for.

    Client: takes it for both, signing and encryption.
    User: notices nothing.
    """
    _part(answer.document, KEY).attrib.pop("use")


@fault(spec="XML Signature 4.5.4", reject="must_tolerate")
def certificate_with_line_breaks(answer: Answer) -> None:
    """The certificate is broken into lines, with spaces in front.

    Client: ignores white space.
    User: notices nothing.
    """
    found = _part(answer.document, CERTIFICATE)
    text = found.text or ""
    found.text = "\n" + "".join(f"        {text[at : at + 64]}\n" for at in range(0, len(text), 64))


# Where to go.


@fault("missing-sso-service", spec=DESCRIBED)
def no_sso_service(answer: Answer) -> None:
    """There is no address for logins.

    Client: says so.
    User: cannot log in.
    """
    for found in xml.find_all(answer.document, f"{ROLE}/md:SingleSignOnService"):
        _remove(found)


@fault("missing-sso-service", spec=DESCRIBED)
def sso_by_soap_only(answer: Answer) -> None:
    """The addresses for logins are for SOAP, which no browser speaks.

    Client: says that there is none that it can use.
    User: cannot log in.
    """
    for found in xml.find_all(answer.document, f"{ROLE}/md:SingleSignOnService"):
        found.set("Binding", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP")


@fault("malformed-service-location", spec="SAML Metadata 2.2.2")
def relative_location(answer: Answer) -> None:
    """The addresses for logins are without scheme and host.

    Client: says so; it does not guess.
    User: cannot log in.
    """
    for found in xml.find_all(answer.document, f"{ROLE}/md:SingleSignOnService"):
        found.set("Location", "/saml/sso")


ONLY = {"redirect": REDIRECT, "post": POST}


@fault.family("sso-by-{}-only", [(name, None, DESCRIBED) for name in ONLY], reject="must_tolerate")
def sso_binding(answer: Answer, name: str) -> None:
    """There is one address for logins only, for HTTP-{}.

    Client: uses it.
    User: notices nothing.
    """
    for found in xml.find_all(answer.document, f"{ROLE}/md:SingleSignOnService"):
        if found.get("Binding") != ONLY[name]:
            _remove(found)


@fault("unsigned-requests-not-wanted", spec=DESCRIBED)
def wants_signed_requests(answer: Answer) -> None:
    """The identity provider says that it wants signed requests.

    Client: signs them, or says that it cannot.
    User: cannot log in until somebody sets up a key, or turns that off.
    """
    _part(answer.document, ROLE).set("WantAuthnRequestsSigned", "true")


@fault(spec="SAML Metadata 2.3.2.1", reject="must_tolerate")
def organization(answer: Answer) -> None:
    """Names of the organization and of people to ask come along.

    Client: ignores them, or shows the name.
    User: notices nothing.
    """
    language = {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
    parts = (
        ("OrganizationName", "Acme"),
        ("OrganizationDisplayName", "Acme"),
        ("OrganizationURL", "https://a.example"),
    )
    made = (xml.element(f"md:{name}", language, text) for name, text in parts)
    answer.document.append(xml.element("md:Organization", None, *made))


def _part(root: _Element, path: str) -> _Element:
    found = xml.find(root, path)
    if found is None:
        raise LookupError(path)
    return found


def _remove(found: _Element) -> None:
    parent = found.getparent()
    if parent is not None:
        parent.remove(found)


def _forgers_certificate() -> str:
    return base64.b64encode(forger().certificate).decode("ascii")
