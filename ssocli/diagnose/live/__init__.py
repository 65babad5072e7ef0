"""What the identity provider itself says when it is asked now: documents, addresses, certificates, clock.

Only what a configuration or a URL names is asked, with requests that change nothing; what comes back is judged by the
rules that a login uses.
"""

from ssocli.diagnose.live.ask import Live, ask

__all__ = ["Live", "ask"]
