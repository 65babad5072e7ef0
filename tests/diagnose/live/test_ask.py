"""Asking the bundled identity provider: healthy it gives no finding, and each fault the one that it declares."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from fake_idp import FakeIdP
from fake_idp.faults.fault import Fault, catalogue
from ssocli.checks.check import Severity
from ssocli.diagnose.thing import Thing
from ssocli.diagnosis import Kind
from tests.diagnose.live.customer import OAUTH2, OIDC, SAML, asked, config

WAITING = {"silent", "drip", "slow"}
# What only a token shows: which key signed it.
NEEDS_A_TOKEN = {"unknown-key-id", "invalid-signature"}
CLOCK = {"clock.ahead-10m": 600, "clock.ahead-1h": 3600, "clock.behind-10m": 600, "clock.behind-2h": 7200}
# The port takes a moment to be silent: TCP itself answers at once.
IMPATIENT = 0.2


@pytest.fixture(scope="module")
def plain() -> Iterator[FakeIdP]:
    with FakeIdP() as idp:
        yield idp


@pytest.fixture(scope="module")
def secure() -> Iterator[FakeIdP]:
    with FakeIdP(tls="throw-away") as idp:
        yield idp


def url(kind: Kind, address: str) -> Thing:
    return Thing(kind, "argument 1", text=address, url=address)


@pytest.mark.parametrize("text", [OIDC, OAUTH2, SAML], ids=["oidc", "oauth2", "saml"])
def test_a_healthy_provider_gives_no_finding(plain: FakeIdP, secure: FakeIdP, text: str) -> None:
    assert asked(config(text, plain.url)).failed == []
    assert asked(config(text, secure.url), trust=secure.authority.trust()).failed == []


def test_an_issuer_a_discovery_url_and_a_metadata_url_need_no_configuration(plain: FakeIdP) -> None:
    by_issuer = asked(url(Kind.DISCOVERY_URL, plain.issuer()))
    by_document = asked(url(Kind.DISCOVERY_URL, plain.metadata_url()))
    by_metadata = asked(url(Kind.METADATA_URL, plain.saml_metadata_url()))
    assert by_issuer.failed == by_document.failed == by_metadata.found == []
    assert [thing.kind for thing in by_issuer.live.things] == [Kind.DISCOVERY, Kind.JWKS]
    assert by_issuer.live.things[0].place == plain.metadata_url()
    assert [thing.kind for thing in by_metadata.live.things] == [Kind.IDP_METADATA]


def test_every_endpoint_is_asked_once_and_the_answers_are_kept(plain: FakeIdP) -> None:
    exchanges = asked(config(OIDC, plain.url)).live.exchanges
    asked_for = [f"{each.method} {each.url.partition('?')[0].removeprefix(plain.issuer())}" for each in exchanges]
    assert asked_for == [
        "GET /.well-known/openid-configuration",
        "GET /jwks",
        "GET /authorize",
        "POST /token",
        "GET /userinfo",
    ]
    assert b"secret" not in exchanges[3].request.body


def expected(fault: Fault) -> list[str]:
    if fault.point == "clock":
        return ["clock-offset"] if fault.id in CLOCK else []
    finding = fault.finding.name if fault.finding else None
    return [] if finding is None or finding in NEEDS_A_TOKEN else [finding]


FAULTS = [
    fault
    for fault in catalogue().values()
    if fault.point in {"discovery", "jwks", "clock"} and fault.id.partition(".")[2] not in WAITING
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_of_a_document_or_of_the_clock_is_one_finding(plain: FakeIdP, fault: Fault) -> None:
    with plain.fault(fault.id):
        found = asked(config(OIDC, plain.url))
    wanted = expected(fault)
    # A notice is a finding as well.
    assert [check.name for check in found.failed] == wanted


@pytest.mark.parametrize("fault", sorted(CLOCK))
def test_the_offset_of_the_clock_is_told_in_seconds(plain: FakeIdP, fault: str) -> None:
    with plain.fault(fault):
        found = asked(config(SAML, plain.url)).check("clock-offset")
    seconds, _, where = found.actual.split()
    assert int(seconds) == pytest.approx(CLOCK[fault], abs=1)
    assert where == ("ahead" if "ahead" in fault else "behind")
    assert found.severity is Severity.ERROR


TLS = [fault for fault in catalogue().values() if fault.point == "tls"]


@pytest.mark.parametrize("fault", [each for each in TLS if each.id != "tls.slow"], ids=lambda fault: fault.id)
def test_a_fault_of_the_handshake_is_one_finding(secure: FakeIdP, fault: Fault) -> None:
    host = "sso.idp.localhost" if fault.id == "tls.wildcard-name" else "127.0.0.1"
    idp = f"https://{host}:{secure.port}"
    timeout = IMPATIENT if fault.id == "tls.silent" else 5.0
    with secure.fault(fault.id):
        found = asked(config(OIDC, idp), trust=secure.authority.trust(), timeout=timeout)
    assert found.found == expected(fault)
    # A handshake that failed is not tried again by the next request.
    assert (len(found.live.exchanges) == 1) is bool(expected(fault))


def test_an_identity_provider_that_is_not_there_is_one_finding_whatever_the_protocol() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for text in (OIDC, OAUTH2, SAML):
        found = asked(config(text, f"http://127.0.0.1:{port}"))
        assert found.found == ["connection-refused"]
        assert len(found.live.exchanges) == 1


def test_an_identity_provider_that_never_answers_is_waited_for_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = asked(config(OAUTH2, f"http://127.0.0.1:{silent.getsockname()[1]}"), timeout=0.05)
    assert found.found == ["timeout"]
    assert len(found.live.exchanges) == 1


@pytest.mark.parametrize(
    ("fault", "said"), [("tls.old-protocol", "no TLS version that is still allowed"), ("tls.aborted", "no cipher")]
)
def test_a_handshake_that_fails_says_what_to_look_for(secure: FakeIdP, fault: str, said: str) -> None:
    with secure.fault(fault):
        found = asked(config(OIDC, secure.url), trust=secure.authority.trust())
    assert said in found.check("tls-failure").actual


def test_a_host_that_nobody_knows_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = asked(config(OAUTH2, "https://idp.customer.example"))
    assert found.found == ["host-not-found"]
    assert "idp.customer.example" in found.failed[0].actual


def test_an_application_that_is_not_registered_there_is_told_before_anybody_logs_in(plain: FakeIdP) -> None:
    found = asked(config(OIDC, plain.url, "https://sentry.acme.example"))
    assert found.found == ["refused-login-request"]
    assert "HTTP 400" in found.failed[0].actual


def test_a_provider_elsewhere_cannot_know_a_sentry_on_this_machine(plain: FakeIdP) -> None:
    sent: list[str] = []

    def elsewhere(method: str, url: str, **options: object) -> object:
        from ssocli.wire import send

        sent.append(url)
        return send(method, url.replace("http://idp.customer.example", plain.url), **options)  # type: ignore[arg-type]  # passed on

    asked(config(OAUTH2, "http://idp.customer.example"), send=elsewhere)
    assert sent[0] == "http://idp.customer.example/github/login/oauth/authorize"


def test_what_cannot_be_used_or_is_the_bundled_provider_is_not_asked() -> None:
    assert asked(config(OIDC, "{fake_idp}")).live.exchanges == ()
    assert asked(config(OAUTH2, "{fake_idp}")).live.exchanges == ()
    assert asked(config(SAML, "{fake_idp}")).live.exchanges == ()
    broken = config(SAML, "http://127.0.0.1:9").text.replace(
        "[providers.acme.attributes]", 'certificate = "no.pem"\n[providers.acme.attributes]'
    )
    assert asked(Thing(Kind.CONFIG, "customer.toml", text=broken)).live.exchanges == ()
