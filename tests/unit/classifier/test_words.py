"""The words of a text that weigh most, by arithmetic that can be done by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from services.classifier.cache import Vector
from services.classifier.words import weighed


def first_place(vectors: Vector) -> NDArray[np.float64]:
    """A head whose answer is the vector's first place."""
    return vectors[:, 0].astype(np.float64)


def states_of(*values: float) -> Vector:
    """One state a token; only the first of two places counts."""
    return np.array([[value, 9.0] for value in values], dtype=np.float32)


def spans_of(text: str) -> list[tuple[int, int]]:
    """A token a word, between the two without a place that tokenizers add."""
    begins = [place for place in range(len(text)) if text[place] != " " and (place == 0 or text[place - 1] == " ")]
    return [(0, 0), *((begin, (text + " ").index(" ", begin)) for begin in begins), (0, 0)]


def test_a_word_weighs_what_the_mean_loses_without_it() -> None:
    """Of four tokens with the mean 0.25: without the one that is 0.9, 0.033; the others' loss is less than a line."""
    text = "run mimikatz"
    words = weighed(text, spans_of(text), states_of(0.05, 0.05, 0.9, 0.0), ask=first_place)
    assert [word.text for word in words] == ["mimikatz", "run"]
    assert words[0].effect == pytest.approx(0.25 - 0.1 / 3)
    assert words[1].effect == pytest.approx(0.25 - 0.95 / 3)


def test_a_word_is_left_out_wherever_it_stands_with_all_its_tokens() -> None:
    """`evil` twice, once in two tokens."""
    text = "evil by evil"
    spans = [(0, 2), (2, 4), (5, 7), (8, 12)]
    (heaviest, *_) = weighed(text, spans, states_of(0.8, 0.4, 0.0, 0.4), ask=first_place)
    assert heaviest.text == "evil"
    assert heaviest.effect == pytest.approx(0.4)


def test_signs_alone_are_no_words_and_light_words_are_not_named() -> None:
    """A text of fields is full of separators; below 0.01 nothing is worth a line."""
    text = "a | b"
    words = weighed(text, spans_of(text), states_of(0.0, 0.0, 0.9, 0.0, 0.0), ask=first_place)
    assert {word.text for word in words} == {"a", "b"}
    assert weighed("a b", [(0, 1), (2, 3)], states_of(0.5, 0.505), ask=first_place) == ()


def test_three_words_at_most_and_none_endlessly_long() -> None:
    """The heaviest first, whether they speak for an attack or against it."""
    long = "x" * 100
    text = f"{long} one two three"
    words = weighed(text, spans_of(text), states_of(0.3, -1.0, 0.9, 0.5, 0.4, 0.3), ask=first_place)
    assert [(word.text, word.effect < 0) for word in words] == [("x" * 64, True), ("one", False), ("two", False)]


def test_a_text_that_is_one_word_or_none_has_nothing_to_weigh() -> None:
    """Without its only tokens there is no mean."""
    assert weighed("attack", [(0, 6)], states_of(1.0), ask=first_place) == ()
    assert weighed("", [], states_of(1.0)[:0], ask=first_place) == ()


def test_tokens_that_begin_with_the_space_before_them_belong_to_their_word() -> None:
    """As SentencePiece has them."""
    words = weighed("a bad", [(0, 1), (1, 5)], states_of(0.1, 0.7), ask=first_place)
    assert dict(words) == {"bad": pytest.approx(0.3), "a": pytest.approx(-0.3)}


def test_what_was_cut_off_is_not_asked_about() -> None:
    """A text of many words of which the encoder read two: the head answers for the whole and for those."""
    asked: list[int] = []

    def counted(vectors: Vector) -> NDArray[np.float64]:
        asked.append(len(vectors))
        return first_place(vectors)

    text = "one two " + " ".join(f"word{number}" for number in range(500))
    weighed(text, [(0, 0), (0, 3), (4, 7), (0, 0)], states_of(0.1, 0.9, 0.4, 0.1), ask=counted)
    assert asked == [3]
