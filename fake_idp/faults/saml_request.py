"""Identity providers that misread the request, or answer it by a page of their own (SAML Core 3.4.1)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.refusal import Refusal
from fake_idp.web import Response, html_response

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import AnsweredRequest

fault = At("saml_request", step="external_authentication")
answer = At("saml_request", step="token_validation")

REQUEST = "SAML Core 3.2.2 (InResponseTo); SAML Profiles 4.1.4.3"
PAGE = "<!doctype html><html lang=en><title>{0}</title><h1>{0}</h1><p>{1}</p>"
# What the vendors' own error pages say, in their words as far as people search for them.
PAGES = {
    "entra-not-assigned": (403, "AADSTS50105: the signed in user is not assigned to a role for the application."),
    "entra-unknown-application": (400, "AADSTS700016: Application with identifier was not found in the directory."),
    "entra-wrong-reply-url": (400, "AADSTS50011: The reply URL does not match the reply URLs configured."),
    "entra-authn-context": (400, "AADSTS75011: Authentication method does not match requested authentication method."),
    "entra-unsupported-request": (400, "AADSTS75005: The request is not a valid Saml2 protocol message."),
    "adfs-unknown-relying-party": (500, "MSIS7012: An error occurred while processing the request."),
    "google-not-configured": (403, "403. That's an error. Error: app_not_configured"),
    "google-not-enabled": (403, "403. That's an error. Error: app_not_enabled_for_user"),
    "okta-not-assigned": (403, "User is not assigned to this application."),
    "auth0-no-connection": (400, "invalid_request: the connection was not found"),
}


@fault.family(
    "page-of-{}", [(name, "identity-provider-error-page", "SAML Profiles 4.1.4.2") for name in PAGES],
    reject="fail_cleanly",
)  # fmt: skip
def vendor_page(asked: AnsweredRequest, name: str) -> None:
    """The identity provider shows an error page in the words of a vendor, and answers nothing: {}.

    Client: hears nothing; its pending login expires.
    User: is stuck at the identity provider; support needs the words on the page.
    """
    status, text = PAGES[name]
    asked.page = html_response(PAGE.format("Something went wrong", escape(text)), status)


@fault("page-not-understood", spec="SAML Profiles 4.1.4", reject="fail_cleanly")
def blank_page(asked: AnsweredRequest) -> None:
    """The identity provider shows an empty page, and answers nothing.

    Client: hears nothing; its pending login expires.
    User: sees nothing, and has to begin again.
    """
    asked.page = Response(200, b"", [("Content-Type", "text/html; charset=utf-8")])


@fault("error-status", spec="SAML Core 3.4.1 (IsPassive), 3.2.2.2", reject="fail_cleanly")
def taken_for_passive(asked: AnsweredRequest) -> None:
    """The request is taken for a passive one, and answered with NoPassive.

    Client: logs nobody in, and does not send the same request again: that makes a loop.
    User: reads that the login failed.
    Seen: codelibs/fess issue 3239.
    """
    asked.refusal = Refusal("NoPassive", "Nobody is logged in.")


@fault("error-status", spec="SAML Core 3.4.1.1, 3.2.2.2", reject="fail_cleanly")
def refuses_every_name_id_format(asked: AnsweredRequest) -> None:
    """The identity provider finds no format of names that it could give.

    Client: logs nobody in, and says that the format is to be looked at.
    User: reads that the login failed.
    """
    asked.refusal = Refusal("InvalidNameIDPolicy", "The format of name identifiers is not supported.")


@fault("error-status", spec="SAML Core 3.3.2.2.1, 3.2.2.2", reject="fail_cleanly")
def refuses_every_authn_context(asked: AnsweredRequest) -> None:
    """The identity provider cannot authenticate people in the way that it believes to be asked for.

    Client: logs nobody in, and says that the way of authentication is to be looked at.
    User: reads that the login failed.
    """
    asked.refusal = Refusal("NoAuthnContext", "The authentication context cannot be provided.")


@answer("unsolicited-response", spec="SAML Profiles 4.1.4.2 (InResponseTo), 4.1.5")
def takes_no_request_id(asked: AnsweredRequest) -> None:
    """The identity provider forgets which request it answers: nothing in the response names one.

    Client: rejects it while a login is waiting.
    User: reads that the login failed.
    Seen: python3-saml accepts it though it is told the ID of the request.
    """
    asked.repeat(in_response_to=None)


@answer("wrong-in-response-to", spec=REQUEST)
def answers_another_request(asked: AnsweredRequest) -> None:
    """The response answers, in all places, a request that this browser never sent: two logins were mixed up.

    Client: rejects it: it may be another person's login.
    User: reads that the login failed.
    """
    asked.repeat(in_response_to="_request-of-another-login")


@answer("wrong-in-response-to", spec=REQUEST)
def answers_null(asked: AnsweredRequest) -> None:
    """The response answers, in all places, the request `null`, as a program does that has none.

    Client: rejects it.
    User: reads that the login failed.
    Seen: better-auth issue 10672.
    """
    asked.repeat(in_response_to="null")


@answer(spec="SAML Bindings 3.5.3", reject="must_tolerate")
def forgets_relay_state(asked: AnsweredRequest) -> None:
    """The identity provider does not return the RelayState.

    Client: finds the login by the request that is answered, or refuses.
    User: logs in, and may not land where they wanted to go.
    """
    asked.repeat(relay_state=None)
