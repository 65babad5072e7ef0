"""Time-based one-time codes (RFC 6238), as authenticators show them."""

from __future__ import annotations

PERIOD = 30  # seconds


def code_at(secret: str, moment: float) -> str:
    """The six digits that an authenticator with this base32 secret shows at a moment (seconds since the epoch).

    Raises ValueError if the secret is not base32; the message does not repeat it.
    """
    import pyotp

    class Generator(pyotp.TOTP):
        min_secret_length_bits = 0  # many authenticators are set up with 80 bits

    try:
        return Generator(secret.replace(" ", ""), interval=PERIOD).at(int(moment))
    except (ValueError, TypeError):
        raise ValueError("the one-time code's secret is not base32") from None
