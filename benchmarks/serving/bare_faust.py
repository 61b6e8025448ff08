"""Faust as tutorials set it up: an application between two topics of bytes, nothing kept, no web server."""

from typing import Any

import faust


def application(broker: str, taken: str, given: str) -> tuple[faust.App, Any, Any]:
    """The application, and its topics in and out."""
    app = faust.App(
        f"group-of-{taken}",
        broker=f"kafka://{broker}",
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        store="memory://",
        autodiscover=False,
        consumer_auto_offset_reset="earliest",
    )
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    return app, app.topic(taken, **raw), app.topic(given, **raw)
