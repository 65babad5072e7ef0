"""Refusals in an unusual form, and Success that is none (SAML Core 3.2.2.1 to 3.2.2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.saml_response import STATUS, refuse
from fake_idp.saml import xml
from fake_idp.saml.statuses import Status

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import Draft

refusal = At("saml_response", step="external_authentication")

FOUND = "error-status"
ANOMALIES = ("19", "20", "21", "22", "23", "25")


@refusal.family("status-spid-{}", [(number, FOUND, "SAML Core 3.2.2.3") for number in ANOMALIES], reject="fail_cleanly")
def status_spid(response: Draft, number: str) -> None:
    """The message is the anomaly {} of the Italian identity system SPID: something that the person did.

    Client: logs nobody in, and shows the page that belongs to the number.
    User: reads what to do: try again, choose another level, or consent.
    Seen: italia/spid-testenv2 issue 215.
    """
    refuse(response, Status("Responder", "AuthnFailed", f"ErrorCode nr{number}"))


MESSAGES = {"line-breaks": "denied\nSet-Cookie: owned=1\n\nmore", "spaces-only": "   ", "4000-characters": "x" * 4000}


@refusal.family(
    "status-message-of-{}", [(name, FOUND, "SAML Core 3.2.2.3") for name in MESSAGES], reject="fail_cleanly"
)
def status_message(response: Draft, name: str) -> None:
    """The message of a refusal is made of {}.

    Client: shows it as text, cut to a sensible length, and lets none of it into headers or log lines.
    User: sees that the identity provider did not log them in.
    """
    refuse(response, Status("Responder", "RequestDenied", MESSAGES[name]))


@refusal(FOUND, spec="SAML Core 3.2.2.4", reject="fail_cleanly")
def status_detail(response: Draft) -> None:
    """A refusal has a StatusDetail of the identity provider's own making.

    Client: ignores what it does not understand.
    User: sees that the identity provider did not log them in.
    """
    refuse(response, Status("Responder", "AuthnFailed"))
    detail = xml.element("samlp:StatusDetail")
    detail.append(detail.makeelement("{urn:example:trouble}Code", {"number": "42"}))
    response.part("samlp:Status").append(detail)


@refusal(FOUND, spec=STATUS)
def status_second_level_at_the_top(response: Draft) -> None:
    """A second-level code, AuthnFailed, stands at the top.

    Client: takes all but Success for a failure.
    User: sees that the identity provider did not log them in.
    """
    refuse(response, Status("AuthnFailed"))


@refusal(FOUND, spec=STATUS)
def status_success_in_small_letters(response: Draft) -> None:
    """The status is `success`, without an assertion.

    Client: compares exactly, and takes all but Success for a failure.
    User: sees that the login failed.
    """
    refuse(response, Status("success"))


@refusal(FOUND, spec=STATUS)
def status_success_with_failure_below(response: Draft) -> None:
    """AuthnFailed stands below Success, and there is no assertion.

    Client: logs nobody in.
    User: sees that the login failed.
    """
    refuse(response, Status("Success", "AuthnFailed"))


@refusal("error-status-with-assertion", spec=STATUS)
def assertion_with_failure_below_success(response: Draft) -> None:
    """AuthnFailed stands below Success, and a good assertion comes with it.

    Client: takes it as a failure; nobody is logged in.
    User: sees that the login failed.
    Seen: python3-saml looks at the top-level code only, and logs the person in.
    """
    _code(response).append(xml.element("samlp:StatusCode", {"Value": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"}))


@refusal(FOUND, spec="SAML Core 3.2.2.2")
def status_code_without_value(response: Draft) -> None:
    """The StatusCode has no Value.

    Client: takes all but Success for a failure, and does not crash.
    User: sees that the login failed.
    """
    refuse(response, Status("Responder"))
    del _code(response).attrib["Value"]


@refusal(FOUND, spec="SAML Core 3.2.2.1")
def status_without_code(response: Draft) -> None:
    """The Status has no StatusCode.

    Client: takes all but Success for a failure, and does not crash.
    User: sees that the login failed.
    """
    refuse(response, Status("Responder"))
    response.drop("samlp:Status/samlp:StatusCode")


def _code(response: Draft) -> _Element:
    return response.part("samlp:Status/samlp:StatusCode")
