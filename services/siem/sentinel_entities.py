"""The entities of a Microsoft Sentinel alert: a list of typed objects that refer to one another by `$id` and `$ref`.

Source: Microsoft Sentinel entity types reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.siem.document import Document, text_of
from services.siem.draft import Draft
from services.siem.embedded import objects

_NOBODY = Document({})
_MOST = 1_000
"""Entities looked at; Sentinel keeps 500 with an alert."""


def entities_of(value: object) -> Draft:
    """Who and what the first entity of each type names. `value` is the column `Entities`, JSON text or a list."""
    listed = objects(value)[:_MOST]
    by_id = {id_: one for entity in listed for one in _within(entity.fields) if (id_ := text_of(one.fields.get("$id")))}
    first: dict[str, Document] = {}
    for entity in listed:
        resolved = by_id.get(entity.text("$ref"), entity)
        first.setdefault(resolved.text("Type").lower(), resolved)
    return _Named(by_id=by_id, first=first).draft()


def _within(node: object) -> Iterator[Document]:
    """An object and all objects inside it; nesting is bounded where messages are parsed."""
    if isinstance(node, dict):
        yield Document(node)
        for inner in node.values():
            yield from _within(inner)
    elif isinstance(node, list):
        for item in node:
            yield from _within(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The first entity of each type, and all by their ids."""

    by_id: dict[str, Document]
    first: dict[str, Document]

    def draft(self) -> Draft:
        """The contract's fields of whatever types there are."""
        return {name: text for name, text in (self._things() | self._processes() | self._contacts()).items() if text}

    def _of(self, kind: str) -> Document:
        return self.first.get(kind, _NOBODY)

    def _at(self, one: Document, name: str) -> Document:
        part = one.part(name)
        return self.by_id.get(part.text("$ref"), part)

    def _things(self) -> Draft:
        host, account, file = self._of("host"), self._of("account"), self._of("file")
        return {
            "entities.host.name": host.text("HostName", "NetBiosName", "FullName"),
            "entities.host.os": host.text("OSFamily"),
            "entities.user.name": account.text("Name", "DisplayName"),
            "entities.user.domain": account.text("NTDomain", "UPNSuffix"),
            "entities.file.name": file.text("Name"),
            "entities.file.path": _path(file),
            "entities.file.sha256": self._sha256(file),
        }

    def _processes(self) -> Draft:
        process = self._of("process")
        image, parent = self._at(process, "ImageFile"), self._at(process, "ParentProcess")
        return {
            "entities.process.name": image.text("Name"),
            "entities.process.executable": _path(image),
            "entities.process.command_line": process.text("CommandLine"),
            "entities.process.sha256": self._sha256(image),
            "entities.process.parent": _path(self._at(parent, "ImageFile")),
            "entities.process.parent_command_line": parent.text("CommandLine"),
        }

    def _contacts(self) -> Draft:
        connection, mail = self._of("network-connection"), self._of("mailmessage")
        source, destination = self._at(connection, "SourceAddress"), self._at(connection, "DestinationAddress")
        return {
            "entities.network.source_ip": source.text("Address") or self._of("ip").text("Address"),
            "entities.network.source_port": connection.text("SourcePort"),
            "entities.network.destination_ip": destination.text("Address"),
            "entities.network.destination_port": connection.text("DestinationPort"),
            "entities.network.protocol": connection.text("Protocol"),
            "entities.network.domain": self._of("dns").text("DomainName"),
            "entities.url.full": self._of("url").text("Url"),
            "entities.email.sender": mail.text("P2Sender", "Sender", "P1Sender"),
            "entities.email.recipient": mail.text("Recipient") or self._of("mailbox").text("MailboxPrimaryAddress"),
            "entities.email.subject": mail.text("Subject"),
        }

    def _sha256(self, file: Document) -> str:
        hashes = [self.by_id.get(each.text("$ref"), each) for each in objects(file.fields.get("FileHashes"))]
        return next((each.text("Value") for each in hashes if each.text("Algorithm").upper() == "SHA256"), "")


def _path(file: Document) -> str:
    folder, name = file.text("Directory"), file.text("Name")
    separator = "\\" if "\\" in folder or ":" in folder else "/"
    return f"{folder.rstrip(separator)}{separator}{name}" if folder and name else name
