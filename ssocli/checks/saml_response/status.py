"""The status of a response: why the identity provider did not authenticate the user, in words."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_response
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_response.status_codes import explain_status
from ssocli.checks.saml_tree import SAMLP, attribute, child, text_of
from ssocli.steps import Step
from ssocli.text import printable


@rule(
    "SRS004",
    "error-status",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="SAML Core 3.2.2.2",
    owner=Owner.IDP,
    fix="Read the identity provider's log for this request.",
)
@on_response
def error_status(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The identity provider answers with a status other than Success: it did not authenticate the user."""
    expected = "the status Success"
    if reading.is_success:
        return passed(expected, "Success")
    if reading.assertions:
        return skipped("an error and an assertion came together (SRS005)")
    top, second = _codes(reading)
    known = explain_status(top, second)
    # An error is one in every profile.
    return failed(
        expected,
        _described(reading),
        evidence=known.meaning,
        owner=known.owner,
        fix=known.fix,
        severity=Severity.ERROR,
    )


@rule(
    "SRS005",
    "error-status-with-assertion",
    step=Step.EXTERNAL_AUTHENTICATION,
    spec="SAML Profiles 4.1.4.2",
    owner=Owner.IDP,
    fix="The identity provider must send one of the two. An application has to take it as an error and log nobody in.",
)
@on_response
def error_status_with_assertion(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The response says that the authentication failed, and carries an assertion all the same."""
    expected = "either an error or an assertion"
    if reading.is_success:
        return passed(expected, "Success")
    if reading.assertions:
        return failed(expected, f"an assertion, and {_described(reading)}", severity=Severity.ERROR)
    return passed(expected, "an error without an assertion")


def _codes(reading: Reading) -> tuple[str | None, str | None]:
    """The top-level and the second-level status code, as URIs."""
    top = child(reading.response, f"{SAMLP}Status", f"{SAMLP}StatusCode")
    return attribute(top, "Value"), attribute(child(top, f"{SAMLP}StatusCode"), "Value")


def _described(reading: Reading) -> str:
    """The status as the identity provider put it: `Responder, RequestDenied: the user is not assigned`."""
    codes = [printable(code.rpartition(":")[2], 80) for code in _codes(reading) if code]
    message = (text_of(child(reading.response, f"{SAMLP}Status", f"{SAMLP}StatusMessage")) or "").strip()
    shown = ", ".join(codes) or "no status code"
    return f"{shown}: {printable(message)}" if message else shown
