"""The SAML response: every rule of SAML Profiles 4.1.4, from its form over its signatures to what it says."""

from ssocli.checks.saml_response import (  # noqa: F401 - they declare the rules
    algorithms,
    audience,
    confirmation,
    encryption,
    envelope,
    issuers,
    profile,
    signature,
    status,
    subject,
    times,
)
from ssocli.checks.saml_response.assertion import Assertion, verified_assertion
from ssocli.checks.saml_response.context import SamlResponseContext
from ssocli.checks.saml_response.sentry import SentryVerdict, sentry_verdict

__all__ = ["Assertion", "SamlResponseContext", "SentryVerdict", "sentry_verdict", "verified_assertion"]
