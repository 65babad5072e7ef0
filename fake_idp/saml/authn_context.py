"""Authentication contexts: how sure the identity provider is, and how sure it is asked to be (SAML Core 3.3.2.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.refusal import refuse
from fake_idp.saml import xml
from fake_idp.saml.names import (
    ANY_CLASS,
    PASSWORD,
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    TIME_SYNC_TOKEN,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.records import Session

# The stronger one has the higher number.
STRENGTH = {ANY_CLASS: 0, PASSWORD: 1, PASSWORD_PROTECTED_TRANSPORT: 2, TIME_SYNC_TOKEN: 3, REFEDS_MFA: 3}
COMPARISONS = ("exact", "minimum", "maximum", "better")


def requested(wanted: _Element | None) -> tuple[tuple[str, ...], str]:
    """The classes asked for, and how to compare. RefusedError when nobody here can ever meet them."""
    if wanted is None:
        return (), "exact"
    comparison = wanted.get("Comparison") or "exact"
    if comparison not in COMPARISONS:
        raise _refused("Comparison", " or ".join(COMPARISONS), comparison[:40])
    declarations = xml.find_all(wanted, "saml:AuthnContextDeclRef")
    classes = tuple(filter(None, (xml.text(found) for found in xml.find_all(wanted, "saml:AuthnContextClassRef"))))
    if declarations or not any(name in STRENGTH for name in classes):
        seen = ", ".join(classes) or "declarations, or nothing"
        raise _refused("AuthnContextClassRef", " or ".join(STRENGTH), seen[:300])
    return classes, comparison


def achieved(session: Session, classes: tuple[str, ...], comparison: str) -> str:
    """The class to assert for `session`. RefusedError when it does not do."""
    own = TIME_SYNC_TOKEN if "otp" in session.amr else PASSWORD_PROTECTED_TRANSPORT
    known = [name for name in classes if name in STRENGTH]
    if not known:
        return own
    if comparison == "exact":
        met = next((name for name in known if STRENGTH[name] <= STRENGTH[own]), None)
    elif comparison == "maximum":
        most = max(STRENGTH[name] for name in known)
        met = own if STRENGTH[own] <= most else max(known, key=STRENGTH.__getitem__)
    else:
        needed = [STRENGTH[name] for name in known]
        enough = STRENGTH[own] >= min(needed) if comparison == "minimum" else STRENGTH[own] > max(needed)
        met = own if enough else None
    if met is None:
        raise _refused("AuthnContextClassRef", f"{comparison}: {', '.join(classes)}"[:300], own)
    return met


def _refused(parameter: str, expected: str, seen: str) -> Exception:
    return refuse(
        "NoAuthnContext", "The authentication context that is asked for cannot be met.",
        parameter=f"RequestedAuthnContext/{parameter}", expected=expected, seen=seen, clause="SAML Core 3.3.2.2.1",
        fix="ask for a class that is served, or log in as a person with a second factor",
    )  # fmt: skip
