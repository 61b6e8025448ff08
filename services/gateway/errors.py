"""Why a whole request is turned away; the class decides the HTTP status. A refused item is no error but an outcome.

TurnedAway
├── Malformed         400: what was sent cannot be read at all
├── Unauthenticated   401: no token, an unknown one, or a signature that does not hold
├── Forbidden         403: the sender may not do this
├── TooSlow           408: the body did not come in time
├── TooLarge          413: more bytes, items or values than are taken
├── Unreadable        415: an encoding that is not understood
├── TooOften          429: too many requests of this sender
└── Busy              503: too many requests at once
"""


class TurnedAway(Exception):
    """A request nothing was done with. The message is for the sender, and names no secret and no content."""

    status = 400
    code = "malformed"

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        """Seconds until it may be tried again."""


class Malformed(TurnedAway):
    """What was sent cannot be read at all."""


class Unauthenticated(TurnedAway):
    """Nobody known has sent this. `cause` is for the operator: the sender is told no more than that it is refused."""

    status = 401
    code = "unauthenticated"

    def __init__(self, detail: str, *, cause: str) -> None:
        super().__init__(detail)
        self.cause = cause


class Forbidden(TurnedAway):
    """The sender may not do this."""

    status = 403
    code = "forbidden"


class TooSlow(TurnedAway):
    """The body did not come in time."""

    status = 408
    code = "too_slow"


class TooLarge(TurnedAway):
    """More bytes, items or values than are taken."""

    status = 413
    code = "too_large"


class Unreadable(TurnedAway):
    """An encoding that is not understood."""

    status = 415
    code = "unreadable"


class TooOften(TurnedAway):
    """Too many requests of this sender."""

    status = 429
    code = "too_often"


class Busy(TurnedAway):
    """Too many requests at once."""

    status = 503
    code = "busy"
