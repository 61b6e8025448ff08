"""Alerts and cases of the tools in which analysts work, written for these tests after their documents."""

from typing import Any

QRADAR: dict[str, Any] = {
    "id": 15,
    "description": "Multiple login failures for the same user\n",
    "offense_type": 3,
    "offense_source": "ines",
    "severity": 5,
    "magnitude": 3,
    "credibility": 2,
    "relevance": 4,
    "categories": ["User Login Failure"],
    "rules": [{"id": 100056, "type": "CRE_RULE"}],
    "log_sources": [{"id": 112, "name": "dc-1", "type_id": 12, "type_name": "WindowsAuthServer"}],
    "start_time": 1777895998250,
    "last_updated_time": 1777897000000,
    "close_time": None,
    "closing_user": None,
    "closing_reason_id": None,
    "assigned_to": None,
    "status": "OPEN",
    "domain_id": 0,
}

ALERTS = {"qradar": QRADAR}
