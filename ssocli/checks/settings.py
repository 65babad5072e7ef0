"""A provider's settings at the application: what can only be a mistake, whatever the provider says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.metadata import is_insecure
from ssocli.steps import Step
from ssocli.text import printable

_PLACEHOLDER = re.compile(
    r"\{(?!fake_idp\})[^}]*\}|<[^>]*>|\b(?:change|replace)[ _-]?me\b|\byour[ _-](?:client|tenant|domain|org)"
    r"|\bxxx+\b|\btodo\b",
    re.IGNORECASE,
)
_WELL_KNOWN = "/.well-known/"
_CONSOLES = {
    "-admin.okta.com": "https://<organization>.okta.com",
    "-admin.oktapreview.com": "https://<organization>.oktapreview.com",
    "portal.azure.com": "https://login.microsoftonline.com/<tenant id>/v2.0",
    "entra.microsoft.com": "https://login.microsoftonline.com/<tenant id>/v2.0",
    "manage.auth0.com": "https://<tenant>.auth0.com/",
    "admin.google.com": "https://accounts.google.com",
    "console.cloud.google.com": "https://accounts.google.com",
}
_ALIASES = ("common", "organizations", "consumers")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GOOGLE = "https://accounts.google.com"
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_LEAST_LEEWAY = 5


@dataclass(frozen=True, slots=True)
class SettingsContext:
    """One provider's settings. `problem` says in half a sentence why they cannot be used at all.

    `values` are the names and values that identify the parties (issuer, client id, entity ID, addresses); `issuer` is
    "" for protocols without one. `secret` is the client secret as it stands in the settings, never shown. `preset` and
    `product` are the vendors whose attribute names are taken and whose provider it is, "" if unknown or none. `kind` is
    `oidc`, `oauth2` or `saml2`, "" if unknown; `email_claim` is where the address is taken from. `algorithms` are those
    accepted for tokens, `domains` those whose users are let in, `addresses` the provider's. `leeway` is in seconds.
    """

    sentry_url: str
    values: tuple[tuple[str, str], ...] = ()
    issuer: str = ""
    secret: str = ""
    hosted_domains: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    required_organization: str = ""
    preset: str = ""
    product: str = ""
    problem: str = ""
    kind: str = ""
    email_claim: str = ""
    algorithms: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    leeway: float | None = None


@rule(
    "CFG001",
    "unusable-settings",
    step=Step.IDP_SELECTION,
    spec="SSO flow step 2",
    owner=Owner.APP,
    fix="Mend what is named; `ssocli config check FILE` lists every problem of a configuration file.",
)
def unusable_settings(context: SettingsContext) -> Judgement:
    """The settings cannot be used at all: they contradict themselves, or a file that they name is missing."""
    expected = "settings that can be used"
    return failed(expected, context.problem) if context.problem else passed(expected, "nothing missing")


@rule(
    "CFG002",
    "placeholder-value",
    step=Step.IDP_SELECTION,
    spec="SSO flow step 2",
    owner=Owner.APP,
    fix="Put in the value of this identity provider; its documentation has only an example there.",
)
def placeholder_value(context: SettingsContext) -> Judgement:
    """A value was copied from an example and never filled in: `{tenantid}`, `<your domain>`, `changeme`."""
    found = [f"{name} {printable(value, 120)}" for name, value in context.values if _PLACEHOLDER.search(value)]
    return (
        failed("values of this identity provider", "; ".join(found)) if found else passed("real values", "all of them")
    )


@rule(
    "CFG003",
    "discovery-url-as-issuer",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 4.1",
    owner=Owner.APP,
    fix="Enter the issuer: the address up to, and without, /.well-known/openid-configuration.",
)
def discovery_url_as_issuer(context: SettingsContext) -> Judgement:
    """The address of the discovery document was entered as issuer; nothing is found beneath it."""
    if not context.issuer:
        return skipped("there is no issuer")
    expected = "an issuer, without /.well-known/"
    found = _WELL_KNOWN in context.issuer
    return failed(expected, printable(context.issuer)) if found else passed(expected, printable(context.issuer))


@rule(
    "CFG004",
    "console-address-as-issuer",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (issuer)",
    owner=Owner.APP,
    fix="Enter the issuer that the vendor names for the application, not the address of its administration.",
)
def console_address_as_issuer(context: SettingsContext) -> Judgement:
    """The address of the vendor's administration was entered as issuer: it issues no tokens."""
    if not context.issuer:
        return skipped("there is no issuer")
    host = _host(context.issuer)
    right = next((issuer for console, issuer in _CONSOLES.items() if host.endswith(console)), None)
    if right is None:
        return passed("the issuer of the tokens", printable(context.issuer))
    return failed(f"the issuer of the tokens, {right}", printable(context.issuer))


@rule(
    "CFG005",
    "issuer-of-all-tenants",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 4.3; OIDC Core 3.1.3.7 item 2",
    owner=Owner.APP,
    fix="Enter https://login.microsoftonline.com/<tenant id>/v2.0 as issuer (App registrations > Overview > Directory "
    "(tenant) ID).",
)
def issuer_of_all_tenants(context: SettingsContext) -> Judgement:
    """The issuer is Entra ID's address for all tenants, in whose name no token is issued: none can ever fit."""
    if _host(context.issuer) != "login.microsoftonline.com":
        return skipped("the issuer is not Entra ID's")
    tenant = urlsplit(context.issuer).path.strip("/").partition("/")[0]
    expected = "the issuer of one tenant"
    return failed(expected, printable(context.issuer)) if tenant in _ALIASES else passed(expected, printable(tenant))


@rule(
    "CFG006",
    "insecure-public-address",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.6; SAML Bindings 3.5.5.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Enter the public https:// address (Sentry: system.url-prefix). If TLS ends at a proxy, the application still "
    "has to know it.",
)
def insecure_public_address(context: SettingsContext) -> Judgement:
    """The application believes that its public address is http://, so it asks for answers to a wrong address."""
    shown = printable(context.sentry_url)
    expected = "https (http only on this machine)"
    return failed(expected, shown) if is_insecure(context.sentry_url) else passed(expected, shown)


@rule(
    "CFG007",
    "secret-id-instead-of-value",
    step=Step.TOKEN_GENERATION,
    spec="RFC 6749 2.3.1",
    owner=Owner.APP,
    fix="Entra ID: Certificates & secrets: make a new client secret and copy its Value, which is shown once, not its "
    "Secret ID.",
)
def secret_id_instead_of_value(context: SettingsContext) -> Judgement:
    """What was entered as client secret has the form of a secret's id at Entra ID; its value looks otherwise."""
    if _host(context.issuer) != "login.microsoftonline.com" or not context.secret:
        return skipped("the provider is not Entra ID, or the secret is not in the file")
    expected = "the value of a client secret"
    return failed(expected, "a GUID") if _GUID.fullmatch(context.secret) else passed(expected, "no GUID")


@rule(
    "CFG008",
    "hosted-domain-elsewhere",
    step=Step.TOKEN_VALIDATION,
    spec="Google Identity, OpenID Connect (hd)",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Remove hosted_domains, or limit the e-mail domains of the organization instead (allowed_domains).",
)
def hosted_domain_elsewhere(context: SettingsContext) -> Judgement:
    """A Google Workspace domain is demanded of another provider, whose tokens have no `hd`: nobody gets in."""
    if not context.hosted_domains:
        return skipped("no hosted domain is demanded")
    if context.issuer.startswith("{fake_idp}"):
        return skipped("the bundled identity provider sends hd as Google does")
    expected = f"the issuer {_GOOGLE}"
    actual = printable(context.issuer)
    return passed(expected, actual) if context.issuer == _GOOGLE else failed(expected, actual)


@rule(
    "CFG009",
    "organization-without-its-scope",
    step=Step.TOKEN_VALIDATION,
    spec="GitHub Docs, Scopes for OAuth apps (read:org)",
    owner=Owner.APP,
    fix="Ask for the scope read:org as well; without it memberships that are not public cannot be seen.",
)
def organization_without_its_scope(context: SettingsContext) -> Judgement:
    """Membership of a GitHub organization is demanded, and the scope to see it is not asked for."""
    if not context.required_organization:
        return skipped("no organization is demanded")
    expected = "read:org among the scopes"
    actual = " ".join(context.scopes)
    has_it = {"read:org", "admin:org", "write:org"} & set(context.scopes)
    return passed(expected, actual) if has_it else failed(expected, printable(actual) or "no scopes")


@rule(
    "CFG010",
    "attribute-names-of-another-product",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.7.3.1",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Choose the preset of the product that the metadata are from, or name the attributes.",
)
def attribute_names_of_another_product(context: SettingsContext) -> Judgement:
    """The attribute names are those of another vendor than the one whose metadata it is."""
    if not context.preset or not context.product:
        return skipped("no preset is used, or the product is not known or has none")
    expected = f"the preset {context.product}"
    return passed(expected, "it") if context.preset == context.product else failed(expected, context.preset)


@rule(
    "CFG011",
    "stray-character",
    step=Step.IDP_SELECTION,
    spec="SSO flow step 2",
    owner=Owner.APP,
    fix="Type the value anew instead of pasting it, or paste it through a plain text editor.",
)
def stray_character(context: SettingsContext) -> Judgement:
    """A value begins or ends with a blank, or has a character in it that cannot be seen or that looks like another."""
    secret = (("client_secret", context.secret),) if context.secret else ()
    for name, value in (*context.values, *secret):
        if value != value.strip():
            return failed("no blanks around a value", f"{name} begins or ends with one")
        for at, character in enumerate(value, start=1):
            if not character.isascii() or not character.isprintable():
                what = unicodedata.name(character, "a control character").lower()
                return failed("visible ASCII", f"{name} has {what} (U+{ord(character):04X}) at position {at}")
    return passed("visible ASCII, no blanks around a value", f"{len(context.values)} values")


@rule(
    "CFG012",
    "email-not-requested",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 5.4",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Add the scope that brings the address: email for OpenID Connect, user:email for GitHub. Without an address no "
    "account can be made.",
)
def email_not_requested(context: SettingsContext) -> Judgement:
    """The configured scopes bring no e-mail address."""
    wanted = {"oidc": ("email",), "oauth2": ("user:email", "user")}.get(context.kind)
    if wanted is None or context.email_claim != "email":
        return skipped("there are no scopes, or the address is taken from another claim")
    expected = f"the scope {wanted[0]}"
    actual = printable(" ".join(context.scopes)) or "no scopes"
    return passed(expected, actual) if set(wanted) & set(context.scopes) else failed(expected, actual)


@rule(
    "CFG013",
    "unmatchable-domain",
    step=Step.USER_PROVISIONING,
    spec="RFC 5321 4.1.2 (Domain)",
    owner=Owner.APP,
    fix="Write the domain alone, as in `acme.example`: no @, no *, no URL.",
)
def unmatchable_domain(context: SettingsContext) -> Judgement:
    """An allowed domain is written in a way that no address can match: nobody gets in."""
    if not context.domains:
        return skipped("every domain is allowed")
    wrong = [domain for domain in context.domains if not _DOMAIN.fullmatch(domain)]
    actual = ", ".join(printable(domain, 80) for domain in wrong or context.domains)
    return failed("domains like acme.example", actual) if wrong else passed("domains like acme.example", actual)


@rule(
    "CFG014",
    "insecure-provider-address",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.6; OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Use the https address of the identity provider. If it has none, it has to get one.",
)
def insecure_provider_address(context: SettingsContext) -> Judgement:
    """An address of the identity provider is plain http beyond this machine."""
    insecure = [url for url in context.addresses if is_insecure(url)]
    if not context.addresses:
        return skipped("no addresses are configured")
    return (
        failed("https", printable(insecure[0])) if insecure else passed("https", f"{len(context.addresses)} addresses")
    )


@rule(
    "CFG015",
    "unsigned-tokens-accepted",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 3.2; OIDC Core 3.1.3.7 item 7",
    owner=Owner.APP,
    fix="Take none out of the accepted algorithms: anybody can write an unsigned token.",
)
def unsigned_tokens_accepted(context: SettingsContext) -> Judgement:
    """The accepted signature algorithms include `none`."""
    if not context.algorithms:
        return skipped("no algorithms are configured")
    actual = printable(", ".join(context.algorithms))
    is_open = any(algorithm.lower() == "none" for algorithm in context.algorithms)
    return failed("signatures", actual) if is_open else passed("signatures", actual)


@rule(
    "CFG016",
    "no-clock-leeway",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 9",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Forgive a difference of clocks of a minute or so (clock_leeway_seconds).",
)
def no_clock_leeway(context: SettingsContext) -> Judgement:
    """No difference between the clocks is forgiven: logins fail now and then, as not yet valid."""
    if context.leeway is None:
        return skipped("the settings cannot be read")
    expected, actual = f"at least {_LEAST_LEEWAY} s", f"{context.leeway:g} s"
    return failed(expected, actual) if context.leeway < _LEAST_LEEWAY else passed(expected, actual)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
