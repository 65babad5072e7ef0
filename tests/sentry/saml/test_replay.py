"""Responses that are sent a second time, at the emulated Sentry."""

from __future__ import annotations

from collections.abc import Callable

from .world import METADATA, World


def test_a_response_of_an_earlier_login(make_world: Callable[..., World]) -> None:
    world = make_world(f"{METADATA}\nallow_idp_initiated = true")
    armed = world.idp.arm("saml_replay.same-response")
    first = started_at_the_idp(world)
    assert world.deliver(first).status_code == 200
    again = started_at_the_idp(world)
    assert again["SAMLResponse"] == first["SAMLResponse"]
    assert armed.fired == 2
    assert world.deliver(again).status_code == 403
    assert [check.name for check in world.blocking()] == ["replayed-assertion"]


def test_a_response_of_another_person(world: World) -> None:
    world.idp.arm("saml_replay.response-of-another-person")
    other = world.session()
    mine, world.http = world.http, other
    bobs = world.sign_in(world.start(), "bob")
    world.http = mine
    alices = world.sign_in(world.start(), "alice")
    assert alices["SAMLResponse"] == bobs["SAMLResponse"]
    assert alices["RelayState"] != bobs["RelayState"]
    assert world.deliver(alices).status_code == 403
    assert [check.name for check in world.blocking()] == ["wrong-in-response-to"]


def started_at_the_idp(world: World) -> dict[str, str]:
    """A login that begins at the identity provider, for alice; the fields of its form."""
    world.idp.register_service_provider(world.http.get(f"{world.url}/saml/metadata/acme/").content)
    start = f"{world.idp.issuer()}/saml/sso/init"
    page = world.http.get(start, params={"sp": f"{world.url}/saml/metadata/acme/"})
    return world.sign_in(page) if "login-form" in page.text else world.fields(page, "form-post")
