"""Rows that repeat others, exactly or nearly."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from datasketch import MinHash, MinHashLSH

from services.core.caps import lot
from services.trainer.quality.finding import Finding, Severity, by_share, found
from services.trainer.quality.rows import Rows

NEAR = 0.8
"""Jaccard similarity of two texts' sets of word pairs from which on they are near duplicates."""
TEXTS = 20_000
"""Distinct texts that are compared at most; of more, those the lot falls on."""
_HASHES = 128
_LOOSE = 0.65
"""Similarity that banding is set to, below the threshold, so that few pairs at the threshold are overlooked."""
_KNOWN_BY = 50
"""Texts of a cluster that others are compared with: a flood of thousands alike costs no square of their number."""
_MANY = 0.5


def exact_duplicates(rows: Rows) -> list[Finding]:
    """Rows with the same text, the same context in coarse steps and the same label as an earlier one."""
    seen, repeats = set(), []
    for place, (bucket, example) in enumerate(zip(rows.buckets, rows.examples, strict=True)):
        if (bucket, example.label) in seen:
            repeats.append(place)
        seen.add((bucket, example.label))
    return found(
        rows,
        "exact_duplicates",
        repeats,
        severity=by_share(rows, repeats, much=_MANY),
        effect="They teach nothing new and weigh in every figure; more than fifty alike are left out.",
        advice="Have repeats of one alert grouped before analysts see them, and judge more of what is different.",
    )


def near_duplicates(rows: Rows, clusters: Sequence[Sequence[int]]) -> list[Finding]:
    """Rows whose text is nearly another's, as `near_clusters` found them."""
    return found(
        rows,
        "near_duplicates",
        {place for cluster in clusters for place in cluster},
        severity=Severity.NOTE,
        effect=f"Their texts share {NEAR:.0%} of their word pairs with another's, in {len(clusters)} clusters; "
        "a random split would flatter the model with them, so folds keep each cluster together.",
        advice="Nothing has to be done; where one word alone tells them apart, it may deserve masking.",
    )


def near_clusters(rows: Rows, *, seed: int) -> list[list[int]]:
    """Places whose different texts are near duplicates, joined transitively; texts that are equal count as one.

    MinHash (Broder 1997, "On the resemblance and containment of documents") with banding for candidates, each then
    compared exactly; hashing overlooks a few.
    """
    texts = sorted(rows.by_text)
    if len(texts) > TEXTS:
        texts = sorted(sorted(texts, key=lambda text: lot(text, seed=seed))[:TEXTS])
    clusters = (cluster for cluster in _clusters(texts, seed=seed) if len(cluster) > 1)
    return [sorted(place for text in cluster for place in rows.by_text[text]) for cluster in clusters]


def _clusters(texts: Sequence[str], *, seed: int) -> list[list[str]]:
    """The texts in clusters, each text in one."""
    shingles = [_shingles(text) for text in texts]
    index = MinHashLSH(threshold=_LOOSE, num_perm=_HASHES)
    cluster_of: list[int] = []
    members: dict[int, list[int]] = defaultdict(list)
    known_by: dict[int, int] = defaultdict(int)
    for number, signature in enumerate(MinHash.generator(shingles, num_perm=_HASHES, seed=seed & 0x7FFFFFFF)):
        near = [other for other in index.query(signature) if _jaccard(shingles[number], shingles[other]) >= NEAR]
        cluster = _joined(number, sorted({cluster_of[other] for other in near}), members, cluster_of, known_by)
        if known_by[cluster] < _KNOWN_BY:
            known_by[cluster] += 1
            index.insert(number, signature)
    return [[texts[number] for number in numbers] for _, numbers in sorted(members.items())]


def _joined(
    number: int,
    near: Sequence[int],
    members: dict[int, list[int]],
    cluster_of: list[int],
    known_by: dict[int, int],
) -> int:
    """Put a text into the clusters it is near to, which thereby become one; alone it begins one of its own."""
    cluster = near[0] if near else number
    for other in near[1:]:
        for moved in members[other]:
            cluster_of[moved] = cluster
        members[cluster] += members.pop(other)
        known_by[cluster] += known_by.pop(other)
    members[cluster].append(number)
    cluster_of.append(cluster)
    return cluster


def _shingles(text: str) -> set[bytes]:
    """All pairs of neighbouring words; the text itself where it is one word."""
    words = text.split()
    return {f"{one} {other}".encode() for one, other in pairwise(words)} or {text.encode()}


def _jaccard(one: set[bytes], other: set[bytes]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
