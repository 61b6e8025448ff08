"""Who sends: tokens, and signatures over the body. Everything secret is compared in constant time."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence

from services.gateway.errors import Forbidden, Unauthenticated
from services.gateway.settings import Right, Sender

TOKEN_HEADER = "X-Winnow-Token"  # noqa: S105 - the header's name
SIGNATURE_HEADERS = ("X-Hub-Signature-256", "X-Signature-256")
"""`sha256=` and the hex digest; the first name is GitHub's ("Validating webhook deliveries")."""
TIMESTAMP_HEADER = "X-Signature-Timestamp"
_PREFIX = "sha256="
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def new_token() -> tuple[str, str]:
    """A token of 256 random bits, and the SHA-256 that settings hold of it."""
    token = secrets.token_urlsafe(32)
    return token, _digest(token)


class Senders:
    """Those who may send, found by their tokens."""

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._known = [(sender, digest) for sender in senders for digest in sender.token_sha256]

    def of(self, headers: Mapping[str, str]) -> Sender:
        """The sender whose token the headers carry; all known tokens are compared, whichever fits.

        Raises:
            Unauthenticated: there is no token, or nobody has it.
        """
        token = token_of(headers)
        if not token:
            raise Unauthenticated(
                f"send a token: 'Authorization: Bearer …', the password of 'Basic', or {TOKEN_HEADER}", cause="no_token"
            )
        digest = _digest(token)
        fitting = [sender for sender, known in self._known if hmac.compare_digest(digest, known)]
        if not fitting:
            raise Unauthenticated("the token is not known", cause="unknown_token")
        return fitting[0]


def token_of(headers: Mapping[str, str]) -> str:
    """The token of `Authorization` (Bearer, or Basic's password with any user), else of the token's own header."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            return _password(value.strip())
        case _:
            return headers.get(TOKEN_HEADER.lower(), "").strip()


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def check_right(sender: Sender, right: Right, *, format_name: str | None) -> str | None:
    """The format in which the sender sends, None where it is to be recognised.

    Raises:
        Forbidden: the sender lacks the right, or may not send that format.
    """
    if right not in sender.rights:
        raise Forbidden(f"this sender may not send {right}")
    if not sender.formats:
        return format_name
    if format_name is None and len(sender.formats) == 1:
        return sender.formats[0]
    if format_name not in sender.formats:
        raise Forbidden(f"this sender must name a format it may send: {', '.join(sender.formats)}")
    return format_name


def check_signature(sender: Sender, headers: Mapping[str, str], body: bytes, *, now: float) -> None:
    """Hold the body against its signature, where the sender has a secret; `now` is in seconds since 1970.

    What is signed is the body as it was sent. Where the sender has a largest age it is the time's header, a full stop
    and the body.

    Raises:
        Unauthenticated: the signature is missing or another, or its time is too far from now.
    """
    secret = sender.hmac_secret.get_secret_value()
    if not secret:
        return
    signed = body if sender.hmac_max_age_seconds is None else _timed(headers, sender.hmac_max_age_seconds, now) + body
    expected = _PREFIX + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    given = next((headers[name.lower()] for name in SIGNATURE_HEADERS if name.lower() in headers), "")
    if not hmac.compare_digest(expected.encode(), given.strip().encode()):
        raise Unauthenticated(f"{' or '.join(SIGNATURE_HEADERS)} does not hold for the body", cause="signature")


def _timed(headers: Mapping[str, str], most: float, now: float) -> bytes:
    time = headers.get(TIMESTAMP_HEADER.lower(), "").strip()
    if not _SECONDS.fullmatch(time) or abs(now - int(time)) > most:
        raise Unauthenticated(f"{TIMESTAMP_HEADER} is not within {most:g} s of now", cause="timestamp")
    return f"{time}.".encode()
