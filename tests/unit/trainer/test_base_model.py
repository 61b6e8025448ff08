"""Where a base model comes from, and what is refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.core.bundle import sha256
from services.trainer.base_model import PACKAGE_NAME, PACKAGE_SHA256, load_base
from services.trainer.errors import BaseModelUnusable
from services.trainer.settings import PACKAGE_LAYERS, TrainingSettings
from services.trainer.training import build_network
from tests.labelled import PLACES


def test_a_local_folder_is_loaded_and_its_weights_are_hashed(base_folder: Path) -> None:
    """The manifest says which weights a model grew from."""
    base = load_base(str(base_folder))
    assert base.info.weights_sha256 == sha256((base_folder / "model.safetensors").read_bytes())
    assert base.model.config.hidden_size == 32
    assert base.tokenizer.encode("batch shell").tokens == ["[CLS]", "batch", "shell", "[SEP]"]


def test_weights_with_another_hash_than_expected_are_refused(base_folder: Path) -> None:
    """A base model is what was pinned, or nothing."""
    with pytest.raises(BaseModelUnusable, match="hash to"):
        load_base(str(base_folder), expected_sha256="0" * 64)


def test_a_folder_without_safetensors_is_refused(base_folder: Path, tmp_path: Path) -> None:
    """Pickled weights run code when they load; they are not looked at."""
    shutil.copytree(base_folder, tmp_path / "pickled")
    (tmp_path / "pickled" / "model.safetensors").rename(tmp_path / "pickled" / "pytorch_model.bin")
    with pytest.raises(BaseModelUnusable, match="no safetensors"):
        load_base(str(tmp_path / "pickled"))


def test_a_damaged_configuration_is_named(base_folder: Path, tmp_path: Path) -> None:
    """The error says which base model cannot be used."""
    shutil.copytree(base_folder, tmp_path / "damaged")
    (tmp_path / "damaged" / "config.json").write_text("{}")
    with pytest.raises(BaseModelUnusable, match="damaged"):
        load_base(str(tmp_path / "damaged"))


def test_the_package_s_model_is_the_pinned_one() -> None:
    """What comes as a Python package is the upstream release, byte for byte."""
    base = load_base("package")
    assert base.info.weights_sha256 == PACKAGE_SHA256
    assert base.info.name == PACKAGE_NAME
    assert base.model.config.hidden_size == 384


def test_a_model_is_of_as_many_layers_as_its_base_is_worth(base_folder: Path) -> None:
    """Half of the package's unless others are asked for, and all of one's own base."""
    asked = [("package", 0), ("package", 6), (str(base_folder), 0)]
    networks = [
        build_network(load_base(base), places=PLACES, settings=TrainingSettings(base=base, layers=layers))
        for base, layers in asked
    ]
    assert [network.encoder.layers for network in networks] == [PACKAGE_LAYERS, 6, 2]


def test_a_hub_id_is_found_in_the_hub_s_local_cache_or_refused_by_name(base_folder: Path, tmp_path: Path) -> None:
    """The hub's own cache layout, and no network. In its own process: the hub's client reads this at import."""
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / "0123456789abcdef0123456789abcdef01234567"
    shutil.copytree(base_folder, snapshot)
    (tmp_path / "models--someone--tiny" / "refs").mkdir()
    (tmp_path / "models--someone--tiny" / "refs" / "main").write_text(snapshot.name)
    code = """
from services.trainer.base_model import load_base
print(load_base("someone/tiny").info.name)
load_base("someone/unknown")
"""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "someone/tiny", done.stderr
    assert "BaseModelUnusable: 'someone/unknown' is neither a folder nor" in done.stderr
