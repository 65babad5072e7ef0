"""GitHub's REST API, as far as a login needs it: the user, the addresses, the organizations.

Documented at https://docs.github.com/rest/users and /rest/orgs; below /api/v3 as on GitHub Enterprise Server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_idp.config import GitHubAccount
from fake_idp.faults import hooks
from fake_idp.oidc import bearer
from fake_idp.refusal import refuse
from fake_idp.web import json_response

if TYPE_CHECKING:
    from fake_idp.config import Person
    from fake_idp.context import Context
    from fake_idp.records import AccessToken
    from fake_idp.web import Response

SCHEMES = ("bearer", "token")  # GitHub takes both
EMAIL_SCOPES = {"user", "user:email"}
ORG_SCOPES = {"read:org", "write:org", "admin:org", "user", "repo"}


def handle_user(context: Context) -> Response:
    """GET /user."""
    record, person, account = _who(context)
    return hooks.answer(context, "userinfo", user(context, person, account), headers=_headers(record))


def handle_emails(context: Context) -> Response:
    """GET /user/emails, which needs the scope user:email."""
    record, person, _ = _who(context)
    _need(record, EMAIL_SCOPES)
    return _json(emails(person), record)


def handle_orgs(context: Context) -> Response:
    """GET /user/orgs, which needs read:org."""
    record, _, account = _who(context)
    _need(record, ORG_SCOPES)
    return _json([organization(context, name) for name in account.orgs], record)


def handle_membership(context: Context) -> Response:
    """GET /user/memberships/orgs/{org}, which needs read:org; 404 for somebody who is no member."""
    record, person, account = _who(context)
    _need(record, ORG_SCOPES)
    name = context.arguments["org"]
    if name not in account.orgs:
        raise refuse(
            "not_found", "Not Found", expected=" or ".join(account.orgs) or "none", seen=name[:100], status=404
        )
    body = {
        "state": "active",
        "role": account.org_role,
        "organization": organization(context, name),
        "user": user(context, person, account),
    }
    return _json(body, record)


def user(context: Context, person: Person, account: GitHubAccount) -> dict[str, Any]:
    """The user object. `email` is the public address: null unless the person shows it, as most do not."""
    return {
        "login": account.login,
        "id": account.id,
        "avatar_url": person.picture,
        "url": _api(context, f"/users/{account.login}"),
        "html_url": f"{context.issuer.url}/{account.login}",
        "type": "User",
        "site_admin": False,
        "name": person.name,
        "company": None,
        "email": person.email if account.public_email else None,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def emails(person: Person) -> list[dict[str, Any]]:
    """The addresses; none for somebody without."""
    if person.email is None:
        return []
    return [{"email": person.email, "primary": True, "verified": person.email_verified, "visibility": "private"}]


def organization(context: Context, name: str) -> dict[str, Any]:
    """The organization object. Its id is made from its name: the same name is the same organization."""
    number = int.from_bytes(name.encode()[:6].ljust(6, b"\0"), "big")
    return {"login": name, "id": number, "url": _api(context, f"/orgs/{name}"), "description": None}


def _who(context: Context) -> tuple[AccessToken, Person, GitHubAccount]:
    record = bearer.presented(context, SCHEMES)
    if record.grant.session is None:
        raise refuse("forbidden", "This token is no person's.", expected="a token of a login", seen="none", status=403)
    person = context.person(record.grant.session.username)
    if person.github is None:
        raise refuse(
            "not_found", "This person has no GitHub account.", expected="a [people.github] table",
            seen=person.username, fix="give the person a github id and login", status=404,
        )  # fmt: skip
    return record, person, person.github


def _need(record: AccessToken, scopes: set[str]) -> None:
    if not scopes & set(record.scope):
        # GitHub hides what a token may not see.
        raise refuse(
            "not_found", "Not Found", parameter="scope", expected=" or ".join(sorted(scopes)),
            seen=",".join(record.scope) or "no scope", status=404,
        )  # fmt: skip


def _api(context: Context, path: str) -> str:
    return f"{context.issuer.endpoint('github_user').removesuffix('/user')}{path}"


def _json(body: Any, record: AccessToken) -> Response:
    return json_response(body, headers=_headers(record))


def _headers(record: AccessToken) -> list[tuple[str, str]]:
    return [("X-OAuth-Scopes", ", ".join(record.scope))]
