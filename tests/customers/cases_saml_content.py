"""SAML responses with the wrong content, errors, and requests that the identity provider refuses."""

from __future__ import annotations

from tests.checks import saml_forge as forge

from .case import Made
from .messages import (
    form,
    packed,
    posted,
    redirected,
    response_case,
    status,
    with_metadata,
)
from .vendors import (
    ACS,
    ADFS,
    ADFS_LOGIN,
    ENTRA,
    ENTRA_LOGIN,
    GOOGLE,
    GOOGLE_LOGIN,
    KEYCLOAK,
    OKTA,
    OKTA_LOGIN,
    SIGNING,
    SP_FILES,
    Login,
    attributes,
    claims,
)


def cases() -> list[Made]:
    """All of them."""
    return [*_attributes(), *_times(), *_statuses()]


def _attributes() -> list[Made]:
    okta = 'preset = "okta"'
    mapping = ("[providers.acme.attributes]", 'identifier = "username"', 'user_email = "email"')
    case = attributes(identifier="00u1example", Email="alice@acme.example", firstName="Alice", lastName="Archer")
    no_mail = claims(name="alice@acme.example", emailaddress="", givenname="Alice", surname="Archer")
    roles = forge.attribute("Role", "admin") + forge.attribute("Role", "offline_access")
    overage = forge.attribute("http://schemas.microsoft.com/claims/groups.link", "https://graph.windows.net/example")
    keycloak = attributes(identifier="4711", email="alice@acme.example", firstName="Alice", lastName="Archer")
    return [
        response_case(
            "20-no-attribute-statement",
            "AD FS has no claim rules: the assertion carries a NameID only",
            with_metadata(ADFS, 'preset = "adfs"', response=packed(ADFS_LOGIN.but(attributes="").response())),
            "SRS063",
            "missing-attributes",
            "idp",
            "sentry 8.3",
            "saml c.7",
            among=("SAT001", "SAT002"),
        ),
        response_case(
            "21-attribute-names-are-uris",
            "The mapping has short names, Entra ID sends claim URIs",
            with_metadata(ENTRA, *mapping, response=packed(ENTRA_LOGIN.response())),
            "SAT001",
            "missing-identifier-attribute",
            "app",
            "sentry 8.1",
            "saml c.6",
            among=("SAT002",),
        ),
        response_case(
            "22-attribute-name-in-other-letter-case",
            "The attribute is called Email, the mapping says email",
            with_metadata(OKTA, okta, response=posted(OKTA_LOGIN.but(attributes=case).response()), name="body.txt"),
            "SAT002",
            "missing-email-attribute",
            "app",
            "sentry 8.1",
            "saml c.6",
        ),
        response_case(
            "23-account-without-mail",
            "The user has no mail attribute in Entra ID",
            with_metadata(
                ENTRA, 'preset = "active-directory"', response=packed(ENTRA_LOGIN.but(attributes=no_mail).response())
            ),
            "SAT002",
            "missing-email-attribute",
            "idp",
            "sentry 8.1",
        ),
        response_case(
            "24-email-is-an-account-name",
            "The e-mail attribute is mapped to the account name",
            with_metadata(
                OKTA,
                okta,
                response=packed(
                    OKTA_LOGIN.but(
                        attributes=OKTA_LOGIN.attributes.replace("alice@acme.example", "ACME\\alice")
                    ).response()
                ),
            ),
            "SAT004",
            "malformed-email",
            "idp",
            "saml c.23",
        ),
        response_case(
            "25-empty-name-id",
            "The NameID is mapped to an attribute that the user lacks",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(name_id="").response())),
            "SRS036",
            "empty-name-id",
            "idp",
            "saml c.8",
        ),
        response_case(
            "26-one-attribute-per-role",
            "Keycloak sends one Role attribute per role, which Sentry's library refuses",
            with_metadata(
                KEYCLOAK,
                okta,
                *SIGNING,
                'profile = "sentry"',
                response=packed(Login(KEYCLOAK, keycloak + roles).response()),
            )
            | SP_FILES,
            "SRS064",
            "duplicate-attribute",
            "idp",
            "saml c.6",
        ),
        response_case(
            "27-too-many-groups",
            "The user has more than 150 groups, so Entra ID sends a link instead",
            with_metadata(
                ENTRA,
                'preset = "active-directory"',
                response=packed(ENTRA_LOGIN.but(attributes=ENTRA_LOGIN.attributes + overage).response()),
            ),
            "SAT005",
            "groups-overage",
            "idp",
            "saml c.17",
        ),
        response_case(
            "28-transient-identifier",
            "The account hangs on a NameID that changes at every login",
            with_metadata(
                GOOGLE,
                'preset = "google"',
                response=packed(
                    GOOGLE_LOGIN.but(name_id="_6f1d3b7c9e", format="2.0:nameid-format:transient").response()
                ),
            ),
            "SAT006",
            "changing-identifier",
            "idp",
            "saml c.8",
            "sentry 8.25",
        ),
    ]


def _times() -> list[Made]:
    okta = 'preset = "okta"'
    return [
        response_case(
            "30-clock-of-the-identity-provider-is-fast",
            "The assertion begins ten minutes from now",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(issued=600, start=600, end=1200).response())),
            "SRS042",
            "assertion-not-yet-valid",
            "clock",
            "sentry 8.6",
            "saml c.10",
        ),
        response_case(
            "31-clock-of-the-identity-provider-is-slow",
            "The response of this login is an hour old already: a clock is behind",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(issued=-3600, start=-3900, end=-3300).response())),
            "SRS041",
            "expired-assertion",
            "clock",
            "sentry 8.6",
        ),
    ]


def _statuses() -> list[Made]:
    message = (
        "AADSTS75011: Authentication method 'WindowsIntegrated, MultiFactor' by which the user authenticated with the "
        "service doesn't match requested authentication method 'Password, ProtectedTransport'."
    )
    no_context = status("Responder", "NoAuthnContext")
    return [
        response_case(
            "35-no-authn-context",
            "The application demands a password login, AD FS used Windows",
            with_metadata(
                ADFS, 'preset = "adfs"', response=packed(ADFS_LOGIN.but(sign="nothing").response("", **no_context))
            ),
            "SRS004",
            "error-status",
            "app",
            "saml c.9",
            step="external_authentication",
        ),
        response_case(
            "36-user-not-assigned",
            "The identity provider denies the request: the user has no assignment",
            with_metadata(
                KEYCLOAK,
                'preset = "okta"',
                *SIGNING,
                response=form(Login(KEYCLOAK, "", sign="nothing").response("", **status("Responder", "RequestDenied"))),
            )
            | SP_FILES,
            "SRS004",
            "error-status",
            "idp",
            "saml c.13",
            step="external_authentication",
        ),
        response_case(
            "37-status-message-of-entra",
            "Entra ID explains the error with a number in StatusMessage",
            with_metadata(
                ENTRA,
                'preset = "active-directory"',
                response=packed(
                    ENTRA_LOGIN.but(sign="nothing").response("", **status("Requester", "RequestUnsupported", message))
                ),
            ),
            "SRS004",
            "error-status",
            "app",
            "saml c.9",
            step="external_authentication",
        ),
        response_case(
            "38-idp-initiated-where-forbidden",
            "The login began at the identity provider's tile, which is not allowed",
            with_metadata(OKTA, 'preset = "okta"', response=packed(OKTA_LOGIN.but(in_response_to="").response())),
            "SRS057",
            "unsolicited-response",
            "app",
            "saml c.14",
        ),
        response_case(
            "39-response-by-redirect",
            "The response comes in the URL instead of a form",
            with_metadata(OKTA, 'preset = "okta"', response=redirected(ACS, "SAMLResponse", OKTA_LOGIN.response())),
            "SRS003",
            "response-by-redirect",
            "idp",
        ),
    ]
