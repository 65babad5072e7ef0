from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests

from fake_idp import ConfigError, create_app


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/isalive"])
def test_health_names_the_instance(idp, path):
    assert requests.get(idp.url + path).json() == {"status": "ok", "instance": idp.instance}


def test_instances_differ(make_idp):
    assert make_idp(seed=1).instance != make_idp(seed=1).instance


def test_namespaces_never_meet(idp, visitor, visit):
    other = visit(idp)
    other.issuer = idp.issuer(namespace="n1")
    code = visitor.log_in()["code"]
    assert "unknown here" in other.exchange(code).json()["error_description"]
    assert other.tokens()["id_token"]
    idp.app.namespace("n1").keys.rotate()
    kids = [
        [key["kid"] for key in requests.get(f"{issuer}/jwks").json()["keys"]]
        for issuer in (visitor.issuer, other.issuer)
    ]
    assert kids[0] != kids[1]
    assert len(idp.requests("token", namespace="n1")) == 2


def test_namespaces_follow_the_clock_until_they_are_moved(idp, clock):
    clock.freeze(1_000)
    namespace = idp.app.namespace("n2")
    assert namespace.clock.now() == 1_000
    namespace.clock.advance(5)
    clock.advance(1)
    assert (clock.now(), namespace.clock.now()) == (1_001, 1_006)


def test_namespaces_are_bounded(idp):
    first = idp.app.namespace("first")
    for number in range(256):
        idp.app.namespace(f"n{number}")
    assert idp.app.namespace("first") is not first


def test_seed_makes_codes_repeatable(make_idp, visit, parameters_of):
    codes = [parameters_of(visit(make_idp(seed="s", login="auto")).authorize())["code"] for _ in range(2)]
    assert codes[0] == codes[1]


@pytest.mark.parametrize("url", ["idp:80", "ftp://idp", "http://idp/path", "http://idp?x", "http://a b", ""])
def test_public_url_must_be_scheme_and_host(url):
    with pytest.raises(ConfigError, match=r"public URL: expected http\(s\)://host"):
        create_app(public_url=url)


def test_any_wsgi_server_will_do():
    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    with make_server("127.0.0.1", 0, create_app(), handler_class=Quiet) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        document = requests.get(url + "/.well-known/openid-configuration").json()
        server.shutdown()
        thread.join()
    assert document["issuer"] == url


@pytest.mark.parametrize(
    "path", ["/_ns/", "/_ns/a", "/_ns/../default/jwks", "//jwks", "/%2e%2e/jwks", "/default//jwks"]
)
def test_odd_paths_lead_nowhere(idp, path):
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", idp.port)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()
