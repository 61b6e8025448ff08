"""What happens as each vendor's own JSON, one file a vendor."""

from datetime import datetime
from typing import Protocol

from services.sandbox.soc.happening import Happening
from services.sandbox.soc.native import elastic, suricata, wazuh


class Written(Protocol):
    """Writes a happening: the vendor's document, and the id AlertV1 will have."""

    def __call__(self, happening: Happening, *, at: datetime, serial: int) -> tuple[dict[str, object], str]:
        """`at` is the alert's time (UTC); `serial` counts all alerts and makes ids unique."""


WRITERS: dict[str, Written] = {"elastic": elastic.written, "suricata": suricata.written, "wazuh": wazuh.written}
"""By format."""
