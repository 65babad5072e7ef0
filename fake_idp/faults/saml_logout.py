"""Logout messages of SAML that are wrong: requests to end a session, and answers to them (SAML Core 3.7).

But for the ones that say so, all are signed by the right key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.saml import statuses, xml
from fake_idp.saml.statuses import Status

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_logout", step="redirect_to_dashboard")

REQUEST = "SAML Core 3.7.1"
RESPONSE = "SAML Core 3.7.2"
SIGNED = "SAML Profiles 4.4.4"
EVIL = "https://evil.example"


@fault(spec=SIGNED)
def unsigned(message: Draft) -> None:
    """The logout message is not signed.

    Client: does not believe it: anybody could end anybody's session.
    User: stays logged in.
    """
    message.unsigned = True


@fault(spec="SAML Profiles 4.4.4.1")
def wrong_issuer(message: Draft) -> None:
    """The logout message comes from another identity provider.

    Client: refuses it.
    User: stays logged in.
    """
    message.part("saml:Issuer").text = f"{EVIL}/idp"


@fault(spec="SAML Bindings 3.4.5.2")
def wrong_destination(message: Draft) -> None:
    """The logout message is addressed to another application.

    Client: refuses it.
    User: stays logged in.
    """
    message.element.set("Destination", f"{EVIL}/sls")


@fault(spec="SAML Bindings 3.4.5.2")
def missing_destination(message: Draft) -> None:
    """The signed logout message does not say to which address it goes.

    Client: refuses it: it could be passed on.
    User: stays logged in.
    """
    del message.element.attrib["Destination"]


@fault(spec="SAML Core 4.1.3.2")
def version_1_1(message: Draft) -> None:
    """The logout message says that it is of SAML 1.1.

    Client: refuses it.
    User: stays logged in.
    """
    message.element.set("Version", "1.1")


@fault(spec=REQUEST)
def expired_request(message: Draft) -> None:
    """The logout request ended an hour ago.

    Client: refuses it, so that an old one does not log people out for ever.
    User: stays logged in.
    Seen: CVE-2023-40178, node-saml.
    """
    _request(message).set("NotOnOrAfter", xml.instant(message.context.now - 3600))


@fault(spec=REQUEST, reject="must_tolerate")
def request_without_end(message: Draft) -> None:
    """The logout request does not say until when it holds.

    Client: follows it.
    User: is logged out.
    """
    del _request(message).attrib["NotOnOrAfter"]


@fault(spec="SAML Core 3.7.3.2")
def wrong_name_id(message: Draft) -> None:
    """The logout request names another person.

    Client: ends no session of this one, and answers that it knows no such session.
    User: stays logged in.
    """
    _request(message)
    message.part("saml:NameID").text = forged_person(message.context).email


@fault(spec="SAML Core 3.7.3.2")
def wrong_session_index(message: Draft) -> None:
    """The logout request names another session of the person.

    Client: ends that one, if there is one, and no other.
    User: stays logged in here.
    """
    _request(message)
    message.part("samlp:SessionIndex").text = "another-session"


@fault(spec=REQUEST, reject="must_tolerate")
def request_without_session_index(message: Draft) -> None:
    """The logout request names no session, which means all of them.

    Client: ends all sessions of the person that this identity provider began.
    User: is logged out everywhere.
    """
    _request(message)
    message.drop("samlp:SessionIndex")


@fault(spec=REQUEST)
def missing_name_id(message: Draft) -> None:
    """The logout request names nobody.

    Client: refuses it, and does not crash.
    User: stays logged in.
    """
    _request(message)
    message.drop("saml:NameID")


@fault(spec=RESPONSE, reject="should_reject")
def wrong_in_response_to(message: Draft) -> None:
    """The answer to a logout request names another request.

    Client: may not take it for the answer; nothing depends on it, if the session ended before it asked.
    User: is logged out here.
    """
    _response(message).set("InResponseTo", "_another-request")


STATUSES = {
    "partial": Status("Success", "PartialLogout", "Not all applications confirmed."),
    "refused": Status("Responder", "RequestDenied", "Ordered by a fault."),
    "unknown-principal": Status("Requester", "UnknownPrincipal", "Ordered by a fault."),
}


@fault.family("response-{}", [(name, None, "SAML Core 3.7.3.2") for name in STATUSES], reject="fail_cleanly")
def response_status(message: Draft, name: str) -> None:
    """The identity provider answers that the logout did not go well: {}.

    Client: says so; the session here has ended all the same.
    User: is told to close the browser.
    """
    _response(message)
    found = message.part("samlp:Status")
    found.addnext(statuses.element(STATUSES[name]))
    message.element.remove(found)


def _request(message: Draft) -> _Element:
    """The message, if it is a request. Raises LookupError."""
    return _of_kind(message, "LogoutRequest")


def _response(message: Draft) -> _Element:
    """The message, if it is an answer. Raises LookupError."""
    return _of_kind(message, "LogoutResponse")


def _of_kind(message: Draft, kind: str) -> _Element:
    if xml.local_name(message.element) != kind:
        raise LookupError(f"a {kind}")
    return message.element
