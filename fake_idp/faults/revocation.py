"""Revocations that do not succeed (RFC 7009 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

fault = At("revocation", step="token_generation")


@fault(spec="RFC 7009 2.2.1", reject="fail_cleanly")
def unavailable(answer: Answer) -> None:
    """The endpoint is unavailable, and asks to come back in half a minute.

    Client: ends its own session all the same, and tries the revocation again later.
    User: is logged out of the application.
    """
    answer.refuse("temporarily_unavailable", 503)
    answer.set_header("Retry-After", "30")


@fault(spec="RFC 7009 2.2.1", reject="fail_cleanly")
def unsupported_token_type(answer: Answer) -> None:
    """The endpoint does not revoke tokens of this type.

    Client: ends its own session all the same.
    User: is logged out of the application; the token lives on until it expires.
    """
    answer.refuse("unsupported_token_type", 400)


@fault(spec="RFC 7009 2.2", reject="must_tolerate")
def with_body(answer: Answer) -> None:
    """The revocation succeeds, and the response has a body.

    Client: ignores it; the status says everything.
    User: notices nothing.
    """
    answer.document = {"result": "ok"}
