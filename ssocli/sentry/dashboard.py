"""What a session opens: the dashboard, the same as JSON, and the page of a disabled member."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ssocli.sentry.access import Access
from ssocli.sentry.admission import denial_message, home_of, session_access
from ssocli.sentry.context import Context
from ssocli.sentry.pages import page, redirect
from ssocli.sentry.refusal import login_url

# Denials that single sign-on would lift.
_SSO = ("sso-required", "sso-expired")
_API_CODES = {"disabled-member": "member-disabled-over-limit"}


def home(context: Context) -> Response:
    """The dashboard for somebody who is logged in, the login page for everybody else."""
    return redirect(home_of(context) or login_url(""))


def issues(context: Context, organization: str) -> Response:
    """The dashboard of an organization, with this user's projects according to access."""
    here = context.request.path
    if organization not in context.sentry.config.organizations:
        raise NotFound
    access = session_access(context, organization)
    if access is None:
        return redirect(login_url(organization, here))
    if access.denied is None:
        return page(
            context,
            "dashboard",
            access=access,
            session=context.session,
            name=context.sentry.config.organizations[organization].name or organization,
            projects=_projects(context, access),
        )
    message = denial_message(context, access)
    if access.denied.name in _SSO:
        context.flash(message)
        return redirect(login_url(organization, here))
    if access.denied.name == "disabled-member":
        return redirect(f"/organizations/{organization}/disabled-member/")
    return page(context, "message", 403, title="No access", message=message)


def disabled_member(context: Context, organization: str) -> Response:
    """Tell a member that there is no seat for them."""
    access = session_access(context, organization)
    if access is None:
        return redirect(login_url(""))
    if access.denied is None or access.denied.name != "disabled-member":
        return redirect(f"/organizations/{organization}/issues/")
    return page(context, "message", 403, title="Membership disabled", message=denial_message(context, access))


def projects(context: Context, organization: str) -> Response:
    """The projects in reach, as Sentry's API tells; refusals have its status and code."""
    if organization not in context.sentry.config.organizations:
        return _json({"detail": "There is no such organization."}, 404)
    access = session_access(context, organization)
    if access is None:
        return _json({"detail": "Authentication credentials were not provided."}, 401)
    if access.denied is None:
        return _json(_projects(context, access))
    name = access.denied.name
    code = "sso-required" if name in _SSO else _API_CODES.get(name, name)
    status = 401 if name in _SSO or name == "disabled-member" else 403
    extra = {"loginUrl": login_url(organization)} if name in _SSO else {}
    return _json({"detail": {"code": code, "message": denial_message(context, access), "extra": extra}}, status)


def _projects(context: Context, access: Access) -> list[dict[str, Any]]:
    owners = context.sentry.config.organizations[access.organization].projects
    return [
        {"slug": slug, "teams": owners[slug], "isMember": bool(set(owners[slug]) & set(access.teams))}
        for slug in access.projects
    ]


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document), status, mimetype="application/json")
