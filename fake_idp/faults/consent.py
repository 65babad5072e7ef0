"""Consent that is asked for, or given, differently than expected (OIDC Core 3.1.2.4, RFC 6749 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Consent

fault = At("consent", step="token_generation")


@fault(spec="OIDC Core 3.1.2.4", reject="must_tolerate")
def asked(consent: Consent) -> None:
    """The person is asked for consent, though the client does not need it, or has it.

    Client: notices nothing but the time it takes.
    User: has to agree once more.
    """
    consent.asks = not consent.given


@fault.family(
    "without-{}",
    [
        ("profile", "reduced-scope", "RFC 6749 3.3"),
        ("groups", "reduced-scope", "RFC 6749 3.3"),
    ],
    reject="should_reject",
)
def reduced(consent: Consent, scope: str) -> None:
    """The person, or an administrator, grants everything but the scope `{}`.

    Client: reads in the token response what it got, and says what is missing if it cannot do without.
    User: is logged in with less, or reads what is missing.
    """
    consent.scope = tuple(value for value in consent.scope if value != scope)


@fault("missing-email", spec="RFC 6749 3.3", reject="should_reject", step="user_provisioning")
def without_email(consent: Consent) -> None:
    """The person, or an administrator, grants everything but the scope `email`.

    Client: says that it has no address if it cannot do without.
    User: is logged in without an address, or reads what is missing.
    """
    consent.scope = tuple(value for value in consent.scope if value != "email")


@fault("missing-id-token", spec="OIDC Core 3.1.2.1")
def without_openid(consent: Consent) -> None:
    """The scope `openid` is not granted, so that there is no ID token.

    Client: rejects the token response: without an ID token nobody is logged in.
    User: reads that the login failed.
    """
    consent.scope = tuple(value for value in consent.scope if value != "openid")
