"""Faults at a provider that speaks plain OAuth 2.0: its user API stands where userinfo does."""

from __future__ import annotations

from typing import Any

import requests

from fake_idp import FakeIdP


def access_token(visitor: Any) -> str:
    request = {"client_id": "sentry-post", "redirect_uri": visitor.redirect_uri, "state": "s"}
    page = visitor.follow(
        visitor.http.get(visitor.issuer + "/login/oauth/authorize", params=request, allow_redirects=False)
    )
    answer = visitor.submit(page, username="alice", password="password", action="login")
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
    response = requests.post(
        visitor.issuer + "/login/oauth/access_token",
        data={"code": code, "client_id": "sentry-post", "client_secret": "sentry-secret"},
        headers={"Accept": "application/json"},
        timeout=5,
    )
    return str(response.json()["access_token"])


def test_user_api(idp: FakeIdP, visit: Any) -> None:
    visitor = visit(idp, "github")
    headers = {"Authorization": f"Bearer {access_token(visitor)}"}
    url = visitor.issuer + "/api/v3/user"
    good = requests.get(url, headers=headers, timeout=5)
    assert (good.status_code, good.json()["login"]) == (200, "alice-acme")
    idp.arm("userinfo.http-503", issuer="github", times=1)
    assert requests.get(url, headers=headers, timeout=5).status_code == 503
    assert requests.get(url, headers=headers, timeout=5).status_code == 503, "all of that login"
    assert idp.faults().ledger()[0].endpoint == "github_user"


def test_a_fault_of_openid_connect_cannot_be_made(idp: FakeIdP, visit: Any) -> None:
    visitor = visit(idp, "github")
    headers = {"Authorization": f"Bearer {access_token(visitor)}"}
    idp.arm("userinfo.missing-sub")
    answer = requests.get(visitor.issuer + "/api/v3/user", headers=headers, timeout=5)
    assert answer.status_code == 500
    assert "userinfo.missing-sub cannot be made here" in answer.text
