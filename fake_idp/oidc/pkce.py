"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac
import re

from fake_idp import base64url
from fake_idp.refusal import Refusal

_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def request_problem(challenge: str | None, method: str | None, supported: list[str]) -> Refusal | None:
    """What is wrong with the authorization request's challenge; `method` None means plain (RFC 7636 4.3)."""
    if challenge is None:
        if method is None:
            return None
        return Refusal(
            "invalid_request",
            "There is a code_challenge_method without a code_challenge.",
            "code_challenge",
            clause="RFC 7636 4.3",
        )
    if (method or "plain") not in supported:
        return Refusal(
            "invalid_request",
            "The PKCE transformation is not supported.",
            "code_challenge_method",
            " or ".join(supported),
            method or "no code_challenge_method, which means plain",
            "RFC 7636 4.4.1",
            "send code_challenge_method=S256 and the SHA-256 of the verifier, base64url without padding",
        )
    if not _UNRESERVED.fullmatch(challenge):
        return Refusal(
            "invalid_request",
            "The code_challenge has the wrong form.",
            "code_challenge",
            "43 to 128 characters out of A-Z a-z 0-9 - . _ ~",
            f"{len(challenge)} characters",
            "RFC 7636 4.2",
        )
    return None


def verifier_problem(challenge: str | None, method: str, verifier: str | None) -> Refusal | None:
    """Why the verifier does not prove that this is who sent the challenge. Both without the other are refused."""
    if challenge is None and verifier is None:
        return None
    if verifier is None:
        return Refusal(
            "invalid_grant",
            "The authorization request had a code_challenge, this request has no code_verifier.",
            "code_verifier",
            "the verifier of that challenge",
            "none",
            "RFC 7636 4.6",
        )
    if challenge is None:
        return Refusal(
            "invalid_grant",
            "There is a code_verifier, but the authorization request had no code_challenge.",
            "code_verifier",
            "none",
            "one",
            "RFC 9700 4.8",
            "send the code_challenge in the authorization request; if it was sent, somebody removed it",
        )
    if not _UNRESERVED.fullmatch(verifier):
        return Refusal(
            "invalid_grant",
            "The code_verifier has the wrong form.",
            "code_verifier",
            "43 to 128 characters out of A-Z a-z 0-9 - . _ ~",
            f"{len(verifier)} characters",
            "RFC 7636 4.1",
        )
    proof = verifier if method == "plain" else base64url.encode(hashlib.sha256(verifier.encode("ascii")).digest())
    if not hmac.compare_digest(proof, challenge):
        return Refusal(
            "invalid_grant",
            "The code_verifier does not belong to the code_challenge.",
            "code_verifier",
            f"one whose {method} transformation is {challenge}",
            f"one that gives {proof}" if method == "S256" else "another one",
            "RFC 7636 4.6",
            "keep the verifier with the pending login and send it unchanged",
        )
    return None
