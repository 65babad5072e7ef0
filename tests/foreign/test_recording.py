"""The recorder of `tests/record` in a real Chromium: what it writes is read again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ssocli.diagnose.capture import find_logins, read, rebuild
from tests.record.cases import access_denied, login_loop, same_site_lost
from tests.record.world import World

pytestmark = pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair


@pytest.mark.parametrize(
    ("case", "code"), [(access_denied, "CB001"), (same_site_lost, "WEB003"), (login_loop, "WEB007")]
)
def test_a_recording_shows_what_went_wrong(case: Callable[[], World], code: str) -> None:
    written = json.dumps(case().recorder.har()).encode()
    [login] = find_logins(read(written, "login.har"))
    failure = rebuild(login).failure
    assert failure is not None
    assert failure.code == code
