"""Assertions that are confirmed wrongly: who may present them, where, and in answer to what (SAML Core 2.4)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.saml_assertion import (
    CONFIRMATION,
    DATA,
    EVIL,
    HOUR,
    JUDGED,
    PROFILE,
)
from fake_idp.saml import xml

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_assertion", step="token_validation")

METHOD_NAMES = "urn:oasis:names:tc:SAML:2.0:cm:"


@fault("missing-bearer-confirmation", spec=PROFILE)
def missing_confirmation(assertion: Draft) -> None:
    """The subject has no confirmation.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.drop(CONFIRMATION)


@fault("missing-bearer-confirmation", spec=PROFILE)
def confirmation_without_data(assertion: Draft) -> None:
    """The bearer confirmation has no data: neither recipient nor end.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.drop(DATA)


METHODS = {"holder-of-key": "SAML Profiles 3.1", "sender-vouches": "SAML Profiles 3.2"}


@fault.family("confirmation-{}", [(name, "missing-bearer-confirmation", spec) for name, spec in METHODS.items()])
def confirmation_method(assertion: Draft, name: str) -> None:
    """The only confirmation is of the method {}.

    Client: rejects it: the browser that brings the assertion proves nothing of that kind.
    User: sees that the login failed.
    Seen: minisaml accepts it.
    """
    assertion.part(CONFIRMATION).set("Method", METHOD_NAMES + name)


@fault(spec=JUDGED, reject="must_tolerate")
def second_confirmation(assertion: Draft) -> None:
    """A confirmation of another method stands in front of the one that holds.

    Client: accepts it: one that holds is enough.
    User: notices nothing.
    """
    good = assertion.part(CONFIRMATION)
    other = copy.deepcopy(good)
    other.set("Method", METHOD_NAMES + "holder-of-key")
    good.addprevious(other)


@fault("expired-confirmation", spec=JUDGED)
def expired_confirmation(assertion: Draft) -> None:
    """The time to present the assertion ended an hour ago; the assertion itself is still good.

    Client: rejects it.
    User: sees that the login failed.
    Seen: minisaml accepts it.
    """
    assertion.part(DATA).set("NotOnOrAfter", xml.instant(assertion.context.now - HOUR))


@fault("missing-confirmation-expiry", spec=PROFILE)
def missing_confirmation_expiry(assertion: Draft) -> None:
    """The bearer confirmation does not say until when the assertion may be presented.

    Client: rejects it.
    User: sees that the login failed.
    """
    del assertion.part(DATA).attrib["NotOnOrAfter"]


@fault("confirmation-with-start", spec=PROFILE)
def confirmation_with_start(assertion: Draft) -> None:
    """The bearer confirmation has a NotBefore, which the profile forbids.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.part(DATA).set("NotBefore", xml.instant(assertion.context.now - HOUR))


@fault(spec="SAML Core 2.4.1.2", reject="must_tolerate")
def confirmation_address(assertion: Draft) -> None:
    """The confirmation names the address of the browser.

    Client: accepts it; addresses change between identity provider and application.
    User: notices nothing.
    """
    assertion.part(DATA).set("Address", "127.0.0.1")


RECIPIENTS = {
    "wrong-recipient": "that of another application",
    "empty-recipient": "empty",
    "recipient-with-slash-more": "the right one with one slash more",
    "recipient-in-other-case": "the right one in capitals",
    "recipient-with-query": "the right one with a query",
}


@fault.family("{}", [(name, "wrong-recipient", JUDGED) for name in RECIPIENTS])
def recipient(assertion: Draft, name: str) -> None:
    """The recipient is not this assertion consumer service, but almost or not at all: {}.

    Client: compares exactly, and rejects it.
    User: sees that the login failed. If it was not meant so, the ACS URL differs between the two sides.
    """
    element = assertion.part(DATA)
    right = element.get("Recipient", "")
    element.set(
        "Recipient",
        {
            "wrong-recipient": f"{EVIL}/acs",
            "empty-recipient": "",
            "recipient-with-slash-more": f"{right}/",
            "recipient-in-other-case": right.upper(),
            "recipient-with-query": f"{right}?a=b",
        }[name],
    )


@fault("wrong-recipient", spec=PROFILE)
def missing_recipient(assertion: Draft) -> None:
    """The bearer confirmation does not say for which address the assertion is.

    Client: rejects it.
    User: sees that the login failed.
    """
    del assertion.part(DATA).attrib["Recipient"]


@fault("wrong-confirmation-request", spec=JUDGED)
def wrong_in_response_to(assertion: Draft) -> None:
    """The assertion answers another request than the response around it.

    Client: rejects it: somebody put a foreign assertion into a good response.
    User: sees that the login failed, and can try again.
    """
    assertion.part(DATA).set("InResponseTo", "_another-request")


@fault("wrong-confirmation-request", spec=JUDGED)
def missing_in_response_to(assertion: Draft) -> None:
    """The assertion does not say which request it answers; the response does.

    Client: rejects it: where only the assertion is signed, anybody can write the other one.
    User: sees that the login failed, and can try again.
    Seen: node-saml/node-saml issue 433.
    """
    del assertion.part(DATA).attrib["InResponseTo"]
