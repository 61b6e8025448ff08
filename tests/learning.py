"""A tiny pretrained transformer and examples it can learn from, for tests of training."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from schemas import Rule
from schemas.alert import Entities, Host, Process
from services.core.example import Example
from services.trainer.plan import RunPlan
from services.trainer.settings import TrainingSettings
from tests.labelled import BP, FP, PLACES, TP, of_alert
from tests.messages import alert, at

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = ("batch", "shell", "process", "started", "high", "low", "host", "cmd", "winnow", "unknown", "web", "db")


def write_base(folder: Path) -> Path:
    """A random BERT of two layers, 32 wide, with a tokenizer of single characters and a few words."""
    characters = [chr(code) for code in range(33, 127)]
    pieces = [*_SPECIAL, *_WORDS, *characters, *(f"##{character}" for character in characters)]
    vocabulary = {piece: place for place, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(  # type: ignore[no-untyped-call]
        folder, safe_serialization=True
    )
    return folder


def plan_of(training: TrainingSettings) -> RunPlan:
    """A run's plan with these settings, about a snapshot that need not be there."""
    return RunPlan(
        model_name="alerts",
        version="v1",
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        snapshot_sha256="0" * 64,
        verdicts=5,
        champion=None,
        training=training,
    )


def tiny_settings(base: Path, **settings: object) -> TrainingSettings:
    """Settings under which the tiny base trains in about a second."""
    values: dict[str, object] = {
        "base": str(base),
        "trained_layers": 1,
        "epochs": 1,
        "head_epochs": 60,
        "max_tokens": 32,
        "threads": 1,
        "nice": 0,
        "head_learning_rate": 1e-2,
        "dropout": 0.1,
        "synthetic": True,
    }
    return TrainingSettings.model_validate(values | settings)


def learnable(size: int = 400, *, seed: int = 1, noise: float = 0.0) -> list[Example]:
    """Examples whose verdict hangs on text and context together, on neither alone.

    What runs as a batch job is an attack when it comes once, what is typed in a shell when it comes again and again.
    """
    random = Random(seed)
    made = []
    for number in range(size):
        kind, often = random.choice(("batch", "shell")), random.random() < 0.5
        attack = (kind == "shell") == often
        if random.random() < noise:
            attack = not attack
        made.append(_example(number, kind, attack=attack, often=often, random=random))
    return made


def _example(number: int, kind: str, *, attack: bool, often: bool, random: Random) -> Example:
    host = random.choice(("web", "db"))
    harmless = BP if host == "web" else FP
    count = random.uniform(2.0, 3.0) if often else random.uniform(0.0, 0.7)
    values = [0.0] * PLACES
    values[0], values[5] = count, random.uniform(0.0, 1.0)  # the second says nothing
    process = Process(command_line=f"{kind} {random.randrange(9)}")
    one = alert(
        f"winnow:test:{number}",
        minutes=number,
        title="process started",
        rule=Rule(id=f"R-{number % 4}"),
        entities=Entities(host=Host(name=host, os="linux"), process=process),
    )
    return of_alert(
        one,
        TP if attack else harmless,
        values=values,
        decided_at=at(number + 0.5),
        analysts=tuple(random.sample(("ana", "ben", "cia", "dan"), 2 if random.random() < 0.3 else 1)),
    )


def attacks(examples: Sequence[Example]) -> int:
    """How many of them are attacks."""
    return sum(example.is_attack for example in examples)
