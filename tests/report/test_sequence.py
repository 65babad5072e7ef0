"""The layout of the sequence diagram, for whatever was seen."""

from __future__ import annotations

from ssocli.exchange import Exchange, Request, Response, Sender
from ssocli.report.redact import Redactor
from ssocli.report.sequence import Sequence, sequence
from ssocli.steps import Step
from ssocli.trace import TraceBuilder


def hop(url: str, status: int = 200, sender: Sender = Sender.BROWSER, location: str = "") -> Exchange:
    headers = (("Location", location),) if location else ()
    return Exchange("GET", url, Request(), Response(status, headers), sender=sender)


def drawn(*steps: tuple[Step, list[Exchange]]) -> Sequence:
    builder = TraceBuilder()
    for step, hops in steps:
        builder.begin(step)
        for exchange in hops:
            builder.add_exchange(exchange)
        builder.conclude("")
    diagram = sequence(builder.finish(), Redactor())
    assert diagram is not None
    return diagram


def names(diagram: Sequence) -> list[tuple[str, str]]:
    return [(actor.title, actor.host) for actor in diagram.actors]


def test_nothing_seen_is_no_diagram() -> None:
    assert sequence(TraceBuilder().finish(), Redactor()) is None


def test_the_provider_is_who_the_browser_visits_even_if_it_began_there() -> None:
    diagram = drawn(
        (Step.EXTERNAL_AUTHENTICATION, [hop("https://idp.example/start")]),
        (Step.TOKEN_GENERATION, [hop("https://app.example/acs")]),
    )
    assert names(diagram)[1:] == [("Application", "app.example"), ("Identity provider", "idp.example")]


def test_the_back_channel_starts_at_the_application() -> None:
    back = hop("https://idp.example/token", sender=Sender.SENTRY)
    diagram = drawn((Step.USER_SELECTION, [hop("https://app.example/")]), (Step.TOKEN_GENERATION, [back]))
    browser, application, provider = (actor.x for actor in diagram.actors)
    assert [(arrow.x1, arrow.x2) for arrow in diagram.arrows] == [(browser, application), (application, provider)]


def test_every_arrow_has_two_ends_and_the_rest_of_many_hosts_shares_a_line() -> None:
    hosts = [hop(f"https://host{number}.example/") for number in range(9)]
    diagram = drawn((Step.USER_SELECTION, hosts), (Step.EXTERNAL_AUTHENTICATION, [hop("https://idp.example/")]))
    columns = {actor.x for actor in diagram.actors}
    assert len(columns) == 5
    for arrow in diagram.arrows:
        assert arrow.x1 != arrow.x2
        assert {arrow.x1, arrow.x2} <= columns
    assert max(columns) < diagram.width


def test_a_very_long_login_is_cut_and_says_so() -> None:
    hops = [hop(f"https://app.example/{number}") for number in range(250)]
    diagram = drawn((Step.USER_SELECTION, hops))
    assert (len(diagram.arrows), diagram.left_out) == (200, 50)


def test_labels_fit_between_their_ends_and_hold_no_secret() -> None:
    secret = "s3cr3t-value-that-nobody-may-see"
    location = f"https://idp.example/authorize?state={secret}&{'x' * 300}"
    left = hop(f"https://app.example/{'p' * 300}?code={secret}", 302, location=location)
    [arrow] = drawn((Step.USER_SELECTION, [left])).arrows
    assert max(len(arrow.label), len(arrow.answer)) * 7.3 <= abs(arrow.x2 - arrow.x1)
    assert arrow.answer == "302 to idp.example"
    [arrow] = drawn((Step.USER_SELECTION, [hop(f"https://app.example/?code={secret}", 500)])).arrows
    assert "nobody" not in arrow.label
    assert arrow.bad


def test_addresses_that_are_none_do_not_stop_it() -> None:
    diagram = drawn((Step.USER_SELECTION, [hop("http://["), hop("data:text/html,x"), hop("https://app.example/")]))
    assert len(diagram.arrows) == 3
