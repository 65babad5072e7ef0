"""AuthnRequests that the identity provider refuses."""

from __future__ import annotations

from . import configs
from .case import Made, root
from .messages import (
    FILE,
    authn_request,
    redirected,
)
from .vendors import (
    ACS,
    ENTRA,
    KEYCLOAK,
    OKTA,
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
    ]
