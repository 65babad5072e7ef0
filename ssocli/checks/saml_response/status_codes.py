"""What the status codes of SAML Core 3.2.2.2 mean for somebody who wants to log in."""

from __future__ import annotations

from dataclasses import dataclass

from ssocli.checks.check import Owner

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_ASK_IDP = "Read the identity provider's log for this request."


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """What a status code means, who can mend it and how."""

    meaning: str
    owner: Owner
    fix: str


TOP_LEVEL = {
    "Success": StatusMeaning(
        "Success, with a second-level code that says otherwise", Owner.IDP, "The identity provider must decide on one."
    ),
    "Requester": StatusMeaning(
        "the identity provider did not like the request",
        Owner.APP,
        "Compare the AuthnRequest with what the identity provider has registered: entity ID, ACS URL, signature, "
        "NameID format, RequestedAuthnContext.",
    ),
    "Responder": StatusMeaning("the identity provider failed or refused by itself", Owner.IDP, _ASK_IDP),
    "VersionMismatch": StatusMeaning(
        "the identity provider does not speak the version of the request",
        Owner.IDP,
        "Set the identity provider's application to SAML 2.0.",
    ),
}
SECOND_LEVEL = {
    "AuthnFailed": StatusMeaning(
        "the user could not be authenticated (wrong password, second factor failed, or cancelled)",
        Owner.USER,
        "Log in again. If it happens to everybody, look at the identity provider's authentication policy.",
    ),
    "InvalidAttrNameOrValue": StatusMeaning(
        "the request names an attribute or value that is not known", Owner.APP, "Ask for attributes that exist."
    ),
    "InvalidNameIDPolicy": StatusMeaning(
        "the identity provider cannot give a NameID of the requested format",
        Owner.IDP,
        "Map a value to the requested NameID format at the identity provider, or ask for the format `unspecified`.",
    ),
    "NoAuthnContext": StatusMeaning(
        "the requested way to authenticate (RequestedAuthnContext) cannot be met",
        Owner.APP,
        "Leave RequestedAuthnContext out of the request, or ask for a class that the identity provider offers "
        "(Entra ID: AADSTS75011, AD FS: MSIS7012).",
    ),
    "NoAvailableIDP": StatusMeaning(
        "none of the identity providers behind a proxy can be reached", Owner.NETWORK, _ASK_IDP
    ),
    "NoPassive": StatusMeaning(
        "the user has no session, and the request forbade to ask for a password (IsPassive)",
        Owner.APP,
        "Send the request again without IsPassive; do not repeat it as it was, that makes a loop.",
    ),
    "NoSupportedIDP": StatusMeaning(
        "a proxy supports none of the identity providers that the request names", Owner.APP, "Mend the IDPList."
    ),
    "PartialLogout": StatusMeaning(
        "the logout did not reach every application", Owner.IDP, "Close the browser to end the other sessions."
    ),
    "ProxyCountExceeded": StatusMeaning(
        "the request may not be passed on as often as would be needed", Owner.APP, "Raise or drop ProxyCount."
    ),
    "RequestDenied": StatusMeaning(
        "the identity provider refuses this user or this application",
        Owner.IDP,
        "Assign the user (or a group of theirs) to the application at the identity provider, and look at its "
        "access policies.",
    ),
    "RequestUnsupported": StatusMeaning(
        "the identity provider does not support this kind of request", Owner.APP, "Compare with its metadata."
    ),
    "RequestVersionDeprecated": StatusMeaning("the request's version is no longer served", Owner.APP, "Send 2.0."),
    "RequestVersionTooHigh": StatusMeaning("the request's version is too new for it", Owner.APP, "Send 2.0."),
    "RequestVersionTooLow": StatusMeaning("the request's version is too old for it", Owner.APP, "Send 2.0."),
    "ResourceNotRecognized": StatusMeaning(
        "the resource in the request is not known", Owner.APP, "Check the address and the entity ID in the request."
    ),
    "TooManyResponses": StatusMeaning("more answers than can be sent", Owner.IDP, _ASK_IDP),
    "UnknownAttrProfile": StatusMeaning(
        "the attribute profile in the request is not known", Owner.APP, "Ask for attributes in another form."
    ),
    "UnknownPrincipal": StatusMeaning(
        "the identity provider does not know the user that the request names",
        Owner.USER,
        "Log in with an account that exists at this identity provider.",
    ),
    "UnsupportedBinding": StatusMeaning(
        "the identity provider cannot answer by the binding that the request asks for",
        Owner.APP,
        "Ask for HTTP-POST (ProtocolBinding) and register an ACS with that binding.",
    ),
}


def explain_status(top: str | None, second: str | None) -> StatusMeaning:
    """The meaning of a status by its more telling code; an unknown one is the identity provider's to explain."""
    for code, known in ((second, SECOND_LEVEL), (top, TOP_LEVEL)):
        if code is not None and code.startswith(STATUS) and code.removeprefix(STATUS) in known:
            return known[code.removeprefix(STATUS)]
    if top is None:
        return StatusMeaning("a response without a status code", Owner.IDP, "Every response must have a status.")
    return StatusMeaning("a status that SAML does not define", Owner.IDP, _ASK_IDP)
