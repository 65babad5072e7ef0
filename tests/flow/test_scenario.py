"""Scenario files: every problem is said at once, and a login is held against everything that is expected of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssocli.config.problem import ConfigError
from ssocli.flow.scenario import found_in, load
from ssocli.flow.scenario_run import play

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "scenarios"


def written(folder: Path, text: str) -> Path:
    file = folder / "case.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("file", found_in(EXAMPLES), ids=lambda file: file.stem)
def test_an_example_goes_as_it_says(file: Path) -> None:
    loaded = load(file)
    assert loaded.scenario.about.endswith(".")
    for played in play(loaded):
        assert played.verdict == "as_expected", f"expected {played.expected}, saw {played.actual}"


def test_there_are_examples() -> None:
    assert len(found_in(EXAMPLES)) >= 8


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('[[arm]]\nfault = "id_token.expird"', ["arm.0.fault", "did you mean id_token.expired?"]),
        ("[expct]", ["expct: expected a known key", "did you mean expect?"]),
        ('[given]\nprovider = "acme-odic"\norganization = "acm"', ["did you mean acme-oidc?", "did you mean acme?"]),
        ('[expect]\nstep = "token_validtion"', ["expect.step", "did you mean token_validation?"]),
        ('[expect]\nstep = "token_validation"\nfinding = "expird-id-token"', ["did you mean expired-id-token?"]),
        ('[expect]\nfinding = "expired-id-token"', ["expect.step: expected the step in which the finding is made"]),
        ('[expect]\noutcome = "authenticated"\nstep = "authorization"', ["expected no step"]),
        ('[expect]\nwarnings = ["nonsense-of-a-name"]', ["expect.warnings.0"]),
        ('[[login]]\nuser = "bob"\n[expect]\noutcome = "refused"', ["[login.expect] in each [[login]]"]),
        ('[[arm]]\nfault = "id_token.expired"\nschedule = { nth = 0 }', ["schedule.nth", "at least 1"]),
        ('[given]\nuser = "alcie"', ["given.user", "or a password beside it", "did you mean alice?"]),
        ('[given]\nmethod = "password"', ["given.user: expected one of pat@garage.example"]),
        ("[given", ["expected TOML"]),
        ('[given]\nconfig = "missing.toml"', ["missing.toml: expected a TOML file, found nothing there"]),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_the_nearest(tmp_path: Path, text: str, problems: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    for problem in problems:
        assert problem in str(caught.value)


def test_a_fault_needs_the_bundled_provider(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[organizations.a]\n[providers.p]\ntype = "oidc"\nissuer = "https://idp.example"\nclient_id = "x"\n'
        'client_secret = "y"\n'
    )
    with pytest.raises(ConfigError, match="only the bundled provider fails on purpose"):
        load(written(tmp_path, '[given]\nconfig = "own.toml"\n[[arm]]\nfault = "id_token.expired"'))


@pytest.mark.parametrize(
    ("expect", "expected", "actual"),
    [
        ('step = "token_generation"', "token_generation", "authenticated"),
        ('outcome = "refused"', "refused", "authenticated"),
        ('landed_on = "/elsewhere/"', "landed on /elsewhere/", "landed on /organizations/acme/issues/"),
        ("user = { created = false }", "user created false", "user created true"),
        ('access = { role = "owner" }', "access role owner", "access role manager"),
        ('access = { teams = ["web"] }', "access teams web", "access teams platform, web"),
        ('user_message = "sorry"', 'told "sorry"', 'told ""'),
        ('warnings = ["expired-id-token"]', "the finding expired-id-token", "no finding"),
    ],
)
def test_whatever_differs_is_said(tmp_path: Path, expect: str, expected: str, actual: str) -> None:
    [played] = play(load(written(tmp_path, f"[expect]\n{expect}\n")))
    assert played.verdict == "differs"
    assert played.expected == expected
    assert actual in played.actual


def test_only_what_differs_is_said(tmp_path: Path) -> None:
    text = '[expect]\noutcome = "authenticated"\nuser = { created = false, email = "alice@acme.example" }\n'
    [played] = play(load(written(tmp_path, text)))
    assert (played.expected, played.actual) == ("user created false", "authenticated; user created true")


def test_a_fault_that_never_fired_proves_nothing(tmp_path: Path) -> None:
    text = '[[arm]]\nfault = "id_token.expired"\nmatch = { user = "bob" }\n[expect]\noutcome = "authenticated"\n'
    [played] = play(load(written(tmp_path, text)))
    assert played.verdict == "not_reached"
    assert "id_token.expired never fired" in played.actual


def test_state_stays_in_the_file_that_the_scenario_names(tmp_path: Path) -> None:
    text = '[given]\nstate = "people.sqlite3"\n[expect.user]\ncreated = true\n'
    file = written(tmp_path, text)
    assert [played.verdict for _ in range(2) for played in play(load(file))] == ["as_expected", "differs"]
    assert (tmp_path / "people.sqlite3").exists()


def test_a_person_with_a_second_factor_and_one_who_chooses_a_fault_by_name(tmp_path: Path) -> None:
    text = """
    [[login]]
    user = "carol"
    [login.expect]
    outcome = "authenticated"
    [[login]]
    user = "alice+id_token.expired"
    [login.expect]
    step = "token_validation"
    """
    assert [played.verdict for played in play(load(written(tmp_path, text)))] == ["as_expected", "as_expected"]


@given(
    st.dictionaries(
        st.sampled_from(["given", "arm", "expect", "login", "about", "nonsense"]),
        st.recursive(
            st.sampled_from(['"x"', "1", "true", "{ fault = 'a' }", "{ step = 'authorization' }", "{ user = 1 }"]),
            lambda inner: st.lists(inner, max_size=2).map(lambda parts: f"[{', '.join(parts)}]"),
            max_leaves=3,
        ),
        max_size=3,
    )
)
def test_any_file_is_taken_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, str]
) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in entries.items())
    problems = ["expected"]
    try:
        load(written(tmp_path_factory.getbasetemp(), text))
    except ConfigError as error:
        problems = [str(problem) for problem in error.problems]
    assert problems
    assert all("expected" in problem for problem in problems)
