"""Small applications, each with the mistake for which it is recorded. They stand for the many that are not ours."""

from __future__ import annotations

import base64
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode

from fake_idp.clock import Clock
from fake_idp.faults.engine import Faults
from fake_idp.randomness import Randomness
from fake_idp.server import Server
from fake_idp.tls import Authority

HOST = "app.localhost"
Answer = tuple[str, list[tuple[str, str]], str]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    cookies: dict[str, str]


class Application:
    """A WSGI application of a few pages; `base` is its address, set when it is served."""

    base = ""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        cookies = {name: morsel.value for name, morsel in SimpleCookie(environ.get("HTTP_COOKIE", "")).items()}
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        asked = Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], query, cookies)
        status, headers, page = self.answer(asked)
        start_response(status, [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [f"<!doctype html><title>Wiki</title>{page}".encode()]

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError


class SamlApplication(Application):
    """Keeps the request in a cookie; `routes` take responses, and `asks_for` is what it asks the provider for."""

    def __init__(self, idp: str, routes: set[str], asks_for: str = "/acs") -> None:
        self.idp, self.routes, self.asks_for = idp, routes, asks_for

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/login":
            return self._leave()
        if asked.path in self.routes and asked.method == "POST":
            if "login" not in asked.cookies:
                return "400 Bad Request", [], "<h1>Invalid session</h1><p>No login is under way in this browser.</p>"
            return "200 OK", [], "<h1>Welcome</h1>"
        return "404 Not Found", [], "<h1>Not found</h1>"

    def _leave(self) -> Answer:
        identifier = "_" + secrets.token_hex(16)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        destination = f"{self.idp}/default/saml/sso"
        request = (
            '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            f' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{identifier}" Version="2.0" IssueInstant="{now}"'
            f' Destination="{destination}" AssertionConsumerServiceURL="{self.base}{self.asks_for}"'
            ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST">'
            f"<saml:Issuer>{self.base}/metadata</saml:Issuer></samlp:AuthnRequest>"
        )
        packer = zlib.compressobj(wbits=-15)
        packed = base64.b64encode(packer.compress(request.encode()) + packer.flush()).decode()
        headers = [
            ("Location", f"{destination}?{urlencode({'SAMLRequest': packed})}"),
            ("Set-Cookie", f"login={identifier}; Path=/; HttpOnly; SameSite=Lax"),
        ]
        return "302 Found", headers, ""


class OAuthApplication(Application):
    """Logs everybody in who comes without a session. With `cookie_path` /callback, it never finds its session again."""

    def __init__(self, idp: str, cookie_path: str = "/callback") -> None:
        self.idp, self.cookie_path = idp, cookie_path

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/callback" and "code" in asked.query:
            session = f"session={secrets.token_hex(8)}; HttpOnly; SameSite=Lax; Path={self.cookie_path}"
            return "302 Found", [("Location", f"{self.base}/"), ("Set-Cookie", session)], ""
        if asked.path != "/":
            return "404 Not Found", [], "<h1>Not found</h1>"
        if "session" in asked.cookies:
            return "200 OK", [], "<h1>Welcome</h1>"
        request = {
            "response_type": "code",
            "client_id": "wiki",
            "redirect_uri": f"{self.base}/callback",
            "scope": "openid email",
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
        }
        headers = [
            ("Location", f"{self.idp}/default/authorize?{urlencode(request)}"),
            ("Set-Cookie", f"state={request['state']}; HttpOnly; SameSite=Lax; Path=/"),
        ]
        return "302 Found", headers, ""


class SinglePage(Application):
    """Everything happens in the browser: the code flow with PKCE (RFC 9700 2.1.1), and the token request."""

    def __init__(self, idp: str) -> None:
        self.idp = idp

    def answer(self, _asked: Asked) -> Answer:
        return "200 OK", [], _PAGE.replace("ISSUER", f"{self.idp}/default").replace("BASE", self.base)


_PAGE = """<h1>Wiki</h1><button id="login">Log in</button><script>
const text = bytes => btoa(String.fromCharCode(...bytes)).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
const random = () => text(crypto.getRandomValues(new Uint8Array(32)));
document.getElementById("login").onclick = async () => {
  const verifier = random(), state = random(), nonce = random();
  sessionStorage.setItem("verifier", verifier);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  location = "ISSUER/authorize?" + new URLSearchParams({
    response_type: "code", client_id: "sentry-public", redirect_uri: "BASE/", scope: "openid email", state, nonce,
    code_challenge: text(new Uint8Array(digest)), code_challenge_method: "S256"});
};
const code = new URLSearchParams(location.search).get("code");
if (code) fetch("ISSUER/token", {method: "POST", body: new URLSearchParams({
    grant_type: "authorization_code", code, client_id: "sentry-public", redirect_uri: "BASE/",
    code_verifier: sessionStorage.getItem("verifier")})})
  .then(answer => answer.json())
  .then(tokens => {
    const expiry = JSON.parse(atob(tokens.id_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp;
    document.body.innerHTML = expiry * 1000 < Date.now()
      ? '<h1 id="done">Login failed</h1><p role="alert">Your login has expired.</p>' : '<h1 id="done">Welcome</h1>';
  });
</script>"""


@contextmanager
def serving(app: Application) -> Iterator[str]:
    """The application at app.localhost, on http."""
    with Server(app, allowed_hosts=[HOST]) as server:
        app.base = f"http://{HOST}:{server.port}"
        yield app.base


@contextmanager
def behind_tls(app: Application) -> Iterator[str]:
    """The application at app.localhost on https; it believes to be on http, at a port where nobody expects it."""
    faults = Faults(Clock(), Randomness())
    context = Authority([HOST], faults)
    with Server(app, tls=context, allowed_hosts=[HOST]) as server:
        app.base = f"http://{HOST}:{server.port}"
        yield f"https://{HOST}:{server.port}"
