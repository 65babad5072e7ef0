"""A look at the identity provider from here: its documents are fetched, its endpoints are asked whether they answer.

What is fetched becomes a thing like those that were given, so that it is judged by the same rules.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import urlsplit

from ssocli import wire
from ssocli.checks.check import evaluate
from ssocli.checks.document import json_object
from ssocli.checks.reachability import ReachabilityContext
from ssocli.config.model import OAuth2Provider, OidcProvider, Saml2Provider
from ssocli.diagnose.judged import Judged
from ssocli.diagnose.material import Material, gather
from ssocli.diagnose.recognise import recognise
from ssocli.diagnose.thing import Given, Thing
from ssocli.diagnose.tls import certificate_until
from ssocli.diagnosis import Kind
from ssocli.exchange import Exchange
from ssocli.sentry.auth import judging

_WELL_KNOWN = "/.well-known/openid-configuration"
_LIMIT = 4 * 1024 * 1024
_FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))
# How each endpoint is asked without meaning anything by it.
_ENDPOINTS = {"authorization_endpoint": "GET", "token_endpoint": "POST", "userinfo_endpoint": "GET"}
_UNREACHABLE = frozenset(
    ("NET001", "NET002", "NET003", "NET005", "NET006", "NET007", "NET016", "NET017", "NET018", "NET019")
)


@dataclass(slots=True)
class Look:
    """One look: what was fetched, and what was seen on the way."""

    judged: Judged
    send: Callable[..., Exchange]
    leeway: float
    tls: ssl.SSLContext | None
    things: list[Thing] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def fetch(self, url: str, purpose: str, place: str, *, is_json: bool) -> Thing | None:
        """Fetch one document and judge the way it came; the document recognised, None if there is none to read."""
        accept = "application/json" if is_json else "application/samlmetadata+xml, application/xml, text/xml"
        exchange = self.send("GET", url, headers=(("Accept", accept),), limit=_LIMIT)
        self.judged.add(judging.transport(exchange, purpose, is_json=is_json), place)
        self._look_at_server(exchange, purpose)
        response = exchange.response
        if response is None or exchange.error is not None or response.status != 200:
            return None
        thing = replace(recognise(Given(url, response.body)), url=url)
        if is_json and json_object(response.body) is None:
            return None
        self.things.append(thing)
        return thing

    def ask(self, url: str, purpose: str, method: str) -> None:
        """Whether anything answers at an advertised address."""
        body = b"" if method == "GET" else b"ssocli=are-you-there"
        exchange = self.send(method, url, headers=_FORM if body else (), body=body, limit=_LIMIT)
        if exchange.error is not None and exchange.response is None:
            self.judged.add(judging.transport(exchange, purpose, answers_errors=True), url)
        self._look_at_server(exchange, purpose)

    def _look_at_server(self, exchange: Exchange, purpose: str) -> None:
        response = exchange.response
        if response is None:
            return
        host = urlsplit(exchange.url).netloc
        context = ReachabilityContext(
            purpose,
            exchange.url.partition("?")[0],
            time.time(),
            response.status,
            None if host in self._seen else response.header("Date"),
            self.leeway,
            None if host in self._seen else certificate_until(exchange.url, self.tls),
        )
        self._seen.add(host)
        self.judged.add(evaluate("reachability", context), context.url)


def look(material: Material, judged: Judged, tls: ssl.SSLContext | None, timeout: float) -> Material:
    """Fetch what configurations and URLs name, and ask the endpoints. The material with what was found is returned."""
    leeway = material.setups[0].leeway if material.setups else 60.0
    with wire.Connections() as connections:
        send = partial(wire.send, tls=tls, timeout=timeout, deadline=3 * timeout, connections=connections)
        seen = Look(judged, send, leeway, tls)
        for setup in material.setups:
            match setup.provider:
                case OidcProvider() as provider:
                    if not material.of(Kind.DISCOVERY):
                        _oidc(seen, provider.discovery_url or provider.issuer.rstrip("/") + _WELL_KNOWN)
                case OAuth2Provider() as provider:
                    seen.ask(provider.authorization_endpoint, "authorization endpoint", "GET")
                    seen.ask(provider.token_endpoint, "token endpoint", "POST")
                case Saml2Provider() as provider:
                    if provider.metadata_url and not material.of(Kind.IDP_METADATA):
                        seen.fetch(provider.metadata_url, "SAML metadata", provider.metadata_url, is_json=False)
        for thing in material.of(Kind.DISCOVERY_URL, Kind.METADATA_URL):
            _url(seen, thing)
        found = replace(material, things=(*material.things, *seen.things))
        for idp, _ in found.idps if material.saml_setups or material.of(Kind.METADATA_URL) else ():
            for url in dict.fromkeys(idp.sso.values()):
                seen.ask(url, "single sign-on service", "GET")
    if not seen.things:
        return material
    return gather((*material.things, *seen.things), material.wanted_provider)


def is_unreachable(code: str) -> bool:
    """Whether this finding says that the identity provider cannot be reached at all."""
    return code in _UNREACHABLE


def _url(seen: Look, thing: Thing) -> None:
    if thing.kind is Kind.METADATA_URL:
        seen.fetch(thing.url, "SAML metadata", thing.place, is_json=False)
    elif "/.well-known/" in thing.url:
        _oidc(seen, thing.url)
    else:
        _oidc(seen, thing.url.rstrip("/") + _WELL_KNOWN)


def _oidc(seen: Look, url: str) -> None:
    """The discovery document with the keys, and the endpoints that it names."""
    found = seen.fetch(url, "discovery document", url, is_json=True)
    if found is None or found.kind is not Kind.DISCOVERY:
        return
    jwks = found.document.get("jwks_uri")
    if isinstance(jwks, str):
        seen.fetch(jwks, "JWK set", jwks, is_json=True)
    for name, method in _ENDPOINTS.items():
        endpoint = found.document.get(name)
        if isinstance(endpoint, str) and endpoint.startswith(("http://", "https://")):
            seen.ask(endpoint, name.replace("_", " "), method)
