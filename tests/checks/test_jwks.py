from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import forge
from checks.json_values import JSON
from checks.judging import Case, findings, judge, name
from ssocli.checks.check import Severity
from ssocli.checks.jwks import JwksContext


def keys(*entries: Any) -> JwksContext:
    return JwksContext({"keys": list(entries)})


KEY = forge.rsa_jwk()
WEAK = forge.rsa_jwk("weak", "weak", 1024)
OCT = {"kty": "oct", "k": "c2VjcmV0", "kid": "mac"}
CASES = [
    Case("missing-keys-array", "passed", keys(KEY)),
    Case("missing-keys-array", "failed", JwksContext([]), "an array"),
    Case("missing-keys-array", "failed", JwksContext({"key": []}), "without keys"),
    Case("missing-keys-array", "failed", JwksContext({"keys": {}}), "keys is an object"),
    Case("private-key-published", "passed", keys(KEY)),
    Case("private-key-published", "failed", keys(forge.rsa_jwk(d="AQAB")), "rsa-1", severity=Severity.WARNING),
    Case("symmetric-key-published", "passed", keys(KEY)),
    Case("symmetric-key-published", "failed", keys(KEY, OCT), "mac"),
    Case("duplicate-key-id", "passed", keys(KEY, forge.ec_jwk("rsa-1"))),
    Case("duplicate-key-id", "failed", keys(KEY, forge.rsa_jwk(name="two")), "rsa-1"),
    Case("no-usable-key", "passed", keys({"kty": "new"} | {"kid": "n"}, KEY), "1 of 2", also=("unknown-key-entry",)),
    Case("no-usable-key", "failed", keys(), "no keys"),
    Case("no-usable-key", "failed", keys(forge.rsa_jwk(use="enc"), forge.ec_jwk()), 'use "enc"'),
    Case("no-usable-key", "skipped", JwksContext({"keys": []}, ("HS256",))),
    Case("no-usable-key", "skipped", JwksContext(None), also=("missing-keys-array",)),
    Case("weak-key", "passed", keys(KEY)),
    Case("weak-key", "failed", keys(KEY, WEAK), "1024 bits"),
    Case("weak-key", "failed", keys(KEY, forge.rsa_jwk("e", e="AQ")), "exponent"),
    Case("unknown-key-entry", "passed", keys(KEY)),
    Case("unknown-key-entry", "failed", keys(KEY, None, {"kty": "AKP", "kid": "pq"}), "null", severity=Severity.INFO),
    Case("unknown-key-entry", "failed", keys(KEY, {"kid": "bare"}), "bare"),
]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_rule(case: Case) -> None:
    judge("jwks", case)


MEMBERS = st.dictionaries(st.sampled_from(["kty", "n", "e", "kid", "use", "crv", "x", "y", "alg"]), JSON, max_size=5)
HALF_KEYS = st.builds(lambda base, odd: base | odd, st.sampled_from([KEY, forge.ec_jwk(), forge.ed_jwk()]), MEMBERS)


@settings(max_examples=50, deadline=None)
@given(document=JSON | st.fixed_dictionaries({"keys": st.lists(JSON | HALF_KEYS, max_size=3)}))
def test_no_document_stops_a_rule(document: Any) -> None:
    for algorithms in (("RS256", "ES256", "EdDSA"), ("HS256",)):
        found = findings("jwks", JwksContext(document, algorithms))
        assert not [check for check in found if check.status.value == "tool_error"]
