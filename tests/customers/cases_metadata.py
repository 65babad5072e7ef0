"""Metadata of identity and service providers that do not fit, and discovery documents that do not."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from tests.checks import saml_forge as forge

from . import configs
from .case import Made, root
from .messages import packed
from .vendors import ADFS, ADFS_LOGIN, KEYCLOAK, OKTA, OKTA_LOGIN, ONELOGIN, OTHER, SP, TENANT, YEAR, attributes

STEP = "redirect_to_idp"
SP_METADATA = (
    '<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">'
    '<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" '
    'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService index="0" '
    'isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{acs}"/>'
    "</md:SPSSODescriptor></md:EntityDescriptor>"
)
LOGIN_PAGE = (
    '<!DOCTYPE html><html><head><title>Sign in to Acme</title></head><body><form method="post" action="/login">'
    '<input name="username"/><input name="password" type="password"/></form></body></html>'
)


def sp_metadata(entity: str = SP, acs: str = "https://sentry.acme.example/saml/acs/acme/") -> str:
    """Metadata of the service provider."""
    return SP_METADATA.format(entity=entity, acs=acs)


def discovery(issuer: str, **changes: Any) -> str:
    """A discovery document with the paths of a usual product; a member that is None is left out."""
    base = issuer.rstrip("/")
    members: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "jwks_uri": f"{base}/keys",
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "groups"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "email", "name", "groups"],
    }
    return json.dumps({key: value for key, value in {**members, **changes}.items() if value is not None}, indent=2)


def cases() -> list[Made]:
    """All of them."""
    return [*_metadata(), *_discovery()]


def _case(
    name: str,
    title: str,
    metadata: str,
    code: str,
    rule: str,
    owner: str,
    *covers: str,
    lines: tuple[str, ...] = ('preset = "okta"',),
    file: str = "idp-metadata.xml",
) -> Made:
    files: dict[str, str | bytes] = {
        "sentry.toml": configs.saml(f'metadata_file = "{file}"', *lines),
        file: metadata,
    }
    return Made(name, title, files, root(code, rule, STEP, owner), ("sentry.toml",), covers)


def _metadata() -> list[Made]:
    garbled = base64.b64encode(OKTA.certificate()).decode()[:700]
    encryption = forge.key_descriptor(OKTA.certificate(), use='use="encryption"')
    soap = forge.service("SingleSignOnService", "SOAP", OKTA.sso).replace("HTTP-SOAP", "SOAP")
    plain = forge.service("SingleSignOnService", "Redirect", "http://id.acme.example/sso")
    old = OKTA.metadata(attributes=f'validUntil="{forge.at(-86400)}"')
    return [
        _case(
            "50-login-page-instead-of-metadata",
            "The metadata URL needs a login, and its page was saved as the metadata",
            LOGIN_PAGE,
            "SMD001",
            "unreadable-metadata",
            "app",
            "sentry 8.10",
            "saml c.20",
            file="metadata.xml",
        ),
        _case(
            "51-service-providers-metadata",
            "Sentry's own metadata was entered as the identity provider's",
            sp_metadata(),
            "SMD003",
            "no-identity-provider",
            "app",
            "saml c.20",
            file="sp.xml",
        ),
        _case(
            "52-metadata-expired",
            "The metadata was valid until yesterday",
            old,
            "SMD008",
            "expired-metadata",
            "idp",
            "saml c.21",
        ),
        _case(
            "53-signed-requests-wanted",
            "Keycloak's default wants signed requests; Sentry does not sign",
            KEYCLOAK.metadata(),
            "SMD033",
            "unsigned-requests-not-wanted",
            "app",
            "sentry 8.7",
            "saml c.18",
        ),
        _case(
            "54-metadata-of-another-application",
            "The metadata is that of another Okta application than the entity ID entered",
            OKTA.metadata(),
            "SMD005",
            "wrong-entity-id",
            "app",
            "sentry 8.8",
            "saml c.20",
            lines=('preset = "okta"', 'entity_id = "http://www.okta.com/exk9other9acme"'),
        ),
        _case(
            "55-certificate-for-encryption-only",
            "The metadata has no signing certificate",
            OKTA.metadata(keys=encryption),
            "SMD020",
            "missing-signing-certificate",
            "idp",
            "saml c.3",
        ),
        _case(
            "56-certificate-cut-off",
            "The certificate in the metadata was cut off when it was pasted",
            OKTA.metadata(keys=forge.key_descriptor(text=garbled)),
            "SMD021",
            "unreadable-signing-certificate",
            "idp",
            "saml c.4",
        ),
        _case(
            "57-no-usable-binding",
            "The metadata offers SOAP only",
            OKTA.metadata(sso=soap),
            "SMD030",
            "missing-sso-service",
            "idp",
        ),
        _case(
            "58-sso-address-without-tls",
            "The single sign-on address is http://",
            KEYCLOAK.metadata(sso=plain, role=""),
            "SMD032",
            "insecure-service-location",
            "idp",
            "saml c.11",
        ),
        Made(
            "59-certificate-of-the-identity-provider-expired",
            "The only signing certificate of AD FS expired a month ago",
            {"FederationMetadata.xml": _expired()},
            root("SMD022", "expired-metadata-certificate", STEP, "idp"),
            covers=("sentry 8.4", "saml c.3"),
        ),
        Made(
            "60-metadata-of-both-and-a-response",
            "The audience in the response is that of neither the given metadata",
            {
                "sp-metadata.xml": sp_metadata(),
                "idp-metadata.xml": ONELOGIN.metadata(),
                "response.txt": packed(_onelogin("https://sentry.acme.example/saml/metadata/other/")),
            },
            root("SRS045", "wrong-assertion-audience", "token_validation", "idp"),
            covers=("saml c.2",),
        ),
        Made(
            "61-new-metadata-with-another-key",
            "The response was signed with a key that the identity provider's metadata do not have",
            {"idp-metadata.xml": ADFS.metadata(OTHER), "response.xml": ADFS_LOGIN.response()},
            root("SRS029", "unknown-signing-certificate", "token_validation", "app"),
            covers=("sentry 8.4", "saml c.3"),
        ),
    ]


def _expired() -> str:
    return replace(ADFS, certificate_start=-13 * YEAR // 12, certificate_end=-YEAR // 12).metadata()


def _onelogin(audience: str) -> str:
    values = attributes(**{"User.email": "alice@acme.example", "PersonImmutableID": "4711"})
    return replace(OKTA_LOGIN, idp=ONELOGIN, attributes=values, sign="response", sp=audience).response()


def _discovery() -> list[Made]:
    entra = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    placeholder = "https://login.microsoftonline.com/{tenantid}/v2.0"
    common = "https://login.microsoftonline.com/common/v2.0"
    basic = ["client_secret_basic"]

    def case(name: str, title: str, config: str, document: str, code: str, rule: str, owner: str, *covers: str) -> Made:
        files: dict[str, str | bytes] = {"sentry.toml": config, "openid-configuration.json": document}
        return Made(name, title, files, root(code, rule, STEP, owner), covers=covers)

    return [
        case(
            "65-issuer-without-slash",
            "Auth0's issuer ends with a slash, the configured one does not",
            configs.oidc("https://acme-example.eu.auth0.com"),
            discovery("https://acme-example.eu.auth0.com/"),
            "DISC001",
            "issuer-mismatch",
            "app",
        ),
        case(
            "66-okta-admin-host",
            "The address of Okta's admin console was entered as issuer",
            configs.oidc("https://acme-example-admin.okta.com"),
            discovery("https://acme-example.okta.com"),
            "CFG004",
            "console-address-as-issuer",
            "app",
        ),
        case(
            "67-common-instead-of-the-tenant",
            "The issuer is Entra's /common, whose document names no tenant",
            configs.oidc(common),
            discovery(
                placeholder,
                authorization_endpoint=f"{common}/authorize",
                token_endpoint=f"{common}/token",
                jwks_uri=f"{common}/keys",
                userinfo_endpoint="https://graph.microsoft.com/oidc/userinfo",
            ),
            "CFG005",
            "issuer-of-all-tenants",
            "app",
        ),
        case(
            "68-client-authentication-not-offered",
            "Sentry posts its secret, the provider takes Basic only",
            configs.oidc("https://acme-example.onelogin.com/oidc/2", 'client_auth = "client_secret_post"'),
            discovery(
                "https://acme-example.onelogin.com/oidc/2",
                token_endpoint_auth_methods_supported=basic,
            ),
            "DISC009",
            "unsupported-client-authentication",
            "app",
        ),
        case(
            "69-no-key-address",
            "The provider's document has no jwks_uri",
            configs.oidc("https://login.acme.example"),
            discovery("https://login.acme.example", jwks_uri=None),
            "DISC004",
            "missing-metadata",
            "idp",
        ),
        case(
            "70-endpoints-behind-tls-termination",
            "Keycloak behind a proxy advertises http:// endpoints",
            configs.oidc("https://id.acme.example/realms/acme"),
            discovery("https://id.acme.example/realms/acme").replace(
                ': "https://id.acme.example/realms/acme/', ': "http://id.acme.example/realms/acme/'
            ),
            "DISC006",
            "insecure-endpoint",
            "idp",
            "sentry 8.5",
        ),
        case(
            "71-wrong-signature-algorithm",
            "The provider signs with ES256 only, Sentry takes RS256",
            configs.oidc("https://login.acme.example"),
            discovery("https://login.acme.example", id_token_signing_alg_values_supported=["ES256"]),
            "DISC008",
            "no-accepted-algorithm",
            "app",
        ),
        case(
            "72-version-1-issuer",
            "The issuer of Entra's version 1 with the document of version 2",
            configs.oidc(f"https://sts.windows.net/{TENANT}/"),
            discovery(entra),
            "DISC001",
            "issuer-mismatch",
            "app",
        ),
    ]
