import pytest

TARGET = "http://127.0.0.1:9/bye"


@pytest.fixture
def log_out(visitor):
    def log_out(**parameters):
        return visitor.http.get(visitor.issuer + "/end_session", params=parameters, allow_redirects=False)

    return log_out


@pytest.fixture
def logged_in(visitor, parameters_of):
    return lambda: "code" in parameters_of(visitor.authorize(prompt="none"))


def test_with_hint(visitor, log_out, logged_in):
    token = visitor.tokens()["id_token"]
    response = log_out(id_token_hint=token, post_logout_redirect_uri=TARGET, state="s 1")
    assert response.headers["Location"] == TARGET + "?state=s+1"
    assert not logged_in()


def test_without_state(visitor, log_out):
    token = visitor.tokens()["id_token"]
    assert log_out(id_token_hint=token, post_logout_redirect_uri=TARGET).headers["Location"] == TARGET


def test_expired_hint_will_do(visitor, log_out, logged_in, clock):
    token = visitor.tokens()["id_token"]
    clock.advance(2 * 3600)
    assert 'data-testid="logged-out"' in log_out(id_token_hint=token).text
    assert not logged_in()


def test_without_hint_the_person_is_asked(visitor, log_out, logged_in):
    visitor.log_in()
    page = log_out(client_id="sentry", post_logout_redirect_uri=TARGET, state="s")
    assert "You are logged in as <strong>Alice Arnold</strong>" in page.text
    assert logged_in()
    assert visitor.submit(page, csrf="forged").status_code == 200
    assert logged_in()
    assert visitor.submit(page).headers["Location"] == TARGET + "?state=s"
    assert not logged_in()


def test_hint_of_somebody_else_asks(visitor, log_out, logged_in):
    token = visitor.tokens("bob")["id_token"]
    visitor.log_in("alice", prompt="login")
    assert 'data-testid="logout-form"' in log_out(id_token_hint=token).text
    assert logged_in()


def test_nobody_logged_in(log_out):
    assert 'data-testid="logged-out"' in log_out().text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"post_logout_redirect_uri": "https://evil.example/"}, "not registered for this client"),
        ({"client_id": "web"}, "not the one that the id_token_hint was issued to"),
        ({"id_token_hint": "a.b.c"}, "not an ID token of this issuer"),
    ],
)
def test_refused_on_a_page(visitor, log_out, logged_in, change, words):
    parameters = {"id_token_hint": visitor.tokens()["id_token"], **change}
    response = log_out(**parameters)
    assert response.status_code == 400
    assert words in response.text
    assert logged_in()


def test_hint_changed_to_alg_none(visitor, log_out, logged_in):
    _, payload, _ = visitor.tokens()["id_token"].split(".")
    assert log_out(id_token_hint=f"eyJhbGciOiJub25lIn0.{payload}.").status_code == 400
    assert logged_in()


def test_hint_of_another_issuer(visitor, visit, idp, log_out):
    token = visit(idp, "google").tokens()["id_token"]
    assert "from another issuer" in log_out(id_token_hint=token).text


def test_strict_wants_registered_uri_and_hint(make_idp, visit):
    visitor = visit(make_idp(strict=True))
    token = visitor.tokens(client_id="sentry")["id_token"]
    ask = lambda **parameters: visitor.http.get(  # noqa: E731
        visitor.issuer + "/end_session", params=parameters, allow_redirects=False
    )
    assert "not registered" in ask(id_token_hint=token, post_logout_redirect_uri=TARGET).text
    registered = "http://localhost:3000/"
    assert "without an id_token_hint" in ask(client_id="web", post_logout_redirect_uri=registered).text
