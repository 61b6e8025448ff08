"""The wide half of the network: a linear model over hashed runs of word pieces, beside the transformer.

A transformer generalises and forgets; a bag of n-grams remembers, and says exactly what each one weighs (Cheng et al.,
"Wide & Deep Learning for Recommender Systems", DLRS 2016; hashing after Weinberger et al., ICML 2009).
"""

import torch
from torch import Tensor, nn

from services.core.bundle import LABELS

ROWS = 131_071
"""Rows of the table, a prime, so that the remainder of a product depends on all of its digits."""
_FACTORS = (1_000_003, 8_191_001, 67_867_979)
"""One for each place in a run; a token id times one of them stays far below 2^63."""
LONGEST = len(_FACTORS)


class Wide(nn.Module):
    """Token ids and mask, int64 [n, tokens], to what their runs of one to three word pieces add to the logits.

    float32 [n, labels]: the sum of the runs' rows, over the root of their number. All rows begin at zero.
    """

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(ROWS, len(LABELS))
        nn.init.zeros_(self.table.weight)

    @property
    def width(self) -> int:
        """Numbers it makes of a text."""
        return self.table.embedding_dim

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """What the text's runs add to each label's logit."""
        runs, known = grams(ids, mask)
        weights = known.unsqueeze(-1).to(self.table.weight.dtype)
        total: Tensor = (self.table(runs) * weights).sum(1)
        return total / weights.sum(1).sqrt()


def grams(ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The runs of one, two and three word pieces as rows of the table, and which of them hold no padding.

    Both int64 [n, 3 * tokens - 3]; first all of one piece, then all of two, then all of three. Texts have two tokens
    at least: the ones that begin and end them.
    """
    hashes, known = [], []
    total, all_known = torch.zeros_like(ids), torch.ones_like(mask)
    for place, factor in enumerate(_FACTORS):
        total = total[:, : ids.shape[1] - place] + ids[:, place:] * factor
        all_known = all_known[:, : ids.shape[1] - place] * mask[:, place:]
        hashes.append(total % ROWS)
        known.append(all_known)
    return torch.cat(hashes, dim=1), torch.cat(known, dim=1)
