"""The catalogue: every fault is declared whole, and names that are wrong are answered with the nearest."""

from __future__ import annotations

import re

import pytest

from fake_idp import UnknownFaultError
from fake_idp.faults.fault import At, Fault, catalogue, named

STEPS = {
    "user_selection", "idp_selection", "redirect_to_idp", "external_authentication", "token_generation",
    "token_validation", "user_provisioning", "session_creation", "authorization", "redirect_to_dashboard",
}  # fmt: skip


@pytest.mark.parametrize("fault", catalogue().values(), ids=lambda fault: fault.id)
def test_declaration(fault: Fault) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z0-9_-]+", fault.id)
    assert fault.id.startswith(fault.point + ".")
    assert re.search(r"\d", fault.spec), "a clause has a number"
    assert fault.reject in ("must_reject", "should_reject", "must_tolerate", "fail_cleanly")
    first, _, rest = fault.doc.partition("\n\n")
    assert first.endswith(".")
    assert rest.startswith("Client: ")
    assert "\nUser: " in rest
    assert "{}" not in fault.doc
    if fault.finding is not None:
        assert fault.finding.step in STEPS
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.finding.name)


def test_size() -> None:
    assert len(catalogue()) >= 110


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("id_token.expird", "id_token.expired"),
        ("idtoken.expired", "id_token.expired"),
        ("id_token.wrong-aud", "id_token.invalid-aud"),
        ("jwks.emty", "jwks.empty"),
        ("discovery.isuer-mismatch", "discovery.issuer-mismatch"),
    ],
)
def test_unknown_name(wrong: str, nearest: str) -> None:
    with pytest.raises(UnknownFaultError, match=f"No fault is called '{wrong}'; did you mean '{nearest}'?"):
        named(wrong)


def test_name_like_no_other() -> None:
    with pytest.raises(UnknownFaultError, match=r"there are .* such as 'access_token"):
        named("0")


@pytest.mark.parametrize(
    ("fault_id", "tags"),
    [
        ("id_token.missing-aud", ("id_token", "missing", "must_reject", "oidc")),
        ("token.silent", ("token", "fail_cleanly", "oauth", "oidc", "waits")),
        ("tls.self-signed", ("tls", "must_reject")),
    ],
)
def test_tags(fault_id: str, tags: tuple[str, ...]) -> None:
    assert named(fault_id).tags == tags


def test_declared_twice() -> None:
    def expired(artefact: object) -> None:
        """Page."""

    with pytest.raises(ValueError, match=r"id_token\.expired is declared twice"):
        At("id_token", "token_validation")(spec="1")(expired)


def test_declared_without_a_page() -> None:
    def undocumented(artefact: object) -> None:
        pass

    with pytest.raises(ValueError, match=r"id_token\.undocumented has no docstring"):
        At("id_token", "token_validation")(spec="1")(undocumented)
