"""Who an ID token is from, for and about: `iss`, `aud`, `azp`, `sub` and Google's `hd`."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import strings, type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_claims
from ssocli.steps import Step
from ssocli.text import difference, printable, shown


def _audiences(claims: Claims) -> tuple[str, ...] | None:
    """The audiences; None if `aud` is absent or no string and no array of strings."""
    value = claims.get("aud")
    return (value,) if isinstance(value, str) else strings(value)


def _strangers(claims: Claims, context: IdTokenContext) -> list[str]:
    known = {context.client_id, *context.trusted_audiences}
    return [audience for audience in _audiences(claims) or () if audience not in known]


@rule(
    "IDT014",
    "wrong-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 2",
    owner=Owner.IDP,
    fix="Configure exactly the issuer that the identity provider puts into its tokens, if that is the one you trust; "
    "else correct its public URL (behind a proxy, it often takes its internal one).",
)
@on_claims
def wrong_issuer(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token's `iss` is not, character for character, the issuer that was discovered."""
    expected = f"iss {printable(context.issuer)}"
    if "iss" not in claims:
        return failed(expected, "no iss")
    issuer = claims["iss"]
    if not isinstance(issuer, str):
        return failed(expected, f"iss is {type_name(issuer)}")
    actual = f"iss {printable(issuer)}"
    if issuer == context.issuer:
        return passed(expected, actual)
    return failed(expected, actual, evidence=difference(context.issuer, issuer))


@rule(
    "IDT015",
    "missing-audience",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    fix="Let the identity provider put the client id into aud of the ID token.",
)
@on_claims
def missing_audience(claims: Claims, _context: IdTokenContext) -> Judgement:
    """The token does not say for whom it is: `aud` is absent, empty, or no string and no array of strings."""
    expected = "aud as a string or an array of strings"
    if _audiences(claims):
        return passed(expected, "it is")
    if "aud" not in claims:
        return failed(expected, "no aud")
    return failed(expected, f"aud {shown(claims['aud'], 80)}")


@rule(
    "IDT016",
    "wrong-audience",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 3",
    owner=Owner.APP,
    fix="Compare the configured client id with the one registered at the identity provider. If they are the same, the "
    "token was issued for another application and must not be accepted.",
)
@on_claims
def wrong_audience(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token was issued for another client: this client's id is not among its audiences."""
    audiences = _audiences(claims)
    if not audiences:
        return skipped("the token has no audience")
    expected = f"aud with the client id '{printable(context.client_id, 80)}'"
    actual = f"aud {shown(claims['aud'])}"
    if context.client_id in audiences:
        return passed(expected, actual)
    evidence = difference(context.client_id, audiences[0]) if len(audiences) == 1 else ""
    return failed(expected, actual, evidence=evidence)


@rule(
    "IDT017",
    "untrusted-audience",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 3",
    owner=Owner.IDP,
    fix="Take the other audiences out of this client's ID tokens at the identity provider, or name those you trust "
    "under trusted_audiences in the provider's configuration.",
)
@on_claims
def untrusted_audience(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token is for this client and for others that it does not trust: any of those could have passed it on."""
    if context.client_id not in (_audiences(claims) or ()):
        return skipped("the token is not for this client at all")
    strangers = _strangers(claims, context)
    if strangers:
        return failed("no audience but this client and those it trusts", f"also {shown(strangers)}")
    return passed("no audience but this client and those it trusts", "no other")


@rule(
    "IDT018",
    "missing-authorized-party",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 4",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider add azp with the client id when a token has several audiences.",
)
@on_claims
def missing_authorized_party(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token has several audiences but no `azp` to say which of them asked for it.

    Earlier versions of OIDC Core told clients to require it, and many still do.
    """
    audiences = _audiences(claims)
    if not audiences or _strangers(claims, context):
        return skipped("the audiences themselves are wrong")
    if len(set(audiences)) > 1 and "azp" not in claims:
        return failed("azp when there are several audiences", f"no azp, {len(set(audiences))} audiences")
    return passed("azp when there are several audiences", "azp" if "azp" in claims else "one audience")


@rule(
    "IDT019",
    "wrong-authorized-party",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 5",
    owner=Owner.IDP,
    fix="The token was issued to another client, which passed it on. Find out which; do not accept it.",
)
@on_claims
def wrong_authorized_party(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token's `azp` names another client: that one asked for the token, not this one."""
    if "azp" not in claims:
        return skipped("the token has no azp")
    expected = f"azp '{printable(context.client_id, 80)}'"
    actual = f"azp {shown(claims['azp'], 80)}"
    if claims["azp"] == context.client_id:
        return passed(expected, actual)
    if context.client_id not in (_audiences(claims) or ()):
        return skipped("the token is not for this client at all")
    return failed(expected, actual)


@rule(
    "IDT020",
    "missing-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    fix="Let the identity provider send sub as a string that never changes for this user; look at its claim mapping.",
)
@on_claims
def missing_subject(claims: Claims, _context: IdTokenContext) -> Judgement:
    """The token does not say who the user is: `sub` is absent, blank or no string."""
    expected = "sub as a string that is not blank"
    if "sub" not in claims:
        return failed(expected, "no sub")
    subject = claims["sub"]
    if not isinstance(subject, str):
        return failed(expected, f"sub is {type_name(subject)}")
    return passed(expected, "it is") if subject.strip() else failed(expected, "a blank string")


@rule(
    "IDT021",
    "malformed-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Use an opaque id of at most 255 ASCII characters as sub.",
)
@on_claims
def malformed_subject(claims: Claims, _context: IdTokenContext) -> Judgement:
    """The `sub` is longer than 255 characters or not ASCII: other clients cut it or refuse it."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip():
        return skipped("there is no sub")
    expected = "at most 255 ASCII characters"
    if len(subject) > 255:
        return failed(expected, f"{len(subject)} characters")
    return passed(expected, f"{len(subject)}") if subject.isascii() else failed(expected, printable(subject, 80))


@rule(
    "IDT022",
    "wrong-hosted-domain",
    step=Step.TOKEN_VALIDATION,
    spec="Google Identity: OpenID Connect, validating an ID token, item 5",
    owner=Owner.USER,
    fix="Log in with an account of the organization. If its domain is right but not listed, add it under "
    "hosted_domains in the provider's configuration.",
)
@on_claims
def wrong_hosted_domain(claims: Claims, context: IdTokenContext) -> Judgement:
    """The account is not in one of the allowed Google Workspace domains (`hd`); a consumer account has no `hd`.

    The `hd` parameter of the request only shapes the login page: without this check anybody with a Google account
    gets in.
    """
    if not context.hosted_domains:
        return skipped("no hosted domain was asked for")
    expected = f"hd {' or '.join(context.hosted_domains)}"
    if "hd" not in claims:
        return failed(expected, "no hd: a consumer account")
    domain = claims["hd"]
    allowed = {name.lower() for name in context.hosted_domains}
    if isinstance(domain, str) and domain.lower() in allowed:
        return passed(expected, f"hd {printable(domain)}")
    return failed(expected, f"hd {shown(domain, 100)}")
