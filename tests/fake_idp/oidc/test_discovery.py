import re

import pytest
import requests


@pytest.mark.parametrize("path", ["", "/default", "/google", "/anything"])
def test_issuer_is_the_url_it_was_asked_at(idp, path):
    document = requests.get(f"{idp.url}{path}/.well-known/openid-configuration").json()
    assert document["issuer"] == idp.url + path


@pytest.mark.parametrize("path", ["/default", "/_ns/one/default"])
def test_oauth_metadata_in_both_forms(idp, path):
    appended = requests.get(f"{idp.url}{path}/.well-known/oauth-authorization-server")
    inserted = requests.get(f"{idp.url}/.well-known/oauth-authorization-server{path}")
    assert appended.json() == inserted.json()
    assert inserted.json()["issuer"] == idp.url + path


def test_every_advertised_endpoint_answers_and_says_what_it_expects(idp):
    document = requests.get(idp.metadata_url()).json()
    urls = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(urls) == 9
    for url in urls:
        response = requests.request("POST" if "token" in url else "GET", url)
        assert response.status_code not in (404, 500), url
        assert response.text


@pytest.mark.parametrize("alias", ["/jwks", "/.well-known/jwks.json", "/jwks.json", "/certs"])
def test_keys_have_distinct_ids_and_no_private_members(idp, alias):
    keys = requests.get(idp.issuer() + alias).json()["keys"]
    assert sorted(key["kty"] for key in keys) == ["EC", "OKP", "RSA"]
    assert len({key["kid"] for key in keys}) == len(keys)
    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys() for key in keys)


def test_github_shape_has_no_discovery(idp):
    assert requests.get(idp.metadata_url("github")).status_code == 404


def test_unknown_path_names_the_issuers(idp):
    response = requests.get(idp.url + "/no/such/path")
    assert response.status_code == 404
    assert re.search("/default, /google, /github", response.json()["error_description"])
    assert idp.requests()[-1].accepted is False


def test_strict_has_no_other_issuers(make_idp):
    assert requests.get(make_idp(strict=True).metadata_url("anything")).status_code == 404


def test_pages_elsewhere_may_read_metadata(idp):
    preflight = requests.options(idp.metadata_url())
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]


def test_authorization_endpoint_is_closed_to_scripts(idp):
    assert "Access-Control-Allow-Origin" not in requests.options(idp.issuer() + "/authorize").headers


def test_method_not_allowed_names_the_right_one(idp):
    response = requests.get(idp.issuer() + "/token")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "Expected: POST. Seen: GET." in response.json()["error_description"]
