"""A tiny pretrained model for the tests of training, made once, and a torch that keeps to one thread."""

from pathlib import Path

import pytest
import torch

from services.trainer.base_model import BaseModel, load_base
from tests.learning import write_base


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of two layers in a local folder."""
    return write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def base(base_folder: Path) -> BaseModel:
    """The same, loaded anew for each test, cut to 32 tokens."""
    loaded = load_base(str(base_folder))
    loaded.tokenizer.enable_truncation(32)
    return loaded
