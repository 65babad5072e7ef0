import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from fake_idp import create_app
from fake_idp.__main__ import parse
from fake_idp.server import Server

COMMAND = [sys.executable, "-m", "fake_idp"]


@pytest.fixture
def start(tmp_path):
    processes = []

    def start(*arguments, command=COMMAND, **environment):
        process = subprocess.Popen(
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_ready_line_ready_file_and_clean_end(start, tmp_path, number, code):
    ready_file = tmp_path / "ready.json"
    process = start("--port", "0", "--ready-file", str(ready_file))
    ready = json.loads(process.stdout.readline())
    assert ready == json.loads(ready_file.read_text())
    assert ready["pid"] == process.pid
    assert requests.get(ready["metadata"]).json()["issuer"] == ready["issuer"]
    assert ready["saml_metadata"] in requests.get(ready["saml_metadata"]).text
    assert requests.get(ready["control"] + "/info").json()["instance"] == ready["instance"]
    assert requests.get(ready["issuer"].replace("/default", "/healthz")).json()["instance"] == ready["instance"]
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == code
    assert ready["issuer"] in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("command", [COMMAND, [sys.executable, "-m", "ssocli", "idp"]], ids=["fake_idp", "ssocli"])
def test_control_token(start, command):
    process = start("--port", "0", command=command, FAKE_IDP_CONTROL_TOKEN="sesame-open-wide")
    line = process.stdout.readline()
    control = json.loads(line)["control"]
    assert "sesame" not in line
    assert requests.get(control + "/info").status_code == 401
    assert requests.get(control + "/info", headers={"Authorization": "Bearer sesame-open-wide"}).status_code == 200
    process.terminate()
    assert "sesame" not in process.communicate(timeout=10)[1]


def test_environment_sets_every_flag(start):
    process = start(FAKE_IDP_PORT="0", FAKE_IDP_STRICT="1", FAKE_IDP_LOGIN="auto", FAKE_IDP_QUIET="yes")
    issuer = json.loads(process.stdout.readline())["issuer"]
    response = requests.get(issuer + "/authorize", params={"client_id": "stranger"})
    assert "No client is registered" in response.text
    process.terminate()
    assert process.communicate(timeout=10)[1] == ""


def test_taken_port(start):
    with Server(create_app()) as server:
        process = start("--port", str(server.port))
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (9, "")
    assert errors.startswith(f"Port {server.port} on 127.0.0.1 is taken")
    assert errors.count("\n") == 1


def test_bad_configuration(start, tmp_path):
    path = tmp_path / "idp.toml"
    path.write_text("a = 1\nb = 2\n")
    process = start("--config", str(path))
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert len(errors.splitlines()) == 2
    assert all(line.startswith(f"{path}: unknown key") for line in errors.splitlines())


def test_closed_stdout_is_fine(start, tmp_path):
    ready_file = tmp_path / "ready.json"
    command = f"exec {sys.executable} -m fake_idp --port 0 --ready-file {ready_file} >&-"
    process = subprocess.Popen(["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True)
    try:
        assert "Fake identity provider at" in process.stderr.readline()
        assert requests.get(json.loads(ready_file.read_text())["metadata"]).status_code == 200
    finally:
        process.terminate()
        assert "Traceback" not in process.communicate(timeout=10)[1]
    assert process.returncode == 0


def test_reader_that_goes_away_is_fine(start):
    process = start("--port", "0", "--quiet")
    process.stdout.close()
    process.terminate()
    process.wait(timeout=10)
    assert process.stderr.read() == ""


def test_command_line_wins_over_the_environment():
    options = parse(["--port", "7"], {"FAKE_IDP_PORT": "8", "FAKE_IDP_SEED": "s", "FAKE_IDP_CONFIG": "a.toml"})
    assert (options.port, options.seed, options.config) == (7, "s", Path("a.toml"))
    assert parse([], {}).port == 9500
    assert parse(["--allowed-hosts", "idp, web"], {}).allowed_hosts == ("idp", "web")


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--port", "x"], {}, "expected a number from 0 to 65535, got 'x'"),
        (["--port", "70000"], {}, "got '70000'"),
        (["--login", "magic"], {}, "invalid choice"),
        ([], {"FAKE_IDP_STRICT": "maybe"}, "FAKE_IDP_STRICT: expected 1 or 0, got 'maybe'"),
    ],
)
def test_wrong_options(capsys, arguments, environment, words):
    with pytest.raises(SystemExit) as caught:
        parse(arguments, environment)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err
