"""The wide voice of the network: a linear model over hashed runs of word pieces and the context's steps.

A transformer generalises and forgets; a bag of n-grams remembers, and says exactly what each one weighs (Cheng et al.,
"Wide & Deep Learning for Recommender Systems", DLRS 2016; hashing after Weinberger et al., ICML 2009). Unlike there the
two are fitted apart and their probabilities averaged: learning together, the wide one takes what it can remember from
the deep one, and what both have to say of an alert unlike all others comes from one of them.
"""

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import TfidfTransformer
from torch import Tensor, nn
from torch.nn.functional import embedding, pad

from services.core.bundle import LABELS
from services.trainer.linear_fit import straight_lines
from services.trainer.samples import Samples, padded

ROWS = 131_071
"""Rows of the table, a prime, so that the remainder of a product depends on all of its digits."""
_FACTORS = (1_000_003, 8_191_001, 67_867_979)
"""One for each place in a run; a token id times one of them stays far below 2^63."""
_REGULARISATION = 10.0
"""scikit-learn's C, as the TF-IDF baselines have it."""
_ROUNDS = 100
"""Steps of the fit at most: 200 more changed nothing on AIT-ADS, and took three times as long on a demo's verdicts."""


class Wide(nn.Module):
    """What runs of one to three word pieces and the context's steps say of each label, in straight lines.

    A run counts by how rare it is (its inverse document frequency, as scikit-learn's `TfidfTransformer` has it), and a
    text's runs together for one: `rows` holds what each run adds to the logits, `squares` the square it adds to the
    text's length. `around` reads the steps. All is fitted, not learned by descent, and says nothing before.
    """

    rows: Tensor
    squares: Tensor
    around: Tensor
    bias: Tensor

    def __init__(self, *, steps: int) -> None:
        super().__init__()
        self.register_buffer("rows", torch.zeros(ROWS, len(LABELS)))
        self.register_buffer("squares", torch.ones(ROWS, 1))
        self.register_buffer("around", torch.zeros(steps, len(LABELS)))
        self.register_buffer("bias", torch.zeros(len(LABELS)))

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The text's part as numbers of its tokens, whose mean it is: int64 [n, tokens] to float32 [n, tokens, labels].

        A run counts for the token it begins with.
        """
        places, within = runs(ids, mask)
        within = within.unsqueeze(-1)
        found = (embedding(places, self.rows) * within).sum(2)
        length = (embedding(places, self.squares) * within).sum((1, 2), keepdim=True).squeeze(2).sqrt()
        return found * mask.sum(1)[:, None, None] / length

    def forward(self, text: Tensor, steps: Tensor) -> Tensor:
        """Logarithms of the probabilities, from the text's part [n, labels] and the context's steps [n, steps]."""
        return (text + steps @ self.around + self.bias).log_softmax(-1)


def runs(ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The runs of one, two and three word pieces that begin with each token, as rows of the table.

    And which of them lie within the text; both int64 [n, tokens, 3].
    """
    length, beyond = ids.shape[1], (0, len(_FACTORS) - 1)
    ids, mask = pad(ids, beyond), pad(mask, beyond)
    total, known = ids[:, :length] * 0, mask[:, :length]
    rows, within = [], []
    for place, factor in enumerate(_FACTORS):
        total = total + ids[:, place : place + length] * factor
        known = known * mask[:, place : place + length]
        rows.append(total % ROWS)
        within.append(known)
    return torch.stack(rows, dim=-1), torch.stack(within, dim=-1)


def fit(wide: Wide, samples: Samples, steps: Tensor, *, weights: Tensor) -> None:
    """Fit to samples; `steps` [n, steps] are the contexts', `weights` [labels] what each label counts for."""
    counts = _counted(samples.tokens)
    rarity = TfidfTransformer().fit(counts).idf_
    met = np.unique(counts.indices)  # the other rows stay at zero, and would only be carried along
    texts = (diags(1 / np.sqrt(counts @ rarity**2)) @ counts @ diags(rarity))[:, met]
    features = hstack([texts[samples.text_of.numpy()], csr_matrix(steps.numpy())], format="csr")
    found, bias = straight_lines(
        features, samples.labels, weights=weights, regularisation=_REGULARISATION, rounds=_ROUNDS
    )
    wide.rows.zero_()
    wide.rows[met] = torch.tensor(found[:, : len(met)] * rarity[met], dtype=torch.float32).T
    wide.squares.copy_(torch.tensor(rarity[:, None] ** 2))
    wide.around.copy_(torch.tensor(found[:, len(met) :]).T)
    wide.bias.copy_(torch.tensor(bias))


def _counted(tokens: list[list[int]]) -> csr_matrix:
    """How often each run is in each text, [texts, ROWS]."""
    places, within = runs(*padded(tokens))
    text, *place = within.nonzero(as_tuple=True)
    ones = np.ones(len(text))
    return csr_matrix((ones, (text.numpy(), places[text, *place].numpy())), shape=(len(tokens), ROWS))
