"""The metadata of an organization as a SAML service provider, for its identity providers to read."""

from __future__ import annotations

import contextlib

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ssocli.sentry.auth.client import UnusableProviderError
from ssocli.sentry.auth.saml2.metadata import MEDIA_TYPE, sp_metadata
from ssocli.sentry.auth.saml2.service_provider import addresses, prepare_service_provider, saml_providers
from ssocli.sentry.context import Context


def metadata(context: Context, organization: str) -> Response:
    """The document. An organization without a SAML provider has one too: it is needed to set one up, as in Sentry."""
    sentry = context.sentry
    if organization not in sentry.config.organizations:
        raise NotFound
    prepared = []
    for key, provider in saml_providers(sentry, organization).items():
        with contextlib.suppress(UnusableProviderError):  # said in step 2 of a login with it
            prepared.append(prepare_service_provider(sentry, key, provider))
    context.is_new_browser = False  # whoever reads this is no browser that logs in
    return Response(sp_metadata(addresses(sentry.url, organization), prepared), mimetype=MEDIA_TYPE)
