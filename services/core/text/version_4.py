"""Text version 4: version 3, but an alert of which nothing but its description tells has twice the room for it.

Events of clouds and products that have no host, process or connection, and raw log lines, say there all that they say.
"""

from schemas import AlertV1
from services.core.text import version_2, version_3

_ALONE = version_2.Room(says=330, whole=330)
"""Three in four of clouds' events then fit into the tokens that a model reads."""


def render(alert: AlertV1) -> str:
    """The alert's text in version 4."""
    return version_2.rendered(alert, version_3.short, reach=version_3.REACH, alone=_ALONE)
