import subprocess
import sys

import pytest
import requests

from fake_idp import CannotListenError, FakeIdP


def test_addresses(idp):
    assert idp.url == f"http://127.0.0.1:{idp.port}"
    assert idp.issuer() == idp.url + "/default"
    assert idp.issuer("google", namespace="n") == idp.url + "/_ns/n/google"
    assert requests.get(idp.metadata_url()).json()["issuer"] == idp.issuer()


def test_two_side_by_side(make_idp):
    assert make_idp().port != make_idp().port


def test_taken_port(idp):
    with pytest.raises(CannotListenError, match="is taken by another process"):
        FakeIdP(idp.port)


def test_importing_the_package_costs_nothing():
    code = "import sys, fake_idp; print([m for m in sys.modules if m.startswith('fake_idp.')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_discovery_needs_no_heavy_import():
    code = """
import sys, http.client
from fake_idp import FakeIdP
with FakeIdP() as idp:
    for path in ("/.well-known/openid-configuration", "/jwks"):
        connection = http.client.HTTPConnection("127.0.0.1", idp.port)
        connection.request("GET", "/default" + path)
        assert connection.getresponse().status == 200
        connection.close()
print(sorted({"jinja2", "cryptography", "joserfc", "jsonschema", "werkzeug", "pyotp"} & set(sys.modules)))
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_unknown_name():
    import fake_idp

    with pytest.raises(AttributeError, match="no attribute 'FakeSP'"):
        _ = fake_idp.FakeSP


def test_nothing_of_the_other_package_is_imported():
    from pathlib import Path

    import fake_idp

    for path in Path(fake_idp.__file__).parent.rglob("*.py"):
        assert "ssocli" not in path.read_text(encoding="utf-8"), path
