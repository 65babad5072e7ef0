"""A provider's settings at the application: what can only be a mistake, whatever the provider says."""

from __future__ import annotations

import re
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


@dataclass(frozen=True, slots=True)
class SettingsContext:
    """One provider's settings. `problem` says in half a sentence why they cannot be used at all.

    `values` are the names and values that identify the parties (issuer, client id, entity ID, addresses); `issuer` is
    "" for protocols without one. `secret` is the client secret as it stands in the settings, never shown. `preset` and
    `product` are the vendors whose attribute names are taken and whose provider it is, "" if unknown or none.
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


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
