"""Good SAML responses that arrive badly: the form through the browser, its encoding, RelayState (SAML Bindings 3.5)."""

from __future__ import annotations

import base64
import textwrap
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from fake_idp.faults.fault import At
from fake_idp.saml.bindings import encode_redirect
from fake_idp.web import html_response, redirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_idp.faults.saml_artefacts import Delivery

fault = At("saml_delivery", step="token_validation")
arrival = At("saml_delivery", step="external_authentication")

ENCODING = "SAML Bindings 3.5.4"
RELAY = "SAML Bindings 3.5.3"
MESSAGE = "SAMLResponse"


@fault(spec="RFC 2045 6.8", reject="must_tolerate")
def line_wrapped(form: Delivery) -> None:
    """The base64 text is broken into lines of 76 characters.

    Client: ignores the line breaks.
    User: notices nothing.
    """
    form.replace(MESSAGE, "\r\n".join(textwrap.wrap(form.get(MESSAGE), 76)))


def _raw(encoded: str) -> str:
    return base64.b64decode(encoded).decode("utf-8")


DAMAGES: dict[str, Callable[[str], str]] = {
    "not-encoded": _raw,
    "deflated": lambda encoded: encode_redirect(base64.b64decode(encoded)),
    "encoded-twice": lambda encoded: base64.b64encode(encoded.encode("ascii")).decode("ascii"),
    "percent-encoded-twice": lambda encoded: quote(encoded + "+/=", safe=""),
    "cut-off": lambda encoded: encoded[: len(encoded) // 2 // 4 * 4],
    "no-base64": lambda _: "!!! this is not base64 !!!",
    "no-xml": lambda _: base64.b64encode(b"<html><body>Sign in<br></body></html>").decode("ascii"),
}


@fault.family("{}", [(name, "unreadable-response", ENCODING) for name in DAMAGES], reject="fail_cleanly")
def damaged(form: Delivery, name: str) -> None:
    """The response arrives damaged: {}.

    Client: says that it cannot be read, and does not crash.
    User: sees that the login failed, and can try again.
    Seen: CVE-2022-39299 and its kin, where what was left over was believed.
    """
    form.replace(MESSAGE, DAMAGES[name](form.get(MESSAGE)))


@fault("response-by-redirect", spec="SAML Profiles 4.1.2")
def by_redirect(form: Delivery) -> None:
    """The response comes in the query of a redirect, which the profile forbids.

    Client: refuses it; a query ends in histories and logs, and is cut when it is long.
    User: sees that the login failed.
    """
    form.replace(MESSAGE, encode_redirect(base64.b64decode(form.get(MESSAGE))))
    form.page = redirect(form.context.request, f"{form.location}?{urlencode(form.fields)}")


@fault(spec=RELAY, reject="must_tolerate")
def no_relay_state(form: Delivery) -> None:
    """The RelayState does not come back.

    Client: logs the person in and shows its first page, or finds the request by its ID.
    User: may land elsewhere than they wanted to.
    """
    form.replace("RelayState")


RELAY_STATES = {
    "foreign-relay-state": "another-login",
    "relay-state-to-another-site": "https://evil.example/",
    "relay-state-without-scheme": "//evil.example/",
    "relay-state-with-script": "javascript:alert(1)",
    "relay-state-with-markup": '"><script>alert(1)</script>',
    "long-relay-state": "x" * 4000,
}


@fault.family("{}", [(name, None, RELAY) for name in RELAY_STATES], reject="must_tolerate")
def relay_state(form: Delivery, name: str) -> None:
    """The RelayState is not the one that was sent: {}.

    Client: may log the person in, and never sends them where it says.
    User: lands on the application's own pages.
    Seen: CVE-2026-22032, an open redirect.
    """
    form.replace("RelayState", RELAY_STATES[name])


@arrival("page-not-understood", spec=ENCODING, reject="fail_cleanly")
def page_that_stays(form: Delivery) -> None:
    """The identity provider shows a page in place of the form that leads back.

    Client: hears nothing.
    User: looks at the page until they close it.
    """
    form.page = html_response("<!doctype html><title>Done</title><h1>You are signed in.</h1>")


@fault("unreadable-response", spec=ENCODING, reject="fail_cleanly")
def wrong_field(form: Delivery) -> None:
    """The response stands in a field of another name.

    Client: says that no response came, and does not crash.
    User: sees that the login failed.
    """
    form.fields[:] = [("samlResponse" if name == MESSAGE else name, value) for name, value in form.fields]


@fault("unreadable-response", spec=ENCODING, reject="fail_cleanly")
def twice(form: Delivery) -> None:
    """The response stands twice in the form.

    Client: refuses it, or takes one of the two for everything.
    User: sees that the login failed, or notices nothing.
    """
    form.replace(MESSAGE, form.get(MESSAGE), form.get(MESSAGE))
