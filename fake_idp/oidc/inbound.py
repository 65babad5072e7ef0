"""JWTs that come from outside: read by joserfc, which shares no code with what signs ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from fake_idp import base64url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joserfc.jwk import KeySetSerialization

# joserfc calls EdDSA over Ed25519 by its RFC 9864 name too; both mean the same signature.
ASYMMETRIC = ("RS256", "ES256", "PS256", "EdDSA", "Ed25519")


class UnverifiedError(Exception):
    """The token is not what it claims to be; the message says why, without the token."""


def verify(token: str, jwks: dict[str, Any], algorithms: Sequence[str] = ASYMMETRIC) -> dict[str, Any]:
    """The claims of `token` if a key of `jwks` signed it (RFC 7515 5.2). Raises UnverifiedError.

    Times and audience are for the caller to judge.
    """
    import warnings

    from joserfc import jwt
    from joserfc.errors import JoseError, SecurityWarning
    from joserfc.jwk import KeySet

    try:
        with warnings.catch_warnings():
            # The name EdDSA is deprecated (RFC 9864), and still what clients send.
            warnings.simplefilter("ignore", SecurityWarning)
            return dict(
                jwt.decode(
                    token, KeySet.import_key_set(cast("KeySetSerialization", jwks)), algorithms=list(algorithms)
                ).claims
            )
    except (JoseError, ValueError, TypeError) as error:
        raise UnverifiedError(f"{type(error).__name__}: {error}".rstrip(": ")) from error


def unverified_claims(token: str) -> dict[str, Any]:
    """What `token` claims, whoever made it; empty if it cannot be read."""
    try:
        claims = json.loads(base64url.decode(token.split(".")[1]))
    except (ValueError, IndexError):
        return {}
    return claims if isinstance(claims, dict) else {}
