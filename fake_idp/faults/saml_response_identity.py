"""Responses that cannot be told from another one, or are of another kind (SAML Core 1.3.4, 3.2.2, 3.3.3)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.saml_assertion_identity import about_another
from fake_idp.saml import signature, xml
from fake_idp.saml.names import qualified

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_response", step="token_validation")

HEADER = "SAML Core 3.2.2"
POSTED = "SAML Bindings 3.5.5.2"


@fault("malformed-id", spec=HEADER)
def missing_id(response: Draft) -> None:
    """The response has no ID, so that only its assertion is signed.

    Client: rejects it.
    User: sees that the login failed.
    """
    del response.element.attrib["ID"]


@fault("malformed-id", spec="SAML Core 1.3.4")
def id_empty(response: Draft) -> None:
    """The ID is empty.

    Client: rejects it.
    User: sees that the login failed.
    """
    response.element.set("ID", "")


@fault("malformed-id", spec="SAML Core 1.3.4")
def id_with_colon(response: Draft) -> None:
    """There is a colon in the ID, which an xs:ID cannot have.

    Client: rejects it; a parser that knows the schema does not even read it.
    User: sees that the login failed.
    """
    response.element.set("ID", "a:b")


@fault("duplicate-id", spec="SAML Core 1.3.4")
def id_of_its_assertion(response: Draft) -> None:
    """The response has the same ID as its assertion.

    Client: rejects it: nobody can tell which of them a signature is about.
    User: sees that the login failed.
    Seen: CVE-2024-6800, in GitHub Enterprise Server.
    """
    response.element.set("ID", response.part("saml:Assertion").get("ID", ""))


@fault("several-assertions", spec="SAML Profiles 4.1.4.2; Kantara SAML Deployment Profile IDP10")
def two_assertions(response: Draft) -> None:
    """There are two assertions, both properly signed, the first one about another person.

    Client: rejects it: it cannot tell who logged in.
    User: sees that the login failed; at a careless client, works in another person's account.
    """
    original = response.part("saml:Assertion")
    evil = about_another(response, copy.deepcopy(original))
    evil.set("ID", f"{evil.get('ID')}-2")
    own = xml.find(evil, "ds:Signature")
    if own is not None:
        evil.remove(own)
    algorithm = response.provider.settings.signature_algorithm
    signature.sign_element(evil, signature.signer(response.context.namespace.keys, algorithm))
    original.addprevious(evil)


@fault("wrong-destination", spec=POSTED)
def destination_empty(response: Draft) -> None:
    """The destination is empty.

    Client: rejects it: it is there, and it is not this address.
    User: sees that the login failed.
    """
    response.element.set("Destination", "")


@fault("wrong-destination", spec=POSTED)
def destination_with_more_behind(response: Draft) -> None:
    """The destination has a query that the assertion consumer service does not have.

    Client: compares the whole address, and rejects it.
    User: sees that the login failed.
    Seen: python3-saml compares the beginning only.
    """
    response.element.set("Destination", response.element.get("Destination", "") + "?tenant=1")


@fault("wrong-in-response-to", spec=HEADER)
def in_response_to_empty(response: Draft) -> None:
    """The response answers a request without a name.

    Client: rejects it: the empty text is the ID of no request.
    User: sees that the login failed.
    """
    response.element.set("InResponseTo", "")


@fault("foreign-message", spec="SAML Core 3.3.3")
def saml_1_1_response(response: Draft) -> None:
    """The response is in the namespace of SAML 1.1.

    Client: rejects it.
    User: cannot log in until the identity provider is set to SAML 2.0.
    """
    response.element.tag = "{urn:oasis:names:tc:SAML:1.0:protocol}Response"


@fault("foreign-message", spec="SAML Core 3.3.3")
def logout_response_with_assertion(response: Draft) -> None:
    """What comes is a LogoutResponse with an assertion in it.

    Client: rejects it: this address is for the answers to logins.
    User: sees that the login failed.
    """
    response.element.tag = qualified("samlp:LogoutResponse")
