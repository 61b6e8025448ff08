"""The same two graphs and tokenizer in MLServer, batched by it; lives in MLServer's own environment.

The head gets a context of zeros: MLServer has no memory of what came before.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput
from tokenizers import Tokenizer


class AlertModel(MLModel):  # type: ignore[misc]  # MLServer has an environment of its own
    """Texts in, probabilities of the three verdicts out."""

    async def load(self) -> bool:
        """Open the bundle that the model's settings name."""
        folder = Path(self.settings.parameters.uri)
        self._encoder, self._head = _session(folder / "encoder.onnx"), _session(folder / "head.onnx")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(json.loads((folder / "manifest.json").read_bytes())["max_tokens"])
        self._tokenizer.enable_padding()
        self._places = self._head.get_inputs()[1].shape[1]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Answer a batch that MLServer has put together."""
        encodings = self._tokenizer.encode_batch(StringCodec.decode_input(payload.inputs[0]))
        ids = np.array([each.ids for each in encodings], dtype=np.int64)
        mask = np.array([each.attention_mask for each in encodings], dtype=np.int64)
        vectors = self._encoder.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]
        contexts = np.zeros((len(vectors), self._places), dtype=np.float32)
        names = [each.name for each in self._head.get_inputs()]
        logits = self._head.run(None, dict(zip(names, (vectors, contexts), strict=True)))[0]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        output = ResponseOutput(
            name="probabilities", shape=list(shares.shape), datatype="FP32", data=shares.ravel().tolist()
        )
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=[output])


def _session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    slow = ["SkipLayerNormFusion"]  # left out by Winnow's sessions, so here as well
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=slow)
