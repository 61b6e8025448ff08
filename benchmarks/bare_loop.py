"""The bare loop: texts through tokenizer and encoder with nothing around them, in the two ways a CPU can do it best.

Run as a process of its own, as the classifier is: `python -m benchmarks.bare_loop BUNDLE TEXTS`, where TEXTS is a JSON
list of texts. It prints texts a second, one figure for each way.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from services.core.bundle import ENCODER, ENCODER_INPUTS, ENCODER_OUTPUT, MANIFEST, TOKENIZER, read_manifest
from services.runtime.cores import usable_cores
from services.runtime.graph_sessions import CPU, SLOW_ON_CPU

BATCH = 32


def session(graph: bytes, *, threads: int) -> ort.InferenceSession:
    """The encoder on so many threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=[CPU], disabled_optimizers=list(SLOW_ON_CPU))


def one_at_a_time(folder: Path, texts: Sequence[str]) -> float:
    """Texts a second, one text a run and one thread a core."""
    cores = usable_cores()
    encoder, tokenizer = session((folder / ENCODER).read_bytes(), threads=1), _tokenizer(folder)

    def encode(mine: Sequence[str]) -> None:
        for text in mine:
            ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
            encoder.run([ENCODER_OUTPUT], dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True)))

    with ThreadPoolExecutor(cores) as pool:
        return _speed(texts, lambda given: list(pool.map(encode, [given[core::cores] for core in range(cores)])))


def sorted_batches(folder: Path, texts: Sequence[str]) -> float:
    """Texts a second in batches of texts of like length, all cores on one batch."""
    encoder, tokenizer = session((folder / ENCODER).read_bytes(), threads=usable_cores()), _tokenizer(folder)
    tokenizer.enable_padding()

    def encode(given: Sequence[str]) -> None:
        ordered = sorted(given, key=len)
        for begin in range(0, len(ordered), BATCH):
            encodings = tokenizer.encode_batch(ordered[begin : begin + BATCH])
            ids = np.array([each.ids for each in encodings], dtype=np.int64)
            mask = np.array([each.attention_mask for each in encodings], dtype=np.int64)
            encoder.run([ENCODER_OUTPUT], dict(zip(ENCODER_INPUTS, (ids, mask), strict=True)))

    return _speed(texts, encode)


def _speed(texts: Sequence[str], encode: Callable[[Sequence[str]], object]) -> float:
    encode(texts[: len(texts) // 10])  # warm
    began = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - began)


def _tokenizer(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(read_manifest((folder / MANIFEST).read_bytes()).max_tokens)
    tokenizer.no_padding()
    return tokenizer


def main() -> None:
    """Measure both ways."""
    folder, texts = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps([one_at_a_time(folder, texts), sorted_batches(folder, texts)]))


if __name__ == "__main__":
    main()
