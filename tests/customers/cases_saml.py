"""SAML responses that are for somebody else, or whose signature or encryption does not fit."""

from __future__ import annotations

from tests.checks import saml_forge as forge

from . import configs
from .case import Made
from .messages import (
    FILE,
    form,
    packed,
    posted,
    response_case,
    with_metadata,
    wrapped,
)
from .vendors import (
    ADFS,
    ADFS_LOGIN,
    CURRENT,
    ENTRA,
    ENTRA_LOGIN,
    GOOGLE,
    GOOGLE_LOGIN,
    KEYCLOAK,
    OKTA,
    OKTA_LOGIN,
    OTHER,
    SENTRY,
    SIGNING,
    SP,
    SP_FILES,
    Login,
)


def cases() -> list[Made]:
    """All of them."""
    return [*_addresses(), *_signatures()]


def _addresses() -> list[Made]:
    okta = 'preset = "okta"'
    renamed = f"{SENTRY}/saml/acs/acme-old/"
    other_tenant = "https://sts.windows.net/99999999-8888-7777-6666-555555555555/"
    return [
        response_case(
            "01-audience-without-trailing-slash",
            "The Audience URI at Okta lacks the slash at the end",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(sp=SP.rstrip("/")).response())),
            "SRS045",
            "wrong-assertion-audience",
            "idp",
            "sentry 8.8",
            "saml c.2",
        ),
        response_case(
            "02-audience-in-other-letter-case",
            "The entity ID was typed with a capital letter in Google's console",
            with_metadata(
                GOOGLE,
                'preset = "google"',
                response=form(GOOGLE_LOGIN.but(sp=SP.replace("acme/", "Acme/")).response()),
                name="page.html",
            ),
            "SRS045",
            "wrong-assertion-audience",
            "idp",
            "saml c.2",
        ),
        response_case(
            "03-http-behind-the-proxy",
            "TLS ends at the proxy, so Sentry believes that its address is http://",
            {
                "sentry.toml": configs.saml(FILE, okta, url="http://sentry.acme.example"),
                "idp-metadata.xml": OKTA.metadata(),
                "response.txt": packed(OKTA_LOGIN.but(sp=SP.replace("https:", "http:")).response()),
            },
            "CFG006",
            "insecure-public-address",
            "app",
            "sentry 8.5",
            "saml c.11",
            among=("SRS009",),
            step="redirect_to_idp",
        ),
        response_case(
            "04-organization-renamed",
            "The organization's slug was changed, the ACS URL at Okta was not",
            with_metadata(OKTA, okta, response=wrapped(OKTA_LOGIN.but(acs=renamed).response())),
            "SRS009",
            "wrong-destination",
            "idp",
            "sentry 8.9",
            "saml c.1",
        ),
        response_case(
            "05-recipient-of-another-application",
            "Destination is right, Recipient is not",
            with_metadata(
                OKTA, okta, response=packed(OKTA_LOGIN.but(recipient="https://old.acme.example/acs").response())
            ),
            "SRS051",
            "wrong-recipient",
            "idp",
            "saml c.1",
        ),
        response_case(
            "06-response-of-another-tenant",
            "The metadata is that of another Entra tenant than the one that answers",
            with_metadata(
                ENTRA, 'preset = "active-directory"', response=posted(ENTRA_LOGIN.but(issuer=other_tenant).response())
            ),
            "SRS012",
            "wrong-message-issuer",
            "app",
            "saml c.20",
        ),
        response_case(
            "08-what-happened-counts-before-what-is-set",
            "Requests are not signed as Keycloak wishes, yet it answers: with the wrong audience",
            with_metadata(
                KEYCLOAK,
                okta,
                response=packed(Login(KEYCLOAK, OKTA_LOGIN.attributes, sp=f"{SENTRY}/saml/acs/acme/").response()),
            ),
            "SRS045",
            "wrong-assertion-audience",
            "idp",
            "saml c.2",
            among=("SMD033",),
        ),
        response_case(
            "07-virtual-server-id",
            "PingFederate answers with the audience of another virtual server",
            with_metadata(
                KEYCLOAK,
                okta,
                *SIGNING,
                response=packed(
                    Login(KEYCLOAK, OKTA_LOGIN.attributes, sp="https://sentry.acme.example/vsid/2").response()
                ),
            )
            | SP_FILES,
            "SRS045",
            "wrong-assertion-audience",
            "idp",
            "saml c.22",
        ),
    ]


def _signatures() -> list[Made]:
    okta = 'preset = "okta"'
    genuine = OKTA_LOGIN.but(sign="response").response()
    sha1 = "http://www.w3.org/2000/09/xmldsig#"
    secret = forge.encrypted(OKTA_LOGIN.but(sign="assertion").assertion(), key=CURRENT)
    return [
        response_case(
            "10-certificate-rotated",
            "The identity provider signs with its new certificate; the metadata file is old",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(signer=OTHER).response())),
            "SRS029",
            "unknown-signing-certificate",
            "app",
            "sentry 8.4",
            "saml c.3",
        ),
        response_case(
            "11-response-changed-on-the-way",
            "Somebody changed the NameID after signing",
            with_metadata(OKTA, okta, response=packed(genuine.replace("alice@acme.example</", "admin@acme.example</"))),
            "SRS030",
            "invalid-xml-signature",
            "idp",
            "sentry 8.4",
        ),
        response_case(
            "12-only-the-response-is-signed",
            "Sentry wants signed assertions, Google signs the response only",
            with_metadata(
                GOOGLE, 'preset = "google"', "want_signed_assertion = true", response=packed(GOOGLE_LOGIN.response())
            ),
            "SRS021",
            "unsigned-assertion",
            "idp",
            "saml c.5",
        ),
        response_case(
            "13-only-the-assertion-is-signed",
            "Sentry wants signed responses, Entra ID signs the assertion only",
            with_metadata(
                ENTRA,
                'preset = "active-directory"',
                "want_signed_response = true",
                response=form(ENTRA_LOGIN.response()),
                name="saml-page.html",
            ),
            "SRS022",
            "unsigned-message",
            "idp",
            "saml c.5",
        ),
        response_case(
            "14-nothing-is-signed",
            "Signing is switched off at the identity provider",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(sign="nothing").response())),
            "SRS020",
            "unsigned-response",
            "idp",
            "saml c.5",
        ),
        response_case(
            "15-sha1-signature",
            "AD FS still signs with SHA-1",
            with_metadata(
                ADFS,
                'preset = "adfs"',
                response=packed(ADFS_LOGIN.but(method=sha1 + "rsa-sha1", digest=sha1 + "sha1").response()),
            ),
            "SRS025",
            "unaccepted-signature-algorithm",
            "idp",
            "saml c.19",
        ),
        response_case(
            "16-encrypted-for-an-old-certificate",
            "The assertion is encrypted for a key that Sentry no longer has",
            with_metadata(OKTA, okta, *SIGNING, response=packed(OKTA_LOGIN.but(sign="response").response(secret)))
            | SP_FILES,
            "SRS017",
            "undecryptable-assertion",
            "app",
            "saml c.16",
        ),
        response_case(
            "17-encrypted-but-no-key",
            "Encryption was switched on at the identity provider only",
            with_metadata(OKTA, okta, response=packed(OKTA_LOGIN.but(sign="response").response(secret))),
            "SRS017",
            "undecryptable-assertion",
            "app",
            "saml c.16",
        ),
    ]
