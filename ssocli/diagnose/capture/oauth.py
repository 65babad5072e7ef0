"""A login with OAuth or OpenID Connect, as far as it passes through the browser, before the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ssocli.checks import authorization_request as request_rules
from ssocli.checks import authorization_response as response_rules
from ssocli.checks import id_token as token_rules
from ssocli.checks.check import Check, evaluate, rules
from ssocli.checks.document import json_object
from ssocli.diagnose.capture.hop import Hop
from ssocli.diagnose.capture.known import Known, unjudged
from ssocli.diagnose.capture.logins import ObservedLogin
from ssocli.diagnose.capture.messages import Message
from ssocli.steps import Step

_OF_THE_REQUEST = frozenset({"missing-state", "wrong-state", "expired-login", "unexpected-response-mode"})
_TOKENS = ("id_token", "access_token", "token")


def request_checks(login: ObservedLogin, known: Known) -> tuple[Check, ...]:
    """The lint of the authorization request."""
    request = login.request
    if request is None:
        return ()
    endpoint = str((known.discovery or {}).get("authorization_endpoint") or request.url)
    is_openid = login.protocol == "OpenID Connect"
    url = request.hop.exchange.url
    context = request_rules.AuthorizationRequestContext(url, endpoint, is_openid, known.client_secret)
    return evaluate("authorization_request", context)


def response_checks(login: ObservedLogin, known: Known, step: Step) -> tuple[Check, ...]:
    """The rules of the authorization response in one step."""
    response, request = login.response, login.request
    if response is None:
        return ()
    sends_issuer = (known.discovery or {}).get("authorization_response_iss_parameter_supported") is True
    context = response_rules.AuthorizationResponseContext(
        parameters=response.parameters,
        mode=response.mode,
        expected_state=request.get("state") or None if request is not None else None,
        issuer=known.issuer,
        iss_advertised=sends_issuer,
        expected_mode=_expected_mode(request) if request is not None else response.mode,
    )
    checks = evaluate("authorization_response", context, step=step)
    if request is None:
        return unjudged(checks, _OF_THE_REQUEST.__contains__, "the capture does not show the request")
    if not request.get("state") and not response.get("state"):
        # That a request without state is sent is a finding about the request.
        return unjudged(checks, _OF_THE_REQUEST.__contains__, "the request had no state")
    asked = set(request.get("response_type").split())
    if asked & set(_TOKENS):
        names = {"token-in-authorization-response"} | (set() if "code" in asked else {"missing-code"})
        checks = unjudged(checks, names.__contains__, f"{request.get('response_type')} was asked for")
    return checks


def id_token_checks(login: ObservedLogin, known: Known) -> tuple[Check, ...]:
    """The rules of an ID token that passed through the browser; none if none did."""
    response = login.response
    tokens = _tokens_of(response, login.hops)
    token = tokens.get("id_token")
    if response is None or not isinstance(token, str) or not token:
        return ()
    request = login.request
    issuer = known.issuer or _issuer_in(token)
    client_id = known.client_id or login.client_id
    access_token = tokens.get("access_token")
    max_age = request.get("max_age") if request is not None else ""
    context = token_rules.IdTokenContext(
        token=token,
        jwks=known.jwks,
        issuer=issuer,
        client_id=client_id,
        now=response.hop.started or 0.0,
        client_secret=known.client_secret,
        algorithms=known.algorithms,
        nonce=(request.get("nonce") or None) if request is not None else None,
        access_token=access_token if isinstance(access_token, str) else None,
        max_age=int(max_age) if max_age.isascii() and max_age.isdigit() else None,
        leeway=known.leeway,
    )
    checks = evaluate("id_token", context)
    if known.jwks is None:
        checks = unjudged(checks, _needs_keys, "the provider's keys are not known")
    if not client_id:
        checks = unjudged(checks, lambda name: "audience" in name or "authorized-party" in name, "no client is known")
    if response.hop.started is None:
        checks = unjudged(checks, _needs_time, "the capture has no times")
    return checks


def _expected_mode(request: Message) -> str:
    if request.get("response_mode"):
        return request.get("response_mode")
    asked = request.get("response_type").split()
    return "fragment" if any(name in asked for name in _TOKENS) else "query"


def _tokens_of(response: Message | None, hops: Iterable[Hop]) -> dict[str, Any]:
    """The tokens in the answer itself, or in the token response that an application in the browser fetched."""
    found: dict[str, Any] = {
        name: response.get(name) for name in _TOKENS if response is not None and response.get(name)
    }
    if "id_token" in found or response is None:
        return found
    code = response.get("code")
    for hop in hops:
        exchange = hop.exchange
        is_for_it = exchange.method == "POST" and code and code.encode() in exchange.request.body
        if is_for_it and exchange.response is not None and b"grant_type" in exchange.request.body:
            return json_object(exchange.response.body) or {}
    return found


def _issuer_in(token: str) -> str:
    """Without another source the token's own word: what it says of its issuer is then not judged."""
    from ssocli.checks.jose import Parsed, parse_compact

    parsed = parse_compact(token)
    claims = parsed.claims if isinstance(parsed, Parsed) else None
    return str((claims or {}).get("iss") or "")


def _needs_keys(name: str) -> bool:
    return any(rule.name == name and rule.judge.__module__.endswith(".signature") for rule in rules("id_token"))


def _needs_time(name: str) -> bool:
    return any(rule.name == name and rule.judge.__module__.endswith(".times") for rule in rules("id_token"))
