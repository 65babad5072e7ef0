"""Who can log in, with which clients, at which issuers: the types, and how they are read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from fake_idp.data import fixtures

Algorithm = Literal["RS256", "ES256", "PS256", "EdDSA", "HS256"]
AuthMethod = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
SignatureAlgorithm = Literal["rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384"]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class ConfigError(Exception):
    """The configuration cannot be used; `problems` has one sentence for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the configuration file: immutable, and no key in it is unknown."""


class GitHubAccount(_Table, frozen=True, kw_only=True):
    """What a person is at the GitHub-shaped issuer: numeric id, login, and the organizations they belong to."""

    id: int
    login: str
    orgs: tuple[str, ...] = ()
    org_role: Literal["member", "admin"] = "member"
    public_email: bool = False


class Person(_Table, frozen=True, kw_only=True):
    """A person who can log in. `claims` are added to those made from the other members, or replace them.

    `saml_attributes` do the same for SAML, under the names that they have in the assertion.
    """

    username: str
    sub: str
    password: str = "password"  # the documented password of every test person
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    email_verified: bool = True
    picture: str | None = None
    locale: str | None = None
    phone_number: str | None = None
    address: dict[str, str] = {}
    groups: tuple[str, ...] = ()
    totp_secret: str | None = None
    locked: bool = False
    github: GitHubAccount | None = None
    claims: dict[str, Any] = {}
    saml_attributes: dict[str, str | tuple[str, ...]] = {}


class Client(_Table, frozen=True, kw_only=True):
    """A client; the members that RFC 7591 2 and the logout specifications know carry their names.

    `any_loopback_redirect` accepts every redirect URI on this machine, also under strict. `audiences` are
    put into the ID token beside the client itself, `access_token_audience` replaces the issuer in JWT access tokens.
    """

    client_id: str
    client_name: str | None = None
    client_secret: str | None = None
    redirect_uris: tuple[str, ...] = ()
    any_loopback_redirect: bool = False
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token", "client_credentials", DEVICE_CODE)
    id_token_signed_response_alg: Algorithm = "RS256"
    jwks: dict[str, Any] | None = None
    scope: str | None = None
    access_token_format: Literal["jwt", "opaque"] = "jwt"
    access_token_audience: str | None = None
    audiences: tuple[str, ...] = ()
    claims_in_id_token: bool = True
    require_consent: bool = False


class ServiceProvider(_Table, frozen=True, kw_only=True):
    """A SAML service provider. Files are at paths relative to the file that names them.

    What its `metadata` say is completed, not replaced, by the other members. `attributes` is the name of a bundled
    set or a table from the attribute's name to what it holds. Without `name_id_format`, the service provider gets
    the first format in its metadata that is known here, or the e-mail address.
    """

    entity_id: str | None = None
    name: str | None = None
    metadata: str | None = None
    assertion_consumer_services: tuple[str, ...] = ()
    single_logout_service: str | None = None
    single_logout_binding: Literal["redirect", "post"] = "redirect"
    certificates: tuple[str, ...] = ()
    encryption_certificate: str | None = None
    authn_requests_signed: bool = False
    sign: Literal["assertion", "response", "both"] = "both"
    signature_algorithm: SignatureAlgorithm = "rsa-sha256"
    encrypt: bool = False
    content_encryption: Literal["aes128-gcm", "aes256-gcm", "aes128-cbc", "aes256-cbc"] = "aes256-gcm"
    key_transport: Literal["rsa-oaep-mgf1p", "rsa-oaep"] = "rsa-oaep-mgf1p"
    name_id_format: Literal["emailAddress", "persistent", "transient", "unspecified"] | None = None
    attributes: str | dict[str, str] = "plain"


class IssuerConfig(_Table, frozen=True, kw_only=True):
    """An issuer, served at the path of its name in the given shape."""

    name: str
    shape: str = "oidc"


class FaultRule(_Table, frozen=True, kw_only=True):
    """A fault that is armed from the start: for whom (all if nothing is said), and which times."""

    id: str
    client: str | None = None
    user: str | None = None
    issuer: str | None = None
    nth: int | None = None
    first: int | None = None
    after: int = 0
    every: int = 1
    times: int | None = None
    probability: float | None = None
    per: Literal["flow", "request"] = "flow"


class KeyFile(_Table, frozen=True, kw_only=True):
    """A signing key: a private key in PEM, at a path relative to the file that names it.

    `certificate` is the X.509 certificate that SAML carries for it; without one the key signs its own.
    """

    kid: str
    file: str
    certificate: str | None = None


class Lifetimes(_Table, frozen=True, kw_only=True):
    """How long things are good for, in seconds."""

    authorization_code: int = 60
    access_token: int = 3600
    id_token: int = 3600
    refresh_token: int = 14 * 24 * 3600
    session: int = 8 * 3600
    login: int = 600
    device_code: int = 600
    assertion: int = 300


class Config(_Table, frozen=True, kw_only=True):
    """Everything that a configuration file may say. A section that is absent is the bundled one."""

    people: tuple[Person, ...] = ()
    clients: tuple[Client, ...] = ()
    service_providers: tuple[ServiceProvider, ...] = ()
    sign_saml_metadata: bool = False
    issuers: tuple[IssuerConfig, ...] = ()
    keys: tuple[KeyFile, ...] = ()
    faults: tuple[FaultRule, ...] = ()
    default_person: str | None = None
    redirect_hosts: tuple[str, ...] = ()
    lifetimes: Lifetimes = Lifetimes()


class TokenResponseShape(_Table, frozen=True, kw_only=True):
    """How the token endpoint answers: as JSON or as a form, with which status for errors, under which names."""

    format: Literal["json", "form-unless-json"] = "json"
    error_status: int = 400
    scope_separator: str = " "
    errors: dict[str, str] = {}


class ClaimsShape(_Table, frozen=True, kw_only=True):
    """Claims that this kind of provider adds: the name of its hosted-domain claim, and the domains that have none."""

    hosted_domain: str | None = None
    consumer_domains: tuple[str, ...] = ()


class Shape(_Table, frozen=True, kw_only=True):
    """One kind of provider: which endpoints it has and where, what it advertises, how it answers."""

    title: str
    endpoints: dict[str, tuple[str, ...]]
    metadata: dict[str, Any]
    openid: bool = True
    token_response: TokenResponseShape = TokenResponseShape()
    claims: ClaimsShape = ClaimsShape()

    def supported(self, member: str) -> list[str]:
        """The values of a `..._supported` member of the metadata."""
        return list(self.metadata.get(f"{member}_supported", ()))


def load_shape(name: str) -> Shape:
    """A bundled shape, by the name of its file."""
    return msgspec.convert(_shape_table(name), Shape)


def shape_names() -> list[str]:
    """The names that an issuer's `shape` may have."""
    return sorted(path.stem for path in (fixtures() / "shapes").glob("*.toml"))


def _shape_table(name: str) -> dict[str, Any]:
    table = _read(fixtures() / "shapes" / f"{name}.toml")
    base = table.pop("extends", None)
    return table if base is None else {**_shape_table(base), **table}


def bundled(name: str) -> dict[str, Any]:
    """One bundled fixture file, with key files as absolute paths."""
    table = _read(fixtures() / f"{name}.toml")
    anchor(table, fixtures())
    return table


def load(path: Path | str | None = None) -> Config:
    """The bundled configuration, with the sections that the TOML file at `path` replaces.

    Raises ConfigError with every problem found: unreadable file, unknown keys, wrong types, names that
    appear twice or lead nowhere.
    """
    table: dict[str, Any] = {}
    if path is not None:
        from fake_idp import config_problems

        table = config_problems.read(Path(path))
        anchor(table, Path(path).parent)
    for fixture in ("people", "clients", "service_providers", "issuers"):
        if fixture not in table or (fixture == "issuers" and "keys" not in table):
            table = {**bundled(fixture), **table}
    return msgspec.convert(table, Config)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def anchor(table: dict[str, Any], folder: Path) -> None:
    """Make the paths of all files in the table absolute."""
    rows = (*table.get("keys", ()), *table.get("service_providers", ()))
    for row in rows:
        for name in ("file", "certificate", "metadata", "encryption_certificate"):
            if name in row:
                row[name] = str(folder / row[name])
        if "certificates" in row:
            row["certificates"] = [str(folder / name) for name in row["certificates"]]
