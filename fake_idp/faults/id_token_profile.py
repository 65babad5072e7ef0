"""ID tokens that describe the person oddly: e-mail address, groups, name (OIDC Core 5.1, 5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Token

fault = At("id_token", step="user_provisioning")

CLAIMS = "OIDC Core 5.1"


@fault("unverified-email", spec="OIDC Core 5.7", reject="should_reject")
def email_unverified(token: Token) -> None:
    """The e-mail address was not verified, says the token.

    Client: links no existing account by it.
    User: is logged in as themselves, or asked to verify the address.
    """
    token.claims["email_verified"] = False


@fault(spec="OIDC Core 5.7", reject="must_tolerate")
def other_email(token: Token) -> None:
    """The e-mail address is mallory's; the subject is right.

    Client: accepts it, and knows people by issuer and subject, never by address.
    User: notices a wrong address at most. A client that links by address hands mallory's account over.
    """
    token.claims["email"] = forged_person(token.context).email


@fault(spec="OIDC Core 5.7", reject="must_tolerate")
def email_in_capitals(token: Token) -> None:
    """The e-mail address is in capitals.

    Client: takes it for the same address.
    User: notices nothing; in careless clients, has a second account.
    """
    token.claims["email"] = str(token.claims.get("email", "")).upper()


@fault(spec=CLAIMS, reject="should_reject")
def groups_as_text(token: Token) -> None:
    """The groups are one text with commas in it, and not an array.

    Client: does not take its letters for groups, and does not crash.
    User: is logged in with fewer rights than expected.
    Seen: kubelogin issues 114 and 250.
    """
    token.claims["groups"] = ",".join(token.claims.get("groups", ()))


@fault(spec=CLAIMS, reject="must_tolerate")
def missing_groups(token: Token) -> None:
    """There are no groups, though the scope was granted.

    Client: gives the default role, and takes away nothing by accident.
    User: is logged in with fewer rights than expected.
    """
    token.claims.pop("groups", None)


@fault(spec=CLAIMS, reject="must_tolerate")
def many_groups(token: Token) -> None:
    """There are five hundred other groups before the person's own.

    Client: reads them all.
    User: notices nothing; in careless clients, a cookie that is too large makes the login loop.
    """
    token.claims["groups"] = [f"group-{number:03}" for number in range(500)] + token.claims.get("groups", [])


@fault(spec="OIDC Core 5.6.2", reject="must_tolerate")
def groups_overage(token: Token) -> None:
    """The groups are too many for the token, which says where to ask for them instead.

    Client: asks there, or gives the default role; it does not take the person for one without groups.
    User: is logged in with fewer rights than expected.
    Seen: Microsoft Entra ID above two hundred groups.
    """
    token.claims.pop("groups", None)
    token.claims["_claim_names"] = {"groups": "src1"}
    token.claims["_claim_sources"] = {"src1": {"endpoint": token.context.issuer.url + "/groups"}}


@fault(spec=CLAIMS, reject="must_tolerate")
def markup_in_name(token: Token) -> None:
    """The name is HTML with a script.

    Client: shows it as text.
    User: sees odd characters; in a careless client, an attacker's script runs in the application's pages.
    """
    token.claims["name"] = "<script>document.title='owned'</script>"
