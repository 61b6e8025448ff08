"""What an alert says, as the one text that training and serving both read.

`render_alert` is pure and deterministic; every change of what it returns is a new text version, and a bundle serves
with the version it was trained with. What decides comes first, what never repeats is masked, addresses become their
kind, and whatever an attacker can write is quoted, so that it cannot imitate the alert's own structure.
"""

from collections.abc import Callable

from schemas import AlertV1
from services.core.errors import VersionUnknown
from services.core.text import version_1, version_2, version_3, version_4

TEXT_VERSION = 4
"""The version new models are trained with."""

_RENDERERS: dict[int, Callable[[AlertV1], str]] = {
    1: version_1.render,
    2: version_2.render,
    3: version_3.render,
    4: version_4.render,
}


def render_alert(alert: AlertV1, *, version: int = TEXT_VERSION) -> str:
    """The alert's text in the given text version.

    Raises:
        VersionUnknown: this build cannot render that version.
    """
    return renderer(version)(alert)


def renderer(version: int) -> Callable[[AlertV1], str]:
    """The function that renders a text version; a bundle's is looked up once, at load.

    Raises:
        VersionUnknown: this build cannot render that version.
    """
    try:
        return _RENDERERS[version]
    except KeyError:
        raise VersionUnknown(f"text version {version} is unknown here; known: {sorted(_RENDERERS)}") from None
