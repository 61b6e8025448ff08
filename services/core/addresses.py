"""IP addresses: how they stand in a text, and of what kind they are."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV4 = r"\d(?<![\w.]\d)\d{0,2}(?:\.\d{1,3}){3}(?!\w|\.\d)"  # a port may follow
IPV6 = r"(?<![\w.:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:]|\.\d)"
"""Patterns of addresses within a text, to be used without regard to case."""

_KINDS = {
    "loopback": ("127.0.0.0/8", "::1/128"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "internal": (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10"),
    ),
}
"""RFC 1122, 5771, 1918, 6598, 3927, 4193, 4291. Written out, as what Python calls private changes between releases."""


def _ranges(version: int) -> tuple[tuple[int, int, str], ...]:
    """First and last address of each kind's networks, as numbers: several times faster to compare than networks."""
    networks = [(ip_network(network), kind) for kind, every in _KINDS.items() for network in every]
    return tuple((int(each[0]), int(each[-1]), kind) for each, kind in networks if each.version == version)


_RANGES = {version: _ranges(version) for version in (4, 6)}


@lru_cache(maxsize=4096)
def kind_of_address(value: str, otherwise: str = "name") -> str:
    """Internal, external, loopback or multicast; `otherwise` for what is no address, nothing for nothing."""
    address = parsed_address(value)
    if address is None:
        return otherwise if value else ""
    number, ranges = int(address), _RANGES[address.version]
    return next((kind for first, last, kind in ranges if first <= number <= last), "external")


@lru_cache(maxsize=4096)
def parsed_address(value: str) -> IPv4Address | IPv6Address | None:
    """The address a text is, an IPv4 address mapped into IPv6 as itself; None if it is none."""
    try:
        address = ip_address(value)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
