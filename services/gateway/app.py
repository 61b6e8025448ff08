"""The HTTP side: routes, their description, and answers. What is done with a request is in `desk`."""

import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Header, Path, Query
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from schemas import DeadLetterReason
from services.gateway.desk import Parts, received
from services.gateway.errors import Malformed, TooLarge, TooSlow, TurnedAway, Unauthenticated
from services.gateway.handler import ANALYST_NOT_ALLOWED, NOT_ACKNOWLEDGED, Route
from services.gateway.openapi import ABOUT, BODY, RESPONSES, SECURITY, SECURITY_SCHEMES
from services.gateway.receipt import Outcome, Problem, Receipt
from services.gateway.settings import FORMAT_NAME, Sender
from services.runtime.metrics import GatewayMetrics

log = logging.getLogger(__name__)

FormatName = Annotated[str, Path(alias="format", pattern=FORMAT_NAME, description="The format of what is sent.")]
_RECOGNISED = "The format of what is sent; where absent, it is recognised."
FormatQuery = Annotated[str | None, Query(alias="format", pattern=FORMAT_NAME, description=_RECOGNISED)]
FormatHeader = Annotated[str | None, Header(alias="X-Winnow-Format", pattern=FORMAT_NAME, description=_RECOGNISED)]


class GatewayApp(FastAPI):
    """FastAPI, with the tokens in its description: they are looked at before anything else, and not by FastAPI."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document = super().openapi()
        document["components"]["securitySchemes"] = SECURITY_SCHEMES
        return document


def gateway_app(parts: Parts, routes: Sequence[Route]) -> FastAPI:
    """The ASGI application: `POST /v1/<route>` and `POST /v1/<route>/<format>` for each route, and /openapi.json."""
    app = GatewayApp(
        title="Winnow gateway", version=version("winnow-soc"), description=ABOUT, docs_url=None, redoc_url=None
    )
    for route in routes:
        _add(app, parts, route)
        _show(parts.metrics, route)
    _answer_errors(app, parts.metrics)
    return app


def _add(app: FastAPI, parts: Parts, route: Route) -> None:
    async def receive(request: Request, query: FormatQuery = None, header: FormatHeader = None) -> Response:
        return await _answered(parts, route, request, format_name=query or header)

    async def receive_format(request: Request, format_name: FormatName) -> Response:
        return await _answered(parts, route, request, format_name=format_name)

    for path, endpoint in ((f"/v1/{route.right}", receive), (f"/v1/{route.right}/{{format}}", receive_format)):
        app.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            summary=f"Send {route.right}",
            response_model=Receipt,
            responses=RESPONSES,
            openapi_extra={"requestBody": BODY, "security": SECURITY},
        )


def _show(metrics: GatewayMetrics, route: Route) -> None:
    """Show a route's outcomes from the start, at zero: Prometheus' `increase` cannot see a counter's first value."""
    metrics.items.labels(route.right, Outcome.ACCEPTED.value, "")
    metrics.items.labels(route.right, Outcome.UNACKNOWLEDGED.value, NOT_ACKNOWLEDGED)
    for reason in (*DeadLetterReason, ANALYST_NOT_ALLOWED):
        metrics.items.labels(route.right, Outcome.REFUSED.value, str(reason))


async def _answered(parts: Parts, route: Route, request: Request, *, format_name: str | None) -> Response:
    try:
        sender, receipt = await received(parts, route, request, format_name=format_name)
    except TurnedAway as away:
        return _turned_away(parts.metrics, route, away, request)
    except ClientDisconnect:
        return _turned_away(parts.metrics, route, Malformed("the connection was closed"), request)
    except Exception as error:  # noqa: BLE001 - the request's boundary; its text might hold the body
        log.error("a request failed", extra={"route": route.right, "error": type(error).__name__})  # noqa: TRY400
        failed = Problem(error="internal_error", detail="the gateway failed; send it again")
        return _problem(parts.metrics, route.right, 500, failed)
    _count(parts.metrics, route, sender, receipt)
    waiting = {"Retry-After": _seconds(parts.section.retry_after_seconds)} if receipt.status == 503 else {}
    return JSONResponse(receipt.model_dump(mode="json"), receipt.status, headers=waiting)


def _count(metrics: GatewayMetrics, route: Route, sender: Sender, receipt: Receipt) -> None:
    metrics.requests.labels(route.right, str(receipt.status)).inc()
    kinds = Counter((item.outcome.value, item.reason) for item in receipt.items)
    for kind, number in kinds.items():
        metrics.items.labels(route.right, *kind).inc(number)
    facts = {"sender": sender.name, "route": route.right, "status": receipt.status, "accepted": receipt.accepted}
    if receipt.status == 200:
        log.debug("accepted", extra=facts)
    else:
        reasons = sorted({reason for _, reason in kinds if reason})
        log.warning("not all was accepted", extra=facts | {"items": len(receipt.items), "reasons": reasons})


def _turned_away(metrics: GatewayMetrics, route: Route, away: TurnedAway, request: Request) -> Response:
    headers = {}
    if away.retry_after is not None:
        headers["Retry-After"] = _seconds(away.retry_after)
    if isinstance(away, TooLarge | TooSlow):
        headers["Connection"] = "close"  # the rest of the body is not wanted
    if isinstance(away, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="winnow", Basic realm="winnow"'
        metrics.unauthenticated.labels(away.cause).inc()
    client = request.client.host if request.client else ""
    facts = {"route": route.right, "status": away.status, "error": away.code, "client": client}
    log.warning("turned a request away", extra=facts)
    return _problem(metrics, route.right, away.status, Problem(error=away.code, detail=away.detail), headers=headers)


def _seconds(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))


def _problem(
    metrics: GatewayMetrics, route: str, status: int, problem: Problem, *, headers: Mapping[str, str] | None = None
) -> Response:
    metrics.requests.labels(route, str(status)).inc()
    return JSONResponse(problem.model_dump(mode="json"), status, headers=headers)


def _answer_errors(app: FastAPI, metrics: GatewayMetrics) -> None:
    """Answer what the libraries turn away, an unknown path or a parameter that does not fit, as all else."""

    async def unknown(_: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        problem = Problem(error=phrase.lower().replace(" ", "_"), detail=phrase)
        return _problem(metrics, "other", error.status_code, problem, headers=error.headers)

    async def unfit(_: Request, error: RequestValidationError) -> Response:
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return _problem(metrics, "other", Malformed.status, Problem(error=Malformed.code, detail=where))

    app.exception_handler(HTTPException)(unknown)
    app.exception_handler(RequestValidationError)(unfit)
