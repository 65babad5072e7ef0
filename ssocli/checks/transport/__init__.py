"""One HTTP answer of the identity provider, before anybody asks what it means: it came, and it is what was asked for.

The rules name the step in which the first such request is made; the caller reports them in the step of its request.
"""

from ssocli.checks.transport import answer, connection  # noqa: F401 - they declare the rules
from ssocli.checks.transport.context import TransportContext, json_document

__all__ = ["TransportContext", "json_document"]
