from fake_idp.clock import Clock


def test_freeze_advance_unfreeze_skew():
    source = [100.0]
    clock = Clock(lambda: source[0])
    assert clock.now() == 100
    clock.freeze()
    source[0] = 150
    clock.advance(5)
    assert clock.now() == 105
    clock.unfreeze()
    assert clock.now() == 155
    clock.skew(-60)
    assert clock.now() == 90
    clock.freeze(1_000)
    assert clock.now() == 1_000


def test_one_clock_follows_another():
    base = Clock()
    base.freeze(10)
    follower = Clock(base.now)
    base.advance(5)
    assert follower.now() == 15
    follower.skew(100)
    assert (base.now(), follower.now()) == (15, 115)
