"""Metadata that is wrong, or misleads (OIDC Discovery 3, 4.3; RFC 8414 2, 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

fault = At("discovery", step="redirect_to_idp")

ISSUER = "OIDC Discovery 4.3"
MEMBERS = "OIDC Discovery 3"


@fault("issuer-mismatch", spec=ISSUER)
def issuer_mismatch(answer: Answer) -> None:
    """The document names another issuer than the one that was asked.

    Client: uses nothing of it: it may be an attacker's (RFC 9700 4.4).
    User: cannot even begin to log in. It is the commonest mistake in a new configuration.
    Seen: coreos/go-oidc issue 240.
    """
    answer.document["issuer"] = "https://accounts.other.example"


@fault("issuer-mismatch", spec=ISSUER)
def issuer_with_slash(answer: Answer) -> None:
    """The issuer has a slash at its end that the configured one does not have.

    Client: uses nothing of the document; issuers are compared character by character.
    User: cannot begin to log in.
    """
    answer.document["issuer"] += "/"


@fault("issuer-mismatch", spec=ISSUER)
def issuer_in_capitals(answer: Answer) -> None:
    """The last segment of the issuer's path is in capitals.

    Client: uses nothing of the document; issuers are compared character by character.
    User: cannot begin to log in.
    """
    base, slash, last = answer.document["issuer"].rpartition("/")
    answer.document["issuer"] = base + slash + last.upper()


@fault("issuer-mismatch", spec=ISSUER)
def issuer_on_another_port(answer: Answer) -> None:
    """The issuer has another port: the one behind the proxy.

    Client: uses nothing of the document; issuers are compared character by character.
    User: cannot begin to log in. It is usual behind a proxy that does not pass the Host header on.
    """
    parts = urlsplit(answer.document["issuer"])
    answer.document["issuer"] = parts._replace(netloc=f"{parts.hostname}:8443").geturl()


@fault.family(
    "missing-{}",
    [
        ("issuer", "issuer-mismatch", MEMBERS),
        ("authorization_endpoint", "missing-metadata", MEMBERS),
        ("token_endpoint", "missing-metadata", MEMBERS),
        ("jwks_uri", "missing-metadata", MEMBERS),
    ],
)
def missing(answer: Answer, member: str) -> None:
    """The document has no `{}`.

    Client: says that it is missing, and does not make one up.
    User: cannot log in.
    """
    answer.document.pop(member)


@fault.family(
    "malformed-{}",
    [
        ("issuer", "issuer-mismatch", MEMBERS),
        ("authorization_endpoint", "missing-metadata", MEMBERS),
        ("token_endpoint", "missing-metadata", MEMBERS),
        ("jwks_uri", "missing-metadata", MEMBERS),
    ],
)
def malformed(answer: Answer, member: str) -> None:
    """The `{}` of the document is an array and not a string.

    Client: says what is wrong with it, and does not crash.
    User: cannot log in; in careless clients, a server error.
    """
    answer.document[member] = [answer.document[member]]


@fault.family(
    "relative-{}",
    [
        ("authorization_endpoint", "malformed-endpoint", "RFC 6749 3.1"),
        ("token_endpoint", "malformed-endpoint", "RFC 6749 3.2"),
        ("jwks_uri", "malformed-endpoint", MEMBERS),
    ],
)
def relative(answer: Answer, member: str) -> None:
    """The `{}` is a path without scheme and host.

    Client: says that it is no absolute URL.
    User: cannot log in.
    """
    answer.document[member] = urlsplit(answer.document[member]).path


@fault("malformed-endpoint", spec="RFC 6749 3.1")
def endpoint_with_fragment(answer: Answer) -> None:
    """The authorization endpoint has a fragment.

    Client: refuses it; an endpoint must not have one.
    User: cannot log in; in careless clients the request ends up behind the `#` and is never sent.
    """
    answer.document["authorization_endpoint"] += "#login"


@fault("malformed-endpoint", spec="RFC 6749 3.1")
def script_as_endpoint(answer: Answer) -> None:
    """The authorization endpoint is a `javascript:` URL.

    Client: refuses it, and never puts it into a link or a redirect.
    User: runs an attacker's script in the application's page if the client does not look.
    """
    answer.document["authorization_endpoint"] = "javascript:alert(document.domain)"


@fault(spec="RFC 6749 3.1", reject="must_tolerate")
def endpoint_with_query(answer: Answer) -> None:
    """The authorization endpoint has a query of its own.

    Client: keeps it, and adds its parameters behind.
    User: notices nothing.
    """
    answer.document["authorization_endpoint"] += "?tenant=acme"


@fault("no-accepted-algorithm", spec=MEMBERS)
def only_unsigned(answer: Answer) -> None:
    """The only signature algorithm on offer is `none`.

    Client: refuses, or goes on insisting on a signature; it never takes `none` because the metadata says so.
    User: cannot log in.
    """
    answer.document["id_token_signing_alg_values_supported"] = ["none"]


@fault(spec="RFC 8725 3.1", reject="must_tolerate")
def unsigned_offered(answer: Answer) -> None:
    """The algorithm `none` is on offer beside the others.

    Client: keeps to the algorithm that it is configured for.
    User: notices nothing. A client that takes the first of the list can be fooled by anybody.
    """
    answer.document["id_token_signing_alg_values_supported"].insert(0, "none")


@fault("pkce-not-offered", spec="RFC 9700 2.1.1", reject="must_tolerate")
def pkce_not_offered(answer: Answer) -> None:
    """The document does not say that PKCE is supported.

    Client: sends its challenge all the same; an identity provider that does not know it ignores it.
    User: notices nothing.
    """
    answer.document.pop("code_challenge_methods_supported")


@fault("pkce-not-offered", spec="RFC 9700 2.1.1", reject="must_tolerate")
def pkce_plain_only(answer: Answer) -> None:
    """The only PKCE method on offer is `plain`.

    Client: sends S256 all the same, or none; it does not let itself be talked down to `plain`.
    User: notices nothing.
    """
    answer.document["code_challenge_methods_supported"] = ["plain"]


@fault("unsupported-client-authentication", spec=MEMBERS)
def other_client_authentication(answer: Answer) -> None:
    """The only client authentication on offer is by TLS certificate.

    Client: says that its own way is not among those offered.
    User: cannot log in.
    """
    answer.document["token_endpoint_auth_methods_supported"] = ["tls_client_auth"]


@fault(spec=MEMBERS, reject="must_tolerate")
def no_client_authentication_listed(answer: Answer) -> None:
    """The document does not list ways of client authentication.

    Client: takes the default, client_secret_basic.
    User: notices nothing.
    """
    answer.document.pop("token_endpoint_auth_methods_supported")


@fault("unsupported-response-type", spec=MEMBERS)
def no_code_flow(answer: Answer) -> None:
    """The code flow is not on offer, only the implicit one.

    Client: says so, and does not fall back to the implicit flow.
    User: cannot log in.
    """
    answer.document["response_types_supported"] = ["id_token", "id_token token"]


@fault(spec=MEMBERS, reject="must_tolerate")
def unknown_members(answer: Answer) -> None:
    """There are members that nobody knows, of every type.

    Client: ignores them.
    User: notices nothing.
    """
    answer.document |= {"x_fake": {"deep": [1, None, True]}, "x_other": "y", "mtls_endpoint_aliases": {}}


@fault(spec="RFC 8259 8.1", reject="must_tolerate")
def text_plain(answer: Answer) -> None:
    """The document comes as text/plain.

    Client: reads it: it is JSON all the same, and many providers serve it as a file.
    User: notices nothing.
    """
    answer.set_header("Content-Type", "text/plain; charset=utf-8")


@fault(spec="RFC 9111 5.2.2.1", reject="must_tolerate")
def cached_for_a_year(answer: Answer) -> None:
    """The document may be cached for a year.

    Client: does not: it asks again within hours, and at once for an unknown key.
    User: notices nothing until the keys are rotated; then nobody can log in if the client believed it.
    """
    answer.set_header("Cache-Control", "public, max-age=31536000, immutable")
