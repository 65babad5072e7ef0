"""HTTP at the wire: one call is one hop and comes back as one `Exchange`, whatever the network does.

No redirects, no cookies, no retries of what a server has seen: those are decisions of the caller. Trouble on the way
is a `TransportError` inside the exchange, never an exception; only a mistake of the caller raises.
"""

from ssocli.wire.connections import Connections
from ssocli.wire.dial import Allow
from ssocli.wire.hop import BODY_LIMIT, send

__all__ = ["BODY_LIMIT", "Allow", "Connections", "send"]
