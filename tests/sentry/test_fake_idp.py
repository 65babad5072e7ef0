"""End to end over sockets: the emulated Sentry, the bundled identity provider, and a foreign HTTP client as browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.checks.check import Status
from ssocli.config.load import default, parse
from ssocli.config.model import Config
from ssocli.config.placeholder import with_fake_idp
from ssocli.sentry.app import create_app
from ssocli.sentry.journal import SingleJournal
from ssocli.sentry.store import Store
from ssocli.sentry.users import seed
from ssocli.steps import Step
from ssocli.trace import Outcome, Trace, TraceBuilder

FIXTURES = Path(__file__).parents[2] / "fixtures" / "idp"


class World:
    """Both servers, and a browser made of `requests`."""

    def __init__(self, idp: FakeIdP, config: Config, store: Store) -> None:
        self.idp = idp
        self.store = store
        self.builder = TraceBuilder()
        self.server = Server(lambda _environ, _start: [])
        config = with_fake_idp(config, idp.url)
        seed(store, config, 0.0)
        self.server.app = create_app(
            config,
            store,
            journal=SingleJournal(self.builder),
            url=self.server.url,
            config_dir=FIXTURES,
            issuer_aliases={idp.url: "{fake_idp}"},
        )
        self.http = requests.Session()
        self.http.trust_env = False

    def log_in(self, provider: str, person: str, organization: str = "acme", **form: str) -> requests.Response:
        """The whole login, as a person does it."""
        page = self.http.get(f"{self.server.url}/auth/login/")
        page = self.submit(page, "sso-form", organization=organization)
        page = self.submit(page, "provider-form", provider=provider)
        page = self.submit(page, "login-form", username=person, password="password", action="login", **form)
        for testid in ("form-post", "fragment-response"):
            if f'data-testid="{testid}"' in page.text:
                page = self.submit(page, testid, **dict(parse_qsl(urlsplit(page.url).fragment)))
        return page

    def submit(self, page: requests.Response, testid: str, **values: str) -> requests.Response:
        """Fill in and submit the form with this data-testid."""
        found = re.search(rf'<form([^>]*data-testid="{testid}"[^>]*)>(.*?)</form>', page.text, re.DOTALL)
        assert found, f"no form {testid} on {page.url}: {page.text}"
        action = re.search(r'action="([^"]*)"', found[1])
        fields = {}
        for field in re.findall(r"<input[^>]*>", found[2]):
            name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
            if name:
                fields[name[1]] = unescape(value[1]) if value else ""
        return self.http.post(urljoin(page.url, unescape(action[1]) if action else ""), data={**fields, **values})

    def trace(self) -> Trace:
        return self.builder.finish()


@pytest.fixture
def world() -> Iterator[Callable[..., World]]:
    worlds: list[World] = []
    with FakeIdP() as idp, Store.open(":memory:") as store:

        def make(config: Config | None = None) -> World:
            made = World(idp, config or default(), store)
            made.server.start()
            worlds.append(made)
            return made

        yield make
        for made in worlds:
            made.http.close()
            made.server.stop()


@pytest.mark.parametrize(
    ("provider", "person", "role", "projects"),
    [
        ("acme-oidc", "alice", "manager", ["backend", "frontend", "helpdesk"]),
        ("acme-oidc", "bob", "member", ["helpdesk"]),
        ("acme-oidc", "grace", "owner", ["backend", "frontend", "helpdesk"]),
        ("google", "bob", "member", []),
        ("github", "bob", "member", []),
    ],
)
def test_every_embedded_provider_logs_in(
    world: Callable[..., World], provider: str, person: str, role: str, projects: list[str]
) -> None:
    here = world()
    page = here.log_in(provider, person)
    assert page.url == f"{here.server.url}/organizations/acme/issues/"
    trace = here.trace()
    assert trace.outcome is Outcome.AUTHENTICATED
    assert [outcome.status for outcome in trace.steps] == [Status.PASSED] * 10
    assert trace.access is not None
    assert (trace.access["role"], trace.access["projects"]) == (role, projects)
    assert trace.user is not None
    assert trace.user["email"] == f"{person}@acme.example"


def test_the_second_login_at_another_address_is_the_same_person(world: Callable[..., World]) -> None:
    here = world()
    here.log_in("acme-oidc", "alice")
    with FakeIdP() as other:
        there = World(other, default(), here.store)
        with there.server:
            there.log_in("acme-oidc", "alice")
            there.http.close()
        user = there.trace().user
    assert user is not None
    assert (user["created"], user["changed"]) == (False, ["last_login"])


@pytest.mark.parametrize(
    ("provider", "person", "step", "name"),
    [
        ("acme-oidc", "erin", Step.USER_PROVISIONING, "missing-email"),
        ("acme-oidc", "frank", Step.USER_PROVISIONING, "email-domain-not-allowed"),
        ("google", "frank", Step.TOKEN_VALIDATION, None),
        ("github", "frank", Step.TOKEN_VALIDATION, "not-an-organization-member"),
    ],
)
def test_people_who_must_not_come_in(
    world: Callable[..., World], provider: str, person: str, step: Step, name: str | None
) -> None:
    here = world()
    page = here.log_in(provider, person)
    assert page.status_code == 403
    failure = here.trace().failure
    assert failure is not None
    assert failure.step is step
    [blocking] = [check for check in here.trace().step(step).checks if check.is_blocking]
    assert blocking.code == failure.code
    assert name in (None, blocking.name)


@pytest.mark.parametrize("response_mode", ["query", "fragment", "form_post"])
@pytest.mark.parametrize(
    ("client_id", "extra"),
    [
        ("sentry", 'client_secret = "sentry-secret"'),
        ("sentry-post", 'client_secret = "sentry-secret"\nclient_auth = "client_secret_post"'),
        ("sentry-public", 'client_auth = "none"'),
        (
            "sentry-jwt",
            'client_auth = "private_key_jwt"\nprivate_key = "sentry-jwt.pem"\nprivate_key_id = "sentry-jwt-1"',
        ),
    ],
)
def test_every_client_authentication_in_every_response_mode(
    world: Callable[..., World], response_mode: str, client_id: str, extra: str
) -> None:
    config = parse(
        f"""
[organizations.acme]
[providers.acme-oidc]
type = "oidc"
issuer = "{{fake_idp}}/default"
client_id = "{client_id}"
response_mode = "{response_mode}"
{extra}
""",
        "t.toml",
    )
    here = world(config)
    here.log_in("acme-oidc", "alice")
    trace = here.trace()
    assert trace.failure is None
    assert trace.outcome is Outcome.AUTHENTICATED
    assert {outcome.status for outcome in trace.steps} == {Status.PASSED}


def test_a_wrong_client_secret_is_found_where_it_shows(world: Callable[..., World]) -> None:
    config = parse(
        """
[organizations.acme]
[providers.github]
type = "oauth2"
authorization_endpoint = "{fake_idp}/github/login/oauth/authorize"
token_endpoint = "{fake_idp}/github/login/oauth/access_token"
api_url = "{fake_idp}/github/api/v3"
client_id = "sentry"
client_secret = "wrong"
""",
        "t.toml",
    )
    here = world(config)
    page = here.log_in("github", "bob")
    assert page.url == f"{here.server.url}/auth/login/acme/"
    assert "did not complete the login" in page.text
    failure = here.trace().failure
    assert failure is not None
    assert (failure.step, failure.code) == (Step.TOKEN_GENERATION, "TOK001")


def test_who_denies_is_back_at_the_login_page(world: Callable[..., World]) -> None:
    here = world()
    page = here.http.get(f"{here.server.url}/auth/login/acme/")
    page = here.submit(page, "provider-form", provider="acme-oidc")
    page = here.submit(page, "login-form", action="deny")
    assert page.url == f"{here.server.url}/auth/login/acme/"
    assert 'role="alert"' in page.text
    failure = here.trace().failure
    assert failure is not None
    assert (failure.step, failure.code) == (Step.EXTERNAL_AUTHENTICATION, "CB001")
