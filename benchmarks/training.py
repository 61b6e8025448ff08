"""Training beside a plain Hugging Face Trainer: the same base, adapters of the same rank, data, batch and passes.

Two kinds of data: every text new and 64 tokens long, which is the worst case for Winnow's loop; and texts of 24 to 64
tokens that each come with four contexts, which is nearer to a real stream. The head's own training is left out of both;
what Winnow spends on filling its cache of the frozen layers counts.

Run as `python -m benchmarks.training [examples] [rounds]`.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from random import Random

import torch
from peft import LoraConfig, TaskType, get_peft_model
from torch import Tensor
from torch.nn.functional import one_hot
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from benchmarks.report import Line, line, report
from services.core.bundle import LABELS
from services.core.context import CONTEXT_VERSION, FEATURES
from services.trainer.base_model import base_folder, load_base
from services.trainer.samples import Samples
from services.trainer.settings import PACKAGE, TrainingSettings
from services.trainer.training import build_network, fine_tune

_PASSES = 2
_LIBRARIES = ("torch", "transformers", "peft", "accelerate")
_FIRST_WORD, _LAST_WORD = 2000, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Data of one kind: tokens of the shortest and the longest text, and how many contexts each text comes with."""

    name: str
    shortest: int
    longest: int
    contexts: int


SHAPES = (
    Shape(name="every text new, 64 tokens", shortest=64, longest=64, contexts=1),
    Shape(name="24 to 64 tokens, four contexts a text", shortest=24, longest=64, contexts=4),
)


def samples(shape: Shape, *, examples: int, seed: int) -> Samples:
    """Random words; what is learned does not matter to the speed."""
    random = Random(seed)
    texts = examples // shape.contexts
    tokens = [_text(random, shape) for _ in range(texts)]
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(len(LABELS), (examples,), generator=generator)
    return Samples(
        tokens=tokens,
        text_of=torch.arange(examples) % texts,
        contexts=torch.randn(examples, len(FEATURES[CONTEXT_VERSION]), generator=generator),
        labels=labels,
        opinions=one_hot(labels, len(LABELS)).float(),
    )


def _text(random: Random, shape: Shape) -> list[int]:
    length = random.randint(shape.shortest, shape.longest)
    return [101, *(random.randrange(_FIRST_WORD, _LAST_WORD) for _ in range(length - 2)), 102]


def winnow(data: Samples, settings: TrainingSettings) -> float:
    """Examples a second through Winnow's loop."""
    network = build_network(load_base(PACKAGE), places=data.contexts.shape[1], settings=settings)
    few = Samples(
        tokens=data.tokens[:4],
        text_of=torch.arange(4),
        contexts=data.contexts[:4],
        labels=data.labels[:4],
        opinions=data.opinions[:4],
    )
    began = time.perf_counter()
    fine_tune(network, training=data, validation=few, settings=settings, report=lambda _: None, clock=time.perf_counter)
    return _PASSES * len(data) / (time.perf_counter() - began)


def plain(data: Samples, settings: TrainingSettings) -> float:
    """Examples a second through transformers' Trainer, as its documentation has it."""
    folder = base_folder(PACKAGE)
    model = get_peft_model(
        AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(LABELS)),
        LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=settings.lora_rank,
            lora_alpha=settings.lora_alpha,
            target_modules=["query", "key", "value", "dense"],
        ),
    )
    with tempfile.TemporaryDirectory() as out:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=out,
                per_device_train_batch_size=settings.batch,
                num_train_epochs=_PASSES,
                save_strategy="no",
                report_to=[],
                use_cpu=True,
                disable_tqdm=True,
                dataloader_pin_memory=False,
            ),
            train_dataset=_rows(data),
            data_collator=DataCollatorWithPadding(AutoTokenizer.from_pretrained(folder)),
        )
        began = time.perf_counter()
        trainer.train()
    return _PASSES * len(data) / (time.perf_counter() - began)


def _rows(data: Samples) -> list[dict[str, list[int] | Tensor]]:
    texts = [data.tokens[text] for text in data.text_of.tolist()]
    return [
        {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": label}
        for ids, label in zip(texts, data.labels, strict=True)
    ]


def measure(shape: Shape, *, examples: int, rounds: int) -> Line:
    """Both in turn, so that what disturbs the machine disturbs both."""
    settings = TrainingSettings(layers=6, epochs=_PASSES, patience=_PASSES, head_epochs=0)  # as many as the plain one
    ours, theirs = [], []
    for seed in range(rounds):
        data = samples(shape, examples=examples, seed=seed)
        ours.append(winnow(data, settings))
        theirs.append(plain(data, settings))
    return line(f"training, {shape.name}", ours, unit="examples/s", reference=theirs)


def main() -> None:
    """Measure and write `results/training.json`."""
    examples, rounds = (int(given) for given in (*sys.argv[1:], *("192", "3")[len(sys.argv) - 1 :]))
    lines = [measure(shape, examples=examples, rounds=rounds) for shape in SHAPES]
    report("training", lines, libraries=_LIBRARIES)


if __name__ == "__main__":
    main()
