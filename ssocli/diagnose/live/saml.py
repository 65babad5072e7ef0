"""Where logins begin at a SAML identity provider."""

from __future__ import annotations

from urllib.parse import urlencode

from ssocli.checks.metadata import url_problem
from ssocli.checks.saml_metadata import IdpDescription, read_idp
from ssocli.diagnose.known import Configured
from ssocli.diagnose.live.asker import Asker
from ssocli.diagnose.live.refusal import is_known_there
from ssocli.exchange import Headers
from ssocli.sentry import secrets
from ssocli.sentry.auth.saml2.service_provider import ServiceProvider

ACCEPT = "application/samlmetadata+xml, application/xml, text/xml"
_PAGE: Headers = (("Accept", "text/html"),)
_FORM: Headers = (("Content-Type", "application/x-www-form-urlencoded"), *_PAGE)


def read(configured: Configured | None, document: bytes) -> IdpDescription | None:
    """The identity provider that is meant in a metadata document, None if it cannot be told."""
    sp = configured.service_provider if configured is not None else None
    return read_idp(document, sp.provider.entity_id if sp is not None else None)


def probe(asker: Asker, configured: Configured | None, idp: IdpDescription | None) -> None:
    """Send what a login would begin with; without a configuration, nothing but the question whether it is there."""
    if idp is None:
        return
    sp = configured.service_provider if configured is not None else None
    if configured is None or sp is None:
        url = idp.sso.get("Redirect", "")
        if url_problem(url) is None:
            asker.probe("single sign-on service", "GET", url, headers=_PAGE)
        return
    _probe_login(asker, configured, sp, idp)


def _probe_login(asker: Asker, configured: Configured, sp: ServiceProvider, idp: IdpDescription) -> None:
    from ssocli.sentry.auth.saml2.bindings import encode
    from ssocli.sentry.auth.saml2.identity_provider import sso_service
    from ssocli.sentry.auth.saml2.messages import authn_request

    service = sso_service(idp, sp.binding)
    if url_problem(service.location) is not None:
        return
    is_configured = sp.provider.sso_url is not None
    if not is_known_there(configured.sentry_url, service.location):
        if service.binding == "Redirect":
            url = service.location
            asker.probe("single sign-on service", "GET", url, headers=_PAGE, is_configured=is_configured)
        return
    request = authn_request(sp, service.location, asker.clock())
    sending = encode(request, service.binding, secrets.token(), sp.signing_key)
    query = urlencode(sending.parameters)
    if service.binding == "POST":
        method, url, headers, body = "POST", sending.destination, _FORM, query.encode("ascii")
    else:
        joint = "&" if "?" in sending.destination else "?"
        method, url, headers, body = "GET", f"{sending.destination}{joint}{query}", _PAGE, b""
    asker.probe(
        "single sign-on service",
        method,
        url,
        headers=headers,
        body=body,
        is_login=True,
        is_configured=is_configured,
    )
