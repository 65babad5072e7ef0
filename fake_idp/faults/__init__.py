"""Failures on order: the engine that arms them, and one module per point of the protocol with what can go wrong.

Nothing but the engine is imported as long as nothing is armed.
"""


class UnknownFaultError(LookupError):
    """No fault has this name; the message names the nearest."""
