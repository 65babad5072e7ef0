"""What tells something only together: two people, two certificates, metadata of then and now."""

from __future__ import annotations

from tests.checks import saml_forge as forge

from . import configs
from .case import Made, root
from .cases_certificates import pem
from .cases_metadata import sp_metadata
from .cases_oidc import claims, token
from .messages import packed
from .vendors import ADFS, CURRENT, OKTA, OKTA_LOGIN, OTHER, SP, YEAR, attributes


def cases() -> list[Made]:
    """All of them."""

    def person(email: str) -> str:
        return packed(OKTA_LOGIN.but(name_id="acme", attributes=attributes(identifier="acme", email=email)).response())

    manual = (
        f'entity_id = "{OKTA.entity_id}"',
        f'sso_url = "{OKTA.sso}"',
        f'certificates = ["""{pem(OKTA.certificate())}"""]',
        'preset = "okta"',
    )
    next_certificate = forge.cert(OTHER, -86400, 2 * YEAR, "acme-example")
    return [
        Made(
            "d0-everybody-is-the-administrator",
            "The identifier is mapped to a constant: two people's responses have the same",
            {
                "idp.xml": OKTA.metadata(),
                "alice.txt": person("alice@acme.example"),
                "bob.txt": person("bob@acme.example"),
            },
            root("IDN001", "one-identifier-for-several-people", "user_provisioning", "app"),
            covers=("sentry 8.16",),
        ),
        Made(
            "d1-another-identifier-at-each-login",
            "Two logins of the same person have two subjects",
            {"monday.txt": token(claims(sub="00u1")), "tuesday.txt": token(claims(sub="00u2"))},
            root("IDN002", "several-identifiers-for-one-person", "user_provisioning", "idp"),
            covers=("sentry 8.25",),
        ),
        Made(
            "d2-metadata-before-and-after-the-rollover",
            "AD FS renewed its certificate: the metadata of last year and of today",
            {"2026.xml": ADFS.metadata(CURRENT), "2027.xml": ADFS.metadata(OTHER)},
            root("MDC001", "signing-certificate-replaced", "token_validation", "app"),
            covers=("sentry 8.4", "saml c.3"),
        ),
        Made(
            "d3-metadata-before-the-rename",
            "The metadata that the identity provider got are those from before the organization was renamed",
            {"sentry.toml": configs.saml(*manual), "given-to-okta.xml": sp_metadata(SP.replace("acme/", "acme-old/"))},
            root("SPM004", "published-entity-id-differs", "redirect_to_idp", "app"),
            covers=("sentry 8.9",),
        ),
        Made(
            "d4-certificate-not-entered-yet",
            "Okta signs with the new certificate, the configuration has the old one",
            {"sentry.toml": configs.saml(*manual), "from-okta.cert": pem(next_certificate)},
            root("CERT007", "unregistered-certificate", "token_validation", "app"),
            covers=("sentry 8.4", "saml c.3"),
        ),
    ]
