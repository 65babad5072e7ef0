"""Logouts that go wrong in the browser: on the way back (RP-Initiated Logout 3), or in the frames of other clients."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from fake_idp.faults.fault import At
from fake_idp.web import html_response

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Logout

# A logout comes after the login, so there is nothing for it to find.
fault = At("logout", step="redirect_to_dashboard")

BACK = "RP-Initiated Logout 3"
FRAMES = "Front-Channel Logout 2"


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


@fault(spec=BACK, reject="fail_cleanly")
def error_on_return(logout: Logout) -> None:
    """The browser comes back with an error, which this protocol does not have.

    Client: shows its page for people who are logged out, and does not repeat the text of the error unescaped.
    User: is logged out.
    """
    if logout.uri is None:
        raise LookupError("post_logout_redirect_uri")
    error = urlencode({"error": "server_error", "error_description": "<b>Ordered by a fault.</b>"})
    logout.uri += f"{'&' if '?' in logout.uri else '?'}{error}"


@fault(spec="RP-Initiated Logout 2", reject="fail_cleanly")
def session_kept(logout: Logout) -> None:
    """The browser comes back as if all were well, and the session at the identity provider goes on.

    Client: cannot see it; its own session must have ended.
    User: is logged in again without a password at the next click.
    Seen: goauthentik/authentik issue 19201.
    """
    logout.kept = True


@fault(spec=FRAMES, reject="must_tolerate")
def frame_without_iss_and_sid(logout: Logout) -> None:
    """The logout page of the client is loaded without `iss` and `sid`.

    Client: ends the session of this browser, unless it registered that it needs both.
    User: is logged out.
    """
    _change_frames(logout, iss=None, sid=None)


@fault(spec=FRAMES, reject="should_reject")
def frame_with_sid_only(logout: Logout) -> None:
    """The logout page of the client is loaded with `sid` and without `iss`; both or none belong there.

    Client: ends nothing.
    User: stays logged in.
    """
    _change_frames(logout, iss=None)


@fault(spec=FRAMES)
def frame_with_wrong_sid(logout: Logout) -> None:
    """The logout page of the client is loaded with the `sid` of another session.

    Client: ends nothing: it is not the session of this browser.
    User: stays logged in. Any page can load a frame, so who does not look can be logged out by anybody.
    """
    _change_frames(logout, sid="session-that-never-was")


@fault(spec=FRAMES)
def frame_with_wrong_iss(logout: Logout) -> None:
    """The logout page of the client is loaded with another issuer.

    Client: ends nothing.
    User: stays logged in.
    """
    _change_frames(logout, iss="https://accounts.other.example")


def _change_frames(logout: Logout, **changes: str | None) -> None:
    """Replace parameters of every frame, or with None take them away. Raises LookupError if there is no frame."""
    if not logout.frames:
        raise LookupError("frontchannel_logout_uri of a client in the session")
    for index, address in enumerate(logout.frames):
        parts = urlsplit(address)
        values = {**dict(parse_qsl(parts.query)), **changes}
        query = urlencode({name: value for name, value in values.items() if value is not None})
        logout.frames[index] = parts._replace(query=query).geturl()
