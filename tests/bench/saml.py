"""SAML logins per second: one AuthnRequest by Redirect in, one signed assertion by POST form out."""

from __future__ import annotations

import base64
import html
import re
import statistics
import sys
import tempfile
import threading
import time
import zlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from logins import Connection, resident
from peers import HERE, Peer

ACS = "http://127.0.0.1:9/acs"
ENTITY = "http://127.0.0.1:9/metadata"
KEYS = HERE.parents[1] / "fixtures" / "idp" / "keys"
CONFIG = f"""
[[service_providers]]
entity_id = "{ENTITY}"
assertion_consumer_services = ["{ACS}"]
sign = "assertion"
"""


def request_query() -> str:
    """The query of an AuthnRequest."""
    issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    xml = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_bench" Version="2.0" IssueInstant="{issued}" '
        f'AssertionConsumerServiceURL="{ACS}"><saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>'
    )
    deflated = zlib.compress(xml.encode())[2:-4]
    return urlencode({"SAMLRequest": base64.b64encode(deflated).decode(), "RelayState": "bench"})


def peers(folder: Path) -> list[Peer]:
    """Both providers, each signing one assertion with the same RSA-2048 key."""
    (folder / "idp.toml").write_text(CONFIG, encoding="utf-8")
    ours = [sys.executable, "-m", "fake_idp", "--port", "{port}", "--login", "auto", "--quiet"]
    samlp = ["node", str(HERE / "samlp.js"), "{port}", str(KEYS / "rsa-1.crt"), str(KEYS / "rsa-1.pem"), ACS]
    return [
        Peer(
            "fake_idp",
            [*ours, "--config", str(folder / "idp.toml")],
            "/default/saml/metadata",
            "",
            "/default/saml/sso?",
        ),
        Peer("samlp (npm)", samlp, "/ready", "", "/samlp?"),
    ]


def saml_logins(seconds: float) -> dict[str, dict[str, float]]:
    """Logins per second with 1 and 8 workers, and the resident memory afterwards."""
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for peer in peers(Path(folder)):
            ready = replace(peer, authorize=peer.authorize + request_query())
            with ready.running() as (port, process):
                _rate(ready, port, 1, 0.5)
                row = {"1": _rate(ready, port, 1, seconds), "8": _rate(ready, port, 8, seconds)}
                result[peer.name] = row | {"rss": resident(process.pid)}
    return result


def _rate(peer: Peer, port: int, workers: int, seconds: float) -> float:
    done, errors = [0] * workers, []
    end = time.perf_counter() + seconds

    def work(number: int) -> None:
        connection = Connection(port)
        try:
            while time.perf_counter() < end:
                status, _, body = connection.request("GET", peer.authorize)
                if status != 200 or b"SAMLResponse" not in body:
                    raise RuntimeError(f"{peer.name}: no SAMLResponse, HTTP {status}: {body[:300]!r}")
                done[number] += 1
        except (OSError, RuntimeError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(done) / (time.perf_counter() - started)


def verification_ms(rounds: int) -> float:
    """The median time in milliseconds to read, verify and judge one signed response, every rule included."""
    from ssocli.checks.check import evaluate
    from ssocli.checks.saml_certificate import read_certificates
    from ssocli.checks.saml_response import SamlResponseContext, verified_assertion
    from ssocli.checks.saml_xml import decode_message

    with tempfile.TemporaryDirectory() as folder:
        peer = peers(Path(folder))[0]
        with peer.running() as (port, _):
            connection = Connection(port)
            _, _, body = connection.request("GET", peer.authorize + request_query())
            connection.close()
    [encoded] = re.findall(rb'name="SAMLResponse" value="([^"]+)"', body)
    certificates = read_certificates((KEYS / "rsa-1.crt").read_text(encoding="ascii"))
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        context = SamlResponseContext(
            message=decode_message(html.unescape(encoded.decode()), "POST"),
            idp_entity_id=f"http://127.0.0.1:{port}/default/saml/metadata",
            certificates=certificates,
            acs_url=ACS,
            sp_entity_id=ENTITY,
            now=time.time(),
            request_id="_bench",
        )
        evaluate("saml_response", context)
        if verified_assertion(context) is None:
            raise RuntimeError("the response does not verify, so this measures nothing")
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
