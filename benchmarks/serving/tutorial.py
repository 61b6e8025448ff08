"""What a tutorial shows: a Faust agent that asks a `transformers` pipeline about each text that comes.

Run as `python -m benchmarks.serving.tutorial BROKER IN OUT MODEL`, MODEL being a folder that `write_model` made.
"""

import json
import sys
from pathlib import Path
from typing import Any

from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from benchmarks.base_bundle import MAX_TOKENS
from benchmarks.serving.bare_faust import application
from services.trainer.base_model import base_folder
from services.trainer.settings import PACKAGE, PACKAGE_LAYERS


def write_model(folder: Path) -> None:
    """The pretrained base, as many layers of it as Winnow's models have, and an untrained classifier on top."""
    AutoModelForSequenceClassification.from_pretrained(
        base_folder(PACKAGE), num_hidden_layers=PACKAGE_LAYERS, num_labels=3
    ).save_pretrained(folder)
    AutoTokenizer.from_pretrained(base_folder(PACKAGE)).save_pretrained(folder)


if __name__ == "__main__":
    *places, model = sys.argv[1:]
    app, arriving, leaving = application(*places)

    @app.agent(arriving)
    async def answering(stream: Any) -> None:  # noqa: ANN401 - Faust's stream
        """Answer each text."""
        classify = pipeline("text-classification", model=model, top_k=None)
        async for event in stream.events():
            answers = classify(event.value.decode(), truncation=True, max_length=MAX_TOKENS)
            await leaving.send(key=event.key, value=json.dumps(answers).encode())

    sys.argv = ["tutorial", "worker", "--without-web", "-l", "error"]
    app.main()
