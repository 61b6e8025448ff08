"""Rows that repeat others: found where they are, not where they are not."""

from random import Random

from services.trainer.quality import Severity
from services.trainer.quality.duplicates import exact_duplicates, near_clusters, near_duplicates
from tests.defects import again, healthy, labelled, name_of, only, rows, saying
from tests.labelled import FP, TP

WORDS = "go to it as if we do so by an or up us me he on no of at my in be am"


def test_healthy_rows_repeat_nothing() -> None:
    """Neither exactly nor nearly."""
    made = rows(healthy())
    assert exact_duplicates(made) == []
    assert near_duplicates(made, near_clusters(made, seed=1)) == []


def test_exact_duplicates_are_counted_beyond_the_first() -> None:
    """Same text, context and label; another label is no duplicate but a contradiction."""
    one = labelled(7, TP)
    copies = [again(one, 1000 + n) for n in range(4)]
    other = again(one, 2000, label=FP)
    finding = only(exact_duplicates(rows(healthy(50, start=100), [one, *copies, other])))
    assert finding.count == 4
    assert finding.share == 4 / 56
    assert finding.severity is Severity.NOTE
    assert set(finding.examples) == {copy.alert.alert_id for copy in copies}


def test_mostly_duplicates_is_a_warning() -> None:
    """More than half of the rows."""
    one = labelled(7, TP)
    assert only(exact_duplicates(rows([again(one, n) for n in range(30)]))).severity is Severity.WARNING


def test_near_duplicates_are_found_in_clusters() -> None:
    """A word changed in a long text; what shares half of its words is no near duplicate."""
    base = labelled(1, TP)
    near = [saying(again(base, 1000 + n), f"{WORDS} {number}") for n, number in enumerate(("one", "two", "three"))]
    half = saying(again(base, 1010), " ".join(WORDS.split()[:6]))
    made = rows(healthy(60, start=100), [*near, half])
    clusters = near_clusters(made, seed=1)
    assert [set(made.ids(cluster)) for cluster in clusters] == [{one.alert.alert_id for one in near}]
    finding = only(near_duplicates(made, clusters))
    assert (finding.count, finding.share) == (3, 3 / 64)
    assert "80%" in finding.effect


def test_a_text_near_to_two_joins_their_clusters() -> None:
    """The outer two share less than the bound with each other, and more with the one between."""
    base = labelled(1, TP)
    made = [saying(again(base, n), f"{start} {WORDS}") for n, start in enumerate(("ab cd ef gh", "ba dc fe hg"))]
    assert near_clusters(rows(made), seed=1) == []
    between = saying(again(base, 2), WORDS)
    assert near_clusters(rows([*made, between]), seed=1) == [[0, 1, 2]]


def test_equal_texts_alone_are_no_near_duplicates() -> None:
    """They have a finding of their own; beside a near one all of them belong to its cluster."""
    base = saying(labelled(1, TP), WORDS)
    copies = [again(base, 1000 + n) for n in range(3)]
    assert near_clusters(rows(copies), seed=1) == []
    assert len(near_clusters(rows(copies, [saying(again(base, 1010), f"{WORDS} later")]), seed=1)[0]) == 4


def test_clusters_are_the_same_in_any_order() -> None:
    """Folds depend on them."""
    base = labelled(1, TP)
    made = [saying(again(base, n), f"{WORDS} {name_of(n % 7)} {'x' * (n % 3)}") for n in range(40)] + healthy(
        40, start=500
    )
    shuffled = list(made)
    Random(2).shuffle(shuffled)
    assert near_clusters(rows(shuffled), seed=1) == near_clusters(rows(made), seed=1)


def test_a_flood_of_texts_nearly_alike_is_one_cluster() -> None:
    """Each is compared with fifty of them at most, and found all the same."""
    base = labelled(1, TP)
    flood = [saying(again(base, n), f"{WORDS} {name_of(n)}") for n in range(200)]
    assert [len(cluster) for cluster in near_clusters(rows(flood), seed=1)] == [200]
