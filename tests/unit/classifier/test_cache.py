"""The exact cache of vectors."""

import numpy as np

from services.classifier.cache import TextCache, Vector


def vector(value: float) -> Vector:
    """A vector of 100 numbers, 400 bytes."""
    return np.full(100, value, dtype=np.float32)


def test_it_gives_back_what_was_put_under_exactly_that_text() -> None:
    """Nearly the same text is another text."""
    cache = TextCache[Vector](limit_bytes=10_000)
    cache.put("one", vector(1))
    found = cache.get("one")
    assert found is not None
    assert found[0] == 1
    assert cache.get("one ") is None


def test_it_stays_within_its_bytes_and_forgets_the_least_recently_used() -> None:
    """Each entry takes 706 bytes here."""
    cache = TextCache[Vector](limit_bytes=3 * 706)
    for name in ("aaa", "bbb", "ccc"):
        cache.put(name, vector(0))
    cache.get("aaa")
    cache.put("ddd", vector(0))
    assert cache.get("bbb") is None
    assert cache.get("aaa") is not None
    assert len(cache) == 3
    assert cache.size_bytes <= 3 * 706


def test_nothing_is_kept_when_it_is_off_or_the_entry_is_larger_than_it() -> None:
    """A limit of 0 turns it off."""
    for limit in (0, 500):
        cache = TextCache[Vector](limit_bytes=limit)
        cache.put("one", vector(1))
        assert cache.get("one") is None
        assert cache.size_bytes == 0


def test_putting_twice_counts_once() -> None:
    """Two threads may compute the same text."""
    cache = TextCache[Vector](limit_bytes=10_000)
    cache.put("one", vector(1))
    size = cache.size_bytes
    cache.put("one", vector(1))
    assert cache.size_bytes == size
