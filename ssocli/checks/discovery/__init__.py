"""The discovery document: that it is the trusted issuer's own, complete, and offers what the client wants to use."""

from ssocli.checks.discovery import offer, trust  # noqa: F401 - they declare the rules
from ssocli.checks.discovery.context import DiscoveryContext, Wants

__all__ = ["DiscoveryContext", "Wants"]
