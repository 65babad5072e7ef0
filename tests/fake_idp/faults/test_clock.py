"""A clock that is wrong: in the tokens and in the Date header."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from .conftest import NOW, Observe


@pytest.mark.parametrize(
    ("name", "skew"),
    [
        ("ahead-5s", 5),
        ("ahead-30s", 30),
        ("ahead-10m", 600),
        ("ahead-1h", 3600),
        ("behind-30s", -30),
        ("behind-10m", -600),
        ("behind-2h", -7200),
    ],
)
def test_skew(observe: Observe, name: str, skew: int) -> None:
    good, seen = observe(), observe(f"clock.{name}")
    for token in ("id_token", "access_token"):
        _, right = good.verified(good["token"].json()[token])
        _, wrong = seen.verified(seen["token"].json()[token])
        times = {"iat", "exp", "auth_time"}
        assert {claim: wrong[claim] - right[claim] for claim in times} == dict.fromkeys(times, skew)
        # The ID token carries the hash of an access token with other times.
        assert {claim for claim in right if right[claim] != wrong[claim]} - {"at_hash"} == times
    assert parsedate_to_datetime(seen["token"].headers["date"]).timestamp() == NOW + skew
    assert set(seen.fired) == {f"clock.{name}"}
