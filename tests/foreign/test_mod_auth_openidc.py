"""Apache's mod_auth_openidc protects a page with the fake identity provider."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fake_idp import FakeIdP
from ssocli.flow.browser import Page

MODULES = Path("/usr/lib/apache2/modules")
CONFIG = """
ServerRoot {root}
PidFile {root}/httpd.pid
ErrorLog {root}/error.log
Listen 127.0.0.1:{port}
ServerName 127.0.0.1:{port}
{loads}
DocumentRoot {root}/site
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID sentry
OIDCClientSecret sentry-secret
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI http://127.0.0.1:{port}/protected/callback
OIDCCryptoPassphrase interop
OIDCPKCEMethod S256
OIDCResponseMode {mode}
OIDCScope "openid email profile"
OIDCRemoteUserClaim email
<Location /protected>
  AuthType openid-connect
  Require valid-user
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
"""


@contextmanager
def apache(root: Path, issuer: str, mode: str) -> Iterator[str]:
    """A running Apache with one protected page that shows who it was shown to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    names = ["mpm_event", "authn_core", "authz_core", "authz_user", "mime", "include", "auth_openidc"]
    loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
    protected = root / "site" / "protected"
    protected.mkdir(parents=True)
    (protected / "index.html").write_text(
        '<title>protected</title><p id="who"><!--#echo var="REMOTE_USER" --> <!--#echo var="OIDC_CLAIM_name" --></p>'
    )
    config = CONFIG.format(root=root, port=port, loads=loads, issuer=issuer, mode=mode)
    (root / "httpd.conf").write_text(config + "TypesConfig /etc/mime.types\n")
    process = subprocess.Popen(["apache2", "-f", str(root / "httpd.conf"), "-DFOREGROUND"])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (root / "error.log").read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_mod_auth_openidc_lets_in(tmp_path: Path, idp: FakeIdP, sign_in: Callable[[str], Page], mode: str) -> None:
    tmp_path.chmod(0o755)
    with apache(tmp_path, idp.issuer(), mode) as base:
        page = sign_in(f"{base}/protected/index.html")
        log = (tmp_path / "error.log").read_text()
    assert page.status == 200, log
    assert "alice@acme.example Alice Arnold" in page.text
    assert [entry.endpoint for entry in idp.requests() if not entry.accepted] == []
