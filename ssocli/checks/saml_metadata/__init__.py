"""Metadata of a SAML identity provider: that it is one, is current, and offers what the service provider needs."""

from ssocli.checks.saml_metadata import keys, offer, trust  # noqa: F401 - they declare the rules
from ssocli.checks.saml_metadata.context import SamlMetadataContext
from ssocli.checks.saml_metadata.idp import IdpDescription, read_idp

__all__ = ["IdpDescription", "SamlMetadataContext", "read_idp"]
