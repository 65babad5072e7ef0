"""Responses that were sent before: the right key, the right words, the wrong time (SAML Profiles 4.1.4.5).

It takes two logins to see one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import Delivered, Delivery

fault = At("saml_replay", step="token_validation")


@fault("replayed-assertion", spec="SAML Profiles 4.1.4.5")
def same_response(delivery: Delivery) -> None:
    """From the second login on, the response of the first one is sent again, byte for byte.

    Client: rejects it: it keeps the IDs of the assertions that it used until they expire.
    User: reads that the login failed. At a careless client a thief of one response can log in as often as they like.
    Seen: CVE-2025-64131 (Jenkins SAML), IdentityPython/pysaml2 issue 333.
    """
    _send(delivery, delivery.earlier[:1])


@fault("wrong-in-response-to", spec="SAML Core 3.2.2 (InResponseTo); SAML Profiles 4.1.4.3")
def response_of_another_person(delivery: Delivery) -> None:
    """The response is one that was made for another person before, as a cache in the wrong place does it.

    Client: rejects it: it answers another browser's request, and was used already.
    User: reads that the login failed; at a careless client, works in another person's account.
    """
    _send(delivery, tuple(each for each in delivery.earlier if each.user != delivery.context.entry.user)[-1:])


def _send(delivery: Delivery, earlier: tuple[Delivered, ...]) -> None:
    for each in earlier:
        delivery.replace("SAMLResponse", dict(each.fields)["SAMLResponse"])
