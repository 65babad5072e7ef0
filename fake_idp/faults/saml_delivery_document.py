"""SAML responses whose XML comes in an unusual envelope, and pages that never bring them (SAML Bindings 3.5)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.faults.saml_delivery import ENCODING, MESSAGE, RELAY
from fake_idp.web import Response, html_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_idp.faults.saml_artefacts import Delivery

fault = At("saml_delivery", step="token_validation")
arrival = At("saml_delivery", step="external_authentication")

XML = "XML 1.0 2.1, 4.3.3"


def _change(form: Delivery, change: Callable[[bytes], bytes]) -> None:
    """Change the octets of the document."""
    form.replace(MESSAGE, base64.b64encode(change(base64.b64decode(form.get(MESSAGE)))).decode("ascii"))


DOCUMENTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "json": lambda _: b'{"error": "access_denied"}',
    "twice": lambda document: document + document,
    "with-more-behind": lambda document: document + b"\n-- \nsent by a script",
    "with-more-in-front": lambda document: b"HTTP/1.1 200 OK\r\n\r\n" + document,
    "with-a-null": lambda document: document.replace(b">", b">\0", 1),
    "in-utf-16-undeclared": lambda document: document.decode("utf-8").encode("utf-16-le"),
    "nested-1000-deep": lambda _: b"<a>" * 1000 + b"</a>" * 1000,
}


@fault.family("document-{}", [(name, "unreadable-response", XML) for name in DOCUMENTS], reject="fail_cleanly")
def document(form: Delivery, name: str) -> None:
    """What is in the base64 is not one XML document: {}.

    Client: says that it cannot be read, and does not crash.
    User: sees that the login failed, and can try again.
    Seen: CVE-2022-39299 (passport-saml), where a second root was believed.
    """
    _change(form, DOCUMENTS[name])


ENVELOPES: dict[str, Callable[[bytes], bytes]] = {
    "declaration": lambda document: b'<?xml version="1.0" encoding="UTF-8"?>\n' + document,
    "byte-order-mark": lambda document: b"\xef\xbb\xbf" + document,
    "comment-in-front": lambda document: b"<!-- made by hand -->" + document,
    "line-breaks-around": lambda document: b"\n" + document + b"\n",
}


@fault.family("document-with-{}", [(name, None, "XML 1.0 2.8, 4.3.3") for name in ENVELOPES], reject="must_tolerate")
def envelope(form: Delivery, name: str) -> None:
    """The document has something around its root that XML allows: {}.

    Client: reads it.
    User: notices nothing.
    """
    _change(form, ENVELOPES[name])


@fault(spec=RELAY, reject="must_tolerate")
def relay_state_twice(form: Delivery) -> None:
    """There are two RelayState fields, the first one as it was sent.

    Client: takes the first, or finds the login by the request that is answered.
    User: notices nothing.
    """
    form.replace("RelayState", form.get("RelayState"), "another-state")


@fault(spec=ENCODING, reject="must_tolerate")
def more_fields(form: Delivery) -> None:
    """The form has fields that nobody knows.

    Client: ignores them.
    User: notices nothing.
    """
    form.fields += [("utf8", "✓"), ("commit", "Continue")]


@fault(spec=ENCODING, reject="must_tolerate")
def to_be_clicked(form: Delivery) -> None:
    """The form does not submit itself: the page waits for a click.

    Client: notices nothing.
    User: presses the button, and logs in.
    """
    from html import escape

    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in form.fields)
    form.page = html_response(
        f'<!doctype html><title>Continue</title><form method="post" action="{escape(form.location)}">{inputs}'
        "<button>Continue</button></form>"
    )


@arrival("identity-provider-error-page", spec=ENCODING, reject="fail_cleanly")
def error_page(form: Delivery) -> None:
    """In place of the form comes an error page.

    Client: hears nothing; its pending login expires.
    User: is stuck at the identity provider, and has to begin again.
    """
    form.page = html_response("<!doctype html><title>Error</title><h1>Something went wrong</h1>", 500)


@arrival("page-not-understood", spec=ENCODING, reject="fail_cleanly")
def empty_page(form: Delivery) -> None:
    """In place of the form comes an empty page.

    Client: hears nothing; its pending login expires.
    User: sees nothing, and has to begin again.
    """
    form.page = Response(200, b"", [("Content-Type", "text/html; charset=utf-8")])
