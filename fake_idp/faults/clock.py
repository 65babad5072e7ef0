"""Identity providers whose clock is wrong: in every token, and in the Date header of each answer (RFC 7519 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Time

fault = At("clock", step="token_validation")

SECONDS = {"5s": 5, "30s": 30, "10m": 600, "1h": 3600, "2h": 7200}
LEEWAY = "OIDC Core 3.1.3.7 item 9"


@fault.family("ahead-{}", [("5s", None, LEEWAY), ("30s", None, LEEWAY)], reject="must_tolerate")
def ahead_a_little(time: Time, duration: str) -> None:
    """The identity provider's clock is {} ahead.

    Client: accepts its tokens; that is within any sensible leeway.
    User: notices nothing.
    """
    time.skew = SECONDS[duration]


@fault.family(
    "ahead-{}",
    [
        ("10m", "issued-in-the-future", "OIDC Core 3.1.3.7 item 10"),
        ("1h", "issued-in-the-future", "OIDC Core 3.1.3.7 item 10"),
    ],
)
def ahead(time: Time, duration: str) -> None:
    """The identity provider's clock is {} ahead.

    Client: rejects its tokens, and says that the clocks differ.
    User: cannot log in, until somebody sets a clock right. One hour is a time zone taken for UTC.
    Seen: puiterwijk/flask-oidc issue 7, auth0/nextjs-auth0 issue 18.
    """
    time.skew = SECONDS[duration]


@fault.family("behind-{}", [("30s", None, LEEWAY), ("10m", None, LEEWAY)], reject="must_tolerate")
def behind_a_little(time: Time, duration: str) -> None:
    """The identity provider's clock is {} behind.

    Client: accepts its tokens: they are good for an hour, and most of it is left.
    User: notices nothing.
    """
    time.skew = -SECONDS[duration]


@fault.family("behind-{}", [("2h", "expired-id-token", LEEWAY)])
def behind(time: Time, duration: str) -> None:
    """The identity provider's clock is {} behind, so that its tokens have expired when they are issued.

    Client: rejects them, and says that the clocks differ.
    User: cannot log in, until somebody sets a clock right.
    """
    time.skew = -SECONDS[duration]
