import json

import pytest
import requests


def test_login_and_answer(visitor, idp):
    response = visitor.log_in()
    assert response["state"] == "state-1"
    assert response["iss"] == idp.issuer()
    assert len(response["code"]) >= 40
    assert set(response) == {"code", "state", "iss"}


def test_request_by_post(visitor, parameters_of):
    page = visitor.follow(
        visitor.http.post(visitor.issuer + "/authorize", data=visitor.request(), allow_redirects=False)
    )
    assert "code" in parameters_of(visitor.submit(page, username="bob", password="password"))


def test_without_state_and_nonce(visitor):
    assert set(visitor.log_in(state=None, nonce=None)) == {"code", "iss"}


def test_unknown_parameters_and_locales_are_ignored(visitor):
    assert "code" in visitor.log_in(extra="foobar", ui_locales="fr de", claims_locales="xx", display="popup")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"client_id": None}, "There is no client_id"),
        ({"redirect_uri": None}, "There is no redirect_uri"),
        ({"redirect_uri": "https://evil.example/cb"}, "leads to another machine"),
        ({"redirect_uri": "http://127.0.0.1/cb#x"}, "has a fragment"),
        ({"redirect_uri": "/relative"}, "not an absolute URI"),
        ({"redirect_uri": "javascript:alert(1)"}, "is not registered"),
        ({"response_mode": "carrier-pigeon"}, "response mode is not supported"),
        ({"login_hint": "nobody"}, "means nobody here"),
    ],
)
def test_refused_on_a_page(visitor, idp, change, sentence):
    response = visitor.authorize(**change)
    assert response.status_code == 400
    assert sentence in response.text
    assert 'role="alert"' in response.text
    entry = idp.requests("authorize")[-1]
    assert entry.accepted is False
    assert sentence in entry.reason


def test_unknown_hint_lists_who_there_is(visitor):
    page = visitor.authorize(login_hint="nobody").text
    assert "alice, bob, carol" in page
    assert "[[people]]" in page


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"response_type": None}, "invalid_request", "response_type"),
        ({"response_type": "token"}, "unsupported_response_type", "Expected: code. Seen: token."),
        ({"code_challenge_method": "plain"}, "invalid_request", "Expected: S256. Seen: plain."),
        ({"code_challenge_method": None}, "invalid_request", "means plain"),
        ({"code_challenge": "short"}, "invalid_request", "5 characters"),
        ({"code_challenge": None}, "invalid_request", "without a code_challenge"),
        ({"prompt": "none login"}, "invalid_request", "cannot be combined"),
        ({"prompt": "sing"}, "invalid_request", "Seen: sing"),
        ({"prompt": "none"}, "login_required", "Nobody is logged in"),
        ({"prompt": "none", "login_hint": "nobody"}, "login_required", "Nobody is logged in"),
        ({"max_age": "soon"}, "invalid_request", "Seen: soon"),
        ({"claims": "[]"}, "invalid_request", "claims"),
        ({"claims": '{"userinfo": 1}'}, "invalid_request", "claims"),
        ({"request": "x.y.z"}, "request_not_supported", "Request objects"),
        ({"request_uri": "https://x.example/"}, "request_uri_not_supported", "Request objects"),
        ({"id_token_hint": "not.a.token"}, "invalid_request", "not an ID token of this issuer"),
    ],
)
def test_refused_to_the_client(visitor, idp, parameters_of, change, error, words):
    response = parameters_of(visitor.authorize(**change))
    assert response["error"] == error
    assert words in response["error_description"]
    assert response["state"] == "state-1"
    assert response["iss"] == idp.issuer()


def test_parameter_twice(visitor, parameters_of):
    parameters = [*visitor.request().items(), ("nonce", "again")]
    response = visitor.http.get(visitor.issuer + "/authorize", params=parameters, allow_redirects=False)
    assert "nonce is there more than once" in parameters_of(response)["error_description"]
    parameters = [*visitor.request().items(), ("redirect_uri", "http://localhost/other")]
    response = visitor.http.get(visitor.issuer + "/authorize", params=parameters, allow_redirects=False)
    assert response.status_code == 400


def test_too_many_parameters(visitor):
    response = requests.get(visitor.issuer + "/authorize?" + "&".join(f"p{n}=1" for n in range(300)))
    assert response.status_code == 400
    assert "at most 200 parameters" in response.text


def test_fragment_mode(visitor):
    page = visitor.authorize(response_mode="fragment")
    location = visitor.submit(page, person="alice").headers["Location"]
    assert location.startswith(visitor.redirect_uri + "#code=")


def test_form_post_mode(visitor, hidden_fields):
    page = visitor.submit(visitor.authorize(response_mode="form_post", state='<">&'), person="alice")
    assert page.status_code == 200
    fields = hidden_fields(page)
    assert fields["state"] == '<">&'
    assert set(fields) == {"code", "state", "iss"}
    assert f'action="{visitor.redirect_uri}"' in page.text
    nonce = page.text.partition('<script nonce="')[2].partition('"')[0]
    assert f"script-src 'nonce-{nonce}'" in page.headers["Content-Security-Policy"]


def test_query_of_the_redirect_uri_is_kept(visitor):
    page = visitor.authorize(redirect_uri=visitor.redirect_uri + "?tenant=7")
    location = visitor.submit(page, person="alice").headers["Location"]
    assert location.startswith(visitor.redirect_uri + "?tenant=7&code=")


def test_second_login_is_silent_and_keeps_auth_time(visitor, idp, clock, parameters_of, claims_of):
    first = claims_of(visitor.tokens()["id_token"])
    clock.advance(100)
    second = claims_of(visitor.exchange(parameters_of(visitor.authorize(prompt="none"))["code"]).json()["id_token"])
    assert second["auth_time"] == first["auth_time"]
    assert second["sub"] == first["sub"]
    assert second["sid"] == first["sid"]
    assert second["iat"] == first["iat"] + 100


@pytest.mark.parametrize(
    "change", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "1"}, {"login_hint": "bob@acme.example"}]
)
def test_session_is_not_enough(visitor, clock, change):
    visitor.log_in()
    clock.advance(10)
    page = visitor.authorize(**change)
    assert page.status_code == 200
    assert 'data-testid="login-form"' in page.text


def test_session_within_max_age_is_enough(visitor, parameters_of):
    visitor.log_in()
    assert "code" in parameters_of(visitor.authorize(max_age="10000"))


def test_session_ends(visitor, clock):
    visitor.log_in()
    clock.advance(9 * 3600)
    assert 'data-testid="login-form"' in visitor.authorize().text


def test_id_token_hint_names_the_person(visitor, parameters_of):
    id_token = visitor.tokens()["id_token"]
    assert "code" in parameters_of(visitor.authorize(prompt="none", id_token_hint=id_token))
    visitor.log_in("bob", prompt="login")
    response = parameters_of(visitor.authorize(prompt="none", id_token_hint=id_token))
    assert response["error"] == "login_required"


@pytest.fixture
def at_root(visitor, idp):
    """A visitor of the default issuer at the root, whose cookies are sent to all other issuers as well."""
    visitor.issuer = idp.url
    return visitor


def test_sessions_of_issuers_are_apart(at_root, idp, parameters_of):
    at_root.log_in()
    assert "code" in parameters_of(at_root.authorize(prompt="none"))
    at_root.issuer = idp.issuer("google")
    assert parameters_of(at_root.authorize(prompt="none"))["error"] == "login_required"


def test_login_of_one_issuer_cannot_be_finished_at_another(at_root, idp):
    page = at_root.authorize()
    elsewhere = at_root.http.get(page.url.replace(idp.url, idp.issuer("google")))
    assert elsewhere.status_code == 400
    assert "is over or has expired" in elsewhere.text


def test_claims_parameter_is_accepted(visitor):
    claims = json.dumps({"id_token": {"email": {"essential": True}, "phone_number": None}})
    assert "code" in visitor.log_in(claims=claims)


def test_auto_login_takes_the_hint_or_the_default_person(make_idp, visit, parameters_of):
    visitor = visit(make_idp(login="auto"))
    assert "code" in parameters_of(visitor.authorize())
    assert visitor.idp.requests("authorize")[-1].user == "alice"
    visitor.authorize(login_hint="grace")
    assert visitor.idp.requests("authorize")[-1].user == "grace"
    assert parameters_of(visitor.authorize(login_hint="dave"))["error"] == "access_denied"


def test_auto_login_asks_nobody_for_consent(make_idp, visit, parameters_of):
    visitor = visit(make_idp(login="auto"))
    for _ in range(2):
        response = visitor.authorize(client_id="web", redirect_uri="http://localhost:3000/callback")
        assert "code" in parameters_of(response)


def test_strict_wants_registered_clients_exact_uris_pkce_and_known_scopes(make_idp, visit, parameters_of):
    visitor = visit(make_idp(strict=True))
    assert "No client is registered" in visitor.authorize(client_id="stranger").text
    page = visitor.authorize(client_id="web", redirect_uri="http://localhost:3000/callback/").text
    assert "trailing slash only" in page
    response = parameters_of(visitor.authorize(code_challenge=None, code_challenge_method=None))
    assert "There is no code_challenge" in response["error_description"]
    assert parameters_of(visitor.authorize(scope="openid pizza"))["error"] == "invalid_scope"
    assert "code" in visitor.log_in()


def test_public_url_is_the_issuer(make_idp, visit):
    visitor = visit(make_idp(public_url="http://idp.localhost:1234/"))
    document = requests.get(visitor.idp.server.url + "/default/.well-known/openid-configuration").json()
    assert document["issuer"] == "http://idp.localhost:1234/default" == visitor.idp.issuer()
