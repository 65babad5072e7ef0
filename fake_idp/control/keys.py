"""The signing keys of the namespace, and their rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from fake_idp.control.problem import ProblemError, unknown
from fake_idp.control.route import Asked, Model, Nothing

if TYPE_CHECKING:
    from fake_idp.control.call import Call
    from fake_idp.keys import SigningKey

Grace = Annotated[float, Meta(ge=0, le=10**9)]
MAX_KEYS = 50


class Key(Model, frozen=True, kw_only=True):
    """A published key. `signs` is true for the current one of its type; `expires` is when it leaves the JWK Set."""

    kid: str
    kty: str
    signs: bool
    expires: float | None
    jwk: dict[str, Any]


class Publish(Asked, frozen=True, kw_only=True):
    """Which type of key (RFC 7518 6.1, RFC 8037 2)."""

    kty: Literal["RSA", "EC", "OKP"] = "RSA"


class Rotate(Asked, frozen=True, kw_only=True):
    """For how many seconds the old keys stay published."""

    grace: Grace = 0


class Retire(Asked, frozen=True, kw_only=True):
    """For how many seconds the key stays published."""

    grace: Grace = 0


def listing(call: Call) -> list[Key]:
    """The keys in the JWK Set."""
    signing = call.namespace.keys.current_kids()
    return [_shown(key, signing) for key in call.namespace.keys.published()]


def publish(call: Call, body: Publish) -> Key:
    """Publish another key that does not sign yet."""
    keys = call.namespace.keys
    if len(keys.published()) >= MAX_KEYS:
        raise ProblemError(409, "There are too many keys.", expected=f"at most {MAX_KEYS}", fix="retire some")
    return _shown(keys.publish(body.kty), keys.current_kids())


def use(call: Call, kid: str, body: Nothing) -> list[Key]:  # noqa: ARG001  # an empty body is still a body
    """Sign with this published key from now on."""
    try:
        call.namespace.keys.use(kid)
    except LookupError:
        raise unknown("published key", kid, [key.kid for key in call.namespace.keys.published()]) from None
    return listing(call)


def rotate(call: Call, body: Rotate) -> list[Key]:
    """Replace every signing key; what was published beforehand takes over."""
    call.namespace.keys.rotate(body.grace)
    return listing(call)


def retire(call: Call, kid: str, query: Retire) -> list[Key]:
    """Take a key out of the JWK Set."""
    try:
        call.namespace.keys.retire(kid, query.grace)
    except LookupError:
        raise unknown("published key", kid, [key.kid for key in call.namespace.keys.published()]) from None
    except ValueError as error:
        raise ProblemError(
            409, "This key is the only one of its type that can sign.", expected=str(error), seen=kid,
            fix="publish another one first, or rotate",
        ) from error  # fmt: skip
    return listing(call)


def _shown(key: SigningKey, signing: set[str]) -> Key:
    return Key(kid=key.kid, kty=str(key.public["kty"]), signs=key.kid in signing, expires=key.expires, jwk=key.public)
