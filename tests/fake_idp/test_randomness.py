from fake_idp.randomness import Randomness


def test_seed_repeats():
    first, second, other = Randomness(7), Randomness(7), Randomness(8)
    values = [first.token() for _ in range(3)]
    assert [second.token() for _ in range(3)] == values
    assert other.token() != values[0]
    assert len(set(values)) == 3


def test_without_seed_nothing_repeats():
    assert Randomness().token() != Randomness().token()


def test_digits():
    assert set(Randomness().digits("AB", 100)) == {"A", "B"}
