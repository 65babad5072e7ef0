"""The metadata of an organization as a SAML service provider, for its identity providers to read."""

from __future__ import annotations

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ssocli.sentry.auth.saml2.metadata import MEDIA_TYPE, sp_metadata
from ssocli.sentry.auth.saml2.service_provider import addresses, service_providers
from ssocli.sentry.context import Context


def metadata(context: Context, organization: str) -> Response:
    """The document. An organization without a SAML provider has one too: it is needed to set one up, as in Sentry."""
    sentry = context.sentry
    if organization not in sentry.config.organizations:
        raise NotFound
    context.is_new_browser = False  # whoever reads this is no browser that logs in
    document = sp_metadata(addresses(sentry.url, organization), service_providers(sentry, organization).values())
    return Response(document, mimetype=MEDIA_TYPE)
