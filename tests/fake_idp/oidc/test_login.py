import pyotp
import pytest
import requests

CAROLS_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_page_has_labels_autocomplete_and_people(visitor):
    page = visitor.authorize(login_hint="alice")
    for words in (
        '<label for="username">',
        'autocomplete="username"',
        'value="alice"',
        'autocomplete="current-password"',
        'data-testid="person-grace"',
        'data-testid="deny"',
        '<strong data-testid="client">Sentry</strong>',
    ):
        assert words in page.text
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_one_click(visitor, parameters_of):
    assert "code" in parameters_of(visitor.submit(visitor.authorize(), person="bob"))


def test_email_and_upper_case_are_usernames_too(visitor, parameters_of):
    page = visitor.authorize()
    assert "code" in parameters_of(visitor.submit(page, username="BOB@acme.example", password="password"))


def test_deny(visitor, idp, parameters_of):
    response = parameters_of(visitor.submit(visitor.authorize(), action="deny"))
    assert response["error"] == "access_denied"
    assert response["state"] == "state-1"
    assert idp.requests("login")[-1].error == "access_denied"


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_wrong_password_says_so_and_lets_try_again(visitor, username, parameters_of):
    page = visitor.submit(visitor.authorize(), username=username, password="wrong")
    assert page.status_code == 401
    assert 'role="alert"' in page.text
    assert "username or the password is wrong" in page.text
    assert f'value="{username}"' in page.text
    assert "code" in parameters_of(visitor.submit(page, username="alice", password="password"))


def test_five_wrong_passwords_lock_the_account_until_later(visitor, clock, parameters_of):
    page = visitor.authorize()
    for _ in range(4):
        page = visitor.submit(page, username="alice", password="wrong")
        assert page.status_code == 401
    page = visitor.submit(page, username="alice", password="wrong")
    assert page.status_code == 429
    assert "locked after 5 wrong passwords" in page.text
    page = visitor.submit(page, username="alice", password="password")
    assert page.status_code == 429
    clock.advance(601)
    assert "code" in parameters_of(visitor.submit(visitor.authorize(), username="alice", password="password"))


def test_lock_stays_in_its_namespace(idp, visitor, visit):
    page = visitor.authorize()
    for _ in range(5):
        page = visitor.submit(page, username="alice", password="wrong")
    other = visit(idp)
    other.issuer = idp.issuer(namespace="other")
    assert "code" in other.log_in("alice")
    assert idp.requests("login", namespace="other")[-1].user == "alice"


def test_locked_account(visitor):
    page = visitor.submit(visitor.authorize(), username="dave", password="password")
    assert page.status_code == 403
    assert "This account is locked." in page.text


def test_second_factor(visitor, idp, clock, claims_of, parameters_of):
    page = visitor.submit(visitor.authorize(), username="carol", password="password")
    assert 'autocomplete="one-time-code"' in page.text
    page = visitor.submit(page, otp="000000")
    assert page.status_code == 401
    assert "The code is wrong or has expired." in page.text
    code = pyotp.TOTP(CAROLS_SECRET).at(int(clock.now()))
    response = parameters_of(visitor.submit(page, otp=code))
    claims = claims_of(visitor.exchange(response["code"]).json()["id_token"])
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert claims["acr"] == "urn:fake-idp:mfa"


def test_one_click_does_not_skip_the_second_factor(visitor):
    assert 'data-testid="totp-form"' in visitor.submit(visitor.authorize(), person="carol").text


def test_second_factor_can_be_denied(visitor, parameters_of):
    page = visitor.submit(visitor.authorize(), username="carol", password="password")
    assert parameters_of(visitor.submit(page, action="deny"))["error"] == "access_denied"


def test_second_factor_page_without_password_leads_back_to_the_login(visitor):
    page = visitor.authorize()
    again = visitor.follow(visitor.http.get(page.url.replace("/login", "/totp"), allow_redirects=False))
    assert 'data-testid="login-form"' in again.text


def test_form_of_another_browser_is_refused(visitor, visit, idp, hidden_fields):
    page = visitor.authorize()
    stranger = visit(idp)
    response = stranger.submit(page, username="alice", password="password")
    assert response.status_code == 403
    assert "begun in another browser" in response.text


def test_form_without_its_token_is_refused(visitor):
    page = visitor.authorize()
    response = visitor.submit(page, csrf="forged", username="alice", password="password")
    assert response.status_code == 403
    assert "does not come from the page of this login" in response.text


def test_login_expires(visitor, clock):
    page = visitor.authorize()
    clock.advance(601)
    response = visitor.submit(page, username="alice", password="password")
    assert response.status_code == 400
    assert "is over or has expired" in response.text


def test_form_is_good_once(visitor):
    page = visitor.authorize()
    visitor.submit(page, username="alice", password="password")
    assert visitor.submit(page, username="alice", password="password").status_code == 400


def test_new_session_identifier_at_each_login(visitor):
    visitor.log_in()
    first = visitor.http.cookies["fake_idp_session"]
    visitor.log_in(prompt="login")
    second = visitor.http.cookies["fake_idp_session"]
    assert first != second
    visitor.http.cookies.set("fake_idp_session", first, path="/default", domain="127.0.0.1")
    assert 'data-testid="login-form"' in visitor.authorize().text


def test_cookie_attributes(visitor):
    response = visitor.http.post(
        (page := visitor.authorize()).url.partition("?")[0],
        data={**_hidden(page), "person": "alice"},
        allow_redirects=False,
    )
    cookie = response.headers["Set-Cookie"]
    assert "Path=/default; HttpOnly; SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert response.status_code == 303


def _hidden(page: requests.Response) -> dict[str, str]:
    return {name: page.text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("tx", "csrf")}


def test_names_are_escaped(visitor):
    page = visitor.submit(visitor.authorize(), username='"><script>alert(1)</script>', password="x")
    assert "<script>alert" not in page.text
