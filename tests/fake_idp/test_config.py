import re

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp import ConfigError, config
from fake_idp.config_problems import of_types


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "idp.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path):
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return caught.value.problems


def test_bundled_people_clients_and_issuers():
    loaded = config.load()
    assert [person.username for person in loaded.people] == [
        "alice", "bob", "carol", "dave", "erin", "frank", "grace", "mallory",
    ]  # fmt: skip
    assert len({person.sub for person in loaded.people}) == 8
    assert all(person.sub != person.username for person in loaded.people)
    assert {client.client_id for client in loaded.clients} == {
        "sentry", "sentry-public", "sentry-post", "sentry-jwt", "web",
    }  # fmt: skip
    assert [issuer.name for issuer in loaded.issuers] == ["default", "google", "github"]


def test_a_section_in_the_file_replaces_the_bundled_one(write):
    loaded = config.load(write('[[people]]\nusername = "zoe"\nsub = "z1"\ngroups = ["a"]\n'))
    assert [person.username for person in loaded.people] == ["zoe"]
    assert loaded.clients == config.load().clients


def test_keys_are_relative_to_their_file(write, tmp_path):
    (tmp_path / "mine.pem").write_text((config.fixtures() / "keys" / "rsa-2.pem").read_text())
    loaded = config.load(write('[[keys]]\nkid = "mine"\nfile = "mine.pem"\n'))
    assert [(key.kid, key.file) for key in loaded.keys] == [("mine", str(tmp_path / "mine.pem"))]


def test_algorithm_without_key_is_a_problem_and_is_not_advertised(write, tmp_path, make_idp):
    (tmp_path / "mine.pem").write_text((config.fixtures() / "keys" / "rsa-2.pem").read_text())
    (tmp_path / "noise.pem").write_text("noise")
    keys = '[[keys]]\nkid = "mine"\nfile = "mine.pem"\n'
    found = problems(write(f'{keys}[[clients]]\nclient_id = "c"\nid_token_signed_response_alg = "ES256"\n'))
    assert len(found) == 1
    assert "clients[0].id_token_signed_response_alg: expected a key of type EC for ES256" in found[0]
    assert "keys[1].file: expected" in problems(write(f'{keys}[[keys]]\nkid = "n"\nfile = "noise.pem"\n'))[0]
    document = requests.get(make_idp(config=write(keys)).metadata_url()).json()
    assert document["id_token_signing_alg_values_supported"] == ["RS256", "PS256", "HS256"]


def test_issuers_alone_keep_the_bundled_keys(write):
    loaded = config.load(write('[[issuers]]\nname = "corp"\nshape = "google"\n'))
    assert [issuer.name for issuer in loaded.issuers] == ["corp"]
    assert loaded.keys == config.load().keys


def test_all_problems_in_one_go_with_place_expected_actual_and_nearest(write):
    path = write(
        """
defualt_person = "alice"
redirect_hosts = "a"

[[people]]
username = "zoe"
sub = 7
pasword = "secret-in-here"

[[people]]
username = "yan"

[[clients]]
client_id = "c"
token_endpoint_auth_method = "client_secret_basics"

[lifetimes]
access_token = "long"
"""
    )
    found = problems(path)
    assert all(problem.startswith(f"{path}: ") for problem in found)
    text = "\n".join(found)
    assert "unknown key 'defualt_person' (did you mean 'default_person'?)" in text
    assert "redirect_hosts: expected array, found str" in text
    assert "people[0].sub: expected string, found int 7" in text
    assert "unknown key 'pasword' in people[0] (did you mean 'password'?)" in text
    assert "people[1]: expected the key 'sub', found none" in text
    assert "clients[0].token_endpoint_auth_method: expected" in text
    assert "(did you mean 'client_secret_basic'?)" in text
    assert "lifetimes.access_token: expected integer, found str" in text
    assert len(found) == 7
    assert "secret-in-here" not in text


def test_names_twice_and_names_that_lead_nowhere(write):
    text = "\n".join(
        problems(
            write(
                """
default_person = "zoo"
[[people]]
username = "zoe"
sub = "1"
[[people]]
username = "zoe"
sub = "2"
[[issuers]]
name = "i"
shape = "gogle"
[[keys]]
kid = "k"
file = "missing.pem"
"""
            )
        )
    )
    assert "people[1].username: 'zoe' is already in people[0]" in text
    assert "issuers[0].shape: expected github or google or oidc, found 'gogle' (did you mean 'google'?)" in text
    assert "keys[0].file: expected an unencrypted PEM private key in" in text
    assert "keys: expected a key of type RSA for RS256 among keys, found none" in text
    assert "default_person: expected zoe or zoe, found 'zoo'" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "expected UTF-8, found another byte at offset 0"),
        (b"a = ", "expected TOML"),
        (b"a = 2026-01-01\n", "unknown key 'a'"),
        (b"[[people]]\nusername = 2026-01-01\nsub = 'x'\n", "people[0].username"),
        (b"#" * (4 * 1024 * 1024 + 1), "expected at most 4194304 bytes"),
    ],
)
def test_unreadable_content(write, content, words):
    assert words in problems(write(content))[0]


def test_unreadable_file(tmp_path):
    assert re.search("cannot be read: No such file", problems(tmp_path / "missing.toml")[0])
    assert re.search("cannot be read: Is a directory", problems(tmp_path)[0])


TOML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["people", "clients", "issuers", "lifetimes", "x"]), TOML_VALUES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_does_not_fit_is_named_and_what_fits_is_not(table):
    import msgspec

    try:
        msgspec.convert(table, config.Config)
        fits = True
    except msgspec.ValidationError:
        fits = False
    found = of_types(table)
    assert fits == (not found)
    assert all(isinstance(problem, str) and problem for problem in found)


@pytest.mark.parametrize("name", ["oidc", "google", "github"])
def test_every_endpoint_of_a_shape_exists(name):
    from importlib import import_module

    from fake_idp.oidc.endpoints import ENDPOINTS
    from fake_idp.oidc.token import GRANTS

    shape = config.load_shape(name)
    for endpoint in shape.endpoints:
        module, _, function = ENDPOINTS[endpoint].handler.partition(":")
        assert callable(getattr(import_module(module), function))
    assert set(shape.supported("grant_types")) <= set(GRANTS)
