"""What the error codes of OAuth and OpenID Connect mean, whose they are, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Owner


@dataclass(frozen=True, slots=True)
class Meaning:
    """One error code explained: `says` completes "the identity provider says that ..."."""

    says: str
    owner: Owner
    fix: str


_AGAIN = "Try again in a while; if it stays, the identity provider's log has the reason."
_PROMPT_NONE = "Log in interactively: take prompt=none out of the provider's configuration."

# RFC 6749 4.1.2.1, OIDC Core 3.1.2.6, OpenID Connect Unmet Authentication Requirements.
AUTHORIZATION_ERRORS = {
    "access_denied": Meaning(
        "the user, or a policy, refused",
        Owner.USER,
        "Log in again and agree. If nobody refused, the user is not assigned to this application there, or a policy "
        "(device, network, group) forbids it: the identity provider's sign-in log says which.",
    ),
    "invalid_request": Meaning(
        "the request is malformed: a parameter is missing, repeated or wrong",
        Owner.APP,
        "Compare the request's parameters with what the client is registered for: redirect URI, PKCE, response mode.",
    ),
    "unauthorized_client": Meaning(
        "this client may not use the authorization code flow",
        Owner.IDP,
        "Enable the code flow for this client at the identity provider.",
    ),
    "unsupported_response_type": Meaning(
        "it does not give out codes",
        Owner.IDP,
        "Enable response type code at the identity provider.",
    ),
    "invalid_scope": Meaning(
        "a scope is unknown or not allowed for this client",
        Owner.APP,
        "Take the scope out of `scopes`, or define it at the identity provider and allow it for this client.",
    ),
    "server_error": Meaning("it failed inside", Owner.IDP, _AGAIN),
    "temporarily_unavailable": Meaning("it is overloaded or being maintained", Owner.IDP, _AGAIN),
    "interaction_required": Meaning("the user has to do something", Owner.APP, _PROMPT_NONE),
    "login_required": Meaning("the user has to log in", Owner.APP, _PROMPT_NONE),
    "account_selection_required": Meaning("the user has to choose an account", Owner.APP, _PROMPT_NONE),
    "consent_required": Meaning(
        "the user, or an administrator, has to consent",
        Owner.IDP,
        "Log in interactively and consent, or let an administrator consent for the organization.",
    ),
    "invalid_request_uri": Meaning(
        "the request_uri leads nowhere", Owner.APP, "Take request_uri out of the configuration's parameters."
    ),
    "invalid_request_object": Meaning(
        "the request object is wrong", Owner.APP, "Take request out of the configuration's parameters."
    ),
    "request_not_supported": Meaning(
        "it takes no request objects", Owner.APP, "Take request out of the configuration's parameters."
    ),
    "request_uri_not_supported": Meaning(
        "it takes no request_uri", Owner.APP, "Take request_uri out of the configuration's parameters."
    ),
    "registration_not_supported": Meaning(
        "it takes no registration parameter", Owner.APP, "Take registration out of the configuration's parameters."
    ),
    "unmet_authentication_requirements": Meaning(
        "the user cannot authenticate in the way that was asked for (acr)",
        Owner.USER,
        "Enrol the second factor that acr_values asks for, or ask for less.",
    ),
}

# RFC 6749 5.2, RFC 9449 5, RFC 6749 4.1.2.1 for the last two, which some send here as well.
TOKEN_ERRORS = {
    "invalid_request": Meaning(
        "the token request is malformed",
        Owner.APP,
        "Compare grant type, code, redirect URI and client authentication with what the identity provider expects.",
    ),
    "invalid_client": Meaning(
        "client authentication failed: unknown client, wrong secret, or another method than registered",
        Owner.APP,
        "Compare client id and client secret with the registration (expired? trailing space? the secret's id in place "
        "of its value?), and client_auth with the method that is registered there.",
    ),
    "invalid_grant": Meaning(
        "the code is wrong, expired, already used, or of another client, redirect URI or PKCE verifier",
        Owner.APP,
        "Start the login again, once. If it stays: the redirect URI must be the same in both requests, and the code "
        "must be redeemed once, within its lifetime, by the client it was given to.",
    ),
    "unauthorized_client": Meaning(
        "this client may not use this grant type",
        Owner.IDP,
        "Enable the authorization code grant for this client at the identity provider.",
    ),
    "unsupported_grant_type": Meaning(
        "it does not know the grant type",
        Owner.IDP,
        "Check that the token endpoint is the right one and that the authorization code grant is enabled.",
    ),
    "invalid_scope": Meaning(
        "a scope is not allowed", Owner.APP, "Ask for the scopes that the user and the registration allow."
    ),
    "invalid_dpop_proof": Meaning(
        "it wants a DPoP proof",
        Owner.IDP,
        "Switch sender-constrained tokens (DPoP) off for this client: bearer tokens are used here.",
    ),
    "use_dpop_nonce": Meaning(
        "it wants a DPoP nonce",
        Owner.IDP,
        "Switch sender-constrained tokens (DPoP) off for this client: bearer tokens are used here.",
    ),
    "server_error": Meaning("it failed inside", Owner.IDP, _AGAIN),
    "temporarily_unavailable": Meaning("it is overloaded or being maintained", Owner.IDP, _AGAIN),
    # GitHub answers with codes of its own.
    "bad_verification_code": Meaning(
        "the code is wrong, expired or already used", Owner.APP, "Start the login again, once."
    ),
    "incorrect_client_credentials": Meaning(
        "the client id or the client secret is wrong",
        Owner.APP,
        "Compare client id and client secret with the registration of the application.",
    ),
    "redirect_uri_mismatch": Meaning(
        "the redirect URI is not the registered one",
        Owner.APP,
        "Register the callback URL exactly as it is sent.",
    ),
}


def meaning(table: dict[str, Meaning], code: str) -> Meaning:
    """The meaning of a code; one that no specification defines is explained as that."""
    unknown = Meaning(
        "something in a code of its own", Owner.IDP, "Look the code up in the identity provider's documentation."
    )
    return table.get(code, unknown)
