"""What else to send, where the inputs do not tell."""

from __future__ import annotations

from collections.abc import Sequence

from ssocli.diagnose.judged import Judged
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind, Verdict

_CAPTURE = "a HAR or SAML-tracer capture of the failed login, from the user's browser"
_PAGE = "is an HTML page"
_LIVE = {Kind.DISCOVERY_URL, Kind.METADATA_URL}


def missing(things: Sequence[Thing], judged: Sequence[Judged], verdict: Verdict) -> tuple[str, ...]:
    """What would tell more, most useful first; nothing if a root cause was found."""
    if verdict is Verdict.ROOT_CAUSE:
        return ()
    wanted = [blind.send for entry in judged for blind in entry.unknown if blind.send]
    if verdict is Verdict.UNCLEAR:
        pages = [_page(thing) for thing in things if thing.kind is Kind.UNKNOWN and thing.problem.startswith(_PAGE)]
        offline = [f"{thing.place} again, without --offline" for thing in things if thing.kind in _LIVE]
        wanted = [*pages, *offline, *wanted, _CAPTURE, "the provider's configuration", "the text of the error message"]
    return tuple(dict.fromkeys(wanted))


def _page(thing: Thing) -> str:
    """A page in the place of a document: whoever saved it was not let in."""
    return (
        f"the document itself instead of {thing.place}: an HTML page stands there; its address wants a login, "
        "or is wrong (open it in a private window)"
    )
