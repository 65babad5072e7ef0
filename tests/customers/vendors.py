"""Documents in the shape of the vendors' products, for invented customers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.checks import saml_forge as forge

from .case import CUSTOMERS

KEYS = CUSTOMERS.parent / "idp" / "keys"
TENANT = "11111111-2222-3333-4444-555555555555"
SENTRY = "https://sentry.acme.example"
SP = f"{SENTRY}/saml/metadata/acme/"
ACS = f"{SENTRY}/saml/acs/acme/"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
YEAR = 365 * 86400
_WS_FEDERATION = "http://docs.oasis-open.org/wsfed/federation/200706"


def key(name: str) -> rsa.RSAPrivateKey:
    """One of the two published test keys, `rsa-1` or `rsa-2`."""
    found = load_pem_private_key((KEYS / f"{name}.pem").read_bytes(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


CURRENT, OTHER = key("rsa-1"), key("rsa-2")
# Sentry's own key pair, and how a configuration names it.
SP_FILES: dict[str, str | bytes] = {f"sp.{end}": (KEYS / f"rsa-2.{end}").read_bytes() for end in ("pem", "crt")}
SIGNING = ("sign_requests = true", 'private_key = "sp.pem"', 'certificate = "sp.crt"')


@dataclass(frozen=True)
class Idp:
    """A vendor's identity provider. `shape` is how its XML looks; lifetimes are in seconds from the fixed moment."""

    entity_id: str
    sso: str
    subject: str
    slo: str = ""
    formats: tuple[str, ...] = ("1.1:nameid-format:emailAddress",)
    role: str = 'WantAuthnRequestsSigned="false"'
    attributes: str = ""
    shape: str = "prefixed"
    certificate_start: int = -YEAR
    certificate_end: int = 2 * YEAR

    def certificate(self, signer: rsa.RSAPrivateKey = CURRENT) -> bytes:
        """The signing certificate in DER."""
        return forge.cert(signer, self.certificate_start, self.certificate_end, self.subject)

    def metadata(self, *signers: rsa.RSAPrivateKey, **changes: str) -> str:
        """The metadata document with the certificates of these keys."""
        keys = "".join(forge.key_descriptor(self.certificate(signer)) for signer in signers or (CURRENT,))
        logout = forge.service("SingleLogoutService", "Redirect", self.slo) if self.slo else ""
        formats = "".join(f"<md:NameIDFormat>urn:oasis:names:tc:SAML:{each}</md:NameIDFormat>" for each in self.formats)
        sso = forge.service("SingleSignOnService", "POST", self.sso)
        sso += forge.service("SingleSignOnService", "Redirect", self.sso)
        parts = {
            "entity": f'entityID="{self.entity_id}"',
            "attributes": self.attributes,
            "role": self.role,
            "keys": keys,
            "slo": logout,
            "format": formats,
            "sso": sso,
        }
        text = forge.metadata(**{**parts, **changes}).replace(' ID="_m1"', "")
        if self.shape == "microsoft":
            text = _without_prefix(text, "md", "metadata")
            text = text.replace(
                "<IDPSSODescriptor",
                '<RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xmlns:fed="{_WS_FEDERATION}" xsi:type="fed:SecurityTokenServiceType" '
                f'protocolSupportEnumeration="{_WS_FEDERATION}"/><IDPSSODescriptor',
            )
        return '<?xml version="1.0" encoding="UTF-8"?>' + text


@dataclass(frozen=True)
class Login:
    """A response of an identity provider, with what can be wrong about it; times are in seconds from the moment."""

    idp: Idp
    attributes: str
    signer: rsa.RSAPrivateKey = CURRENT
    sign: str = "assertion"
    method: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    digest: str = "http://www.w3.org/2001/04/xmlenc#sha256"
    sp: str = SP
    acs: str = ACS
    recipient: str = ""
    issued: int = -1
    start: int = -300
    end: int = 300
    name_id: str = "alice@acme.example"
    format: str = "1.1:nameid-format:emailAddress"
    in_response_to: str = 'InResponseTo="_1f0e4c2b"'
    issuer: str = ""

    def assertion(self) -> str:
        """The assertion, signed if it is to be."""
        moment = forge.at(self.issued)
        text = forge.assertion(
            id="_a9b8c7d6",
            issued=moment,
            idp=self.issuer or self.idp.entity_id,
            not_before=forge.at(self.start),
            end=forge.at(self.end),
            until=f'NotOnOrAfter="{forge.at(self.end)}"',
            audience=self.sp,
            recipient=f'Recipient="{self.recipient or self.acs}"',
            in_response_to=self.in_response_to,
            name=f'<saml:NameID Format="urn:oasis:names:tc:SAML:{self.format}">{self.name_id}</saml:NameID>',
            session='SessionIndex="_s1"',
            attributes=f"<saml:AttributeStatement>{self.attributes}</saml:AttributeStatement>"
            if self.attributes
            else "",
        )
        text = self._shaped(text)
        return self._signed(text) if self.sign in {"assertion", "both"} else text

    def response(self, inside: str | None = None, **changes: str) -> str:
        """The response around the assertion (or around `inside`)."""
        parts = {
            "id": "_0a1b2c3d",
            "issued": forge.at(self.issued),
            "destination": f'Destination="{self.acs}"',
            "in_response_to": self.in_response_to,
            "issuer": f"<saml:Issuer>{self.issuer or self.idp.entity_id}</saml:Issuer>",
        }
        marker = "ASSERTION"
        text = self._shaped(forge.response(marker, **{**parts, **changes}))
        text = text.replace(marker, self.assertion() if inside is None else self._shaped(inside))
        return self._signed(text) if self.sign in {"response", "both"} else text

    def but(self, **changes: object) -> Login:
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]  # each is checked by the dataclass' users

    def _signed(self, text: str) -> str:
        certificate = self.idp.certificate(self.signer)
        return forge.signed(text, self.signer, method=self.method, digest=self.digest, certificate=certificate)

    def _shaped(self, text: str) -> str:
        if self.idp.shape == "okta":
            return re.sub(r"\bsaml(p?)(?=[:=])", r"saml2\1", text)
        return _without_prefix(text, "saml", "assertion") if self.idp.shape == "microsoft" else text


def _without_prefix(text: str, prefix: str, name: str) -> str:
    """The XML with one namespace as the default one, declared on each element that begins a part of its own."""
    uri = f"urn:oasis:names:tc:SAML:2.0:{name}"
    text = text.replace(f'xmlns:{prefix}="{uri}"', f'xmlns="{uri}"')
    return text.replace(f"<{prefix}:", "<").replace(f"</{prefix}:", "</")


def attributes(**values: str) -> str:
    """Attributes by plain names."""
    return "".join(forge.attribute(name, value) for name, value in values.items())


def claims(**values: str) -> str:
    """Attributes by the URIs that Entra ID and AD FS use."""
    return "".join(forge.attribute(CLAIMS + name, value) for name, value in values.items())


OKTA = Idp(
    "http://www.okta.com/exk1example0acme",
    "https://acme-example.okta.com/app/acme_sentry_1/exk1example0acme/sso/saml",
    "acme-example",
    formats=("1.1:nameid-format:unspecified", "1.1:nameid-format:emailAddress"),
    shape="okta",
)
ENTRA = Idp(
    f"https://sts.windows.net/{TENANT}/",
    f"https://login.microsoftonline.com/{TENANT}/saml2",
    "Microsoft Azure Federated SSO Certificate",
    slo=f"https://login.microsoftonline.com/{TENANT}/saml2",
    role="",
    shape="microsoft",
)
ADFS = Idp(
    "http://adfs.acme.example/adfs/services/trust",
    "https://adfs.acme.example/adfs/ls/",
    "ADFS Signing - adfs.acme.example",
    slo="https://adfs.acme.example/adfs/ls/",
    formats=("1.1:nameid-format:emailAddress", "2.0:nameid-format:persistent", "2.0:nameid-format:transient"),
    role="",
    shape="microsoft",
)
KEYCLOAK = Idp(
    "https://id.acme.example/realms/acme",
    "https://id.acme.example/realms/acme/protocol/saml",
    "acme",
    slo="https://id.acme.example/realms/acme/protocol/saml",
    formats=("2.0:nameid-format:persistent", "2.0:nameid-format:transient", "1.1:nameid-format:emailAddress"),
    role='WantAuthnRequestsSigned="true"',
)
GOOGLE = Idp(
    "https://accounts.google.com/o/saml2?idpid=C0example1",
    "https://accounts.google.com/o/saml2/idp?idpid=C0example1",
    "Google",
    attributes=f'validUntil="{forge.at(2 * YEAR)}"',
)
ONELOGIN = Idp(
    "https://app.onelogin.com/saml/metadata/0f0f0f0f-1111-2222-3333-444444444444",
    "https://acme-example.onelogin.com/trust/saml2/http-post/sso/0f0f0f0f-1111-2222-3333-444444444444",
    "OneLogin Account 12345",
)

OKTA_LOGIN = Login(
    OKTA,
    attributes(identifier="00u1example", email="alice@acme.example", firstName="Alice", lastName="Archer"),
    sign="both",
)
ENTRA_LOGIN = Login(
    ENTRA,
    claims(name="alice@acme.example", emailaddress="alice@acme.example", givenname="Alice", surname="Archer"),
    end=3600,
)
ADFS_LOGIN = Login(
    ADFS,
    claims(upn="alice@acme.example", emailaddress="alice@acme.example", givenname="Alice", surname="Archer"),
)
GOOGLE_LOGIN = Login(
    GOOGLE, attributes(email="alice@acme.example", firstName="Alice", lastName="Archer"), sign="response"
)
