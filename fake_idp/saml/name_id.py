"""The name that a service provider gets for a person (SAML Core 2.2.3, 8.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_idp.refusal import refuse
from fake_idp.saml.names import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED

if TYPE_CHECKING:
    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.records import Session, SsoRequest

_KEPT_FOR = 10 * 365 * 24 * 3600  # until the server ends


@dataclass(frozen=True, slots=True)
class NameId:
    """A name identifier; the qualifiers say between whom it holds."""

    value: str
    format: str | None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None

    def matches(self, other: NameId) -> bool:
        """Whether both name the same person; what is left out has its default value (SAML Core 3.3.4)."""
        return (
            self.value == other.value
            and (self.format or UNSPECIFIED) == (other.format or UNSPECIFIED)
            and other.name_qualifier in (None, self.name_qualifier)
            and other.sp_name_qualifier in (None, self.sp_name_qualifier)
        )


def choose(context: Context, request: SsoRequest, person: Person, session: Session) -> NameId:
    """The name for `person` in the format asked for, else in the one that suits. RefusedError if there is none."""
    provider = request.reply_to.provider
    entity_id, own = provider.entity_id, context.issuer.endpoint("saml_metadata")
    if request.sp_name_qualifier not in (None, "", entity_id):
        raise _refused("NameIDPolicy/@SPNameQualifier", entity_id, str(request.sp_name_qualifier)[:160])
    wanted = request.name_id_format or provider.name_id_format or (EMAIL if person.email else PERSISTENT)
    if wanted == EMAIL:
        if person.email is None:
            raise _refused("NameIDPolicy/@Format", "a person with an e-mail address", f"{person.username} has none")
        return NameId(person.email, EMAIL)
    if wanted == TRANSIENT:
        return NameId("_" + _digest("transient", session.sid, entity_id), TRANSIENT, own, entity_id)
    if wanted == UNSPECIFIED:
        return NameId(person.username, UNSPECIFIED)
    value = _digest("persistent", context.issuer.name, person.sub, entity_id)
    if not request.allow_create and not context.store.persistent_ids.get(value):
        raise _refused("NameIDPolicy/@AllowCreate", "true, for a person who has no identifier there yet", "false")
    context.store.persistent_ids.put(value, True, _KEPT_FOR)
    return NameId(value, PERSISTENT, own, entity_id)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def _refused(parameter: str, expected: str, seen: str) -> Exception:
    return refuse(
        "InvalidNameIDPolicy", f"The name identifier cannot be given as {parameter} asks.", parameter=parameter,
        expected=expected, seen=seen, clause="SAML Core 3.4.1.1",
    )  # fmt: skip
