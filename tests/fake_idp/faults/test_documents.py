"""Documents with faults: metadata, keys, token, userinfo, introspection, device, refresh and revocation responses."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import NOW, URL, Observe

ISSUER = URL + "/default"
GONE = object()
# What each fault changes in the document of its point, and nothing else.
MEMBERS: dict[str, dict[str, Any]] = {
    "discovery.issuer-mismatch": {"issuer": "https://accounts.other.example"},
    "discovery.issuer-with-slash": {"issuer": ISSUER + "/"},
    "discovery.issuer-in-capitals": {"issuer": URL + "/DEFAULT"},
    "discovery.issuer-on-another-port": {"issuer": "http://127.0.0.1:8443/default"},
    "discovery.missing-issuer": {"issuer": GONE},
    "discovery.missing-authorization_endpoint": {"authorization_endpoint": GONE},
    "discovery.missing-token_endpoint": {"token_endpoint": GONE},
    "discovery.missing-jwks_uri": {"jwks_uri": GONE},
    "discovery.malformed-issuer": {"issuer": [ISSUER]},
    "discovery.malformed-authorization_endpoint": {"authorization_endpoint": [ISSUER + "/authorize"]},
    "discovery.malformed-token_endpoint": {"token_endpoint": [ISSUER + "/token"]},
    "discovery.malformed-jwks_uri": {"jwks_uri": [ISSUER + "/jwks"]},
    "discovery.relative-authorization_endpoint": {"authorization_endpoint": "/default/authorize"},
    "discovery.relative-token_endpoint": {"token_endpoint": "/default/token"},
    "discovery.relative-jwks_uri": {"jwks_uri": "/default/jwks"},
    "discovery.endpoint-with-fragment": {"authorization_endpoint": ISSUER + "/authorize#login"},
    "discovery.script-as-endpoint": {"authorization_endpoint": "javascript:alert(document.domain)"},
    "discovery.endpoint-with-query": {"authorization_endpoint": ISSUER + "/authorize?tenant=acme"},
    "discovery.only-unsigned": {"id_token_signing_alg_values_supported": ["none"]},
    "discovery.unsigned-offered": {
        "id_token_signing_alg_values_supported": ["none", "RS256", "ES256", "PS256", "EdDSA", "HS256"]
    },
    "discovery.pkce-not-offered": {"code_challenge_methods_supported": GONE},
    "discovery.pkce-plain-only": {"code_challenge_methods_supported": ["plain"]},
    "discovery.other-client-authentication": {"token_endpoint_auth_methods_supported": ["tls_client_auth"]},
    "discovery.no-client-authentication-listed": {"token_endpoint_auth_methods_supported": GONE},
    "discovery.no-code-flow": {"response_types_supported": ["id_token", "id_token token"]},
    "discovery.unknown-members": {
        "x_fake": {"deep": [1, None, True]}, "x_other": "y", "mtls_endpoint_aliases": {},
    },
    "token.missing-access_token": {"access_token": GONE},
    "token.missing-id_token": {"id_token": GONE},
    "token.missing-token_type": {"token_type": GONE},
    "token.null-access_token": {"access_token": None},
    "token.null-id_token": {"id_token": None},
    "token.null-token_type": {"token_type": None},
    "token.malformed-token_type": {"token_type": ["Bearer"]},
    "token.id-token-no-jwt": {"id_token": "alice"},
    "token.token-type-mac": {"token_type": "mac"},
    "token.token-type-in-capitals": {"token_type": "BEARER"},
    "token.missing-expires-in": {"expires_in": GONE},
    "token.text-expires_in": {"expires_in": "3600"},
    "token.zero-expires_in": {"expires_in": 0},
    "token.negative-expires_in": {"expires_in": -1},
    "token.missing-scope": {"scope": GONE},
    "token.wider-scope": {"scope": "openid profile email groups offline_access x_fake"},
    "token.reduced-scope": {"scope": "openid"},
    "token.unknown-members": {"x_fake": {"deep": [1, None, True]}, "not_before_policy": 0, "session_state": "abc"},
    "userinfo.invalid-sub": {"sub": "6f1d2a30-0666", "email": "mallory@acme.example", "name": "Mallory Mortimer"},
    "userinfo.missing-sub": {"sub": GONE},
    "userinfo.empty-sub": {"sub": ""},
    "userinfo.sub-in-capitals": {"sub": "6F1D2A30-0001"},
    "userinfo.malformed-email_verified": {"email_verified": "false"},
    "userinfo.malformed-email": {"email": ["a@acme.example"]},
    "userinfo.malformed-name": {"name": {"first": "A"}},
    "userinfo.null-claims": {"middle_name": None, "website": None, "zoneinfo": None},
    "userinfo.unknown-claims": {"x_fake": {"deep": [1, None, True]}, "iss": "https://accounts.other.example"},
    "userinfo.other-email": {"email": "mallory@acme.example"},
    "introspection.missing-active": {"active": GONE},
    "introspection.active-as-text": {"active": "false"},
    "introspection.active-as-number": {"active": 0},
    "introspection.expired-but-active": {"exp": NOW - 3600},
    "introspection.for-another-service": {"aud": "https://api.other.example"},
    "device.missing-verification-uri-complete": {"verification_uri_complete": GONE},
    "device.missing-interval": {"interval": GONE},
    **{
        f"device.missing-{name}": {name: GONE}
        for name in ("device_code", "user_code", "verification_uri", "expires_in")
    },
    "device.expires-at-once": {"expires_in": 1},
    "refresh.missing-refresh-token": {"refresh_token": GONE},
    "refresh.missing-id-token": {"id_token": GONE},
}  # fmt: skip

# Error responses: the code and the status.
ERRORS: dict[str, tuple[str, int]] = {
    **{
        f"token.{error}": (error, 400)
        for error in (
            "invalid_request", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
        )
    },
    "token.invalid_client": ("invalid_client", 401),
    "token.error-with-status-200": ("invalid_grant", 200),
    "userinfo.invalid_token": ("invalid_token", 401),
    "userinfo.insufficient_scope": ("insufficient_scope", 403),
    "refresh.invalid_grant": ("invalid_grant", 400),
    "refresh.invalid_client": ("invalid_client", 401),
    "refresh.unavailable": ("temporarily_unavailable", 503),
    "revocation.unavailable": ("temporarily_unavailable", 503),
    "revocation.unsupported-token-type": ("unsupported_token_type", 400),
    "device.unauthorized-client": ("unauthorized_client", 400),
}  # fmt: skip

# What only differs in the headers, and how.
HEADERS = {
    "discovery.text-plain": {"content-type": "text/plain; charset=utf-8"},
    "discovery.cached-for-a-year": {"cache-control": "public, max-age=31536000, immutable"},
    "jwks.jwk-set-type": {"content-type": "application/jwk-set+json"},
    "token.text-plain": {"content-type": "text/plain; charset=utf-8"},
    "token.cacheable": {"cache-control": "public, max-age=3600", "pragma": None},
    "userinfo.json-as-jwt": {"content-type": "application/jwt"},
}


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        name: after.get(name, GONE) for name in {*before, *after} if before.get(name, GONE) != after.get(name, GONE)
    }


@pytest.mark.parametrize("name", MEMBERS)
def test_members(observe: Observe, name: str) -> None:
    point = name.partition(".")[0]
    good, seen = observe()[point], observe(name)[point]
    assert changed(good.json(), seen.json()) == MEMBERS[name]
    assert seen.status == good.status
    assert set(changed(good.headers, seen.headers)) <= {"content-length"}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(observe: Observe, name: str) -> None:
    point = name.partition(".")[0]
    seen = observe(name)[point]
    assert (seen.json()["error"], seen.status) == ERRORS[name]
    assert set(seen.json()) == {"error", "error_description"}
    if point == "userinfo":
        assert seen.headers["www-authenticate"].startswith(f'Bearer error="{ERRORS[name][0]}"')


@pytest.mark.parametrize("name", HEADERS)
def test_headers(observe: Observe, name: str) -> None:
    point = name.partition(".")[0]
    good, seen = observe()[point], observe(name)[point]
    assert seen.body == good.body
    assert {key: seen.headers.get(key) for key in changed(good.headers, seen.headers)} == HEADERS[name]


def keys(observe: Observe, *faults: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = observe(*faults)["jwks"].json()["keys"]
    return found


def test_keys_that_are_not_there(observe: Observe) -> None:
    assert observe("jwks.empty")["jwks"].json() == {"keys": []}
    assert observe("jwks.missing-keys")["jwks"].json() == {}
    assert observe("jwks.keys-as-object")["jwks"].json() == {"keys": {key["kid"]: key for key in keys(observe)}}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("for-encryption", {"use": "enc"}),
        ("wrong-key-ops", {"key_ops": ["encrypt"], "use": GONE}),
        ("wrong-alg", {"alg": "RSA-OAEP"}),
        ("keys-without-kid", {"kid": GONE}),
    ],
)
def test_keys_that_are_all_changed_alike(observe: Observe, name: str, change: dict[str, Any]) -> None:
    good, seen = keys(observe), keys(observe, f"jwks.{name}")
    assert [changed(*pair) for pair in zip(good, seen, strict=True)] == [change] * 3


def test_keys_under_other_names(observe: Observe) -> None:
    pairs = zip(keys(observe), keys(observe, "jwks.old-keys-only"), strict=True)
    assert [changed(*pair) for pair in pairs] == [{"kid": "old-rsa-1"}, {"kid": "old-ec-1"}, {"kid": "old-ed-1"}]


@pytest.mark.parametrize(("name", "member"), [("other-key-under-the-same-id", "n"), ("private-key-published", "d")])
def test_rsa_key_with_another_member(observe: Observe, name: str, member: str) -> None:
    pairs = list(zip(keys(observe), keys(observe, f"jwks.{name}"), strict=True))
    assert [set(changed(*pair)) for pair in pairs if pair[0]["kty"] == "RSA"] == [{member}]
    assert all(one == other for one, other in pairs if one["kty"] != "RSA")


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("symmetric-key-published", 1),
        ("weak-key-published", 1),
        ("duplicate-kid", 1),
        ("unknown-keys", 4),
        ("many-keys", 1000),
    ],
)
def test_keys_beside_the_good_ones(observe: Observe, name: str, added: int) -> None:
    good, seen = keys(observe), keys(observe, f"jwks.{name}")
    assert len(seen) == len(good) + added
    assert all(key in seen for key in good)


def test_the_other_keys(observe: Observe) -> None:
    (oct_key,) = (key for key in keys(observe, "jwks.symmetric-key-published") if key["kty"] == "oct")
    assert oct_key["k"]
    (weak,) = (key for key in keys(observe, "jwks.weak-key-published") if key.get("kid") == "weak-1")
    assert len(weak["n"]) == 86, "512 bits"
    twins = [key for key in keys(observe, "jwks.duplicate-kid") if key["kid"] == "rsa-1"]
    assert len({key["n"] for key in twins}) == 2


@pytest.mark.parametrize("status", [400, 500])
def test_tokens_with_an_error_status(observe: Observe, status: int) -> None:
    good, seen = observe()["token"], observe(f"token.success-with-status-{status}")["token"]
    assert (seen.status, seen.body) == (status, good.body)


def test_unexplained_errors(observe: Observe) -> None:
    seen = observe("token.unexplained-error")["token"]
    assert (seen.status, "error" in seen.json()) == (400, False)
    seen = observe("userinfo.unexplained-401")["userinfo"]
    assert (seen.status, seen.json(), seen.headers["www-authenticate"]) == (401, {}, "Bearer")


@pytest.mark.parametrize("member", ["access_token", "id_token"])
def test_tokens_in_an_array(observe: Observe, member: str) -> None:
    good, seen = observe()["token"].json(), observe(f"token.malformed-{member}")["token"].json()
    assert changed(good, seen) == {member: [good[member]]}


def test_form(observe: Observe) -> None:
    from urllib.parse import parse_qsl

    good, seen = observe()["token"], observe("token.form-encoded")["token"]
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(seen.body.decode())) == {name: str(value) for name, value in good.json().items()}


def test_byte_order_mark(observe: Observe) -> None:
    assert observe("token.byte-order-mark")["token"].body == b"\xef\xbb\xbf" + observe()["token"].body


def test_inactive(observe: Observe) -> None:
    assert observe("introspection.inactive")["introspection"].json() == {"active": False}


def test_revocation_with_a_body(observe: Observe) -> None:
    seen = observe("revocation.with-body")["revocation"]
    assert (seen.status, seen.json(), observe()["revocation"].body) == (200, {"result": "ok"}, b"")


@pytest.mark.parametrize("name", ["signed", "signed-for-another-client"])
def test_signed_userinfo(observe: Observe, name: str) -> None:
    good, seen = observe(), observe(f"userinfo.{name}")
    assert seen["userinfo"].headers["content-type"] == "application/jwt"
    _, claims = seen.verified(seen["userinfo"].body.decode())
    audience = "sentry" if name == "signed" else "another-client"
    assert claims == {**good["userinfo"].json(), "iss": ISSUER, "aud": audience}


@pytest.mark.parametrize("name", ["signed-by-other-key", "signed-by-unknown-key"])
def test_badly_signed_userinfo(observe: Observe, name: str) -> None:
    from joserfc.errors import JoseError

    seen = observe(f"userinfo.{name}")
    with pytest.raises(JoseError):
        seen.verified(seen["userinfo"].body.decode())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("invalid-issuer", {"iss": "https://accounts.other.example"}),
        ("other-audience", {"aud": "another-client"}),
        ("other-auth-time", {"auth_time": NOW + 600}),
        ("other-nonce", {"nonce": "nonce-of-another-login"}),
    ],
)
def test_id_token_of_a_refresh(observe: Observe, name: str, change: dict[str, Any]) -> None:
    good, seen = observe(), observe(f"refresh_id_token.{name}")
    _, claims = good.verified(good["refresh"].json()["id_token"])
    _, faulty = seen.verified(seen["refresh"].json()["id_token"])
    assert changed(claims, faulty) == change


def test_id_token_of_a_refresh_about_somebody_else(observe: Observe) -> None:
    seen = observe("refresh_id_token.invalid-sub")
    assert seen.verified()[1]["sub"] == "6f1d2a30-0001"
    assert seen.verified(seen["refresh"].json()["id_token"])[1]["sub"] == "6f1d2a30-0666"


ACCESS = {
    **{f"missing-{claim}": {claim: GONE} for claim in ("iss", "exp", "aud", "sub", "client_id", "scope")},
    "expired": {"iat": NOW - 7200, "exp": NOW - 3600},
    "wrong-audience": {"aud": "https://api.other.example"},
    "wrong-issuer": {"iss": "https://accounts.other.example"},
    "typ-jwt": {},
}


@pytest.mark.parametrize("name", ACCESS)
def test_access_tokens(observe: Observe, name: str) -> None:
    good, seen = observe(), observe(f"access_token.{name}")
    header, claims = good.verified(good["token"].json()["access_token"])
    faulty_header, faulty = seen.verified(seen["token"].json()["access_token"])
    assert changed(claims, faulty) == ACCESS[name]
    assert changed(header, faulty_header) == ({"typ": "JWT"} if name == "typ-jwt" else {})
    assert seen["userinfo"].status == 200, "the provider knows its own tokens whatever they look like"


@pytest.mark.parametrize("name", ["invalid-sig", "alg-none", "sig-other-key"])
def test_access_tokens_that_do_not_verify(observe: Observe, name: str) -> None:
    from joserfc.errors import JoseError

    seen = observe(f"access_token.{name}")
    with pytest.raises((JoseError, ValueError)):
        seen.verified(seen["token"].json()["access_token"])


def test_odd_access_tokens(observe: Observe) -> None:
    assert "." not in observe("access_token.opaque")["token"].json()["access_token"]
    assert 14_000 < len(observe("access_token.huge")["token"].json()["access_token"]) < 24_000


def test_claims_of_other_sources(observe: Observe) -> None:
    good = observe()["userinfo"].json()
    for name, member in (("aggregated", "JWT"), ("distributed", "endpoint")):
        seen = observe(f"userinfo.{name}-claims")["userinfo"].json()
        assert set(changed(good, seen)) == {"_claim_names", "_claim_sources"}
        assert member in seen["_claim_sources"][seen["_claim_names"]["shoe_size"]]


@pytest.mark.parametrize("point", ["discovery", "jwks", "token", "userinfo"])
def test_cookies_on_the_back_channel(observe: Observe, point: str) -> None:
    good, seen = observe()[point], observe(f"{point}.cookies")[point]
    assert seen.body == good.body
    assert set(changed(good.headers, seen.headers)) == {"set-cookie"}


@pytest.mark.parametrize("name", ["jwks.for-encryption", "discovery.unsigned-offered"])
def test_a_fault_leaves_nothing_behind(idp: Any, name: str) -> None:
    import requests

    path = "/jwks" if name.startswith("jwks") else "/.well-known/openid-configuration"

    def get() -> bytes:
        return requests.get(idp.issuer() + path, timeout=5).content

    good = get()
    idp.arm(name, times=1)
    assert get() != good
    assert get() == good
