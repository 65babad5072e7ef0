"""The ID token: every rule of OIDC Core 2 and 3.1.3.7, from its form over its signature to its claims."""

# ruff: noqa: F401, I001 - imported to declare their rules, in this order
from ssocli.checks.id_token import envelope, signature, identity, times, binding
from ssocli.checks.id_token.context import IdTokenContext
from ssocli.checks.id_token.signature import key_is_unknown, verified_claims

__all__ = ["IdTokenContext", "key_is_unknown", "verified_claims"]
