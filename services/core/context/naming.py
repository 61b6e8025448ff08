"""What names an alert's rule, host, user and source."""

from schemas import AlertV1


def rule_of(alert: AlertV1) -> str:
    """What names the rule: its id, else its name, else the alert's title."""
    return alert.rule.id or alert.rule.name or alert.title


def host_of(alert: AlertV1) -> str:
    """What names the machine: its name, else its address, else the connection's destination."""
    entities = alert.entities
    return entities.host.name or entities.host.ip or entities.network.destination_ip


def user_of(alert: AlertV1) -> str:
    """What names the user."""
    return alert.entities.user.name


def source_of(alert: AlertV1) -> str:
    """Where the connection came from."""
    return alert.entities.network.source_ip


def joined(*names: str) -> str:
    """Several names as one."""
    return "\x1f".join(names)
