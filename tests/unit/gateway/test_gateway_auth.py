"""Who may send: tokens, rights, formats and signatures."""

import base64
import hashlib
import hmac

import pytest
from pydantic import ValidationError
from starlette.datastructures import Headers

from services.gateway.auth import Senders, check_right, check_signature, new_token, token_of
from services.gateway.errors import Forbidden, Unauthenticated
from services.gateway.settings import GatewaySection, Right, Sender
from tests.gateways import NOW, TOKEN, digest, sender

SECRET = "a-secret-of-the-siem"
BODY = b'{"id": 1}'


def headers(**values: str) -> Headers:
    """Headers as the server hands them on; underscores are hyphens."""
    return Headers({name.replace("_", "-"): value for name, value in values.items()})


def basic(user: str, password: str) -> str:
    """The value of `Authorization` for a user."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "carried",
    [
        headers(authorization=f"Bearer {TOKEN}"),
        headers(authorization=f"bearer {TOKEN}"),
        headers(authorization=basic("winnow", TOKEN)),
        headers(authorization=basic("", TOKEN)),
        headers(x_winnow_token=TOKEN),
        headers(authorization="ApiKey something-else", x_winnow_token=TOKEN),
    ],
)
def test_a_token_is_found_wherever_a_sender_can_put_it(carried: Headers) -> None:
    """Vendors differ in what they can set: a bearer, a user and password, or a header."""
    assert Senders([sender()]).of(carried).name == "siem"


@pytest.mark.parametrize(
    ("carried", "cause"),
    [
        (headers(), "no_token"),
        (headers(authorization="Bearer "), "no_token"),
        (headers(authorization="Basic !!!"), "no_token"),
        (headers(authorization="Basic " + base64.b64encode(b"\xff\xfe:x").decode()), "no_token"),
        (headers(authorization="Bearer wrong"), "unknown_token"),
        (headers(authorization="Bearer tök\xe9n"), "unknown_token"),
        (headers(authorization=f"Bearer {digest(TOKEN)}"), "unknown_token"),
    ],
)
def test_nobody_known_is_turned_away(carried: Headers, cause: str) -> None:
    """Without a token, with a broken one, with another's, or with what the settings file holds of one."""
    with pytest.raises(Unauthenticated) as raised:
        Senders([sender()]).of(carried)
    assert raised.value.cause == cause


def test_a_token_and_its_successor_both_hold() -> None:
    """So that a sender can be given a new one without a gap."""
    senders = Senders(
        [sender(token_sha256=[digest("old"), digest("new")]), sender(name="b", token_sha256=[digest("b")])]
    )
    assert [senders.of(headers(x_winnow_token=token)).name for token in ("old", "new", "b")] == ["siem", "siem", "b"]


def test_a_new_token_is_known_by_what_is_printed_beside_it() -> None:
    """And no two are the same."""
    token, hashed = new_token()
    assert Senders([sender(token_sha256=[hashed])]).of(headers(x_winnow_token=token)).name == "siem"
    assert new_token()[0] != token
    assert len(token) >= 43  # 256 bits


def test_a_right_is_needed() -> None:
    """Alerts are not verdicts."""
    only_alerts = sender(rights=["alerts"])
    assert check_right(only_alerts, Right.ALERTS, format_name=None) is None
    with pytest.raises(Forbidden, match="feedback"):
        check_right(only_alerts, Right.FEEDBACK, format_name=None)


def test_the_only_format_of_a_sender_is_assumed() -> None:
    """A vendor that cannot name it need not."""
    assert check_right(sender(formats=["elastic"]), Right.ALERTS, format_name=None) == "elastic"


@pytest.mark.parametrize("named", [None, "wazuh"])
def test_a_sender_stays_within_its_formats(named: str | None) -> None:
    """What is not named might be recognised as another."""
    with pytest.raises(Forbidden, match="elastic, suricata"):
        check_right(sender(formats=["elastic", "suricata"]), Right.ALERTS, format_name=named)


def signature(body: bytes, secret: str = SECRET) -> str:
    """As a sender makes it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("name", ["X-Hub-Signature-256", "x-signature-256"])
def test_a_signature_over_the_body_holds(name: str) -> None:
    """The example of GitHub's documents is this computation."""
    check_signature(sender(hmac_secret=SECRET), Headers({name: signature(BODY)}), BODY, now=NOW)


def test_githubs_own_example_holds() -> None:
    """From "Validating webhook deliveries", section "Testing the webhook payload validation"."""
    example = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    signed = sender(hmac_secret="It's a Secret to Everybody")
    check_signature(signed, headers(x_hub_signature_256=example), b"Hello, World!", now=NOW)


@pytest.mark.parametrize(
    "carried",
    [
        headers(),
        headers(x_signature_256=signature(BODY, "another")),
        headers(x_signature_256=signature(b'{"id": 2}')),
        headers(x_signature_256=signature(BODY).removeprefix("sha256=")),
        headers(x_signature_256="sha256=\xe9"),
    ],
)
def test_another_signature_does_not_hold(carried: Headers) -> None:
    """None, another secret's, another body's, or what is no signature."""
    with pytest.raises(Unauthenticated) as raised:
        check_signature(sender(hmac_secret=SECRET), carried, BODY, now=NOW)
    assert raised.value.cause == "signature"


def timed(age: float, *, signed_age: float | None = None) -> Headers:
    """A request signed so long ago, perhaps with another time beside it."""
    time = str(int(NOW - age))
    signed = str(int(NOW - (age if signed_age is None else signed_age)))
    return headers(x_signature_timestamp=time, x_signature_256=signature(f"{signed}.".encode() + BODY))


EXPIRING = {"hmac_secret": SECRET, "hmac_max_age_seconds": 300}


@pytest.mark.parametrize("age", [0, 299, -299])
def test_a_recent_signature_holds(age: float) -> None:
    """Clocks may differ either way."""
    check_signature(sender(**EXPIRING), timed(age), BODY, now=NOW)


@pytest.mark.parametrize(
    ("carried", "cause"),
    [
        (timed(301), "timestamp"),
        (timed(-301), "timestamp"),
        (headers(x_signature_256=signature(BODY)), "timestamp"),
        (headers(x_signature_timestamp="soon", x_signature_256=signature(BODY)), "timestamp"),
        (headers(x_signature_timestamp="9" * 5000, x_signature_256=signature(BODY)), "timestamp"),
        (timed(0, signed_age=3600), "signature"),
    ],
)
def test_a_copied_request_expires(carried: Headers, cause: str) -> None:
    """And neither a new time beside the old signature nor none at all revives it."""
    with pytest.raises(Unauthenticated) as raised:
        check_signature(sender(**EXPIRING), carried, BODY, now=NOW)
    assert raised.value.cause == cause


def test_a_sender_without_a_secret_need_not_sign() -> None:
    """Most vendors cannot."""
    check_signature(sender(), headers(), BODY, now=NOW)


@pytest.mark.parametrize(
    ("analysts", "analyst", "may"),
    [
        (["*"], "ana", True),
        (["*"], "", True),
        (["ana"], "ana", True),
        (["ana"], "Ana", False),
        (["ana"], "", False),
        (["an*"], "ana", False),
    ],
)
def test_a_sender_speaks_for_its_analysts_alone(analysts: list[str], analyst: str, may: bool) -> None:
    """Names are exact; an unnamed verdict needs the right to anybody's."""
    assert sender(analysts=analysts).may_speak_for(analyst) is may


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"rights": ["feedback"], "analysts": []}, "whose verdicts"),
        ({"rights": []}, "rights"),
        ({"token_sha256": []}, "token_sha256"),
        ({"token_sha256": [TOKEN]}, "token_sha256"),
        ({"rights": ["everything"]}, "rights"),
    ],
)
def test_a_sender_that_makes_no_sense_is_no_setting(fields: dict[str, object], problem: str) -> None:
    """A token in place of its hash above all."""
    with pytest.raises(ValidationError, match=problem):
        sender(**fields)


def test_two_senders_share_neither_name_nor_token() -> None:
    """Otherwise it would be a matter of luck which one's rights count."""
    with pytest.raises(ValidationError, match="same names"):
        GatewaySection(senders=(sender(), sender(token_sha256=[digest("b")])))
    with pytest.raises(ValidationError, match="same tokens"):
        GatewaySection(senders=(sender(), sender(name="b")))


def test_a_senders_secret_is_not_printed() -> None:
    """Settings end up in logs."""
    assert SECRET not in repr(Sender(**sender().model_dump() | {"hmac_secret": SECRET}))


def test_the_password_of_a_user_may_have_colons() -> None:
    """Only the first one parts (RFC 7617, section 2)."""
    assert token_of(headers(authorization=basic("user", "a:b"))) == "a:b"
