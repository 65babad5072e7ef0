"""The configuration as types; the published JSON Schema is made from them."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Role = Literal["member", "admin", "manager", "owner"]
ClientAuth = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
ResponseMode = Literal["query", "fragment", "form_post"]

Preset = Literal["okta", "active-directory", "onelogin", "auth0", "rippling", "jumpcloud", "google", "adfs"]

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="lower-case letters, digits, - and _")]
Url = Annotated[str, Meta(pattern=r"^(https?://[^\s]+|\{fake_idp\}[^\s]*)$", description="an http or https URL")]
Seconds = Annotated[int, Meta(ge=0)]


class FromEnvironment(Struct, frozen=True, forbid_unknown_fields=True):
    """A secret that stays out of the file: `{ env = "NAME" }`."""

    env: Annotated[str, Meta(min_length=1)]


Secret = str | FromEnvironment


def reveal(secret: Secret | None) -> str | None:
    """The secret itself. Raises KeyError with the variable's name if the environment does not hold it."""
    return os.environ[secret.env] if isinstance(secret, FromEnvironment) else secret


class Sentry(Struct, frozen=True, forbid_unknown_fields=True):
    """The emulated Sentry itself."""

    url: (
        Annotated[str, Meta(pattern=r"^https?://[^/\s]+/?$", description="an http or https URL without a path")] | None
    ) = None
    """The public URL; the redirect URI is this + /auth/sso/. Without it: http://127.0.0.1 and a free port."""
    clock_leeway_seconds: Annotated[int, Meta(ge=0, le=600)] = 60
    """How far the identity provider's clock may be off when times in a token are judged."""
    pending_login_seconds: Annotated[int, Meta(ge=1)] = 600
    """How long a started login waits for its answer."""
    session_seconds: Annotated[int, Meta(ge=1)] = 14 * 24 * 3600
    sso_expiry_seconds: Annotated[int, Meta(ge=1)] = 7 * 24 * 3600
    """How long one SSO login counts for its organization."""
    http_timeout_seconds: Annotated[int, Meta(ge=1, le=120)] = 10
    support: str = "support@acme.example"
    """Whom a user is told to contact."""


class Organization(Struct, frozen=True, forbid_unknown_fields=True):
    """An organization of the emulated Sentry; its slug is the table's name."""

    name: str = ""
    default_role: Role = "member"
    require_sso: bool = True
    """Whether a password login is refused access to this organization once it has a provider."""
    open_membership: bool = True
    """Whether every member reaches every team's projects."""
    seats: Annotated[int, Meta(ge=1)] | None = None
    allowed_domains: list[str] = []
    """E-mail domains that may be provisioned; empty: any."""
    teams: list[Slug] = []
    projects: dict[Slug, list[Slug]] = {}
    """Project slug to the teams that own it."""


class ClaimNames(Struct, frozen=True, forbid_unknown_fields=True):
    """Which claim (or user API field) holds what."""

    name: str = "name"
    email: str = "email"
    avatar: str = "picture"
    groups: str = "groups"


class _Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What every provider has; its id is the table's name."""

    organization: Slug | None = None
    """The organization that uses it; may be left out if there is only one."""
    label: str = ""
    roles: dict[str, Role] = {}
    """Group at the identity provider to role; the highest wins, without a match the organization's default."""
    teams: dict[str, list[Slug]] = {}
    """Group at the identity provider to teams."""
    update_profile: bool = True
    """Whether a later login overwrites name, e-mail and avatar."""


class _OAuthProvider(_Provider, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every provider of the OAuth family has."""

    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: Secret | None = None


class OidcProvider(_OAuthProvider, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="oidc"):
    """An OpenID provider, found by its issuer."""

    issuer: Url
    discovery_url: Url | None = None
    """Where the discovery document is, if not at issuer + /.well-known/openid-configuration."""
    client_auth: ClientAuth = "client_secret_basic"
    private_key: str | None = None
    """For private_key_jwt: a PEM file; relative paths are looked up beside the configuration file."""
    private_key_id: str | None = None
    """The `kid` of that key, if the provider needs it."""
    scopes: list[str] = field(default_factory=lambda: ["openid", "profile", "email", "groups"])
    response_mode: ResponseMode | None = None
    pkce: bool = True
    algorithms: list[str] = field(default_factory=lambda: ["RS256"])
    """Signature algorithms that are accepted for the ID token."""
    prompt: str | None = None
    max_age_seconds: Seconds | None = None
    acr_values: list[str] = []
    hosted_domains: list[str] = []
    """Google Workspace domains: the `hd` claim must be one of them; empty: not judged."""
    trusted_audiences: list[str] = []
    authorization_parameters: dict[str, str] = {}
    """Further parameters of the authorization request, as the provider wants them."""
    claims: ClaimNames = field(default_factory=ClaimNames)


class OAuth2Provider(_OAuthProvider, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="oauth2"):
    """A plain OAuth 2.0 provider with a user API in GitHub's shape; the defaults are github.com."""

    authorization_endpoint: Url = "https://github.com/login/oauth/authorize"
    token_endpoint: Url = "https://github.com/login/oauth/access_token"
    api_url: Url = "https://api.github.com"
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_post"
    scopes: list[str] = field(default_factory=lambda: ["read:user", "user:email", "read:org"])
    pkce: bool = True
    required_organization: str | None = None
    """The organization (at the provider) of which the user must be an active member."""
    claims: ClaimNames = field(default_factory=lambda: ClaimNames(avatar="avatar_url"))


class AttributeNames(Struct, frozen=True, forbid_unknown_fields=True):
    """Which attribute of an assertion holds what, by its exact name; `NameID` stands for the subject's NameID."""

    identifier: str = ""
    """What never changes for a person; the account hangs on it."""
    user_email: str = ""
    first_name: str = ""
    last_name: str = ""
    groups: str = ""


class Saml2Provider(_Provider, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="saml2"):
    """A SAML 2.0 identity provider: by its metadata, or by entity ID, single sign-on URL and certificates."""

    metadata_url: Url | None = None
    metadata_file: str | None = None
    """The metadata as a file; relative paths are looked up beside the configuration file."""
    entity_id: str | None = None
    """Which entity: with metadata the one expected there, without metadata the identity provider's name."""
    sso_url: Url | None = None
    slo_url: Url | None = None
    certificates: list[str] = []
    """The certificates that sign now or soon, as pasted (PEM or bare base64) or as the name of a PEM file."""
    binding: Literal["redirect", "post"] = "redirect"
    """How requests are sent; responses come by POST."""
    preset: Preset | None = None
    """The attribute names of a vendor; `attributes` may replace some of them."""
    attributes: AttributeNames = field(default_factory=AttributeNames)
    name_id_format: Literal["emailAddress", "persistent", "transient", "unspecified"] | None = None
    """The format that is asked for; Sentry asks for none."""
    force_authn: bool = False
    is_passive: bool = False
    authn_context: list[str] = []
    """Authentication context classes, of which the login must have one."""
    sign_requests: bool = False
    """Whether requests and logout messages are signed, with `private_key`."""
    private_key: str | None = None
    """A PEM file with Sentry's own key: it signs requests and decrypts assertions."""
    certificate: str | None = None
    """A PEM file with the certificate of `private_key`, for Sentry's metadata."""
    want_signed_response: bool = False
    want_signed_assertion: bool = False
    want_encrypted_assertion: bool = False
    """Whether an assertion in clear is refused; `private_key` decrypts."""
    allow_idp_initiated: bool = False
    """Whether a login may begin at the identity provider, without a request (SAML Profiles 4.1.5)."""
    profile: Literal["specification", "sentry"] = "specification"
    """How strictly is judged: as the specification says, or exactly as Sentry does today."""


Provider = OidcProvider | OAuth2Provider | Saml2Provider


class User(Struct, frozen=True, forbid_unknown_fields=True):
    """A user that exists in the emulated Sentry before any login; the table's name is the e-mail."""

    name: str = ""
    password: Secret | None = None
    totp_secret: Secret | None = None
    """Base32; if set, Sentry itself asks for a second factor."""
    active: bool = True
    organizations: dict[Slug, Role] = {}


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """How the headless browser signs in at the identity provider; the table's name is what `--user` takes."""

    username: str | None = None
    password: Secret | None = None
    totp_secret: Secret | None = None


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole configuration file."""

    sentry: Sentry = field(default_factory=Sentry)
    organizations: dict[Slug, Organization] = {}
    providers: dict[Slug, Provider] = {}
    users: dict[str, User] = {}
    people: dict[str, Person] = {}

    def organization_of(self, provider: str) -> str:
        """The slug of the organization that uses a provider."""
        return self.providers[provider].organization or next(iter(self.organizations))

    def providers_of(self, organization: str) -> dict[str, Provider]:
        """The providers of an organization, in the file's order."""
        return {key: entry for key, entry in self.providers.items() if self.organization_of(key) == organization}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the configuration file."""
    import msgspec

    schema = msgspec.json.schema(Config)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ssocli configuration", **schema}
