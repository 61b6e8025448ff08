"""A connection in a few words: of what kind its ends are, whether they are neighbours, and the service's port."""

from functools import lru_cache

from schemas.alert import Network
from services.core.addresses import kind_of_address, parsed_address

EPHEMERAL_PORT = 32768
"""First port of Linux's default ephemeral range (ip_local_port_range); IANA's range begins higher, at 49152."""


def flow(network: Network) -> str:
    """`internal->external:443`, and whether both are in one subnet; nothing where neither end is known."""
    if not (network.source_ip or network.destination_ip):
        return ""
    ends = f"{kind_of_address(network.source_ip)}->{kind_of_address(network.destination_ip)}"
    return ends + _port(network.destination_port) + _same_subnet(network.source_ip, network.destination_ip)


@lru_cache(maxsize=4096)
def _same_subnet(source: str, destination: str) -> str:
    """Whether both are addresses of one /24, or one /64 of IPv6."""
    one, other = parsed_address(source), parsed_address(destination)
    if one is None or other is None or one.version != other.version:
        return ""
    host_bits = 8 if one.version == 4 else 64
    return " same subnet" if int(one) >> host_bits == int(other) >> host_bits else ""


def _port(port: int) -> str:
    if not port:
        return ""
    return ":ephemeral" if port >= EPHEMERAL_PORT else f":{port}"
