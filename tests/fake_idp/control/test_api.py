"""Routing, guards and problems."""

import http.client
import json
import subprocess
import sys

import pytest
import requests


def test_info(control, idp):
    info = control.get("/info")
    assert info["instance"] == idp.instance
    assert info["control"] == idp.control_url()
    assert info["rules"] == "permissive"
    by_name = {issuer["name"]: issuer for issuer in info["issuers"]}
    assert by_name["default"]["discovery"] == idp.metadata_url()
    assert by_name["default"]["saml_metadata"] == idp.saml_metadata_url()
    assert by_name["github"]["discovery"] is None


def test_in_a_namespace(control_of, idp):
    info = control_of(idp, "n1").get("/info")
    assert info["namespace"] == "n1"
    assert info["control"] == idp.control_url(namespace="n1")
    assert info["issuers"][0]["url"].startswith(idp.url + "/_ns/n1/")


def test_nothing_of_it_is_recorded(control, idp):
    control.get("/info")
    assert idp.requests() == []


def test_unknown_path_suggests(control):
    problem = control.get("/user", 404)
    assert problem["nearest"] == "/_idp/v1/users"
    assert problem["status"] == 404
    assert problem["title"] == "Not Found"


def test_other_version(control, idp):
    response = requests.get(idp.url + "/_idp/v2/info", timeout=5)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_wrong_method(control):
    response = control.send("PUT", "/users", json={})
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST"
    assert response.json()["expected"] == "GET, POST"


def test_head(control):
    response = control.send("HEAD", "/users")
    assert (response.status_code, response.content) == (200, b"")


def test_every_mistake_of_a_body_is_listed_with_its_place(control):
    problem = control.post("/faults", 422, fault=7, shedule={}, schedule={"times": 0, "first": "x"})
    assert problem["title"] == "Unprocessable Content" or problem["title"] == "Unprocessable Entity"
    errors = "\n".join(problem["errors"])
    assert "fault: expected string, found int 7" in errors
    assert "unknown key 'shedule' (did you mean 'schedule'?); known are fault, match, schedule" in errors
    assert "schedule.times" in errors
    assert "schedule.first" in errors


def test_body_is_not_json(control):
    response = control.send("POST", "/faults", data="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["expected"] == "a JSON object"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_cannot_write(control, media_type):
    response = control.send("POST", "/faults", data="{}", headers={"Content-Type": media_type})
    assert response.status_code == 415
    assert response.json()["expected"] == "Content-Type: application/json"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_page_elsewhere_is_refused(control, origin, method):
    response = control.send(method, "/requests", headers={"Origin": origin})
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.json()["seen"] == origin


def test_a_preflight_allows_nothing(control):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"}
    response = control.send("OPTIONS", "/requests", headers=asked)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_own_origin(control, idp):
    assert control.send("GET", "/users", headers={"Origin": idp.url}).status_code == 200


def test_another_host_name_is_refused(idp):
    connection = http.client.HTTPConnection("127.0.0.1", idp.port)
    connection.request("GET", "/_idp/v1/users", headers={"Host": "rebound.example"})
    assert connection.getresponse().status == 421
    connection.close()


def test_only_from_this_machine(idp):
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/_idp/v1/users", "REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "1", "wsgi.url_scheme": "http",
    }  # fmt: skip
    answered = []
    body = b"".join(idp.app(environ, lambda status, _: answered.append(status)))
    assert answered == ["403 Forbidden"]
    assert json.loads(body)["seen"] == "192.0.2.7"
    idp.app({**environ, "REMOTE_ADDR": "::1"}, lambda status, _: answered.append(status))
    assert answered[1] == "200 OK"


def test_token(make_idp, control_of):
    idp = make_idp(control_token="sesame-open-wide")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic sesame-open-wide"}):
        response = control_of(idp).send("GET", "/users", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert "sesame" not in response.text
    assert control_of(idp, Authorization="Bearer sesame-open-wide").get("/users")
    assert "sesame" not in repr(idp.app.settings)


def test_a_query_that_nothing_takes(control):
    assert control.get("/info", 400, verbose="1")["seen"] == "verbose=1"
    assert "unknown field" in control.get("/faults", 422, points="jwks")["errors"][0]
    assert control.send("GET", "/faults?point=a&point=b").json()["seen"] == "point"


def test_too_many_parameters(control):
    response = control.send("GET", "/faults?" + "&".join(f"a{number}=1" for number in range(201)))
    assert response.status_code == 400
    assert response.json()["detail"] == "The request is unreadable: expected at most 200 parameters, got more."


def test_it_costs_nothing_who_does_not_use_it():
    code = """
import sys, http.client
from fake_idp import FakeIdP
with FakeIdP() as idp:
    connection = http.client.HTTPConnection("127.0.0.1", idp.port)
    connection.request("GET", "/default/.well-known/openid-configuration")
    assert connection.getresponse().status == 200
    connection.close()
print([name for name in sys.modules if name.startswith("fake_idp.control")])
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
