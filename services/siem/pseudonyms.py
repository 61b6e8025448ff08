"""Pseudonyms: who an alert is about, as a keyed hash. The same name always gets the same one; only the key tells which.

HMAC-SHA-256 (RFC 2104) over kind and name. An address becomes another address of its kind, its subnet kept together, so
that "internal" and "same subnet" still hold; a name becomes letters, which no mask of the text takes for an id.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from services.core.addresses import kind_of_address, parsed_address

_LETTERS = "abcdefghijklmnop"
_LENGTH = 12
"""Letters of a pseudonym: 48 bits, one chance in a thousand that two of 750,000 names share one."""
_AROUND = " []"  # as in URLs and mail
_BEFORE_USER = re.compile(r"[\\/:]")
_INTERNAL_NET, _EXTERNAL_NET = 0xFD, 0x20010DB8
"""Unique local addresses (RFC 4193), and those kept for documentation (RFC 3849), which nobody routes."""


class Kind(StrEnum):
    """What can get a pseudonym."""

    USER = "user"
    HOST = "host"
    ADDRESS = "address"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonyms of one key, for the kinds that shall have them. `key` should be 32 random bytes."""

    key: bytes
    kinds: frozenset[Kind] = frozenset(Kind)

    def of(self, kind: Kind, name: str) -> str:
        r"""The pseudonym of a name, or the name itself where its kind gets none.

        A host that is named by its address gets the address's, a user named by an e-mail address that of the e-mail.
        Upper and lower case, a host's domain and a user's `DOMAIN\` make no difference.
        """
        kind = real if (real := _real_kind(kind, name)) in self.kinds else kind
        if kind not in self.kinds or not name:
            return name
        if kind is Kind.ADDRESS:
            address = parsed_address(name.strip(_AROUND))
            return name if address is None else self._address(address)
        return f"{kind.value}-{self._letters(kind, plain(kind, name))}"

    def _address(self, address: IPv4Address | IPv6Address) -> str:
        if address.is_loopback or address.is_multicast or address.is_unspecified:
            return str(address)
        host_bits = 8 if address.version == 4 else 64
        subnet = self._hash(Kind.ADDRESS, f"{address.version}/{int(address) >> host_bits}")
        host = int.from_bytes(self._hash(Kind.ADDRESS, str(address))[:8])
        if kind_of_address(str(address)) == "internal":
            network = _INTERNAL_NET << 56 | int.from_bytes(subnet[:7])
        else:
            network = _EXTERNAL_NET << 32 | int.from_bytes(subnet[:4])
        return str(IPv6Address(network << 64 | host))

    def _letters(self, kind: Kind, name: str) -> str:
        digest = self._hash(kind, name)[: _LENGTH // 2]
        return "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest)

    def _hash(self, kind: Kind, name: str) -> bytes:
        return hmac.digest(self.key, f"{kind.value}\x1f{name}".encode(errors="replace"), "sha256")


def plain(kind: Kind, name: str) -> str:
    r"""The part of a name that stands for it everywhere: `CORP\Ana` as `ana`, `web-3.example.org` as `web-3`.

    AWS writes what a user is of before the name: `AIDAEXAMPLE:ana`, `arn:aws:iam::111122223333:user/ana`.
    """
    name = name.strip().lower()
    if kind is Kind.USER:
        return _BEFORE_USER.split(name)[-1] or name
    return name.partition(".")[0] or name if kind is Kind.HOST else name


def names_of(found: Mapping[str, Kind]) -> dict[str, Kind]:
    """The spellings under which names may stand in a text: as they are, and plain; of `ana@example.org` also `ana`."""
    local = {name.partition("@")[0]: kind for name, kind in found.items() if kind is Kind.USER and "@" in name}
    return local | {
        spelling: kind for name, kind in found.items() for spelling in (plain(_real_kind(kind, name), name), name)
    }


def _real_kind(kind: Kind, name: str) -> Kind:
    if parsed_address(name.strip(_AROUND)) is not None:
        return Kind.ADDRESS
    return Kind.EMAIL if kind is Kind.USER and "@" in name else kind
