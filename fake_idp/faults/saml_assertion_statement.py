"""Assertions that say in an unusual way how and where the person authenticated (SAML Core 2.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.saml_assertion import CONFIRMATION, STATEMENT
from fake_idp.saml import xml
from fake_idp.saml.names import ANY_CLASS, PASSWORD, REFEDS_MFA, TIME_SYNC_TOKEN

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_assertion", step="token_validation")

CONTEXT = f"{STATEMENT}/saml:AuthnContext"
CLASS_REF = f"{CONTEXT}/saml:AuthnContextClassRef"
_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
CLASSES = {
    "password": PASSWORD,
    "unspecified": ANY_CLASS,
    "mfa": REFEDS_MFA,
    "one-time-password": TIME_SYNC_TOKEN,
    "certificate": _CLASSES + "X509",
    "kerberos": _CLASSES + "Kerberos",
    "windows": "urn:federation:authentication:windows",
    "empty": "",
}


@fault("missing-authn-context", spec="SAML Core 2.7.2", reject="should_reject")
def missing_authn_context(assertion: Draft) -> None:
    """Nothing says how the person authenticated.

    Client: may accept it if it asked for nothing, and says that something is missing.
    User: logs in, or sees that the login failed.
    """
    assertion.drop(CONTEXT)


@fault.family("authn-context-{}", [(name, None, "SAML Core 3.3.2.2.1") for name in CLASSES], reject="must_tolerate")
def authn_context(assertion: Draft, name: str) -> None:
    """The person authenticated in another way than usual, {}, and nobody asked for one.

    Client: accepts it.
    User: notices nothing.
    """
    assertion.part(CLASS_REF).text = CLASSES[name]


@fault(spec="SAML Core 2.7.2.2", reject="must_tolerate")
def authn_context_by_declaration(assertion: Draft) -> None:
    """The way of authentication is named by a declaration in place of a class.

    Client: accepts it if it asked for nothing.
    User: notices nothing.
    """
    declared = xml.element("saml:AuthnContextDeclRef", None, "https://idp.example/badge")
    assertion.part(CLASS_REF).addnext(declared)
    assertion.drop(CLASS_REF)


@fault(spec="SAML Core 2.7.2.2", reject="must_tolerate")
def authenticating_authority(assertion: Draft) -> None:
    """The person authenticated at another identity provider, which this one passes on.

    Client: accepts it: it trusts the one that signed.
    User: notices nothing.
    """
    authority = xml.element("saml:AuthenticatingAuthority", None, "https://idp.example/other")
    assertion.part(CONTEXT).append(authority)


@fault(spec="SAML Core 2.7.2.1", reject="must_tolerate")
def subject_locality(assertion: Draft) -> None:
    """The statement says from which address the person authenticated.

    Client: ignores it: addresses change on the way.
    User: notices nothing.
    """
    where = {"Address": "192.0.2.7", "DNSName": "laptop.example"}
    assertion.part(STATEMENT).insert(0, xml.element("saml:SubjectLocality", where))


@fault(spec="SAML Core 2.7.4", reject="must_tolerate")
def authorization_statement(assertion: Draft) -> None:
    """There is a statement about an authorization as well.

    Client: ignores it.
    User: notices nothing.
    """
    action = xml.element("saml:Action", {"Namespace": "urn:oasis:names:tc:SAML:1.0:action:ghpp"}, "GET")
    attributes = {"Resource": "https://sp.example/", "Decision": "Permit"}
    assertion.part(STATEMENT).addnext(xml.element("saml:AuthzDecisionStatement", attributes, action))


@fault(spec="SAML Profiles 4.1.4.3", reject="must_tolerate")
def other_confirmation_first(assertion: Draft) -> None:
    """A confirmation of the method sender-vouches stands in front of the bearer one.

    Client: accepts it: one that holds is enough.
    User: notices nothing.
    """
    other = xml.element("saml:SubjectConfirmation", {"Method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"})
    assertion.part(CONFIRMATION).addprevious(other)
