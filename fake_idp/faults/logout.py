"""Logouts after which the browser comes back wrongly, or not at all (RP-Initiated Logout 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.web import html_response

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Logout

# A logout comes after the login, so there is nothing for it to find.
fault = At("logout", step="redirect_to_dashboard")

BACK = "RP-Initiated Logout 3"


@fault(spec=BACK, reject="must_tolerate")
def no_state(logout: Logout) -> None:
    """The browser comes back without the state that was sent.

    Client: has ended its session already, and shows that.
    User: is logged out.
    """
    logout.state = None


@fault(spec=BACK, reject="must_tolerate")
def other_state(logout: Logout) -> None:
    """The browser comes back with another state than was sent.

    Client: has ended its session already, and shows that.
    User: is logged out.
    """
    logout.state = "state-of-another-logout"


@fault(spec=BACK, reject="fail_cleanly")
def no_way_back(logout: Logout) -> None:
    """The browser stays at the identity provider.

    Client: has ended its session before it sent the browser there.
    User: is logged out, and has to find the way back alone.
    """
    logout.uri = None


@fault(spec="RP-Initiated Logout 4", reject="fail_cleanly")
def error_page(logout: Logout) -> None:
    """The identity provider fails with a page of its own, and the session there stays.

    Client: has ended its session before it sent the browser there.
    User: is logged out of the application, and still logged in at the identity provider.
    """
    logout.page = html_response("<!doctype html><title>Error</title><h1>Something went wrong</h1>", 500)
