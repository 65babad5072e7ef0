"""The ID token: every rule of OIDC Core 2 and 3.1.3.7, from its form over its signature to its claims."""

from ssocli.checks.id_token import binding, envelope, identity, signature, times  # noqa: F401 - they declare the rules
from ssocli.checks.id_token.context import IdTokenContext
from ssocli.checks.id_token.signature import verified_claims

__all__ = ["IdTokenContext", "verified_claims"]
