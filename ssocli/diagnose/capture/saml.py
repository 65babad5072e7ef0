"""A login with SAML before the rules: both messages pass through the browser."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ssocli.checks import saml_attributes as attribute_rules
from ssocli.checks import saml_request as request_rules
from ssocli.checks import saml_response as response_rules
from ssocli.checks.check import Check, evaluate, rules
from ssocli.checks.saml_metadata import IdpDescription
from ssocli.checks.saml_tree import SAML, text_of
from ssocli.checks.saml_xml import XmlMessage
from ssocli.config.attribute_presets import NAME_ID
from ssocli.diagnose.capture.known import Known, unjudged
from ssocli.diagnose.capture.logins import ObservedLogin
from ssocli.steps import Step

_OF_THE_METADATA = frozenset({"unknown-signing-certificate", "expired-signing-certificate"})


def request_checks(login: ObservedLogin, known: Known) -> tuple[Check, ...]:
    """The lint of the AuthnRequest."""
    request = login.request
    if request is None or request.saml is None:
        return ()
    idp = known.idp or IdpDescription("", {request.binding: request.url}, {}, (), (), wants_signed_requests=False)
    context = request_rules.SamlRequestContext(
        message=request.saml,
        url=request.url,
        idp=idp,
        sp_entity_id=known.sp_entity_id or request.sender,
        acs_url=known.acs_url or login.app,
        now=request.hop.started or 0.0,
        relay_state=request.get("RelayState") or None,
        signature_algorithm=request.get("SigAlg") or None,
        leeway=known.leeway,
    )
    checks = evaluate("saml_request", context)
    if request.hop.started is None:
        checks = unjudged(checks, lambda name: "time" in name or "instant" in name, "the capture has no times")
    return checks


def observed(login: ObservedLogin, known: Known) -> response_rules.SamlResponseContext | None:
    """The response with all that it can be judged by; None if there is none."""
    response, request = login.response, login.request
    if response is None or response.saml is None:
        return None
    make = partial(
        response_rules.SamlResponseContext,
        message=response.saml,
        idp_entity_id=known.idp.entity_id if known.idp is not None else response.sender,
        acs_url=known.acs_url or response.url,
        sp_entity_id=known.sp_entity_id or login.client_id or _audience(response.saml),
        now=response.hop.started or 0.0,
        request_id=request.key if request is not None else None,
        allow_unsolicited=request is None,
        leeway=known.leeway,
        decryption_key=known.decryption_key,
    )
    if known.idp is not None:
        return make(certificates=known.idp.certificates)
    # Without metadata, the certificates that the message brings tell at least whether it was changed on the way.
    reading = make(certificates=()).reading
    brought = [signature.certificates for _, signature, _ in reading.signatures] if reading is not None else []
    return make(certificates=tuple(dict.fromkeys(each for found in brought for each in found)))


def response_checks(context: response_rules.SamlResponseContext, login: ObservedLogin, known: Known, step: Step) -> (
    tuple[Check, ...]
):  # fmt: skip
    """The rules of the response in one step."""
    checks = evaluate("saml_response", context, step=step)
    if known.idp is None:
        checks = unjudged(checks, _OF_THE_METADATA.__contains__, "the identity provider's metadata are not known")
        # The certificates were those that the message brings itself.
        checks = tuple(replace(check, actual=check.actual.replace(" (configured)", "")) for check in checks)
    if login.request is None and login.response is not None and login.response.key:
        names = {"wrong-in-response-to", "unsolicited-response"}
        checks = unjudged(checks, names.__contains__, "the capture does not show the request")
    if login.response is not None and login.response.hop.started is None:
        checks = unjudged(checks, _needs_time, "the capture has no times")
    return checks


def attribute_checks(context: response_rules.SamlResponseContext, known: Known) -> tuple[Check, ...]:
    """Whether the assertion has the attributes that the application's mapping names, if that is known."""
    assertion = response_rules.verified_assertion(context)
    names = known.attributes
    if names is None or assertion is None:
        return ()
    received = dict(assertion.attributes)
    if NAME_ID in (names.user_email, names.first_name, names.last_name) and assertion.name_id:
        received[NAME_ID] = (assertion.name_id,)
    return evaluate(
        "saml_attributes",
        attribute_rules.SamlAttributesContext(
            received=received,
            identifier=names.identifier,
            user_email=names.user_email,
            first_name=names.first_name or None,
            last_name=names.last_name or None,
            name_id_is_identifier=names.identifier == NAME_ID,
            name_id=assertion.name_id,
            name_id_format=assertion.name_id_format,
        ),
    )


def _audience(message: object) -> str:
    """Without another source the response's own word: the audience is then not judged."""
    if not isinstance(message, XmlMessage):
        return ""
    element = next(message.root.iter(f"{SAML}Audience"), None)
    return (text_of(element) or "").strip() if element is not None else ""


def _needs_time(name: str) -> bool:
    return any(rule.name == name and rule.judge.__module__.endswith(".times") for rule in rules("saml_response"))
