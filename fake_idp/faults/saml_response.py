"""SAML responses that are wrong around their assertion: status, addressing, correlation, header (SAML Core 3.2.2).

All is signed afterwards, by the right key: what is wrong here was meant to be sent so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.saml import statuses, xml
from fake_idp.saml.names import ENTITY
from fake_idp.saml.names import STATUS as STATUS_CODE
from fake_idp.saml.statuses import Status

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_response", step="token_validation")
refusal = At("saml_response", step="external_authentication")

STATUS = "SAML Core 3.2.2.2"
HEADER = "SAML Core 3.2.2"
POSTED = "SAML Bindings 3.5.5.2"
PROFILE = "SAML Profiles 4.1.4.2"
EVIL = "https://evil.example"

# Every second-level status code of SAML Core 3.2.2.2, with the top-level code that it stands below.
SECOND_LEVEL = {
    "authn-failed": ("Responder", "AuthnFailed"),
    "invalid-attr-name-or-value": ("Requester", "InvalidAttrNameOrValue"),
    "invalid-name-id-policy": ("Requester", "InvalidNameIDPolicy"),
    "no-authn-context": ("Responder", "NoAuthnContext"),
    "no-available-idp": ("Responder", "NoAvailableIDP"),
    "no-passive": ("Responder", "NoPassive"),
    "no-supported-idp": ("Responder", "NoSupportedIDP"),
    "partial-logout": ("Responder", "PartialLogout"),
    "proxy-count-exceeded": ("Responder", "ProxyCountExceeded"),
    "request-denied": ("Responder", "RequestDenied"),
    "request-unsupported": ("Requester", "RequestUnsupported"),
    "request-version-deprecated": ("VersionMismatch", "RequestVersionDeprecated"),
    "request-version-too-high": ("VersionMismatch", "RequestVersionTooHigh"),
    "request-version-too-low": ("VersionMismatch", "RequestVersionTooLow"),
    "resource-not-recognized": ("Requester", "ResourceNotRecognized"),
    "too-many-responses": ("Responder", "TooManyResponses"),
    "unknown-attr-profile": ("Requester", "UnknownAttrProfile"),
    "unknown-principal": ("Responder", "UnknownPrincipal"),
    "unsupported-binding": ("Requester", "UnsupportedBinding"),
}
TOP_LEVEL = {"requester": "Requester", "responder": "Responder", "version-mismatch": "VersionMismatch"}


@refusal.family("status-{}", [(name, "error-status", STATUS) for name in SECOND_LEVEL], reject="fail_cleanly")
def second_level_status(response: Draft, name: str) -> None:
    """The identity provider answers with the second-level status `{}`, and no assertion.

    Client: logs nobody in, says what the identity provider said, and does not send the person there again by itself.
    User: sees that the identity provider did not log them in, and can try again.
    Seen: spring-projects/spring-security issue 9718, where the status hid behind "no assertion found".
    """
    top, second = SECOND_LEVEL[name]
    refuse(response, Status(top, second, "Ordered by a fault."))


@refusal.family("status-{}", [(name, "error-status", STATUS) for name in TOP_LEVEL], reject="fail_cleanly")
def top_level_status(response: Draft, name: str) -> None:
    """The identity provider answers with the status `{}`, without a second code, a message or an assertion.

    Client: logs nobody in, and says so without having been given a reason.
    User: sees that the identity provider did not log them in, and can try again.
    """
    refuse(response, Status(TOP_LEVEL[name]))


@refusal("error-status", spec=STATUS)
def status_unknown(response: Draft) -> None:
    """The top-level status code is none that SAML has.

    Client: takes all but Success for a failure.
    User: sees that the identity provider did not log them in.
    """
    drop_assertion(response)
    response.part("samlp:Status/samlp:StatusCode").set("Value", "urn:example:status:surprise")


@refusal("error-status", spec=STATUS)
def status_missing(response: Draft) -> None:
    """There is no Status, though an assertion is there.

    Client: takes all but Success for a failure.
    User: sees that the identity provider did not log them in.
    """
    drop_assertion(response)
    response.drop("samlp:Status")


@refusal("error-status", spec=STATUS)
def status_success_nested(response: Draft) -> None:
    """Success stands below Responder, where it means nothing.

    Client: looks at the top-level code, not for the word somewhere.
    User: sees that the identity provider did not log them in.
    """
    refuse(response, Status("Responder", "Success"))


@refusal("error-status", spec=STATUS, reject="fail_cleanly")
def status_message_with_markup(response: Draft) -> None:
    """The message of a refusal is HTML with a script, and control characters.

    Client: shows it as text, if at all.
    User: sees odd text, and nothing runs.
    """
    refuse(response, Status("Responder", "AuthnFailed", "<script>alert(1)</script><b>No</b> \u202e way"))


@refusal("error-status-with-assertion", spec=PROFILE)
def error_with_assertion(response: Draft) -> None:
    """The status says Responder, and a good assertion comes with it.

    Client: takes it as a failure; nobody is logged in.
    User: sees that the identity provider did not log them in.
    Seen: clients that look for an assertion first, such as minisaml.
    """
    response.part("samlp:Status/samlp:StatusCode").set("Value", STATUS_CODE + "Responder")


@fault("missing-assertion", spec=PROFILE)
def success_without_assertion(response: Draft) -> None:
    """The status says Success, and there is no assertion.

    Client: rejects it, and does not crash.
    User: sees that the login failed.
    """
    drop_assertion(response)


@fault("wrong-destination", spec=POSTED)
def wrong_destination(response: Draft) -> None:
    """The response is addressed to another application.

    Client: rejects a message that was made for somebody else.
    User: sees that the login failed. A proxy that changes the public address does this to everybody.
    """
    response.element.set("Destination", f"{EVIL}/acs")


@fault("wrong-destination", spec=POSTED)
def destination_with_slash_more(response: Draft) -> None:
    """The destination has one slash more than the assertion consumer service.

    Client: compares exactly, and rejects it.
    User: sees that the login failed, until somebody registers the address exactly.
    """
    response.element.set("Destination", response.element.get("Destination", "") + "/")


@fault("wrong-destination", spec=POSTED)
def destination_with_https(response: Draft) -> None:
    """The destination has another scheme than the address at which the response arrives.

    Client: rejects it. Behind a proxy that ends TLS it has to know its public address to do that rightly.
    User: sees that the login failed.
    """
    found = response.element.get("Destination", "")
    scheme, colon, rest = found.partition(":")
    response.element.set("Destination", ("http" if scheme == "https" else "https") + colon + rest)


@fault("missing-destination", spec=POSTED)
def missing_destination(response: Draft) -> None:
    """The signed response does not say to which address it goes.

    Client: rejects it; whoever gets hold of it could pass it on elsewhere.
    User: sees that the login failed.
    """
    del response.element.attrib["Destination"]


@fault("wrong-in-response-to", spec="SAML Profiles 4.1.4.3")
def wrong_in_response_to(response: Draft) -> None:
    """The response answers another request than the one that was sent.

    Client: rejects it: somebody may have brought another person's response (login CSRF).
    User: sees that the login failed, and can try again.
    """
    response.element.set("InResponseTo", "_another-request")


@fault("unsolicited-response", spec="SAML Profiles 4.1.5")
def missing_in_response_to(response: Draft) -> None:
    """The response does not say which request it answers, though there was one.

    Client: rejects it, even if it allows logins that start at the identity provider.
    User: sees that the login failed.
    Seen: python3-saml accepts it although the ID of the request is given.
    """
    del response.element.attrib["InResponseTo"]


@fault("wrong-message-issuer", spec=PROFILE)
def wrong_issuer(response: Draft) -> None:
    """The response names another identity provider than its assertion.

    Client: rejects it.
    User: sees that the login failed.
    Seen: minisaml and pysaml2 do not look at it.
    """
    response.part("saml:Issuer").text = f"{EVIL}/idp"


@fault("wrong-message-issuer", spec="SAML Core 8.3.6")
def issuer_with_slash_more(response: Draft) -> None:
    """The issuer of the response has one slash more than the entity ID.

    Client: compares exactly, and rejects it.
    User: sees that the login failed, until the entity ID is the same on both sides.
    """
    issuer = response.part("saml:Issuer")
    issuer.text = f"{issuer.text}/"


@fault("missing-message-issuer", spec=PROFILE)
def missing_issuer(response: Draft) -> None:
    """The signed response does not say who issued it.

    Client: rejects it: the issuer must be there when the response is signed.
    User: sees that the login failed.
    """
    response.drop("saml:Issuer")


@fault(spec=PROFILE, reject="must_tolerate")
def issuer_with_format(response: Draft) -> None:
    """The issuer says in words that it is an entity ID (Format).

    Client: accepts it; that is what an issuer is anyway.
    User: notices nothing.
    """
    response.part("saml:Issuer").set("Format", ENTITY)


VERSIONS = {"1-0": "1.0", "1-1": "1.1", "3-0": "3.0"}


@fault.family("version-{}", [(name, "unsupported-version", "SAML Core 4.1.3.2") for name in VERSIONS])
def version(response: Draft, name: str) -> None:
    """The response says that it is of another version of SAML: {}.

    Client: rejects what it does not know to read.
    User: sees that the login failed.
    """
    response.element.set("Version", VERSIONS[name])


@fault("unsupported-version", spec=HEADER)
def missing_version(response: Draft) -> None:
    """The response does not say of which version it is.

    Client: rejects it.
    User: sees that the login failed.
    """
    del response.element.attrib["Version"]


@fault("malformed-id", spec="SAML Core 1.3.4")
def id_with_digit_first(response: Draft) -> None:
    """The ID begins with a digit, which XML does not allow.

    Client: rejects it; a parser that knows the schema does not even read it.
    User: sees that the login failed.
    Seen: identity providers that take a bare UUID.
    """
    response.element.set("ID", "1" + response.element.get("ID", ""))


@fault("malformed-time", spec="SAML Core 1.3.3")
def malformed_issue_instant(response: Draft) -> None:
    """The time of issue is a number of seconds.

    Client: rejects it, and does not crash.
    User: sees that the login failed.
    """
    response.element.set("IssueInstant", str(int(response.context.now)))


@fault("malformed-time", spec=HEADER)
def missing_issue_instant(response: Draft) -> None:
    """The response does not say when it was issued.

    Client: rejects it.
    User: sees that the login failed.
    """
    del response.element.attrib["IssueInstant"]


@fault("response-from-the-future", spec="SAML Core 1.3.3", reject="should_reject")
def issued_in_the_future(response: Draft) -> None:
    """The response was issued an hour from now; its assertion is in time.

    Client: may reject it, and should say that the clocks differ.
    User: logs in, or sees that the login failed.
    """
    response.element.set("IssueInstant", xml.instant(response.context.now + 3600))


@fault(spec="SAML Core 3.2.1", reject="must_tolerate")
def extensions(response: Draft) -> None:
    """The response has Extensions that nobody but the identity provider knows.

    Client: ignores them.
    User: notices nothing.
    """
    made = xml.element("samlp:Extensions")
    made.append(made.makeelement("{urn:example:tracking}Hint", {"colour": "blue"}))
    response.part("saml:Issuer").addnext(made)


@fault(spec=STATUS, reject="must_tolerate")
def status_message_with_success(response: Draft) -> None:
    """A message stands beside Success.

    Client: ignores it.
    User: notices nothing.
    """
    response.part("samlp:Status").append(xml.element("samlp:StatusMessage", None, "All is well."))


@fault(spec=HEADER, reject="must_tolerate")
def consent(response: Draft) -> None:
    """The response says how the person agreed (Consent).

    Client: ignores it, or writes it down.
    User: notices nothing.
    """
    response.element.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:prior")


def refuse(response: Draft, status: Status) -> None:
    """Make it a refusal with this status."""
    drop_assertion(response)
    found = response.part("samlp:Status")
    found.addnext(statuses.element(status))
    response.element.remove(found)


def drop_assertion(response: Draft) -> None:
    """Take the assertion away, in clear or encrypted. Raises LookupError if there is none."""
    for path in ("saml:Assertion", "saml:EncryptedAssertion"):
        if xml.find(response.element, path) is not None:
            response.drop(path)
            return
    raise LookupError("an assertion")
