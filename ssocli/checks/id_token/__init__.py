"""The ID token: every rule of OIDC Core 2 and 3.1.3.7, from its form over its signature to its claims."""

from ssocli.checks.id_token import envelope, signature, identity, times, binding  # noqa: F401, I001 - imported to declare their rules, in this order
from ssocli.checks.id_token.context import IdTokenContext
from ssocli.checks.id_token.signature import verified_claims

__all__ = ["IdTokenContext", "verified_claims"]
