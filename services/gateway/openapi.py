"""The parts of the OpenAPI document that the code's types do not say."""

from typing import Any

from services.gateway.auth import TOKEN_HEADER
from services.gateway.receipt import Problem, Receipt

ABOUT = """Alerts and verdicts for Winnow, from senders that speak HTTP.

A body is one alert or verdict or many, in any format Winnow reads: a JSON object, a JSON array, JSON lines, or what a
vendor wraps them in; gzip is understood. Each item becomes one Kafka message. An answer comes once Kafka has
acknowledged them, and says of each item what became of it.
"""
_JSON_LINES = "One JSON object a line."
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}},
        "application/x-ndjson": {"schema": {"type": "string", "description": _JSON_LINES}},
    },
}
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The password is the token; any user will do."},
    "token": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER},
}
SECURITY: list[dict[str, list[str]]] = [{name: []} for name in SECURITY_SCHEMES]
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Receipt, "description": "Kafka has all of it."},
    207: {"model": Receipt, "description": "Kafka has what is not refused."},
    400: {"model": Problem, "description": "It cannot be read at all."},
    401: {"model": Problem, "description": "No token, an unknown one, or a signature that does not hold."},
    403: {"model": Problem, "description": "The sender may not do this."},
    404: {"model": Problem, "description": "There is no such path."},
    405: {"model": Problem, "description": "There is only POST."},
    408: {"model": Problem, "description": "The body did not come in time."},
    413: {"model": Problem, "description": "More bytes, items or values than are taken."},
    415: {"model": Problem, "description": "Another Content-Encoding than gzip."},
    422: {"model": Receipt, "description": "All of it is refused."},
    429: {"model": Problem, "description": "Too many requests of this sender.", "headers": _RETRY},
    500: {"model": Problem, "description": "The gateway failed."},
    503: {
        "model": Receipt | Problem,
        "description": "Kafka has not confirmed all of it, or too many requests are underway: send it again.",
        "headers": _RETRY,
    },
}
