"""What kind of page this is: a login form in one or several steps, a one-time code, a question for consent.

Nothing here knows any particular provider. Attributes made for machines (`autocomplete`, `type`) come first, then
names and ids, then the words that people read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ssocli.flow.browser.forms import Button, Field, Form, Value
from ssocli.flow.browser.page import Page

# English first, then German, French, Spanish, Portuguese, Italian and Dutch. Each is matched as a whole word.
WORDS = {
    "username": (
        "username user login loginid userid email e-mail mail identifier account signinname netid upn "
        "benutzername benutzer kennung utilisateur identifiant courriel usuario correo utilizador utente gebruikersnaam"
    ),
    "code": (
        "otp totp mfa 2fa passcode one-time onetime verification authenticator security-code tan "
        "einmalcode einmalpasswort verificación verificação"
    ),
    "sign_in": (
        "login log-in logon sign-in signin submit next continue verify anmelden einloggen weiter connexion connecter "
        "suivant acceder iniciar siguiente entrar seguinte accedi avanti inloggen aanmelden volgende"
    ),
    "allow": (
        "allow accept authorize authorise approve grant consent continue agree confirm yes "
        "zulassen erlauben akzeptieren zustimmen bestätigen autoriser accepter "
        "permitir aceptar autorizar aceitar consenti accetta toestaan accepteren"
    ),
    "deny": (
        "deny cancel decline reject refuse disallow disagree no abort don't nicht ablehnen abbrechen "
        "refuser annuler rechazar cancelar denegar negar recusar nega annulla rifiuta weigeren annuleren"
    ),
    "other": "search query newsletter subscribe coupon captcha promo suche recherche buscar",
    "new": "register registration signup sign-up join create reset forgot registrieren inscription registrarse",
}
_PATTERNS = {
    kind: re.compile(
        r"(?<![^\W_])(?:"
        + "|".join(re.escape(word).replace(r"\-", r"[\s_-]?") for word in words.split())
        + r")(?![^\W_])",
        re.IGNORECASE,
    )
    for kind, words in WORDS.items()
}
_TEXT_TYPES = ("text", "email", "tel", "number", "")
_NAME_PARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.\[\]:-]+")


@dataclass(frozen=True, slots=True)
class LoginForm:
    """A form that asks who somebody is. The fields are names, None where the form does not ask for it."""

    form: Form
    button: Button | None
    username: str | None = None
    password: str | None = None
    code: str | None = None

    def values(self, *, username: str, password: str = "", code: str = "") -> dict[str, Value]:
        """The values to submit: only those that the form asks for."""
        answers = ((self.username, username), (self.password, password), (self.code, code))
        return {name: value for name, value in answers if name is not None}


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """A form, or two, where a person allows or denies something; None where the page does not offer it."""

    allow: tuple[Form, Button] | None
    deny: tuple[Form, Button] | None


def login_form(page: Page) -> LoginForm | None:
    """The page's login form; None if there is none. With several, the one that asks for a password.

    A page that asks for the user first and the password next gives one such form after the other, and so does one
    that asks for a one-time code. Forms to register or to choose a new password do not count.
    """
    found = [login for form in page.forms if (login := _read_login(form, page)) is not None]
    found.sort(key=lambda login: (login.password is None, login.code is None))
    return found[0] if found else None


def consent_form(page: Page) -> ConsentForm | None:
    """The allow and deny buttons of a page where nothing is to be typed; None if no button says either."""
    allow: tuple[Form, Button] | None = None
    deny: tuple[Form, Button] | None = None
    for form in page.forms:
        if any(field.type in ("password", *_TEXT_TYPES) for field in form.visible_fields):
            continue
        for button in form.buttons:
            if deny is None and says("deny", button.text, button.name, button.value):
                deny = (form, button)
            elif allow is None and says("allow", button.text, button.name, button.value):
                allow = (form, button)
    return ConsentForm(allow, deny) if allow or deny else None


def says(kind: str, *texts: str) -> bool:
    """Whether one of the texts has a word of this kind; names are split where words meet (`userName`, `user_name`)."""
    return any(_PATTERNS[kind].search(text) or _PATTERNS[kind].search(_NAME_PARTS.sub(" ", text)) for text in texts)


def _read_login(form: Form, page: Page) -> LoginForm | None:
    fields = [field for field in form.visible_fields if field.name]
    passwords = [field for field in fields if field.type == "password" and not _is_code(field)]
    if len(passwords) > 1 or any(field.autocomplete == "new-password" for field in passwords):
        return None
    code = next((field for field in fields if _is_code(field)), None)
    username = _username([field for field in fields if field is not code], beside_password=bool(passwords))
    if username is None and not passwords and code is None:
        return None
    button = _button(form.buttons)
    if not passwords and code is None and not _is_first_step(form, page, button):
        return None
    return LoginForm(
        form,
        button,
        username.name if username else None,
        passwords[0].name if passwords else None,
        code.name if code else None,
    )


def _is_code(field: Field) -> bool:
    if "one-time-code" in field.autocomplete:
        return True
    return field.type in (*_TEXT_TYPES, "password") and says(
        "code", field.name, field.id, field.label, field.placeholder
    )


def _username(fields: Iterable[Field], *, beside_password: bool) -> Field | None:
    best: tuple[int, Field] | None = None
    for field in fields:
        score = _username_score(field, beside_password=beside_password)
        if score > (best[0] if best else 0):
            best = (score, field)
    return best[1] if best else None


def _username_score(field: Field, *, beside_password: bool) -> int:
    tokens = field.autocomplete.split()
    if field.type not in _TEXT_TYPES or says("other", field.name, field.id, field.label, field.placeholder):
        return 0
    if "username" in tokens:
        return 6
    if "email" in tokens:
        return 5
    if field.type == "email":
        return 4
    if says("username", field.name, field.id):
        return 3
    if says("username", field.label, field.placeholder):
        return 2
    return 1 if beside_password else 0


def _button(buttons: tuple[Button, ...]) -> Button | None:
    named = (button for button in buttons if says("sign_in", button.text, button.value, button.name, button.id))
    return next(named, buttons[0] if buttons else None)


def _is_first_step(form: Form, page: Page, button: Button | None) -> bool:
    """Whether a form that asks for a user alone leads to a login: not to a newsletter or a lost password."""
    texts = (button.text, button.value, button.name) if button else ()
    if says("new", form.id, form.name, form.action.rpartition("/")[2], *texts) or says(
        "other", form.id, form.name, *texts
    ):
        return False
    return says("sign_in", *texts, page.title, form.id, form.name, form.action)
