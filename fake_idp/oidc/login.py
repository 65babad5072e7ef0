"""The login page and the page for the second factor (OIDC Core 3.1.2.3)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from fake_idp import pages
from fake_idp.oidc import interaction
from fake_idp.refusal import Refusal

if TYPE_CHECKING:
    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.faults.fault import Fault
    from fake_idp.records import Pending
    from fake_idp.web import Response


def handle(context: Context) -> Response:
    """Show the login form; take a username and password, a click on a person, or a denial."""
    pending = interaction.find_pending(context)
    form = context.request.form
    if context.request.method == "GET":
        return page(context, pending)
    if form.get("action") == "deny":
        return interaction.fail(context, pending, interaction.DENIED)
    one_click = form.get("person")
    name = one_click or form.get("username") or ""
    person = interaction.find_person(context, name)
    if person is None:
        return page(context, pending, _wrong_password(name))
    context.entry.user = person.username
    if (fault := form.get("fault")) is not None:
        _arm(context, fault)
    refusal = interaction.locked(context, person)
    if refusal is None and one_click is None:
        refusal = _check_password(context, person, form.get("password") or "")
    if refusal is not None:
        return page(context, pending, refusal)
    if person.totp_secret:
        pending.username = person.username
        return interaction.proceed(context, pending)
    return interaction.log_in(context, pending, person)


def handle_totp(context: Context) -> Response:
    """Ask for the code of the second factor (RFC 6238) and check it."""
    pending = interaction.find_pending(context)
    if pending.username is None:
        return interaction.proceed(context, pending)
    person = context.person(pending.username)
    context.entry.user = person.username
    if context.request.method == "GET":
        return _totp_page(context, pending)
    if context.request.form.get("action") == "deny":
        return interaction.fail(context, pending, interaction.DENIED)
    refusal = interaction.locked(context, person) or _check_code(context, person)
    if refusal is not None:
        return _totp_page(context, pending, refusal)
    return interaction.log_in(context, pending, person)


def _arm(context: Context, fault: str) -> None:
    """What was chosen in the selector of the page."""
    from fake_idp.faults import fault as catalogue
    from fake_idp.faults import selection

    selection.for_flow(context, (catalogue.named(fault),))


def _check_password(context: Context, person: Person, password: str) -> Refusal | None:
    if hmac.compare_digest(password.encode(), person.password.encode()):
        context.store.wrong_passwords.pop(person.username)
        return None
    return _count_wrong(context, person, _wrong_password(person.username))


def _check_code(context: Context, person: Person) -> Refusal | None:
    import pyotp

    code = (context.request.form.get("otp") or "").replace(" ", "")
    # The codes before and after are good as well: RFC 6238 5.2 allows for a slow network and a slow hand.
    if pyotp.TOTP(str(person.totp_secret)).verify(code, for_time=context.now, valid_window=1):
        context.store.wrong_passwords.pop(person.username)
        return None
    wrong = Refusal(
        "access_denied",
        "The code is wrong or has expired.",
        "otp",
        "the six digits that the authenticator shows now",
        f"{len(code)} characters",
        "RFC 6238 5.2",
        "look at the authenticator again; its clock must be right",
        401,
    )
    return _count_wrong(context, person, wrong)


def _count_wrong(context: Context, person: Person, refusal: Refusal) -> Refusal:
    """The refusal, or that the account is locked from now on."""
    with context.store.lock:
        count = (context.store.wrong_passwords.get(person.username) or 0) + 1
        context.store.wrong_passwords.put(person.username, count, context.settings.lifetimes.login)
    return interaction.locked(context, person) or refusal


def _wrong_password(username: str) -> Refusal:
    return Refusal(
        "access_denied",
        "The username or the password is wrong.",
        "password",
        'one of the people listed below; the bundled ones have the password "password"',
        username[:100] or "no username",
        status=401,
    )


def _faults(context: Context) -> list[Fault]:
    """What the selector offers, for those who asked to see it."""
    if context.request.query.get("faults") is None:
        return []
    from fake_idp.faults import fault as catalogue

    return list(catalogue.catalogue().values())


def page(context: Context, pending: Pending, refusal: Refusal | None = None) -> Response:
    """The login form; after a refusal again, with the reason."""
    hinted = interaction.hinted(pending)
    if refusal is not None:
        context.note(refusal)
    return pages.page(
        context,
        "login",
        200 if refusal is None else refusal.status,
        pending=pending,
        application=interaction.asking(pending)[1],
        people=list(context.directory.people.values()),
        username=context.request.form.get("username") or (hinted.username if hinted else ""),
        refusal=refusal,
        faults=_faults(context),
    )


def _totp_page(context: Context, pending: Pending, refusal: Refusal | None = None) -> Response:
    if refusal is not None:
        context.note(refusal)
    return pages.page(context, "totp", 200 if refusal is None else refusal.status, pending=pending, refusal=refusal)
