"""Reading a configuration: the good one, and every problem of a bad one in a person's words."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ssocli.config import load
from ssocli.config.attribute_presets import attribute_names
from ssocli.config.model import OAuth2Provider, OidcProvider, Saml2Provider, json_schema
from ssocli.config.placeholder import names_fake_idp, with_fake_idp
from ssocli.config.problem import ConfigError

MINIMAL = """
[organizations.acme]
[providers.acme-oidc]
type = "oidc"
issuer = "https://login.acme.example"
client_id = "sentry"
client_secret = "secret"
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load.parse(text, "c.toml")
    return [str(problem) for problem in caught.value.problems]


def test_a_minimal_file_is_enough() -> None:
    config = load.parse(MINIMAL, "c.toml")
    assert config.organization_of("acme-oidc") == "acme"
    assert list(config.providers_of("acme")) == ["acme-oidc"]
    assert config.sentry.clock_leeway_seconds == 60


def test_the_embedded_file_is_valid_and_names_the_bundled_provider() -> None:
    config = load.default()
    assert names_fake_idp(config)
    filled = with_fake_idp(config, "http://127.0.0.1:1234")
    assert not names_fake_idp(filled)
    oidc, github = filled.providers["acme-oidc"], filled.providers["github"]
    assert isinstance(oidc, OidcProvider)
    assert oidc.issuer == "http://127.0.0.1:1234/default"
    assert isinstance(github, OAuth2Provider)
    assert github.api_url == "http://127.0.0.1:1234/github/api/v3"


def test_the_published_schema_is_a_schema_and_agrees() -> None:
    import tomllib

    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    document = tomllib.loads(load.default_file().read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(document))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[sentri]", "c.toml: sentri: expected a known key, found an unknown key; did you mean sentry?"),
        ("x = [", "c.toml: expected TOML, found Invalid value (at end of document)"),
        (
            '[sentry]\nclock_leeway_seconds = "60"',
            "c.toml: sentry.clock_leeway_seconds: expected a whole number, found '60'",
        ),
        (
            "[sentry]\nclock_leeway_seconds = 601",
            "c.toml: sentry.clock_leeway_seconds: expected at most 600, found 601",
        ),
        (
            '[sentry]\nurl = "ftp://x"',
            "c.toml: sentry.url: expected an http or https URL without a path, found 'ftp://x'",
        ),
        ("[organizations.acme]\nseats = 0", "c.toml: organizations.acme.seats: expected at least 1, found 0"),
        ("[organizations.acme]\nseats = true", "c.toml: organizations.acme.seats: expected a whole number, found true"),
        (
            '[organizations.acme]\ndefault_role = "manger"',
            (
                "c.toml: organizations.acme.default_role: expected one of admin, manager, member, owner, "
                "found 'manger'; did you mean manager?"
            ),
        ),
        (
            '[organizations."Bad Slug"]',
            "c.toml: organizations: expected a name of lower-case letters, digits, - and _, found 'Bad Slug'",
        ),
        (
            '[providers.x]\nclient_id = "a"',
            "c.toml: providers.x.type: expected one of oidc, oauth2, saml2, found nothing: this key is required",
        ),
        (
            '[providers.x]\ntype = "oidcc"\nclient_id = "a"',
            "c.toml: providers.x.type: expected one of oidc, oauth2, saml2, found 'oidcc'; did you mean oidc?",
        ),
        (
            MINIMAL + 'client_auth = "private_key_jwt"',
            (
                "c.toml: providers.acme-oidc.private_key: expected a PEM file, because client_auth is private_key_jwt, "
                "found nothing"
            ),
        ),
        (
            MINIMAL + 'organization = "acem"',
            "c.toml: providers.acme-oidc.organization: expected one of acme, found 'acem'; did you mean acme?",
        ),
        (
            MINIMAL + 'teams = { crew = ["web"] }',
            "c.toml: providers.acme-oidc.teams.crew: expected a team of the organization (it has none), found 'web'",
        ),
    ],
)
def test_a_problem_is_said_with_its_place(text: str, expected: str) -> None:
    assert expected in problems(text)


def test_all_problems_come_in_one_run() -> None:
    found = problems(
        '[sentri]\n[sentry]\npending_login_seconds = 0\n[providers.y]\ntype = "oidc"\nclient_id = 3\n'
        'client_secret = { envv = "X" }\nissuer = "https://y.example"'
    )
    assert len(found) == 4
    assert 'c.toml: providers.y.client_secret: expected text, or { env = "NAME" }, found a table' in found


def test_a_secret_is_never_repeated_in_a_problem_about_another_key() -> None:
    assert "hunter2" not in "".join(problems(MINIMAL.replace('"secret"', '"hunter2"') + "scope = 1"))


def test_a_secret_may_come_from_the_environment() -> None:
    config = load.parse(MINIMAL.replace('"secret"', '{ env = "ACME_SECRET" }'), "c.toml")
    [problem] = load.missing_secrets(config, "c.toml", {})
    assert "ACME_SECRET" in str(problem)
    assert load.missing_secrets(config, "c.toml", {"ACME_SECRET": "x"}) == []


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'x = "\xe9"')
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * (load.MAX_BYTES + 1))
    for file, expected in [
        (tmp_path, "expected a TOML file, found a directory"),
        (tmp_path / "none.toml", "expected a TOML file, found nothing there"),
        (latin, "expected UTF-8 text, found the byte 0xe9 at offset 5"),
        (huge, "expected a TOML file of at most 1,000,000 bytes, found 1,000,001 bytes"),
    ]:
        with pytest.raises(ConfigError, match=expected):
            load.load(file)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_no_text_makes_it_crash(text: str) -> None:
    with contextlib.suppress(ConfigError):
        load.parse(text, "c.toml")


_values = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "env", "issuer", "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(["sentry", "organizations", "providers", "users", "people", "y"]),
        _values | st.dictionaries(st.sampled_from(["acme", "Bad", "seats"]), _values),
    )
)
def test_every_document_that_is_refused_gets_a_reason(document: dict[str, object]) -> None:
    import msgspec

    from ssocli.config.model import Config
    from ssocli.config.violations import violations

    try:
        msgspec.convert(document, Config)
    except msgspec.ValidationError:
        assert list(violations(document, "c.toml", json_schema()))


SAML = """
[organizations.acme]
[providers.x]
type = "saml2"
metadata_url = "https://idp.acme.example/metadata"
preset = "okta"
"""
BY_HAND = 'entity_id = "https://idp.acme.example/"\nsso_url = "https://idp.acme.example/sso"\ncertificates = ["MIIC"]'


def saml(*lines: str, without: str = "") -> str:
    kept = [line for line in SAML.splitlines() if not (without and line.startswith(without))]
    return "\n".join([*kept, *lines])


def test_a_saml_provider_needs_little() -> None:
    provider = load.parse(SAML, "c.toml").providers["x"]
    assert isinstance(provider, Saml2Provider)
    assert (provider.binding, provider.allow_idp_initiated, provider.profile) == ("redirect", False, "specification")
    assert attribute_names(provider).user_email == "email"
    assert load.parse(saml(BY_HAND, without="metadata"), "c.toml")


def test_own_attribute_names_go_before_those_of_the_vendor() -> None:
    provider = load.parse(saml('attributes = { identifier = "NameID" }'), "c.toml").providers["x"]
    assert isinstance(provider, Saml2Provider)
    names = attribute_names(provider)
    assert (names.identifier, names.first_name) == ("NameID", "firstName")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (saml(without="preset"), "providers.x.attributes.identifier: expected the name of an attribute, NameID, or a"),
        (saml(without="preset"), "providers.x.attributes.user_email: expected the name of an attribute"),
        (saml(without="metadata"), "providers.x: expected metadata_url, metadata_file, or entity_id with sso_url"),
        (saml('sso_url = "https://a.b/"'), "providers.x.sso_url: expected nothing, because the metadata say it"),
        (saml('metadata_file = "a.xml"'), "providers.x.metadata_file: expected metadata_url or metadata_file, found"),
        (saml('entity_id = "a"', without="metadata"), "providers.x.sso_url: expected a value, because there are no"),
        (saml('entity_id = "a"', without="metadata"), "providers.x.certificates: expected a value, because there"),
        (saml("sign_requests = true"), "providers.x.private_key: expected a PEM file, because sign_requests is set"),
        (saml('private_key = "a.pem"'), "providers.x.certificate: expected a PEM file with the certificate of"),
        (saml("force_authn = true\nis_passive = true"), "providers.x.is_passive: expected force_authn or is_passive"),
        (saml('preset = "octa"', without="preset"), "found 'octa'; did you mean okta?"),
        (saml('client_id = "a"'), "providers.x.client_id: expected"),
        (saml('teams = { a = ["b"] }'), "providers.x.teams.a: expected a team of the organization"),
    ],
)
def test_what_is_wrong_with_a_saml_provider(text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(text)), problems(text)
