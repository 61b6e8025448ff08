"""The network: a pretrained transformer and a wide model make a text's vector, a head logits of vector and context.

The encoder is cut in two where its architecture allows: the lower layers stay as they were pretrained, so what they
make of a text is computed once; the upper layers learn. Exported, the two are one graph.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from services.core.bundle import LABELS
from services.trainer.errors import BaseModelUnusable
from services.trainer.head import Head
from services.trainer.probe import Probe
from services.trainer.wide import Wide

_ADAPTED = {
    "bert": ("query", "key", "value", "dense"),
    "roberta": ("query", "key", "value", "dense"),
    "xlm-roberta": ("query", "key", "value", "dense"),
    "electra": ("query", "key", "value", "dense"),
    "distilbert": ("q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"),
    "llama": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "mistral": ("q_proj", "k_proj", "v_proj", "o_proj"),
}
_ALL_LINEAR = "all-linear"
"""peft's word for every linear layer of an architecture it does not have a list for."""
VOICES = ("deep", "wide", "probe")
"""Who answers, in the order of their shares and temperatures."""


class _AsGiven(nn.Module):
    """Stands where a model's embeddings were: hands on the hidden states it is given."""

    def forward(self, inputs_embeds: Tensor, **_: object) -> Tensor:
        return inputs_embeds


class Encoder(nn.Module):
    """Text to vector: token ids and mask, int64 [n, tokens], to float32 [n, width] by mean pooling.

    `lower` is frozen and may be missing; `upper` takes what `lower` makes, or token ids where there is none. With
    `layers` only so many of the model's lowest layers are kept.

    Raises:
        BaseModelUnusable: the model does not have as many, or they cannot be told apart.
    """

    def __init__(self, model: PreTrainedModel, *, layers: int = 0, trained_layers: int = 0) -> None:
        super().__init__()
        if layers:
            _shorten(model, layers)
        self.width: int = model.config.hidden_size
        self.layers: int = model.config.num_hidden_layers
        self.model_type: str = model.config.model_type
        self.lower, self.upper = _cut(model, trained_layers)

    def adapt(self, *, rank: int, alpha: int, targets: tuple[str, ...] = ()) -> None:
        """Freeze the upper layers and put low-rank adapters on their linear layers (Hu et al., LoRA, ICLR 2022)."""
        from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - takes a second, and only a run needs it

        names = list(targets or _ADAPTED.get(self.model_type, ())) or _ALL_LINEAR
        config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=names)
        self.upper = get_peft_model(self.upper, config)

    def merge(self) -> None:
        """Fold the adapters into the weights they adapt."""
        from peft import PeftModel  # noqa: PLC0415

        if isinstance(self.upper, PeftModel):
            self.upper = self.upper.merge_and_unload()

    def below(self, ids: Tensor, mask: Tensor) -> Tensor:
        """What the frozen layers make of the texts: hidden states [n, tokens, width], or the ids where none are."""
        if self.lower is None:
            return ids
        hidden: Tensor = self.lower(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden

    def states(self, below: Tensor, mask: Tensor) -> Tensor:
        """The tokens' states [n, tokens, width], from what `below` returned."""
        given = "input_ids" if self.lower is None else "inputs_embeds"
        hidden: Tensor = self.upper(**{given: below}, attention_mask=mask).last_hidden_state
        return hidden

    def above(self, below: Tensor, mask: Tensor) -> Tensor:
        """The texts' vectors [n, width], from what `below` returned."""
        return pooled(self.states(below, mask), mask)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The texts' vectors."""
        return self.above(self.below(input_ids, attention_mask), attention_mask)


def pooled(states: Tensor, mask: Tensor) -> Tensor:
    """The mean of each text's tokens, [n, tokens, width] to [n, width]; what fills up does not count."""
    weight = mask.unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1)


def _shorten(model: Any, layers: int) -> None:  # noqa: ANN401 - any architecture
    """Leave the lowest layers only; what they make goes where the uppermost layer's states went."""
    encoder, transformer = getattr(model, "encoder", None), getattr(model, "transformer", None)  # BERT's, DistilBERT's
    for stack, name in ((encoder, "layer"), (transformer, "layer"), (model, "layers")):
        there = getattr(stack, name, None)
        if there is not None and layers <= len(there):
            setattr(stack, name, there[:layers])
            model.config.num_hidden_layers = layers
            return
    raise BaseModelUnusable(f"a {model.config.model_type} of {layers} layers cannot be made of the base model")


def _cut(model: Any, trained_layers: int) -> tuple[nn.Module | None, nn.Module]:  # noqa: ANN401 - any architecture
    """The model below and above the uppermost `trained_layers`; nothing below where all learn or none can be told."""
    if getattr(model, "pooler", None) is not None:
        model.pooler = None  # mean pooling takes its place
    layers = getattr(getattr(model, "encoder", None), "layer", None)
    if not trained_layers or layers is None or not hasattr(model, "embeddings"):
        return None, model
    trained_layers = min(trained_layers, len(layers))
    upper = copy.deepcopy(model)
    upper.embeddings = _AsGiven()
    upper.encoder.layer = upper.encoder.layer[len(layers) - trained_layers :]
    model.encoder.layer = layers[: len(layers) - trained_layers]
    model.requires_grad_(requires_grad=False)
    return model, upper


class Network(nn.Module):
    """Encoder and head, which are trained together and are its deep voice, and two linear ones beside them.

    A text's vector is the encoder's with what the wide voice makes of the text at its end, [n, width]. The voices'
    probabilities, each at its temperature, are averaged, each by its share.
    """

    shares: Tensor
    temperatures: Tensor

    def __init__(self, encoder: Encoder, head: Head) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.wide = Wide(steps=head.steps.outputs)
        self.probe = Probe(width=encoder.width, steps=head.steps.outputs)
        self.width = encoder.width + len(LABELS)
        self.register_buffer("shares", torch.full((len(VOICES),), 1 / len(VOICES)))
        self.register_buffer("temperatures", torch.ones(len(VOICES)))

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The tokens' states [n, tokens, width], whose mean is the text's vector."""
        deep = self.encoder.states(self.encoder.below(ids, mask), mask)
        return torch.cat([deep, self.wide.states(ids, mask)], dim=-1)

    def count(self, shares: Sequence[float]) -> None:
        """Let the voices count for these shares of the answers."""
        self.shares.copy_(torch.tensor(shares))

    def silence(self, voice: str) -> None:
        """Let a voice count for nothing, and the others for as much as before beside each other."""
        shares = self.shares.clamp(min=1e-6)
        shares[VOICES.index(voice)] = 0.0
        self.count((shares / shares.sum()).tolist())

    def temper(self, temperatures: Sequence[float]) -> None:
        """Let the voices' logits be divided by these temperatures."""
        self.temperatures.copy_(torch.tensor(temperatures))

    def figures(self) -> dict[str, float]:
        """Each voice's share and temperature, by name."""
        told = zip(VOICES, self.shares.tolist(), self.temperatures.tolist(), strict=True)
        each = ({f"{voice}_share": share, f"{voice}_temperature": temperature} for voice, share, temperature in told)
        return {name: value for figures in each for name, value in figures.items()}

    def voices(self, vector: Tensor, context: Tensor) -> Tensor:
        """Logarithms of what each voice says, [voices, n, labels], from the texts' vectors and contexts."""
        text, steps = vector[:, : self.encoder.width], self.head.steps(context)
        wide = self.wide(vector[:, self.encoder.width :], steps)
        said = torch.stack([self.head(text, context), wide, self.probe(text, steps)])
        return (said / self.temperatures[:, None, None]).log_softmax(-1)

    def answers(self, vector: Tensor, context: Tensor) -> Tensor:
        """Logarithms of the voices' probabilities together, each by its share, [n, labels]."""
        return (self.voices(vector, context) + self.shares[:, None, None].log()).logsumexp(0)
