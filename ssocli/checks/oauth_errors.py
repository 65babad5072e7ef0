"""The error codes of OAuth 2.0 and OpenID Connect: what each means, who can mend it and how."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Owner


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error code means, who can mend it, and how; `spec` is the document that defines it."""

    meaning: str
    owner: Owner
    fix: str
    spec: str


AUTHORIZATION_ERRORS = {
    "access_denied": Explanation(
        "the user or the identity provider's policy denied the request",
        Owner.USER,
        "Log in again and agree. If nothing was denied knowingly, assign the user to this application at the "
        "identity provider and check its policies.",
        "RFC 6749 4.1.2.1",
    ),
    "invalid_request": Explanation(
        "a parameter of the authorization request is missing, repeated or malformed",
        Owner.APP,
        "Compare the authorization request (-vv) with what the identity provider asks for (PKCE required?).",
        "RFC 6749 4.1.2.1",
    ),
    "unauthorized_client": Explanation(
        "this client may not use the authorization code flow",
        Owner.IDP,
        "Enable the authorization code grant for this client at the identity provider.",
        "RFC 6749 4.1.2.1",
    ),
    "unsupported_response_type": Explanation(
        "the identity provider does not offer the response type `code` to this client",
        Owner.IDP,
        "Enable the response type `code` for this client at the identity provider.",
        "RFC 6749 4.1.2.1",
    ),
    "invalid_scope": Explanation(
        "a scope that was asked for is unknown or not allowed for this client",
        Owner.APP,
        "Ask only for scopes that this client has at the identity provider, or grant it the missing one there.",
        "RFC 6749 4.1.2.1",
    ),
    "server_error": Explanation(
        "the identity provider met an error of its own",
        Owner.IDP,
        "Read the identity provider's log for this request.",
        "RFC 6749 4.1.2.1",
    ),
    "temporarily_unavailable": Explanation(
        "the identity provider is overloaded or under maintenance",
        Owner.IDP,
        "Try again later.",
        "RFC 6749 4.1.2.1",
    ),
    "login_required": Explanation(
        "the user has no session there, and the request forbade a login page (prompt=none)",
        Owner.APP,
        "Send the user again without prompt=none.",
        "OIDC Core 3.1.2.6",
    ),
    "consent_required": Explanation(
        "the user has to consent, and the request forbade a consent page (prompt=none)",
        Owner.APP,
        "Send the user again without prompt=none, or let an administrator consent for everybody.",
        "OIDC Core 3.1.2.6",
    ),
    "interaction_required": Explanation(
        "the user has to do something, and the request forbade any page (prompt=none)",
        Owner.APP,
        "Send the user again without prompt=none.",
        "OIDC Core 3.1.2.6",
    ),
    "account_selection_required": Explanation(
        "the user has several sessions there, and the request forbade a page to choose (prompt=none)",
        Owner.APP,
        "Send the user again without prompt=none, or with a login_hint.",
        "OIDC Core 3.1.2.6",
    ),
    "unmet_authentication_requirements": Explanation(
        "the user cannot authenticate in the way that was asked for (acr_values)",
        Owner.USER,
        "Set up the second factor that the identity provider asks for, or ask for a weaker class.",
        "OpenID Connect Core Unmet Authentication Requirements 1.0",
    ),
    "invalid_target": Explanation(
        "the resource that was asked for is unknown there",
        Owner.APP,
        "Leave the resource parameter out, or register the resource at the identity provider.",
        "RFC 8707 2",
    ),
    "request_not_supported": Explanation(
        "the identity provider does not read the `request` parameter",
        Owner.APP,
        "Send the parameters plainly, without a request object.",
        "OIDC Core 3.1.2.6",
    ),
    "request_uri_not_supported": Explanation(
        "the identity provider does not read the `request_uri` parameter",
        Owner.APP,
        "Send the parameters plainly, without a request object.",
        "OIDC Core 3.1.2.6",
    ),
    "registration_not_supported": Explanation(
        "the identity provider does not read the `registration` parameter",
        Owner.APP,
        "Leave the registration parameter out.",
        "OIDC Core 3.1.2.6",
    ),
}

TOKEN_ERRORS = {
    "invalid_request": Explanation(
        "the token request lacks a parameter, repeats one or is malformed",
        Owner.APP,
        "Compare the token request (-vv) with what the identity provider asks for; client authentication must be "
        "sent in one way only.",
        "RFC 6749 5.2",
    ),
    "invalid_client": Explanation(
        "the identity provider does not recognize the client: id, secret or way of authenticating is wrong",
        Owner.APP,
        "Compare client id and secret with those at the identity provider (expired? rotated? the secret's id "
        "instead of its value?), and client_auth with the method registered there.",
        "RFC 6749 5.2",
    ),
    "invalid_grant": Explanation(
        "the code is expired, used already, issued to another client or redirect URI, or the PKCE verifier is wrong",
        Owner.APP,
        "Use each code once and at once, with the redirect URI and the PKCE verifier of the same login. If the "
        "code is always refused, compare the redirect URIs and look for a proxy that sends the callback twice.",
        "RFC 6749 5.2",
    ),
    "unauthorized_client": Explanation(
        "this client may not use the authorization code grant",
        Owner.IDP,
        "Enable the authorization code grant for this client at the identity provider.",
        "RFC 6749 5.2",
    ),
    "unsupported_grant_type": Explanation(
        "the identity provider does not offer the authorization code grant",
        Owner.IDP,
        "Enable the authorization code grant; check that the URL is that of the token endpoint.",
        "RFC 6749 5.2",
    ),
    "invalid_scope": Explanation(
        "a scope that was asked for is unknown or not allowed for this client",
        Owner.APP,
        "Ask only for scopes that this client has at the identity provider.",
        "RFC 6749 5.2",
    ),
    "incorrect_client_credentials": Explanation(
        "client id and secret do not belong together",
        Owner.APP,
        "Compare client id and secret with those of the OAuth app at the provider.",
        "GitHub Docs, Troubleshooting OAuth app access token request errors",
    ),
    "bad_verification_code": Explanation(
        "the code is wrong, expired or used already",
        Owner.APP,
        "Use each code once and within ten minutes.",
        "GitHub Docs, Troubleshooting OAuth app access token request errors",
    ),
    "redirect_uri_mismatch": Explanation(
        "the redirect URI is not the one registered at the provider",
        Owner.APP,
        "Register the redirect URI that is sent, character for character.",
        "GitHub Docs, Troubleshooting OAuth app access token request errors",
    ),
}

_UNKNOWN = Explanation(
    "an error that no specification defines",
    Owner.IDP,
    "Look it up in the identity provider's documentation and log.",
    "RFC 6749 8.5",
)


def explain_authorization_error(error: str) -> Explanation:
    """What an error of the authorization endpoint means; of an unknown one, that it is unknown."""
    return AUTHORIZATION_ERRORS.get(error, _UNKNOWN)


def explain_token_error(error: str) -> Explanation:
    """What an error of the token endpoint means; of an unknown one, that it is unknown."""
    return TOKEN_ERRORS.get(error, _UNKNOWN)
