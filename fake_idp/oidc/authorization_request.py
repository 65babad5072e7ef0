"""The authorization request: reading it and judging it (RFC 6749 4.1.1, OIDC Core 3.1.2.1, 3.1.2.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fake_idp.config import Client
from fake_idp.oidc import pkce, redirect_uri
from fake_idp.refusal import RefusedError, refuse

if TYPE_CHECKING:
    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.web import Parameters

PROMPTS = frozenset({"none", "login", "consent", "select_account"})


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where the answer goes, once it is sure that it may go there. `sent_uri` is None if the request named none."""

    client: Client
    redirect_uri: str
    sent_uri: str | None
    response_mode: str
    state: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that may be answered. `max_age` in seconds; `hinted` is the person that the hints mean."""

    reply_to: ReplyTo
    scope: tuple[str, ...] = ()
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "S256"
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    hinted: Person | None = None
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        """Who asks."""
        return self.reply_to.client


def find_client(context: Context, client_id: str | None) -> Client:
    """The client that the request is from; permissive issuers take one that nobody registered as well."""
    if client_id is None:
        raise refuse(
            "invalid_request", "There is no client_id.", parameter="client_id", expected="one", seen="none",
            clause="RFC 6749 4.1.1", fix="send the client_id that the identity provider has for the application",
        )  # fmt: skip
    client = context.client(client_id)
    if client is None:
        if context.settings.strict:
            known = ", ".join(context.directory.clients)
            raise refuse(
                "invalid_client", "No client is registered under this client_id.", parameter="client_id",
                expected=f"a registered client ({known})", seen=client_id[:100], clause="RFC 6749 3.1.2.4",
                fix="register the client under [[clients]] in the configuration file, or start without strict",
            )  # fmt: skip
        client = Client(client_id=client_id)
    return context.saw_client(client)


def reply_to(context: Context, parameters: Parameters) -> ReplyTo:
    """Client and redirect URI. What is refused here must not be redirected (RFC 6749 4.1.2.1)."""
    for name in ("client_id", "redirect_uri", "response_mode", "state"):
        if name in parameters.repeated:
            raise refuse(
                "invalid_request", f"The parameter {name} is there more than once.", parameter=name,
                expected="one", seen="several", clause="RFC 6749 3.1",
            )  # fmt: skip
    client = find_client(context, parameters.get("client_id"))
    sent = parameters.get("redirect_uri")
    uri = sent
    if uri is None:
        openid = "openid" in (parameters.get("scope") or "").split()
        if openid or len(client.redirect_uris) != 1:
            raise refuse(
                "invalid_request", "There is no redirect_uri.", parameter="redirect_uri",
                expected="one that the client may use", seen="none",
                clause="OIDC Core 3.1.2.1" if openid else "RFC 6749 3.1.2.3",
            )  # fmt: skip
        uri = client.redirect_uris[0]
    problem = redirect_uri.problem(
        uri,
        client,
        registered=context.client(client.client_id) is not None,
        strict=context.settings.strict,
        hosts=context.settings.redirect_hosts,
    )
    if problem:
        raise RefusedError(problem)
    mode = parameters.get("response_mode") or "query"
    modes = context.issuer.shape.supported("response_modes")
    if mode not in modes:
        raise refuse(
            "invalid_request", "The response mode is not supported.", parameter="response_mode",
            expected=" or ".join(modes), seen=mode[:100], clause="OAuth 2.0 Multiple Response Types 2.1",
        )  # fmt: skip
    return ReplyTo(client, uri, sent, mode, parameters.get("state"))


def read(context: Context, parameters: Parameters, reply: ReplyTo) -> AuthorizationRequest:
    """The rest of the request. What is refused here is told to the client."""
    for name in parameters.repeated:
        raise refuse(
            "invalid_request", f"The parameter {name[:50]} is there more than once.", parameter=name,
            expected="one", seen="several", clause="RFC 6749 3.1",
        )  # fmt: skip
    for name, error in (("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")):
        if parameters.get(name) and context.issuer.shape.openid:
            raise refuse(
                error, f"Request objects are not supported: {name}.", parameter=name, expected="plain parameters",
                seen=name, clause="OIDC Core 3.1.2.6",
            )  # fmt: skip
    _check_response_type(context, parameters)
    method = parameters.get("code_challenge_method")
    challenge = parameters.get("code_challenge")
    problem = pkce.request_problem(challenge, method, context.issuer.shape.supported("code_challenge_methods"))
    if problem:
        raise RefusedError(problem)
    if challenge is None and context.settings.strict:
        raise refuse(
            "invalid_request", "There is no code_challenge.", parameter="code_challenge", expected="one (S256)",
            seen="none", clause="RFC 9700 2.1.1", fix="use PKCE, or start without strict",
        )  # fmt: skip
    return AuthorizationRequest(
        reply_to=reply,
        scope=_scope(context, reply.client, parameters.get("scope")),
        nonce=parameters.get("nonce"),
        code_challenge=challenge,
        code_challenge_method=method or "plain",
        prompt=_prompt(parameters.get("prompt")),
        max_age=_max_age(parameters.get("max_age")),
        claims=_claims(parameters.get("claims")),
    )


def _check_response_type(context: Context, parameters: Parameters) -> None:
    response_type = parameters.get("response_type")
    supported = context.issuer.shape.supported("response_types")
    if response_type is None and context.issuer.shape.openid:
        raise refuse(
            "invalid_request", "There is no response_type.", parameter="response_type",
            expected=" or ".join(supported), seen="none", clause="RFC 6749 3.1.1",
        )  # fmt: skip
    if response_type is not None and response_type not in supported:
        raise refuse(
            "unsupported_response_type", "The response type is not supported.", parameter="response_type",
            expected=" or ".join(supported), seen=response_type[:100], clause="RFC 6749 4.1.2.1",
            fix="use the authorization code flow: response_type=code",
        )  # fmt: skip


def _scope(context: Context, client: Client, scope: str | None) -> tuple[str, ...]:
    """The scope values that are granted: unknown ones are ignored (OIDC Core 3.1.2.1), except under strict."""
    # GitHub separates by commas, and accepts spaces as well.
    asked = (scope or client.scope or "").replace(",", " ").split()
    allowed = client.scope.split() if client.scope else context.issuer.shape.supported("scopes")
    if context.settings.strict and (unknown := [value for value in asked if value not in allowed]):
        raise refuse(
            "invalid_scope", "The scope has values that this client cannot have.", parameter="scope",
            expected=" ".join(allowed), seen=" ".join(unknown)[:200], clause="RFC 6749 4.1.2.1",
        )  # fmt: skip
    # Under permissive, any other scope is a resource of the application under test.
    return tuple(dict.fromkeys(asked))


def _prompt(prompt: str | None) -> frozenset[str]:
    values = frozenset((prompt or "").split())
    if unknown := values - PROMPTS:
        raise refuse(
            "invalid_request", "The prompt has unknown values.", parameter="prompt",
            expected=" or ".join(sorted(PROMPTS)), seen=" ".join(sorted(unknown))[:100], clause="OIDC Core 3.1.2.1",
        )  # fmt: skip
    if "none" in values and len(values) > 1:
        raise refuse(
            "invalid_request", "prompt=none cannot be combined with other values.", parameter="prompt",
            expected="none alone", seen=" ".join(sorted(values)), clause="OIDC Core 3.1.2.1",
        )  # fmt: skip
    return values


def _max_age(max_age: str | None) -> int | None:
    if max_age is None:
        return None
    if not (max_age.isascii() and max_age.isdigit() and len(max_age) < 12):
        raise refuse(
            "invalid_request", "max_age is not a number of seconds.", parameter="max_age",
            expected="a whole number, zero or more", seen=max_age[:50], clause="OIDC Core 3.1.2.1",
        )  # fmt: skip
    return int(max_age)


def _claims(claims: str | None) -> dict[str, Any]:
    """The `claims` parameter: for each of its members, which claims are asked for and how (OIDC Core 5.5)."""
    if claims is None:
        return {}
    try:
        document = json.loads(claims)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not all(
        isinstance(document.get(member, {}), dict) for member in ("userinfo", "id_token")
    ):
        raise refuse(
            "invalid_request", "The claims parameter cannot be read.", parameter="claims",
            expected='a JSON object with members "userinfo" and "id_token" that are objects', seen=claims[:100],
            clause="OIDC Core 5.5",
        )  # fmt: skip
    return document
