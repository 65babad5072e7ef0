"""UserInfo responses about somebody else, refused, or odd (OIDC Core 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp import jws
from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.forgery import KID, forgers_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from fake_idp.faults.artefacts import Answer

fault = At("userinfo", step="token_validation")

RESPONSE, ERROR, TYPES = "OIDC Core 5.3.2", "RFC 6750 3.1", "OIDC Core 5.1"


@fault("wrong-userinfo-subject", spec=RESPONSE)
def invalid_sub(answer: Answer) -> None:
    """The response is about mallory, while the ID token is about who logged in: token substitution.

    Client: uses nothing of it.
    User: is logged in under mallory's name or address in a careless client.
    """
    person = forged_person(answer.context)
    answer.document |= {"sub": person.sub, "email": person.email, "name": person.name}


@fault("missing-userinfo-subject", spec=RESPONSE)
def missing_sub(answer: Answer) -> None:
    """The response has no subject.

    Client: uses nothing of it: it does not say whom it is about.
    User: reads that the login failed.
    """
    answer.document.pop("sub")


@fault("missing-userinfo-subject", spec=RESPONSE)
def empty_sub(answer: Answer) -> None:
    """The subject is empty.

    Client: uses nothing of it.
    User: reads that the login failed.
    """
    answer.document["sub"] = ""


@fault("wrong-userinfo-subject", spec=RESPONSE)
def sub_in_capitals(answer: Answer) -> None:
    """The subject has its letters in capitals.

    Client: uses nothing of it; subjects are compared character by character.
    User: reads that the login failed.
    """
    answer.document["sub"] = answer.document["sub"].upper()


@fault.family(
    "{}",
    [("invalid_token", "userinfo-error", ERROR), ("insufficient_scope", "userinfo-error", ERROR)],
    reject="fail_cleanly",
)
def error(answer: Answer, name: str) -> None:
    """The endpoint refuses the access token with `{}`.

    Client: ends the login with a clear message, or goes on with the ID token alone if it is configured so.
    User: reads that the login failed.
    """
    answer.refuse(name, 403 if name == "insufficient_scope" else 401)
    answer.set_header("WWW-Authenticate", f'Bearer error="{name}", error_description="Ordered by a fault."')


@fault("userinfo-error", spec=ERROR, reject="fail_cleanly")
def unexplained_401(answer: Answer) -> None:
    """The endpoint refuses the access token, and does not say why.

    Client: ends the login with a clear message.
    User: reads that the login failed. A proxy that drops the Authorization header does this.
    """
    answer.document, answer.status = {}, 401
    answer.set_header("WWW-Authenticate", "Bearer")


@fault.family(
    "malformed-{}",
    [
        ("email_verified", "malformed-claim", TYPES),
        ("email", "malformed-claim", TYPES),
        ("name", "malformed-claim", TYPES),
    ],
    reject="should_reject",
)
def malformed(answer: Answer, claim: str) -> None:
    """The claim `{}` has the wrong type.

    Client: does not use it, and does not crash. The text "false" is not taken for true.
    User: is logged in without it; in careless clients, reads a server error.
    """
    answer.document[claim] = {"email_verified": "false", "email": ["a@acme.example"], "name": {"first": "A"}}[claim]


@fault(spec=TYPES, reject="must_tolerate")
def null_claims(answer: Answer) -> None:
    """What the person has not filled in comes as null.

    Client: takes it for absent.
    User: notices nothing.
    """
    answer.document |= {"middle_name": None, "website": None, "zoneinfo": None}


@fault(spec=RESPONSE, reject="must_tolerate")
def unknown_claims(answer: Answer) -> None:
    """There are claims that nobody knows, of every type.

    Client: ignores them.
    User: notices nothing.
    """
    answer.document |= {"x_fake": {"deep": [1, None, True]}, "iss": "https://accounts.other.example"}


@fault(spec="OIDC Core 5.7", reject="must_tolerate")
def other_email(answer: Answer) -> None:
    """The e-mail address is mallory's; the subject is right.

    Client: accepts it, and knows people by issuer and subject, never by address.
    User: notices a wrong address at most. A client that links by address hands mallory's account over.
    """
    answer.document["email"] = forged_person(answer.context).email


@fault(spec=RESPONSE, reject="must_tolerate")
def signed(answer: Answer) -> None:
    """The response is a JWT, properly signed by a published key.

    Client: verifies it and uses it; or says that it asked for JSON.
    User: notices nothing.
    """
    key = answer.context.namespace.keys.current("RS256")
    _sign(answer, key.private, key.kid)


@fault(spec="OIDC Core 5.6.2", reject="must_tolerate")
def aggregated_claims(answer: Answer) -> None:
    """Some claims come as a signed JWT of another issuer within the response.

    Client: verifies and uses them, or ignores them.
    User: notices nothing.
    """
    claims = {"iss": "https://claims.other.example", "sub": answer.document["sub"], "shoe_size": 8}
    source = jws.jwt({"alg": "RS256", "kid": KID}, claims, forgers_key())
    answer.document |= {"_claim_names": {"shoe_size": "src1"}, "_claim_sources": {"src1": {"JWT": source}}}


@fault(spec="OIDC Core 5.6.2", reject="must_tolerate")
def distributed_claims(answer: Answer) -> None:
    """Some claims are to be fetched from another address, with a token of its own.

    Client: fetches them from addresses that it trusts, or ignores them.
    User: notices nothing.
    """
    source = {"endpoint": "https://claims.other.example/shoe", "access_token": "a-token-of-that-service"}
    answer.document |= {"_claim_names": {"shoe_size": "src1"}, "_claim_sources": {"src1": source}}


@fault("unverified-userinfo", spec="OIDC Core 5.3.4")
def signed_by_other_key(answer: Answer) -> None:
    """The response is a JWT, signed by a key that was never published, under the id of a real one.

    Client: uses nothing of it.
    User: reads that the login failed.
    """
    _sign(answer, forgers_key(), answer.context.namespace.keys.current("RS256").kid)


@fault("unverified-userinfo", spec="OIDC Core 5.3.4")
def signed_by_unknown_key(answer: Answer) -> None:
    """The response is a JWT, signed by a key that was never published, under that key's own id.

    Client: uses nothing of it.
    User: reads that the login failed.
    """
    _sign(answer, forgers_key(), KID)


@fault("foreign-userinfo", spec=RESPONSE)
def signed_for_another_client(answer: Answer) -> None:
    """The response is a JWT for another client, properly signed by a published key.

    Client: uses nothing of it.
    User: reads that the login failed.
    """
    answer.document["aud"] = "another-client"
    key = answer.context.namespace.keys.current("RS256")
    _sign(answer, key.private, key.kid)


@fault("malformed-userinfo-token", spec=RESPONSE)
def json_as_jwt(answer: Answer) -> None:
    """The response says that it is a JWT, and is plain JSON.

    Client: uses nothing of it.
    User: reads that the login failed.
    """
    answer.set_header("Content-Type", "application/jwt")


def _sign(answer: Answer, key: PrivateKeyTypes, kid: str) -> None:
    claims = {"iss": answer.context.issuer.url, "aud": answer.context.entry.client, **answer.document}
    answer.set_header("Content-Type", "application/jwt")
    answer.body = jws.jwt({"alg": "RS256", "kid": kid}, claims, key).encode()
