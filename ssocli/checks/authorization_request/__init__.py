"""The authorization request: what the client itself sends the browser with. Its faults are the application's."""

from ssocli.checks.authorization_request import parameters, protection  # noqa: F401 - they declare the rules
from ssocli.checks.authorization_request.context import AuthorizationRequestContext

__all__ = ["AuthorizationRequestContext"]
