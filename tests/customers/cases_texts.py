"""Error messages and pages that a user pasted, in whatever form."""

from __future__ import annotations

from .case import Made, root

ENTRA_PAGE = """<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body>
<div id="heading">Sign in</div><p>Sorry, but we&#39;re having trouble signing you in.</p>
<div>AADSTS50011: The redirect URI &#39;https://sentry.acme.example/auth/sso&#39; specified in the request does not
match the redirect URIs configured for the application &#39;11111111-2222-3333-4444-555555555555&#39;.</div>
<table><tr><td>Correlation Id:</td><td>aaaa0000-bb11-2222-33cc-444444dddddd</td></tr></table></body></html>
"""
ADFS_PAGE = """An error occurred

An error occurred. Contact your administrator for more information.
Error details
   Activity ID: 00000000-0000-0000-2c00-0080000000f0
   MSIS9224: Received invalid OAuth authorization request. The received 'redirect_uri' parameter is not a valid
   registered redirect URI for the client identifier: 'sentry'.
"""
GOOGLE_PAGE = """<html><head><title>Error 403</title></head><body><p><b>403.</b> That&#39;s an error.</p>
<p>Error: app_not_configured_for_user</p><p>Service is not configured for this user.</p></body></html>
"""
AUTH0_ANSWER = """{
  "invalid_request": "Default App for IdP-Initiated is not configured. Make sure to configure that from connection
   settings or include client_id in RelayState parameter."
}
"""


def cases() -> list[Made]:
    """All of them."""
    redirect, login, validation = "redirect_to_idp", "external_authentication", "token_validation"

    def case(
        name: str, title: str, file: str, text: str | bytes, code: str, step: str, owner: str, *covers: str
    ) -> Made:
        return Made(name, title, {file: text}, root(code, "", step, owner), covers=covers)

    return [
        case(
            "b0-reply-address-at-entra",
            "The saved error page of Entra ID",
            "page.html",
            ENTRA_PAGE,
            "AADSTS50011",
            redirect,
            "app",
            "saml c.1",
        ),
        case(
            "b1-not-assigned-at-entra",
            "A message pasted from a ticket",
            "ticket.txt",
            "Our users get this today:\n> AADSTS50105: Your administrator has configured Sentry to block users\n",
            "AADSTS50105",
            login,
            "idp",
            "saml c.13",
        ),
        case(
            "b2-identifier-at-entra",
            "The number alone, as read out on the phone",
            "note",
            "700016",
            "AADSTS700016",
            redirect,
            "app",
            "sentry 8.8",
            "saml c.2",
        ),
        case(
            "b3-redirect-address-at-adfs",
            "The error page of AD FS",
            "adfs.txt",
            ADFS_PAGE,
            "MSIS9224",
            redirect,
            "app",
            "saml c.1",
        ),
        case(
            "b4-name-id-at-adfs",
            "AD FS cannot make the NameID that is asked for",
            "event-321.txt",
            "Exception details: MSIS7070: The SAML request contained a NameIDPolicy that was not satisfied.",
            "MSIS7070",
            redirect,
            "app",
            "saml c.8",
        ),
        case(
            "b5-app-at-google",
            "Google's error page",
            "google.html",
            GOOGLE_PAGE,
            "app_not_configured_for_user",
            redirect,
            "app",
            "saml c.2",
        ),
        case(
            "b6-entity-id-twice-at-google",
            "The Admin console refuses to create the app",
            "screenshot.txt",
            "400 duplicate entity id",
            "duplicate entity id",
            redirect,
            "idp",
            "saml c.25",
        ),
        case(
            "b7-no-policy-at-okta",
            "The custom authorization server has no access policy",
            "error.txt",
            "access_denied: Policy evaluation failed for this request, please check the policy configurations.",
            "no_matching_policy",
            login,
            "idp",
        ),
        case(
            "b8-idp-initiated-at-auth0",
            "Auth0 does not know for which application the login is",
            "error.json",
            AUTH0_ANSWER,
            "Default App for IdP-Initiated is not configured",
            validation,
            "idp",
            "saml c.14",
            "saml c.15",
        ),
        case(
            "b9-client-at-keycloak",
            "Keycloak's client id is not Sentry's metadata URL",
            "keycloak.html",
            "<html><body><h1>We are sorry...</h1><p>Client not found.</p></body></html>",
            "Client not found",
            redirect,
            "app",
            "sentry 8.8",
        ),
        case(
            "c0-mapping-at-sentry",
            "Sentry's own message",
            "sentry.txt",
            "There was an error encountered during authentication: Failed to map SAML attributes",
            "Failed to map SAML attributes",
            validation,
            "app",
            "sentry 8.1",
        ),
        case(
            "c1-proxy-at-sentry",
            "The reason that Sentry's library gives",
            "log.txt",
            "invalid_response: The response was received at http://sentry.acme.example/saml/acs/acme/ instead of https://sentry.acme.example/saml/acs/acme/",
            "The response was received at",
            validation,
            "app",
            "sentry 8.5",
            "saml c.11",
        ),
        case(
            "c2-domain-at-sentry",
            "A consumer's Google account",
            "flash.txt",
            "The domain for your Google account (None) is not allowed to authenticate with this provider.",
            "is not allowed to authenticate with this provider",
            validation,
            "user",
            "sentry 8.11",
        ),
        case(
            "c3-attributes-at-sentry",
            "The library misses the AttributeStatement",
            "mail.txt",
            "SAML SSO failed, There is no AttributeStatement on the Response\r\n".encode("utf-16"),
            "There is no AttributeStatement on the Response",
            validation,
            "idp",
            "sentry 8.3",
            "saml c.7",
        ),
        case(
            "c4-loop-at-adfs",
            "AD FS stops a redirect loop",
            "msis.txt",
            "MSIS7042: The same client browser session has made '6' requests in the last '11' seconds.",
            "MSIS7042",
            login,
            "app",
            "sentry 8.15",
        ),
        case(
            "c5-signature-required-at-keycloak",
            "The identity provider wants signed requests",
            "message.txt",
            "Keycloak says: Invalid requester",
            "Invalid requester",
            redirect,
            "app",
            "sentry 8.7",
            "saml c.18",
        ),
    ]
