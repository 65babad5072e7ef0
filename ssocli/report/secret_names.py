"""Which fields, members, parameters and headers hold a secret, by their names, whoever named them."""

from __future__ import annotations

import re
from functools import lru_cache

# Names that mean a secret as a whole; as a part of a longer name they mean nothing ("error_code", "token_type").
_EXACT = frozenset(
    (
        "access_code",
        "answer",
        "app_otp",
        "answer",
        "assertion",
        "authorization_code",
        "canary",
        "client_assertion",
        "code",
        "code_verifier",
        "device_code",
        "flowtoken",
        "id_token_hint",
        "jsessionid",
        "nonce",
        "phpsessid",
        "pin",
        "relaystate",
        "request",
        "response",
        "samlart",
        "samlrequest",
        "samlresponse",
        "tx",
        "wresult",
        "session",
        "session_code",
        "session_id",
        "session_state",
        "sessionid",
        "sft",
        "sid",
        "state",
        "tx",
        "user_code",
        "verification_code",
        "wresult",
    )
)
# What a person types or a device shows, wherever it stands in the name.
_TYPED = frozenset(
    ("otc", "otp", "pass", "passcode", "passphrase", "passwd", "password", "passwort", "pswd", "pwd", "totp")
)
# What a name ends with: stateToken, authenticity_token, X-Api-Key, x_csrf.
_LAST = frozenset(("authorization", "cookie", "csrf", "credential", "credentials", "token", "xsrf"))
_KEYS = frozenset(("access", "api", "auth", "private", "secret", "subscription"))
# The private members of a JSON Web Key (RFC 7518 6); elsewhere such names mean anything.
PRIVATE_JWK_MEMBERS = frozenset(("d", "dp", "dq", "k", "p", "q", "qi"))
# A name that ends so speaks about secrets and holds none: client_secret_expires_at, password_policy_url.
_SETTINGS = frozenset(
    (
        "at", "basic", "enabled", "endpoint", "expires", "jwt", "method", "methods", "policy", "post", "required",
        "supported", "type", "types", "uri", "url",
    )
)  # fmt: skip
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SEPARATORS = re.compile(r"[.:;$\[\]]+")
_LIMIT = 200


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether the value under this name is a secret."""
    if len(name) > _LIMIT:
        return False
    # "credentials.passcode", "user[password]", "form:login$code": the last part is the field's own name.
    parts = [part for part in _SEPARATORS.split(name) if part]
    own = parts[-1] if parts else name
    if own.lower() in _EXACT or own.lower().replace("-", "_") in _EXACT:
        return True
    words = _words(own)
    if not words or words[-1] in _SETTINGS:
        return False
    is_key = words[-1] in {"key", "apikey"} and not _KEYS.isdisjoint((*words[:-1], words[-1][:3]))
    return is_key or words[-1] in _LAST or "secret" in words or is_typed(name)


@lru_cache(maxsize=4096)
def is_typed(name: str) -> bool:
    """Whether this names what a person types: short, guessable, and a secret as a number or an object as well."""
    words = _words(name) if len(name) <= _LIMIT else []
    return bool(words) and words[-1] not in _SETTINGS and not _TYPED.isdisjoint(words)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]
