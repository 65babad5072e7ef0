"""Service providers and certificates in the configuration file."""

import pytest

from fake_idp.config import ConfigError, load

from .conftest import ACS, FIXTURES, SP, answer, authn_request

RSA_1 = f'[[keys]]\nkid = "k"\nfile = "{FIXTURES}/keys/rsa-1.pem"'


def write(folder, text):
    path = folder / "idp.toml"
    path.write_text(text)
    return path


def test_metadata_file_beside_the_configuration(make_idp, peer_of, tmp_path, sp_metadata):
    (tmp_path / "sp.xml").write_bytes(sp_metadata)
    path = write(tmp_path, '[[service_providers]]\nmetadata = "sp.xml"\nname = "Acme"\nsign = "assertion"\n')
    peer = peer_of(make_idp(config=path))
    page = peer.send(authn_request(AssertionConsumerServiceURL=None))
    assert "Acme" in page.text
    response = answer(peer.submit(page, person="alice"))
    assert response.action == "http://127.0.0.1:9/default"
    assert response.name_id[1] == "transient"
    assert response.all("/samlp:Response/ds:Signature") == []


def test_settings_complete_the_metadata(make_idp, peer_of, tmp_path, sp_metadata):
    (tmp_path / "sp.xml").write_bytes(sp_metadata)
    path = write(
        tmp_path,
        f'[[service_providers]]\nmetadata = "sp.xml"\nassertion_consumer_services = ["{ACS}"]\n'
        'name_id_format = "persistent"\nencrypt = true\n',
    )
    provider = make_idp(config=path).app.directory.service_providers[SP]
    assert provider.acs[0].location == ACS
    assert len(provider.acs) == 4
    assert provider.name_id_format.endswith(":persistent")
    assert provider.encryption_certificate


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('metadata = "gone.xml"', "No such file"),
        ('metadata = "page.xml"', "an HTML page"),
        ('name = "x"', "expected entity_id or metadata"),
        ('entity_id = "a"\nattributes = "oktaa"', "plain or okta"),
        ('entity_id = "a"\nencrypt = true', "RSA certificate for encryption"),
        (f'entity_id = "a"\nencrypt = true\nencryption_certificate = "{FIXTURES}/keys/ec-1.crt"', "another type"),
        ('entity_id = "a"\ncertificates = ["page.xml"]', "certificate in PEM or base64"),
        ('entity_id = "a"\n[[service_providers]]\nentity_id = "a"', "already in service_providers[0]"),
        ('entity_id = "a"\nsign = "none"', "assertion"),
        (f'entity_id = "a"\nsignature_algorithm = "ecdsa-sha256"\n{RSA_1}', "a key of type EC"),
        (f'entity_id = "a"\n{RSA_1}\ncertificate = "{FIXTURES}/keys/rsa-2.crt"', "found another"),
        (f'entity_id = "a"\n{RSA_1}\ncertificate = "page.xml"', "expected a certificate"),
    ],
)  # fmt: skip
def test_problems(tmp_path, text, says):
    (tmp_path / "page.xml").write_text("<html></html>")
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, f"[[service_providers]]\n{text}\n"))
    assert len(caught.value.problems) == 1
    assert says in caught.value.problems[0]
