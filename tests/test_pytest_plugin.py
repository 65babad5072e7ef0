"""The plugin as other people meet it: real pytest processes on test files of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

LOADED = """
    import sys
    def test_nothing_is_loaded():
        assert sorted(n for n in sys.modules if n.partition(".")[0] in ("ssocli", "fake_idp")) == {expected}
"""


def run(directory: Path, source: str, *arguments: str) -> tuple[int, str]:
    """Exit code and output of pytest on `source`, with warnings as errors and no other configuration."""
    (directory / "test_it.py").write_text(textwrap.dedent(source))
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(directory), "-W", "error"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--strict-markers", *arguments, "test_it.py"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_plugin_alone_imports_nothing_else() -> None:
    code = (
        "import pytest, sys; before = set(sys.modules); import ssocli.pytest_plugin; print(set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) == {"ssocli", "ssocli.pytest_plugin"}


@pytest.mark.parametrize(
    ("arguments", "expected"), [((), ["ssocli", "ssocli.pytest_plugin"]), (("-p", "no:ssocli"), [])]
)
def test_a_run_that_does_not_use_it_loads_nothing(tmp_path: Path, arguments: tuple[str, ...], expected: list) -> None:
    code, output = run(tmp_path, LOADED.format(expected=expected), *arguments)
    assert code == 0, output


def test_a_test_has_a_provider_of_its_own(tmp_path: Path) -> None:
    code, output = run(
        tmp_path,
        """
        import json, urllib.request

        def get(url):
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)

        seen = []

        def test_one(fake_idp, fake_idp_server):
            metadata = get(fake_idp.metadata_url)
            assert metadata["issuer"] == fake_idp.issuer == fake_idp.url + "/default"
            assert fake_idp.saml_metadata_url.startswith(fake_idp.issuer)
            assert [entry.endpoint for entry in fake_idp.requests()] == ["discovery"]
            assert fake_idp.people["alice"].email == "alice@acme.example"
            assert fake_idp.client_settings() == {
                "issuer": fake_idp.issuer, "metadata_url": fake_idp.metadata_url,
                "client_id": "sentry", "client_secret": "sentry-secret",
            }
            assert fake_idp.env("APP_", "sentry-public") == {
                "APP_ISSUER": fake_idp.issuer, "APP_METADATA_URL": fake_idp.metadata_url,
                "APP_CLIENT_ID": "sentry-public",
            }
            assert fake_idp.client_settings("mine")["client_secret"] == "secret"
            fake_idp.arm("discovery.http-503", strict=False)
            fake_idp.clock.advance(3600)
            fake_idp.keys.rotate(grace=0)
            seen.append((fake_idp.issuer, get(metadata["jwks_uri"]), fake_idp_server.instance))

        def test_two(fake_idp, fake_idp_server):
            issuer, keys, instance = seen[0]
            names = [space.name for space in fake_idp_server.app.namespaces.all()]
            assert names == ["", fake_idp.namespace], "the server has forgotten the test before"
            assert fake_idp_server.instance == instance, "one server for all"
            assert fake_idp.issuer != issuer
            assert fake_idp.requests() == []
            metadata = get(fake_idp.metadata_url)
            assert get(metadata["jwks_uri"]) != keys
            assert fake_idp.clock.now() < fake_idp_server.clock.now() + 1
        """,
    )
    assert code == 0, output


def test_options_of_the_server(tmp_path: Path) -> None:
    code, output = run(
        tmp_path,
        """
        import pytest

        @pytest.fixture(scope="session")
        def fake_idp_options():
            return {"strict": True, "seed": 7}

        def test_strict(fake_idp_server):
            assert fake_idp_server.app.settings.strict
        """,
    )
    assert code == 0, output


def test_a_whole_login(tmp_path: Path) -> None:
    code, output = run(
        tmp_path,
        """
        import pytest

        def test_login(sso_login, fake_idp):
            first, second = sso_login("bob", next_url="/settings/"), sso_login("bob")
            assert first.outcome.value == second.outcome.value == "authenticated"
            assert first.session["landed_on"].endswith("/settings/")
            assert (first.user["created"], second.user["created"]) == (True, False)
            assert {entry.user for entry in fake_idp.requests("token")} == {"bob"}
            assert fake_idp.logins == [first, second]

        def test_each_test_has_a_sentry_of_its_own(sso_login):
            assert sso_login("bob").user["created"]

        @pytest.mark.parametrize("provider", ["acme-saml", "google", "github"])
        def test_provider(sso_login, provider):
            assert sso_login("carol", provider=provider).outcome.value == "authenticated"

        @pytest.mark.parametrize("how", [{"fault": "id_token.expired"}, {"user": "alice+id_token.expired"}])
        def test_fault(sso_login, how):
            trace = sso_login(**how)
            failed = [check.name for step in trace.steps for check in step.checks if check.code == trace.failure.code]
            assert failed == ["expired-id-token"]
            assert sso_login().outcome.value == "authenticated", "it was for that login only"

        def test_denied(sso_login):
            assert sso_login(deny=True).outcome.value == "refused"

        def test_wrong_password(sso_login):
            assert sso_login(password="wrong").failure.step.value == "external_authentication"

        def test_unknown_provider(sso_login):
            with pytest.raises(ValueError, match="provider: expected one of acme-oidc, .*, got 'okta'"):
                sso_login(provider="okta")
        """,
    )
    assert code == 0, output


MARKED = """
    import pytest

    @pytest.mark.idp_fault("id_token.expired", user="alice")
    @pytest.mark.idp_fault("userinfo.slow", strict=False)
    def test_struck(sso_login):
        assert sso_login("alice").outcome.value == "refused"
        assert sso_login("bob").outcome.value == "authenticated"

    @pytest.mark.idp_fault("token.missing-scope", "id_token.aud-as-array")
    def test_several(sso_login, fake_idp):
        assert sso_login().outcome.value == "authenticated"
        assert len(fake_idp.requests("token")[0].faults) == 2

    def test_the_next_test_is_not_struck(sso_login):
        assert sso_login().outcome.value == "authenticated"
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_faults_by_marker(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, output = run(tmp_path, MARKED, *arguments)
    assert code == 0, output
    assert "3 passed" in output


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ('@pytest.mark.idp_fault("id_token.expird")\n', "did you mean 'id_token.expired'?"),
        ('@pytest.mark.idp_fault("id_token.expired", tims=1)\n', "tims: expected one of client, user"),
        ("@pytest.mark.idp_fault()\n", "expected the name of a fault"),
    ],
)
def test_a_marker_that_cannot_be_is_an_error(tmp_path: Path, source: str, sentence: str) -> None:
    code, output = run(tmp_path, f"import pytest\n{source}def test(fake_idp): raise RuntimeError('never runs')")
    assert code == 1, output
    assert f"@pytest.mark.idp_fault: {sentence}" in output.replace("No fault is called 'id_token.expird'; ", "")
    assert "never runs" not in output.replace("def test(fake_idp): raise RuntimeError('never runs')", "")
    assert "Traceback" not in output


def test_a_fault_that_never_fired_fails_the_test(tmp_path: Path) -> None:
    code, output = run(
        tmp_path,
        """
        import unittest
        import pytest

        @pytest.mark.idp_fault("refresh.unavailable", times=1)
        def test_marker(sso_login):
            sso_login()

        def test_armed(fake_idp):
            with fake_idp.fault("jwks.empty"):
                pass

        @pytest.mark.idp_fault("id_token.expired")
        def test_without_the_fixture():
            pass

        @pytest.mark.usefixtures("fake_idp")
        class TestOfUnittest(unittest.TestCase):
            @pytest.mark.idp_fault("id_token.expired")
            def test_case(self):
                pass

        @pytest.mark.idp_fault("id_token.expired", strict=False)
        def test_not_strict(fake_idp):
            with fake_idp.fault("jwks.empty", strict=False):
                pass

        @pytest.mark.idp_fault("id_token.expired")
        def test_skipped(fake_idp):
            pytest.skip("skipping stays skipping")
        """,
    )
    assert code == 1, output
    assert "4 failed, 1 passed, 1 skipped" in output
    assert "Armed, and never fired: refresh.unavailable times=1. Expected the application to ask" in output
    assert "Armed, and never fired: jwks.empty." in output
    assert output.count("\nArmed, and never fired: id_token.expired.") == 1
    assert "@pytest.mark.idp_fault has armed nothing: expected the test to use the fixture fake_idp" in output


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_a_failing_test_shows_what_happened_at_the_provider(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, output = run(
        tmp_path,
        """
        import urllib.error, urllib.request

        def test_login(sso_login, fake_idp):
            trace = sso_login(fault="id_token.expired")
            try:
                url = fake_idp.issuer + "/userinfo?access_token=" + "-".join(("very", "secret"))
                urllib.request.urlopen(url, timeout=5)
            except urllib.error.HTTPError as error:
                error.close()
            assert trace.outcome.value == "authenticated"

        def test_nobody_came(fake_idp):
            assert not fake_idp

        def test_passes(sso_login):
            sso_login()
        """,
        *arguments,
    )
    assert code == 1, output
    assert "GET  /default/.well-known/openid-configuration  discovery  200 accepted" in output
    assert "POST /default/token  token  200 accepted  faults: id_token.expired" in output
    assert "userinfo  401 refused: invalid_token" in output
    assert "Failed in step 6, Token validation: IDT024 expired-id-token" in output
    assert "No request has reached the identity provider." in output
    assert output.count("fake identity provider ---") == 2
    assert "GET  /default/userinfo?access_token=" in output
    assert "very-secret" not in output


def test_signing_in_for_an_application(tmp_path: Path) -> None:
    code, output = run(
        tmp_path,
        """
        from urllib.parse import parse_qs, urlencode, urlsplit
        import pytest
        from ssocli.testing import NotSentBackError

        def request(fake_idp, **more):
            asked = {"response_type": "code", "client_id": "app", "redirect_uri": "http://localhost/callback",
                     "scope": "openid", "state": "s"} | more
            return f"{fake_idp.issuer}/authorize?{urlencode(asked)}"

        def test_back(fake_idp):
            back = fake_idp.sign_in(request(fake_idp), "carol")
            assert (back.method, back.url.partition("?")[0]) == ("GET", "http://localhost/callback")
            assert parse_qs(urlsplit(back.url).query)["state"] == ["s"]
            assert fake_idp.requests("login")[-1].user == "carol"

        def test_posted_back(fake_idp):
            back = fake_idp.sign_in(request(fake_idp, response_mode="form_post"))
            assert (back.method, back.url) == ("POST", "http://localhost/callback")
            assert parse_qs(back.body.decode())["state"] == ["s"]
            assert back.content_type == "application/x-www-form-urlencoded"

        def test_fault_by_user_name(fake_idp):
            back = fake_idp.sign_in(request(fake_idp), "alice+callback.missing-state")
            assert "state" not in parse_qs(urlsplit(back.url).query)

        def test_denied(fake_idp):
            back = fake_idp.sign_in(request(fake_idp, prompt="consent"), deny=True)
            assert parse_qs(urlsplit(back.url).query)["error"] == ["access_denied"]

        def test_wrong_password(fake_idp):
            with pytest.raises(NotSentBackError, match="send alice back .* ended with credentials refused: .*assword"):
                fake_idp.sign_in(request(fake_idp), password="wrong")

        def test_error_page(fake_idp):
            with pytest.raises(NotSentBackError, match="ended with error page"):
                fake_idp.sign_in(request(fake_idp, redirect_uri="https://evil.example/"))
        """,
    )
    assert code == 0, output


def test_faults_of_tls_need_a_server_that_speaks_it(tmp_path: Path) -> None:
    source = """
        import pytest

        @pytest.mark.idp_fault("tls.expired")
        def test_login(sso_login): pass
        """
    code, output = run(tmp_path, source)
    assert code == 1, output
    assert "@pytest.mark.idp_fault: tls.expired: expected a server that speaks TLS; override the fixture" in output


def test_faults_of_tls(tmp_path: Path) -> None:
    code, output = run(
        tmp_path,
        """
        import pytest, ssl, urllib.error, urllib.request

        @pytest.fixture(scope="session")
        def fake_idp_options():
            return {"tls": "throw-away"}

        @pytest.mark.idp_fault("tls.wrong-host")
        def test_login(sso_login):
            trace = sso_login()
            step = trace.step(trace.failure.step)
            assert [c.name for c in step.checks if c.code == trace.failure.code] == ["wrong-certificate-name"]

        @pytest.mark.idp_fault("tls.expired")
        def test_application(fake_idp):
            with pytest.raises(urllib.error.URLError, match="certificate has expired"):
                urllib.request.urlopen(fake_idp.metadata_url, timeout=5, context=fake_idp.trust)

        def test_the_next_test_is_not_struck(sso_login, fake_idp):
            assert sso_login().outcome.value == "authenticated"
            assert fake_idp.url.startswith("https://127.0.0.1:")

        def test_signing_in(fake_idp):
            url = f"{fake_idp.issuer}/authorize?response_type=code&client_id=a&redirect_uri=http://testserver/&scope=openid"
            assert fake_idp.sign_in(url).url.startswith("http://testserver/?code=")
        """,
    )
    assert code == 0, output
