"""The application's side of the set-up as somebody typed it in, before anything is sent.

What the identity provider says of itself is judged by the areas `discovery` and `saml_metadata`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import Undecodable
from ssocli.checks.metadata import is_insecure
from ssocli.checks.saml_certificate import read_certificates
from ssocli.steps import Step
from ssocli.text import printable

# What templates and instructions leave to be filled in; `{fake_idp}` was replaced before.
_PLACEHOLDER = re.compile(
    r"<[^<>\s]+>|\{[^{}\s]+\}|\b(?:your|my)[-_ ]?(?:client|tenant|domain|org|company|app|idp|secret|okta)\b"
    r"|\bchange[-_ ]?me\b|\breplace[-_ ]?(?:me|this)\b|\btodo\b|^x{4,}$|^\.{3}$",
    re.IGNORECASE,
)
_WELL_KNOWN = "/.well-known/"
_EVERY_TENANT = ("/common", "/organizations", "/consumers")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ConfigurationContext:
    """One provider's table, as names and values.

    `problems` are those that keep the file from being used at all; then everything else is empty. `values` holds every
    text by its dotted name, `addresses` those of them that are URLs of the provider, `secret_names` the names whose
    values are not to be shown. `scopes` is None where there are no scopes. `kind` is `oidc`, `oauth2` or `saml2`.
    """

    problems: tuple[str, ...] = ()
    kind: str = ""
    public_url: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    secret_names: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    email_claim: str | None = None
    algorithms: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    required_organization: str | None = None
    leeway: float = 60.0

    def shown(self, name: str, value: str) -> str:
        """A value as it may be repeated."""
        return f"{name} (not shown)" if name in self.secret_names else f"{name} = {printable(value, 100)}"

    @property
    def issuer(self) -> str | None:
        """The configured issuer; None without one."""
        return dict(self.addresses).get("issuer")


Judge = Callable[[ConfigurationContext], Judgement]


def _usable(*kinds: str) -> Callable[[Judge], Judge]:
    """Make a rule of a configuration that can be read, and of these kinds of provider."""

    def make(judge: Judge) -> Judge:
        @functools.wraps(judge)
        def guarded(context: ConfigurationContext) -> Judgement:
            if context.problems:
                return skipped("the configuration cannot be read (CFG003)")
            if kinds and context.kind not in kinds:
                return skipped(f"the provider is of the kind {context.kind or 'unknown'}")
            return judge(context)

        return guarded

    return make


@rule(
    "CFG001",
    "openid-not-requested",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.2.1 (scope)",
    owner=Owner.APP,
    fix="Add openid to the scopes. Without it the provider answers as plain OAuth 2.0 does, without an ID token.",
)
@_usable("oidc")
def openid_not_requested(context: ConfigurationContext) -> Judgement:
    """The configured scopes lack `openid`: there will be no ID token."""
    scopes = context.scopes or ()
    actual = " ".join(map(printable, scopes)) or "no scopes"
    return passed("the scope openid", actual) if "openid" in scopes else failed("the scope openid", actual)


@rule(
    "CFG002",
    "unusable-pasted-certificate",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.1.1 (KeyDescriptor)",
    owner=Owner.APP,
    fix="Paste the whole signing certificate of the identity provider, from BEGIN to END CERTIFICATE, or better give "
    "its metadata: they follow a change of certificate.",
)
@_usable("saml2")
def unusable_pasted_certificate(context: ConfigurationContext) -> Judgement:
    """What was pasted as the identity provider's certificate is none: a fingerprint, a part, a key."""
    if not context.certificates:
        return skipped("no certificates are pasted; the metadata has them")
    for number, text in enumerate(context.certificates, start=1):
        found = read_certificates(text)
        if isinstance(found, Undecodable):
            return failed("an X.509 certificate", f"certificate {number} {found.reason}")
    return passed("an X.509 certificate", f"{len(context.certificates)}")


@rule(
    "CFG003",
    "broken-configuration",
    step=Step.IDP_SELECTION,
    spec="",
    owner=Owner.APP,
    fix="Mend what is named; `ssocli config check FILE` says whether all of it is.",
)
def broken_configuration(context: ConfigurationContext) -> Judgement:
    """The configuration cannot be used: it is no TOML, or a key is unknown, missing or contradicts another."""
    if not context.problems:
        return passed("a valid configuration", "valid")
    return failed("a valid configuration", context.problems[0], evidence="; ".join(context.problems[1:]))


@rule(
    "CFG004",
    "placeholder-left",
    step=Step.REDIRECT_TO_IDP,
    spec="",
    owner=Owner.APP,
    fix="Replace the placeholder of the template by the value that the identity provider shows for this application.",
)
@_usable()
def placeholder_left(context: ConfigurationContext) -> Judgement:
    """A value is still the placeholder of a template: `<client-id>`, `{tenant}`, `changeme`."""
    for name, value in context.values:
        if _PLACEHOLDER.search(value):
            return failed("a real value", context.shown(name, value))
    return passed("real values", f"{len(context.values)} values")


@rule(
    "CFG005",
    "insecure-public-address",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.6; SAML Bindings 3.5.5.2",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Configure the public https address (in Sentry: system.url-prefix), the one that users type. Behind a proxy "
    "that ends TLS the application cannot find it out by itself.",
)
@_usable()
def insecure_public_address(context: ConfigurationContext) -> Judgement:
    """The application believes that it is reached by plain http beyond this machine.

    Its redirect URI, ACS URL and entity ID begin with that address, so they are not those that are registered.
    """
    if context.public_url is None:
        return skipped("no public address is configured")
    expected = "an https address"
    shown = printable(context.public_url)
    return failed(expected, shown) if is_insecure(context.public_url) else passed(expected, shown)


@rule(
    "CFG006",
    "stray-character",
    step=Step.REDIRECT_TO_IDP,
    spec="",
    owner=Owner.APP,
    fix="Type the value anew instead of pasting it, or paste it through a plain text editor.",
)
@_usable()
def stray_character(context: ConfigurationContext) -> Judgement:
    """A value begins or ends with a blank, or has an invisible character or a look-alike letter in it."""
    for name, value in context.values:
        if value != value.strip():
            return failed("a value without blanks around it", f"{name} has white space at its begin or end")
        for at, character in enumerate(value, start=1):
            invisible = unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} and character not in "\r\n\t"
            foreign = name in dict(context.addresses) and not character.isascii()
            if invisible or foreign:
                what = unicodedata.name(character, "a control character").lower()
                return failed(
                    "visible characters of ASCII in an address" if foreign else "visible characters",
                    f"{name} has U+{ord(character):04X} ({what}) at position {at}",
                )
    return passed("visible characters", f"{len(context.values)} values")


@rule(
    "CFG007",
    "discovery-url-as-issuer",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 4.1",
    owner=Owner.APP,
    fix="Configure the issuer alone: what stands before /.well-known/ (or, exactly, the member `issuer` of the "
    "document). An unusual address of the document belongs in discovery_url.",
)
@_usable("oidc")
def discovery_url_as_issuer(context: ConfigurationContext) -> Judgement:
    """The issuer is the address of the discovery document."""
    issuer = context.issuer or ""
    expected = "an issuer"
    return failed(expected, printable(issuer)) if _WELL_KNOWN in issuer else passed(expected, printable(issuer))


@rule(
    "CFG008",
    "issuer-of-every-tenant",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 4.3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Configure the tenant's own issuer, https://login.microsoftonline.com/<tenant id>/v2.0: tokens name the tenant "
    "and never `common`, and everybody with any Microsoft account could log in.",
)
@_usable("oidc")
def issuer_of_every_tenant(context: ConfigurationContext) -> Judgement:
    """The issuer is Entra ID's address for every tenant (`common`, `organizations`, `consumers`)."""
    issuer = (context.issuer or "").removesuffix("/").removesuffix("/v2.0")
    expected = "the issuer of one tenant"
    is_entra = "microsoftonline." in issuer and issuer.endswith(_EVERY_TENANT)
    return failed(expected, printable(issuer)) if is_entra else passed(expected, printable(issuer))


@rule(
    "CFG009",
    "unsigned-tokens-accepted",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 3.2; OIDC Core 3.1.3.7 item 7",
    owner=Owner.APP,
    fix="Take none out of the accepted algorithms: anybody can write an unsigned token.",
)
@_usable("oidc")
def unsigned_tokens_accepted(context: ConfigurationContext) -> Judgement:
    """The accepted signature algorithms include `none`."""
    actual = ", ".join(map(printable, context.algorithms)) or "no algorithm"
    is_open = any(algorithm.lower() == "none" for algorithm in context.algorithms)
    return failed("signature algorithms", actual) if is_open else passed("signature algorithms", actual)


@rule(
    "CFG010",
    "email-not-requested",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 5.4",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Add the scope that brings the address: email for OpenID Connect, user:email for GitHub. Without an address no "
    "account can be made.",
)
@_usable("oidc", "oauth2")
def email_not_requested(context: ConfigurationContext) -> Judgement:
    """The configured scopes bring no e-mail address."""
    if context.email_claim != "email":
        return skipped("the address is taken from another claim")
    wanted = "email" if context.kind == "oidc" else "user:email"
    scopes = context.scopes or ()
    actual = " ".join(map(printable, scopes)) or "no scopes"
    has_it = wanted in scopes or (context.kind == "oauth2" and "user" in scopes)
    return passed(f"the scope {wanted}", actual) if has_it else failed(f"the scope {wanted}", actual)


@rule(
    "CFG011",
    "membership-not-readable",
    step=Step.REDIRECT_TO_IDP,
    spec="GitHub REST API, organization members (scope read:org)",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Add the scope read:org, or do not require an organization.",
)
@_usable("oauth2")
def membership_not_readable(context: ConfigurationContext) -> Judgement:
    """Membership of an organization is required, and the scopes do not let it be read."""
    if context.required_organization is None:
        return skipped("no organization is required")
    scopes = context.scopes or ()
    actual = " ".join(map(printable, scopes)) or "no scopes"
    has_it = {"read:org", "write:org", "admin:org"} & set(scopes)
    return passed("the scope read:org", actual) if has_it else failed("the scope read:org", actual)


@rule(
    "CFG012",
    "unmatchable-domain",
    step=Step.USER_PROVISIONING,
    spec="",
    owner=Owner.APP,
    fix="Write the domain alone, as in `acme.example`: no @, no *, no URL.",
)
@_usable()
def unmatchable_domain(context: ConfigurationContext) -> Judgement:
    """An allowed domain is written in a way that no address can match."""
    if not context.domains:
        return skipped("every domain is allowed")
    wrong = [domain for domain in context.domains if not _DOMAIN.fullmatch(domain)]
    actual = ", ".join(map(printable, wrong or context.domains))
    return failed("domains like acme.example", actual) if wrong else passed("domains like acme.example", actual)


@rule(
    "CFG013",
    "insecure-provider-address",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 9700 2.6; OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Use the https address of the identity provider. If it has none, it has to get one.",
)
@_usable()
def insecure_provider_address(context: ConfigurationContext) -> Judgement:
    """An address of the identity provider is plain http beyond this machine."""
    for name, url in context.addresses:
        if is_insecure(url):
            return failed("https addresses", context.shown(name, url))
    return passed("https addresses", f"{len(context.addresses)} addresses")


@rule(
    "CFG014",
    "no-clock-leeway",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 9; SAML Profiles 4.1.4.3",
    owner=Owner.APP,
    severity=Severity.INFO,
    fix="Forgive a difference of clocks of a minute or so (clock_leeway_seconds).",
)
@_usable()
def no_clock_leeway(context: ConfigurationContext) -> Judgement:
    """No difference between the clocks is forgiven: logins fail now and then, as "not yet valid"."""
    actual = f"{context.leeway:g} s"
    return failed("some seconds", actual) if context.leeway < 5 else passed("some seconds", actual)
