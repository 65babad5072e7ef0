"""That the identity provider offers what the service provider wants to use."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.metadata import is_insecure, url_problem
from ssocli.checks.saml_metadata.context import SamlMetadataContext, on_idp
from ssocli.checks.saml_metadata.idp import idp_roles, is_true, services
from ssocli.checks.saml_tree import MD, Element, children
from ssocli.steps import Step
from ssocli.text import printable


@rule(
    "SMD030",
    "missing-sso-service",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.3 (SingleSignOnService); SAML Profiles 4.1.2",
    owner=Owner.IDP,
    fix="Let the identity provider offer SingleSignOnService by HTTP-Redirect or HTTP-POST.",
)
@on_idp
def missing_sso_service(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The identity provider offers no address for logins by HTTP-Redirect or HTTP-POST."""
    role = idp_roles(entity)[0]
    expected = "SingleSignOnService by HTTP-Redirect or HTTP-POST"
    found = services(role, "SingleSignOnService")
    if found:
        return passed(expected, " and ".join(found))
    others = [str(each.get("Binding")).rpartition(":")[2] for each in children(role, f"{MD}SingleSignOnService")]
    return failed(expected, printable(f"only {', '.join(others)}") if others else "none")


@rule(
    "SMD031",
    "malformed-service-location",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.2.2 (Location)",
    owner=Owner.IDP,
    fix="Let the identity provider publish absolute URLs in Location.",
)
@on_idp
def malformed_service_location(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The address for logins or logouts is no absolute http(s) URL."""
    found = _locations(entity)
    if not found:
        return skipped("there is no address (SMD030)")
    wrong = [f"{name} {problem}" for name, url in found if (problem := url_problem(url)) is not None]
    return failed("absolute URLs", "; ".join(wrong)) if wrong else passed("absolute URLs", "all of them")


@rule(
    "SMD032",
    "insecure-service-location",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Bindings 3.4.5.2 and 3.5.5.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider publish https URLs. Behind a proxy it has to be told that it is reached by https.",
)
@on_idp
def insecure_service_location(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The address for logins or logouts is a plain http URL beyond this machine."""
    found = _locations(entity)
    if not found:
        return skipped("there is no address (SMD030)")
    wrong = [f"{name} {printable(url)}" for name, url in found if is_insecure(url)]
    expected = "https (http only on this machine)"
    return failed(expected, "; ".join(wrong)) if wrong else passed(expected, "all of them")


@rule(
    "SMD033",
    "unsigned-requests-not-wanted",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.3 (WantAuthnRequestsSigned)",
    owner=Owner.APP,
    fix="Give the application a key and let it sign its requests, or turn the demand off at the identity provider.",
)
@on_idp
def unsigned_requests_not_wanted(entity: Element, context: SamlMetadataContext) -> Judgement:
    """The identity provider wants signed requests, and the application does not sign them."""
    wants = is_true(idp_roles(entity)[0].get("WantAuthnRequestsSigned"))
    expected = "signed requests" if wants else "signed or unsigned requests"
    actual = "the application signs" if context.sign_requests else "the application does not sign"
    return failed(expected, actual) if wants and not context.sign_requests else passed(expected, actual)


@rule(
    "SMD034",
    "missing-logout-service",
    step=Step.REDIRECT_TO_IDP,
    spec="SAML Metadata 2.4.2 (SingleLogoutService)",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing, if the user need not be logged out at the identity provider. Otherwise switch single logout on "
    "there, and fetch the metadata again.",
)
@on_idp
def missing_logout_service(entity: Element, _: SamlMetadataContext) -> Judgement:
    """The identity provider offers no single logout: whoever logs out here is still logged in there.

    The next login goes through without a password, which users take for a logout that did not work.
    """
    role = idp_roles(entity)[0]
    if not services(role, "SingleSignOnService"):
        return skipped("there is no address for logins either (SMD030)")
    found = services(role, "SingleLogoutService")
    expected = "SingleLogoutService by HTTP-Redirect or HTTP-POST"
    return passed(expected, " and ".join(found)) if found else failed(expected, "none")


def _locations(entity: Element) -> list[tuple[str, str]]:
    """The addresses for logins and logouts, with their names."""
    role = idp_roles(entity)[0]
    return [
        (f"{name} by {binding}", url)
        for name in ("SingleSignOnService", "SingleLogoutService")
        for binding, url in services(role, name).items()
    ]
