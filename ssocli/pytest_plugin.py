"""pytest: an identity provider of its own for every test, failures ordered by name, and whole logins.

pytest finds this module as soon as ssocli is installed; `-p no:ssocli` leaves it out. Nothing else of ssocli is
imported until a test asks for a fixture.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from fake_idp import FakeIdP
    from ssocli.testing import IdP, SsoLogin

MARKER = "idp_fault"
TEST_CLIENT_HOSTS = ("testserver",)  # what the test clients of Django and Starlette call the application
_IDP: pytest.StashKey[IdP] = pytest.StashKey()
_numbers = count(1)


@pytest.fixture(scope="session")
def fake_idp_options() -> dict[str, Any]:
    """Override this fixture to set the provider up otherwise: the arguments of FakeIdP, `{"strict": True}` say."""
    return {}


@pytest.fixture(scope="session")
def fake_idp_server(fake_idp_options: dict[str, Any]) -> Iterator[FakeIdP]:
    """The server of this process (with xdist: of this worker), for what lives longer than one test."""
    import msgspec

    from fake_idp import FakeIdP, config

    known = msgspec.structs.replace(config.load(), redirect_hosts=TEST_CLIENT_HOSTS)
    with FakeIdP(**{"config": known, **fake_idp_options}) as server:
        yield server


@pytest.fixture
def fake_idp(request: pytest.FixtureRequest, fake_idp_server: FakeIdP) -> Iterator[IdP]:
    """An identity provider with nobody logged in and nothing armed but what `@pytest.mark.idp_fault` names."""
    from fake_idp import UnknownFaultError
    from ssocli.testing import IdP

    idp = IdP(fake_idp_server, f"test-{next(_numbers)}")
    request.node.stash[_IDP] = idp
    try:
        for mark in request.node.iter_markers(MARKER):
            for name in mark.args or _named_nothing():
                idp.arm(name, **mark.kwargs)
    except (UnknownFaultError, ValueError) as error:
        idp.close()
        pytest.fail(f"@pytest.mark.{MARKER}: {error}", pytrace=False)
    yield idp
    idp.close()


@pytest.fixture
def sso_login(fake_idp: IdP) -> Iterator[SsoLogin]:
    """`sso_login(user="alice", fault="id_token.expired")`: a whole login at an emulated Sentry, as a trace."""
    from ssocli.testing import SsoLogin

    login = SsoLogin(fake_idp)
    yield login
    login.close()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(*names, strict=True, **conditions): arm these faults of the fake identity provider (ssocli faults"
        " lists them); if one never fires, the test fails.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed although a failure that it ordered never happened."""
    result = yield
    idp = item.stash.get(_IDP, None)
    if idp is not None and (unfired := idp.never_fired()):
        names = ", ".join(armed.describe() for armed in unfired)
        pytest.fail(
            f"Armed, and never fired: {names}. Expected the application to ask the identity provider for what this"
            f" changes; it did not, so the test proves nothing. Let it log in as far as that, or say strict=False.",
            pytrace=False,
        )
    if idp is None and item.get_closest_marker(MARKER) is not None:
        pytest.fail(
            f"@pytest.mark.{MARKER} has armed nothing: expected the test to use the fixture fake_idp or sso_login,"
            " directly or through another fixture. Add it.",
            pytrace=False,
        )
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what happened at the identity provider into the report of a test that failed."""
    report = yield
    idp = item.stash.get(_IDP, None)
    if report.failed and idp is not None:
        report.sections.append(("fake identity provider", idp.transcript()))
        if idp.logins:
            from ssocli.testing import report_of

            report.sections.append(("last login", report_of(idp.logins[-1])))
        del item.stash[_IDP]  # once is enough, should the tear-down fail as well
    return report


def _named_nothing() -> tuple[str, ...]:
    raise ValueError('expected the name of a fault, such as "id_token.expired", got none')
