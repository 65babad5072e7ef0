import threading

import pytest

from fake_idp.clock import Clock
from fake_idp.store import Shelf, Store


@pytest.fixture
def clock():
    clock = Clock()
    clock.freeze(0)
    return clock


@pytest.fixture
def shelf(clock):
    return Shelf(threading.RLock(), clock, limit=3)


def test_entries_end(shelf, clock):
    shelf.put("a", 1, 10)
    assert shelf.get("a") == 1
    clock.advance(10)
    assert shelf.get("a") is None
    assert shelf.pop("a") is None
    assert shelf.values() == []


def test_oldest_goes_first(shelf):
    for name in "abcd":
        shelf.put(name, name, 10)
    assert shelf.values() == ["b", "c", "d"]
    shelf.put("b", "again", 10)
    shelf.put("e", "e", 10)
    assert shelf.values() == ["d", "again", "e"]


def test_ended_entries_are_dropped_when_others_come(shelf, clock):
    shelf.put("a", 1, 1)
    clock.advance(2)
    shelf.put("b", 2, 1)
    assert len(shelf) == 1


def test_absent_keys(shelf):
    assert shelf.get(None) is None
    assert shelf.pop(None) is None
    assert shelf.get("x") is None


def test_only_one_of_many_takes_a_value(clock):
    store = Store(clock)
    store.codes.put("code", "grant", 10)
    got = []
    threads = [threading.Thread(target=lambda: got.append(store.codes.pop("code"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, got)) == ["None"] * 19 + ["grant"]
