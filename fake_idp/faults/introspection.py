"""Introspection responses that mislead a resource server (RFC 7662 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

# Resource servers introspect, and none is part of a login: there is nothing for it to find.
fault = At("introspection", step="token_validation")

RESPONSE = "RFC 7662 2.2"


@fault(spec=RESPONSE)
def inactive(answer: Answer) -> None:
    """A good token is said to be inactive.

    Client: is refused by the resource server, and asks for a new token once.
    User: cannot use the service.
    """
    answer.document = {"active": False}


@fault(spec=RESPONSE)
def missing_active(answer: Answer) -> None:
    """The response does not say whether the token is active.

    Client: as a resource server, takes the token for inactive.
    User: cannot use the service.
    """
    answer.document.pop("active")


@fault.family("active-as-{}", [("text", None, RESPONSE), ("number", None, RESPONSE)])
def malformed_active(answer: Answer, kind: str) -> None:
    """Whether the token is active comes as a {}, and says no if it is read as meant.

    Client: as a resource server, takes anything but `true` for inactive.
    User: can use a service with a token that was taken back, if its resource server tests for truth.
    """
    answer.document["active"] = {"text": "false", "number": 0}[kind]


@fault(spec="RFC 7662 4")
def expired_but_active(answer: Answer) -> None:
    """The token is said to be active, and to have expired an hour ago.

    Client: as a resource server, looks at `exp` as well.
    User: can use a service for longer than they should.
    """
    answer.document["exp"] = answer.context.now - 3600


@fault(spec="RFC 7662 4")
def for_another_service(answer: Answer) -> None:
    """The token is said to be for another service.

    Client: as a resource server, looks at `aud` as well.
    User: can be impersonated by one service at another.
    """
    answer.document["aud"] = "https://api.other.example"
