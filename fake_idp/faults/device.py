"""Device authorization responses that are odd (RFC 8628 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

# Devices log in without a browser of their own: this is no part of the ten steps.
fault = At("device", step="token_generation")

RESPONSE = "RFC 8628 3.2"


@fault(spec=RESPONSE, reject="must_tolerate")
def missing_verification_uri_complete(answer: Answer) -> None:
    """There is no address that has the code in it already.

    Client: shows the other address and the code.
    User: types the code.
    """
    answer.document.pop("verification_uri_complete")


@fault(spec=RESPONSE, reject="must_tolerate")
def missing_interval(answer: Answer) -> None:
    """The response does not say how often to ask.

    Client: asks every five seconds.
    User: notices nothing.
    """
    answer.document.pop("interval")


@fault.family(
    "missing-{}", [(name, None, RESPONSE) for name in ("device_code", "user_code", "verification_uri", "expires_in")]
)
def missing(answer: Answer, member: str) -> None:
    """The response has no `{}`.

    Client: ends the login with a clear message: the member is required.
    User: reads that the login failed.
    """
    answer.document.pop(member)


@fault(spec=RESPONSE, reject="fail_cleanly")
def expires_at_once(answer: Answer) -> None:
    """The codes are good for one second.

    Client: stops asking when they have expired, and offers to begin again.
    User: cannot type that fast.
    """
    answer.document["expires_in"] = 1


@fault(spec="RFC 8628 3.1", reject="fail_cleanly")
def unauthorized_client(answer: Answer) -> None:
    """The client may not use this grant, says the identity provider.

    Client: shows the error and does not ask for tokens.
    User: reads that the login failed.
    """
    answer.refuse("unauthorized_client", 400)
