"""What a linear model reads of alerts: TF-IDF of the text, and the context in coarse steps."""

from collections.abc import Sequence

from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from services.core.example import Example

_MOST = 100_000


class TextFeatures:
    """TF-IDF of words (1 to 2) and of characters within words (3 to 5).

    Fitted to distinct texts, each of which counts once however often it comes; each text is analysed once, for all who
    ask.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectorisers = (
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=_MOST),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=_MOST),
        )
        distinct = list(dict.fromkeys(texts))
        self._row_of = {text: row for row, text in enumerate(distinct)}
        self._rows = hstack([one.fit_transform(distinct) for one in self._vectorisers], format="csr")

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """The features of texts, in their order, [n, features]."""
        new = [text for text in dict.fromkeys(texts) if text not in self._row_of]
        if new:
            self._row_of |= {text: row for row, text in enumerate(new, start=self._rows.shape[0])}
            self._rows = vstack([self._rows, hstack([one.transform(new) for one in self._vectorisers])], format="csr")
        return self._rows[[self._row_of[text] for text in texts]]


class ContextFeatures:
    """The context's steps, those that the examples it is fitted to have."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._vectoriser = CountVectorizer(analyzer=buckets).fit(examples)

    def of(self, examples: Sequence[Example]) -> csr_matrix:
        """The features of examples, in their order, [n, features]."""
        return csr_matrix(self._vectoriser.transform(examples))


def buckets(example: Example) -> list[str]:
    """The context as tokens: each place with its value, which is a logarithm already, rounded to halves."""
    return [f"{place}={round(2 * value)}" for place, value in enumerate(example.context.values)]
