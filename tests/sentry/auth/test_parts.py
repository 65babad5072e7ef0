from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.config.model import OAuth2Provider, OidcProvider
from ssocli.exchange import Exchange, Request, Response
from ssocli.sentry.auth.authorization_request import build_request
from ssocli.sentry.auth.claims import identity_from_claims, identity_from_profile
from ssocli.sentry.auth.client import Client
from ssocli.sentry.auth.documents import KEEP_SECONDS, Documents
from ssocli.sentry.auth.forms import form_object
from ssocli.sentry.auth.response import AuthorizationResponse
from tests.sentry.site import Clock

OIDC = Client("oidc", OidcProvider(issuer="https://idp.example", client_id="c"), "http://sentry.test/auth/sso/")
GITHUB = Client("github", OAuth2Provider(client_id="c"), "http://sentry.test/auth/sso/")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_challenge_is_the_hash_of_the_verifier() -> None:
    request = build_request(OIDC, "https://idp.example/authorize")
    sent = dict(parse_qsl(urlsplit(request.url).query))
    assert request.code_verifier is not None
    digest = hashlib.sha256(request.code_verifier.encode()).digest()  # RFC 7636 4.2
    assert sent["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert sent["code_challenge_method"] == "S256"
    assert (sent["state"], sent["nonce"]) == (request.state, request.nonce)


def test_two_requests_share_nothing_random() -> None:
    one, other = (build_request(OIDC, "https://idp.example/authorize") for _ in range(2))
    assert not {one.state, one.nonce, one.code_verifier} & {other.state, other.nonce, other.code_verifier}


def test_plain_oauth_has_no_nonce() -> None:
    assert build_request(GITHUB, "https://github.com/login/oauth/authorize").nonce is None


@given(st.text(max_size=30))
@settings(max_examples=60)
def test_a_request_can_always_stand_in_a_header(hint: str) -> None:
    url = build_request(
        OIDC, "https://idp.example/authoriz\u00e9?x=\u00fc", hint.encode("utf-8", "ignore").decode()
    ).url
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url


class Answers:
    """A back channel that counts."""

    def __init__(self) -> None:
        self.body = b"{}"
        self.status = 200
        self.calls = 0

    def send(self, method: str, url: str, **_options: Any) -> Exchange:
        self.calls += 1
        return Exchange(method, url, Request(), Response(self.status, (), self.body))


def test_documents_are_kept_for_a_while() -> None:
    answers, clock = Answers(), Clock()
    documents = Documents(answers.send, clock, 1.0)  # type: ignore[arg-type]
    assert documents.get("https://idp.example/x").is_fresh
    assert not documents.get("https://idp.example/x").is_fresh
    assert documents.get("https://idp.example/y").is_fresh
    assert documents.get("https://idp.example/x", anew=True).is_fresh
    clock.ahead = KEEP_SECONDS + 1
    assert documents.get("https://idp.example/x").is_fresh
    clock.ahead = -10_000.0  # a clock that was set back must not keep a document for ever
    assert documents.get("https://idp.example/x").is_fresh


def test_a_document_that_cannot_be_used_is_not_kept() -> None:
    answers, clock = Answers(), Clock()
    documents = Documents(answers.send, clock, 1.0)  # type: ignore[arg-type]
    for status, body in ((500, b"{}"), (200, b"<html>"), (200, b"[]")):
        answers.status, answers.body = status, body
        assert documents.get("https://idp.example/x").is_fresh
    assert answers.calls == 3


def test_a_failed_fetch_forgets_the_kept_document() -> None:
    answers, clock = Answers(), Clock()
    documents = Documents(answers.send, clock, 1.0)  # type: ignore[arg-type]
    documents.get("https://idp.example/x")
    answers.status = 500
    documents.get("https://idp.example/x", anew=True)
    assert documents.get("https://idp.example/x").is_fresh


@given(st.dictionaries(st.sampled_from(["name", "email", "email_verified", "picture", "groups", "x"]), json_values))
@settings(max_examples=100)
def test_any_claims_make_an_identity(claims: dict[str, Any]) -> None:
    identity = identity_from_claims(OIDC, "https://idp.example", {"sub": "s", **claims})
    assert identity.email is None or isinstance(identity.email, str)
    assert isinstance(identity.name, str)
    assert identity.email_verified in (None, True, False)
    assert identity.groups is None or all(isinstance(group, str) for group in identity.groups)


def test_a_single_group_may_be_bare() -> None:
    assert identity_from_claims(OIDC, "i", {"sub": "s", "groups": "admins"}).groups == ("admins",)
    assert identity_from_claims(OIDC, "i", {"sub": "s", "groups": []}).groups == ()
    assert identity_from_claims(OIDC, "i", {"sub": "s"}).groups is None


ADDRESSES = [
    {"email": "old@x.example", "primary": False, "verified": True},
    {"email": "me@x.example", "primary": True, "verified": True},
]


def test_a_profile_is_identified_by_number_and_has_the_primary_address() -> None:
    profile = {"id": 1001, "login": "alice", "name": None, "email": "public@x.example", "avatar_url": "https://a/1"}
    identity = identity_from_profile(GITHUB, "https://api.github.com", profile, ADDRESSES)
    assert (identity.subject, identity.email, identity.email_verified) == ("1001", "me@x.example", True)
    assert (identity.name, identity.avatar) == ("alice", "https://a/1")


def test_an_unverified_primary_address_is_told_as_such() -> None:
    identity = identity_from_profile(GITHUB, "i", {"id": 1}, [{**ADDRESSES[1], "verified": False}])
    assert (identity.email, identity.email_verified) == ("me@x.example", False)
    assert identity_from_profile(GITHUB, "i", {"id": 1}, ADDRESSES[:1]).email is None


@given(st.lists(st.dictionaries(st.sampled_from(["email", "primary", "verified"]), json_values), max_size=4))
@settings(max_examples=60)
def test_any_addresses_make_an_identity(addresses: list[dict[str, Any]]) -> None:
    email = identity_from_profile(GITHUB, "i", {"id": 1}, addresses).email
    assert email is None or isinstance(email, str)


def test_the_first_of_repeated_form_fields_counts() -> None:
    assert form_object(b"access_token=a&scope=x%2Cy&access_token=b") == {"access_token": "a", "scope": "x,y"}
    assert form_object(b"") is None
    assert form_object(b"\xff=1") is None


@given(st.binary(max_size=60))
@settings(max_examples=60)
def test_any_bytes_may_come_as_a_form(body: bytes) -> None:
    found = form_object(body)
    assert found is None or json.dumps(found)


def test_an_authorization_response_is_recognized() -> None:
    response = AuthorizationResponse("query", (("state", "a"), ("state", "b"), ("x", "")))
    assert response.get("state") == "a"
    assert response.is_telling
    assert not AuthorizationResponse("query", (("foo", "bar"), ("code", ""))).is_telling
