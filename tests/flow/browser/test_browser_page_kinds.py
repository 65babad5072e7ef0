"""Login, one-time-code and consent pages of many makes."""

from __future__ import annotations

import pytest

from ssocli.exchange import Response
from ssocli.flow.browser.page import Page, read_page
from ssocli.flow.browser.page_kinds import consent_form, login_form


def page(body: str) -> Page:
    return read_page(
        "https://idp.example/login", Response(200, (("Content-Type", "text/html; charset=utf-8"),), body.encode())
    )


@pytest.mark.parametrize(
    ("body", "username", "password", "code"),
    [
        # Keycloak
        (
            (
                "<form action=/login-actions/authenticate>"
                "<input id=username name=username autocomplete=username>"
                "<input type=password name=password><input type=checkbox name=rememberMe>"
                "<input type=submit name=login value='Sign In'>"
            ),
            "username",
            "password",
            None,
        ),
        # Microsoft, first step
        (
            (
                "<title>Sign in to your account</title><form><input type=email name=loginfmt>"
                "<input type=submit value=Next></form>"
            ),
            "loginfmt",
            None,
            None,
        ),
        # Google, first step: the password field is there, but hidden as another kind
        (
            ("<title>Sign in</title><form><input type=email name=identifier><button>Next</button></form>"),
            "identifier",
            None,
            None,
        ),
        # A second step with the user fixed
        (
            "<form><input type=hidden name=user value=a><input type=password name=Passwd><button>Next</button></form>",
            None,
            "Passwd",
            None,
        ),
        # Labels only, German
        (
            (
                "<form><label>Benutzername <input name=f1></label><label>Kennwort "
                "<input type=password name=f2></label><button>Anmelden</button></form>"
            ),
            "f1",
            "f2",
            None,
        ),
        # Nothing named: the text beside the password
        ("<form><input name=x1><input type=password name=x2><button>OK</button></form>", "x1", "x2", None),
        # Codes
        ("<form><input name=a1 autocomplete=one-time-code><button>Verify</button></form>", None, None, "a1"),
        ("<form><label>Verification code <input name=a2></label><button>Verify</button></form>", None, None, "a2"),
        ("<form><input name=otpCode type=password><button>Verify</button></form>", None, None, "otpCode"),
        (
            "<form><input name=username><input type=password name=password><input name=otp><button>Log in</button>",
            "username",
            "password",
            "otp",
        ),
        # Beside a search box and a form to register
        (
            (
                "<form role=search><input name=q type=search><button>Search</button></form><form>"
                "<input name=email type=email><input type=password name=p1 autocomplete=new-password>"
                "<button>Join</button></form><form><input name=user_email>"
                "<input type=password name=user_pass><button>Log in</button></form>"
            ),
            "user_email",
            "user_pass",
            None,
        ),
    ],
)
def test_login_forms(body, username, password, code):
    found = login_form(page(body))
    assert found is not None
    assert (found.username, found.password, found.code) == (username, password, code)
    asked = {name for name in (username, password, code) if name}
    assert set(found.values(username="alice", password="pw", code="123456")) == asked
    found.form.fill(found.values(username="alice", password="pw", code="123456"))


@pytest.mark.parametrize(
    "body",
    [
        "<p>Welcome",
        "<form role=search><input name=q type=search><button>Search</button></form>",
        (
            "<form action=/newsletter><input type=email name=email placeholder='Newsletter'>"
            "<button>Subscribe</button></form>"
        ),
        "<form action=/reset><input name=username><button>Reset password</button></form>",
        "<form><input type=password name=a><input type=password name=b><button>Change</button></form>",
        "<form method=post><input type=hidden name=csrf><button>Log out</button></form>",
    ],
)
def test_no_login_forms(body):
    assert login_form(page(body)) is None


def test_the_button_to_sign_in_is_found_among_others():
    found = login_form(
        page(
            "<form><button name=social value=1>With X</button><input name=user>"
            "<input type=password name=p><button name=go>Sign in</button></form>"
        )
    )
    assert found is not None
    assert found.button is not None
    assert found.button.name == "go"


@pytest.mark.parametrize(
    ("body", "allow", "deny"),
    [
        (
            "<form><button name=d value=allow>Allow</button><button name=d value=deny>Deny</button></form>",
            "Allow",
            "Deny",
        ),
        (
            "<form><input type=submit value='Authorize app'><input type=submit value=Cancel></form>",
            "Authorize app",
            "Cancel",
        ),
        (
            "<form><button>Yes, continue</button></form><form><button>No thanks</button></form>",
            "Yes, continue",
            "No thanks",
        ),
        ("<form><button>Don't allow</button><button>Allow</button></form>", "Allow", "Don't allow"),
        ("<form><button name=user_oauth_approval value=true>Zulassen</button></form>", "Zulassen", None),
    ],
)
def test_consent(body, allow, deny):
    found = consent_form(page(body))
    assert found is not None
    assert (found.allow and found.allow[1].text, found.deny and found.deny[1].text) == (allow, deny)


@pytest.mark.parametrize(
    "body",
    [
        "<form><input name=user><button>Continue</button></form>",
        "<form method=post action=/logout><button>Log out</button></form>",
        "<p>Allow",
    ],
)
def test_no_consent(body):
    assert consent_form(page(body)) is None
