import pytest

from fake_idp.oidc.pkce import request_problem, verifier_problem

# RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_example_of_the_rfc():
    assert request_problem(CHALLENGE, "S256", ["S256"]) is None
    assert verifier_problem(CHALLENGE, "S256", VERIFIER) is None


def test_plain_only_where_it_is_supported():
    assert request_problem(VERIFIER, None, ["S256", "plain"]) is None
    assert request_problem(VERIFIER, "plain", ["S256"]) is not None
    assert verifier_problem(VERIFIER, "plain", VERIFIER) is None
    assert verifier_problem(CHALLENGE, "plain", VERIFIER) is not None


@pytest.mark.parametrize("challenge", [None, CHALLENGE])
@pytest.mark.parametrize("verifier", [None, VERIFIER])
def test_both_or_neither(challenge, verifier):
    assert (verifier_problem(challenge, "S256", verifier) is None) == ((challenge is None) == (verifier is None))


@pytest.mark.parametrize("length", [42, 43, 128, 129])
def test_length(length):
    refusal = request_problem("a" * length, "S256", ["S256"])
    assert (refusal is None) == (43 <= length <= 128)
