"""AuthnRequests that the identity provider refuses."""

from __future__ import annotations

from urllib.parse import quote

from . import configs
from .case import Expected, Made, root
from .messages import (
    FILE,
    authn_request,
    packed,
    redirected,
)
from .vendors import (
    ACS,
    ENTRA,
    KEYCLOAK,
    OKTA,
    OKTA_LOGIN,
    SIGNING,
    SP,
    SP_FILES,
    Idp,
)


def cases() -> list[Made]:
    """All of them."""
    comparison = (
        '<samlp:RequestedAuthnContext Comparison="exact"><saml:AuthnContextClassRef>'
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>"
        "</samlp:RequestedAuthnContext>"
    )

    def request(
        name: str, title: str, idp: Idp, url: str, code: str, rule: str, *covers: str, keys: bool = False
    ) -> Made:
        more = SIGNING if keys else ()
        files: dict[str, str | bytes] = {
            "sentry.toml": configs.saml(FILE, 'preset = "okta"', *more),
            "idp-metadata.xml": idp.metadata(),
            "request.txt": url,
        }
        files |= SP_FILES if keys else {}
        expected = root(code, rule, "redirect_to_idp", "app")
        return Made(name, title, files, expected, ("sentry.toml", "request.txt"), covers)

    behind_proxy = authn_request(OKTA.sso, acs=ACS.replace("https:", "http:"))
    return [
        request(
            "40-request-with-http-acs",
            "The AuthnRequest asks for the response at http://",
            OKTA,
            redirected(OKTA.sso, "SAMLRequest", behind_proxy),
            "SAR004",
            "wrong-request-acs",
            "saml c.1",
            "saml c.11",
        ),
        request(
            "41-request-of-another-entity",
            "The AuthnRequest's Issuer is not the registered entity ID",
            OKTA,
            redirected(OKTA.sso, "SAMLRequest", authn_request(OKTA.sso, issuer=SP.rstrip("/"))),
            "SAR003",
            "wrong-request-issuer",
            "sentry 8.8",
            "saml c.2",
        ),
        request(
            "42-unsigned-request",
            "Keycloak wants signed requests, this one is not",
            KEYCLOAK,
            redirected(KEYCLOAK.sso, "SAMLRequest", authn_request(KEYCLOAK.sso)),
            "SAR008",
            "unsigned-request",
            "sentry 8.7",
            "saml c.18",
            keys=True,
        ),
        request(
            "43-request-to-another-endpoint",
            "The AuthnRequest's Destination is not where it was sent",
            ENTRA,
            redirected(
                ENTRA.sso, "SAMLRequest", authn_request(ENTRA.sso.replace("11111111-", "99999999-"), inside=comparison)
            ),
            "SAR002",
            "wrong-request-destination",
            "saml c.20",
        ),
        _pair(
            "44-relay-state-lost",
            "The identity provider does not send RelayState back",
            {"RelayState": "/organizations/acme/issues/"},
            OKTA_LOGIN.response(),
            root("SRL001", "lost-relay-state", "token_validation", "idp"),
            "saml c.15",
        ),
        _pair(
            "45-response-to-another-request",
            "The response answers the request of another tab",
            {},
            OKTA_LOGIN.but(in_response_to='InResponseTo="_of-another-tab"').response(),
            root("SRS055", "wrong-in-response-to", "token_validation", "user"),
        ),
    ]


def _pair(name: str, title: str, sent: dict[str, str], response: str, expected: Expected, *covers: str) -> Made:
    """A request and the form that answered it."""
    files: dict[str, str | bytes] = {
        "sentry.toml": configs.saml(FILE, 'preset = "okta"'),
        "idp-metadata.xml": OKTA.metadata(),
        "request.txt": redirected(OKTA.sso, "SAMLRequest", authn_request(OKTA.sso), **sent),
        "answer.txt": f"SAMLResponse={quote(packed(response), safe='')}&Submit=Continue",
    }
    return Made(name, title, files, expected, ("sentry.toml", "request.txt", "answer.txt"), covers)
