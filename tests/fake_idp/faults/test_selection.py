"""Six ways to choose a fault, none of which needs a change in the application."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp import ConfigError, FakeIdP, UnknownFaultError, config
from fake_idp.__main__ import parse
from fake_idp.directory import Directory
from fake_idp.faults import selection
from fake_idp.faults.armed import MATCH_KEYS, SCHEDULE_KEYS, Armed
from fake_idp.faults.fault import catalogue


def claims(response: dict[str, Any]) -> dict[str, Any]:
    part = response["id_token"].split(".")[1]
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document


def is_expired(response: dict[str, Any]) -> bool:
    return bool(claims(response)["exp"] < time.time())


def test_configuration_file(make_idp: Callable[..., FakeIdP], visit: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "idp.toml"
    file.write_text('[[faults]]\nid = "id_token.expired"\nuser = "alice"\ntimes = 1\n')
    visitor = visit(make_idp(config=file))
    assert is_expired(visitor.tokens("alice"))
    visitor.http.cookies.clear()
    assert not is_expired(visitor.tokens("alice"))


def test_configuration_file_with_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "idp.toml"
    file.write_text('[[faults]]\nid = "id_token.expird"\n[[faults]]\nid = "id_token.expired"\ntimes = 0\n')
    with pytest.raises(ConfigError) as caught:
        FakeIdP(config=file)
    assert caught.value.problems == [
        f"{file}: faults[0]: No fault is called 'id_token.expird'; did you mean 'id_token.expired'?",
        f"{file}: faults[1]: times: expected a whole number of at least 1, got 0",
    ]


def test_command_line(make_idp: Callable[..., FakeIdP], visit: Callable[..., Any]) -> None:
    faults = parse(["--fault", "id_token.expired:user=alice,nth=2"], {}).faults
    visitor = visit(make_idp(faults=faults))
    assert [is_expired(visitor.tokens(user, prompt="login")) for user in ("bob", "alice", "alice", "alice")] == [
        False,
        False,
        True,
        False,
    ]


def test_environment() -> None:
    assert parse([], {"FAKE_IDP_FAULTS": "id_token.expired token.http-500:times=1"}).faults == (
        "id_token.expired",
        "token.http-500:times=1",
    )


def test_command_line_with_mistakes() -> None:
    with pytest.raises(ConfigError) as caught:
        FakeIdP(faults=["id_token.expird", "id_token.expired:nth=x", "id_token.expired:who", "id_token.expired:a=1"])
    assert [problem.partition(";")[0] for problem in caught.value.problems] == [
        "fault: No fault is called 'id_token.expird'",
        "fault: id_token.expired: nth: expected a number, got 'x'",
        "fault: id_token.expired: expected key=value, got 'who'",
        "fault: id_token.expired: a: expected one of " + ", ".join((*MATCH_KEYS, *SCHEDULE_KEYS)),
    ]


def test_python(idp: FakeIdP, visitor: Any) -> None:
    armed = idp.arm("id_token.expired", user="alice", times=1)
    assert is_expired(visitor.tokens("alice"))
    assert not is_expired(visitor.tokens("alice", prompt="login"))
    assert armed.fired == 1


def test_python_block(idp: FakeIdP, visitor: Any) -> None:
    with idp.fault("id_token.expired") as armed:
        assert is_expired(visitor.tokens())
    assert not is_expired(visitor.tokens("alice", prompt="login"))
    assert (armed.fired, idp.faults().active) == (1, False)


def test_python_with_mistakes(idp: FakeIdP) -> None:
    with pytest.raises(UnknownFaultError, match=r"id_token\.expired"):
        idp.arm("id_token.expird")
    with pytest.raises(ValueError, match="usr: expected one of client, user"):
        idp.arm("id_token.expired", usr="alice")
    assert not idp.faults().active


def test_user_name(visitor: Any) -> None:
    assert is_expired(visitor.tokens("alice+id_token.expired"))
    assert not is_expired(visitor.tokens("alice", prompt="login"))


def test_user_name_with_two_faults(visitor: Any, idp: FakeIdP) -> None:
    response = visitor.tokens("alice+id_token.expired+token.unknown-members")
    assert is_expired(response)
    assert [line.fault for line in idp.faults().ledger()] == ["id_token.expired", "token.unknown-members"]


def test_user_name_with_a_mistake(visitor: Any) -> None:
    page = visitor.submit(visitor.authorize(), username="alice+id_token.expird", password="password", action="login")
    assert page.status_code == 400
    assert "did you mean &#39;id_token.expired&#39;?" in page.text


def test_unknown_person_with_a_suffix(visitor: Any) -> None:
    page = visitor.submit(visitor.authorize(), username="zoe+id_token.expired", password="password", action="login")
    assert (page.status_code, "id_token" in page.text.partition('role="alert"')[2]) == (401, True)


def test_a_fault_does_not_spare_the_password(visitor: Any) -> None:
    page = visitor.submit(visitor.authorize(), username="alice+id_token.expired", password="wrong", action="login")
    assert page.status_code == 401


def test_login_hint(make_idp: Callable[..., FakeIdP], visit: Callable[..., Any], parameters_of: Any) -> None:
    visitor = visit(make_idp(login="auto"))
    answer = parameters_of(visitor.authorize(login_hint="bob+id_token.expired"))
    tokens = visitor.exchange(answer["code"]).json()
    assert is_expired(tokens)
    assert claims(tokens)["email"] == "bob@acme.example"


def test_login_hint_with_a_mistake(visitor: Any) -> None:
    page = visitor.authorize(login_hint="bob+id_token.expird")
    assert (page.status_code, "did you mean" in page.text) == (400, True)


def test_issuer_path(idp: FakeIdP, visit: Callable[..., Any]) -> None:
    visitor = visit(idp, "default~id_token.expired")
    metadata = requests.get(visitor.issuer + "/.well-known/openid-configuration", timeout=5).json()
    assert metadata["issuer"] == visitor.issuer == idp.url + "/default~id_token.expired"
    assert all(metadata[name].startswith(visitor.issuer + "/") for name in metadata if name.endswith("_endpoint"))
    tokens = visitor.tokens()
    assert is_expired(tokens)
    assert claims(tokens)["iss"] == visitor.issuer
    assert not is_expired(visit(idp).tokens())


def test_issuer_path_in_a_namespace(idp: FakeIdP, visit: Callable[..., Any]) -> None:
    visitor = visit(idp)
    visitor.issuer = idp.issuer("default~id_token.expired", namespace="n1")
    assert is_expired(visitor.tokens())
    assert [line.fault for line in idp.faults(namespace="n1").ledger()] == ["id_token.expired"]
    assert not idp.faults().active


def test_issuer_path_of_another_shape(idp: FakeIdP) -> None:
    issuer = idp.issuer("google~discovery.issuer-mismatch")
    document = requests.get(issuer + "/.well-known/openid-configuration", timeout=5).json()
    assert document["issuer"] != issuer
    assert document["token_endpoint"].startswith(issuer)


def test_issuer_path_with_a_mistake(idp: FakeIdP) -> None:
    answer = requests.get(idp.issuer("default~id_token.expird") + "/.well-known/openid-configuration", timeout=5)
    assert answer.status_code == 400
    assert "did you mean 'id_token.expired'?" in answer.json()["error_description"]


def test_strict_issuer_path(make_idp: Callable[..., FakeIdP]) -> None:
    idp = make_idp(strict=True)
    path = "/.well-known/openid-configuration"
    assert requests.get(idp.issuer("default~id_token.expired") + path, timeout=5).status_code == 200
    assert requests.get(idp.issuer("nobody~id_token.expired") + path, timeout=5).status_code == 404


def test_login_page(visitor: Any, parameters_of: Any) -> None:
    page = visitor.authorize()
    assert "<select" not in page.text
    page = visitor.http.get(page.url + "&faults=show")
    assert "<option>id_token.expired</option>" in page.text
    answer = visitor.submit(page, username="alice", password="password", action="login", fault="id_token.expired")
    assert is_expired(visitor.exchange(parameters_of(answer)["code"]).json())


def test_namespaces_are_apart(idp: FakeIdP, visit: Callable[..., Any]) -> None:
    idp.arm("id_token.expired", namespace="n1")
    struck, spared = visit(idp), visit(idp)
    struck.issuer, spared.issuer = idp.issuer(namespace="n1"), idp.issuer(namespace="n2")
    assert (is_expired(struck.tokens()), is_expired(spared.tokens())) == (True, False)
    assert (len(idp.faults(namespace="n1").ledger()), idp.faults(namespace="n2").ledger()) == (1, [])


def test_presets_are_armed_in_every_namespace_and_counted_apart(
    make_idp: Callable[..., FakeIdP], visit: Callable[..., Any]
) -> None:
    idp = make_idp(faults=["id_token.expired:times=1"])
    for namespace in ("n1", "n2"):
        visitor = visit(idp)
        visitor.issuer = idp.issuer(namespace=namespace)
        assert [is_expired(visitor.tokens("alice", prompt="login")) for _ in range(2)] == [True, False]


def test_ledger_and_record_name_the_login(idp: FakeIdP, visitor: Any) -> None:
    tokens = visitor.tokens("alice+id_token.expired")
    (line,) = idp.faults().ledger()
    (entry,) = idp.requests("token")
    assert (line.fault, line.endpoint, line.user, line.client, line.flow) == (
        "id_token.expired", "token", "alice", "sentry", entry.flow,
    )  # fmt: skip
    assert entry.faults == ["id_token.expired"]
    changed = {name for name in line.after["claims"] if line.after["claims"][name] != line.before["claims"].get(name)}
    assert changed == {"iat", "exp"}
    assert tokens["id_token"].split(".")[2] not in repr(line)
    assert line.flow
    assert idp.flow(line.flow)


def test_the_ledger_holds_no_secret(idp: FakeIdP, visitor: Any) -> None:
    for fault in ("callback.wrong-state", "token.unknown-members", "id_token.expired", "access_token.expired"):
        idp.arm(fault)
    answer = visitor.log_in(scope="openid offline_access")
    tokens = visitor.exchange(answer["code"]).json()
    written = repr(idp.faults().ledger())
    secrets = [answer["code"], *(tokens[name] for name in ("access_token", "refresh_token", "id_token"))]
    assert len(idp.faults().ledger()) == 4
    assert [secret for secret in secrets if secret in written or secret.split(".")[-1] in written] == []
    assert "state-of-another-login" in written


def test_user_name_reaches_the_requests_that_belong_to_no_login(visitor: Any) -> None:
    def key_count() -> int:
        return len(requests.get(visitor.issuer + "/jwks", timeout=5).json()["keys"])

    assert key_count() == 3
    visitor.tokens("alice+jwks.empty")
    assert [key_count(), key_count()] == [0, 0], "as long as that login is the last one"
    visitor.tokens("bob", prompt="login")
    assert key_count() == 3


def test_a_fault_that_cannot_be_made_is_one_clear_sentence(
    make_idp: Callable[..., FakeIdP], visit: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "idp.toml"
    file.write_text(
        '[[clients]]\nclient_id = "sentry"\nclient_secret = "a-secret-of-thirty-two-characters"\n'
        'id_token_signed_response_alg = "HS256"\nany_loopback_redirect = true\n'
    )
    idp = make_idp(config=file)
    visitor = visit(idp)
    code = visitor.log_in("alice+id_token.kid-absent-single-jwks")["code"]
    answer = visitor.exchange(code, auth=("sentry", "a-secret-of-thirty-two-characters"))
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert "The fault id_token.kid-absent-single-jwks cannot be made here." in answer.json()["error_description"]
    assert idp.faults().ledger() == []


def test_one_shots_in_parallel_strike_once_each(idp: FakeIdP) -> None:
    from concurrent.futures import ThreadPoolExecutor

    idp.arm("discovery.http-500", times=3)
    idp.arm("discovery.http-502", times=2)
    with ThreadPoolExecutor(8) as pool:
        url = idp.metadata_url()
        statuses = sorted(pool.map(lambda _: requests.get(url, timeout=5).status_code, range(24)))
    assert statuses == [200] * 19 + [500] * 3 + [502] * 2


NAMES = st.sampled_from(sorted(catalogue()))
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "client": st.text("abc-", min_size=1, max_size=8),
        "user": st.sampled_from(["alice", "bob"]),
        "nth": st.integers(1, 99),
        "times": st.integers(1, 99),
        "probability": st.sampled_from([0.25, 0.5]),
        "per": st.just("request"),
    },
)


@given(NAMES, CONDITIONS)
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_what_is_armed(name: str, conditions: dict[str, Any]) -> None:
    text = name + ":" + ",".join(f"{key}={value}" for key, value in conditions.items())
    armed = Armed(*selection.parse(text))
    described, *parts = armed.describe().split()
    assert described == name
    assert sorted(parts) == sorted(f"{key}={value}" for key, value in conditions.items())


@given(st.text(max_size=40) | st.builds("{}:{}".format, NAMES, st.text("abctimes=,1.0-", max_size=20)))
@settings(max_examples=80, deadline=None)
def test_any_text_is_a_fault_or_a_sentence(text: str) -> None:
    with contextlib.suppress(UnknownFaultError, ValueError):
        assert selection.parse(text)[0].id == text.strip().partition(":")[0]


DIRECTORY = Directory(config.load())


@given(
    st.sampled_from(["alice", "BOB", "carol@acme.example", "zoe", ""]),
    st.lists(NAMES | st.text("ab.+~", max_size=6), max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_any_user_name_is_a_person_with_faults_or_a_sentence(who: str, suffixes: list[str]) -> None:
    known = DIRECTORY.find(who)
    name = "+".join([who, *suffixes])
    ordered = name.split("+")[1:]
    if known is not None and not set(ordered) <= set(catalogue()):
        with pytest.raises(UnknownFaultError, match=r"^No fault is called "):
            selection.person(DIRECTORY, name)
    else:
        person, faults = selection.person(DIRECTORY, name)
        assert person is known
        assert [fault.id for fault in faults] == (ordered if known else [])
