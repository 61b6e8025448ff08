"""Who and what a Microsoft Defender alert is about: Graph's and Endpoint's typed evidence, and rows of AlertEvidence.

Source: Microsoft Graph `alertEvidence` and the types derived from it; the advanced hunting table AlertEvidence.
"""

from services.siem.document import Document
from services.siem.draft import Draft
from services.siem.embedded import objects

_RECEIVING = frozenset({"destination", "commandandcontrol", "attacked", "scanned"})
_MARKS_OF_TYPE = (
    ("imageFile", "process"),
    ("processCommandLine", "process"),
    ("fileDetails", "file"),
    ("ipAddress", "ip"),
    ("primaryAddress", "mailbox"),
    ("userAccount", "user"),
)


def entities_of_row(row: Document) -> Draft:
    """One entity of an AlertEvidence row: `FileName` is a process's image or a file, by `EntityType`."""
    part, place = ("process", "executable") if row.text("EntityType").lower() == "process" else ("file", "path")
    side = "source" if row.text("EvidenceDirection").lower() == "source" else "destination"
    return {
        f"entities.{part}.name": row.text("FileName"),
        f"entities.{part}.{place}": _path(row.text("FolderPath"), row.text("FileName")),
        f"entities.{part}.sha256": row.text("SHA256"),
        f"entities.network.{side}_ip": row.text("RemoteIP"),
    }


def entities_of(evidence: object) -> Draft:
    """Who and what the first evidence of each type names. `evidence` is the list in an alert."""
    by_type: dict[str, Document] = {}
    for each in objects(evidence):
        by_type.setdefault(_type(each), each)
    nobody = Document({})
    process, file = by_type.get("process", nobody), by_type.get("file", nobody)
    persons = [by_type[kind] for kind in ("user", "mailbox", "process") if kind in by_type]
    return _process(process) | _file(file) | _address(by_type.get("ip", nobody)) | _person(persons)


def _type(one: Document) -> str:
    """By Graph's `@odata.type` or Endpoint's `entityType`; by a field only that type has where annotations are off."""
    named = one.text("@odata.type", "entityType").rpartition(".")[2].removesuffix("Evidence").lower()
    return named or next((kind for mark, kind in _MARKS_OF_TYPE if one.has(mark)), "")


def _process(one: Document) -> Draft:
    name = one.text("imageFile.fileName", "fileName")
    parent = one.text("parentProcessImageFile.fileName", "parentProcessFileName")
    return {
        "entities.process.name": name,
        "entities.process.executable": _path(one.text("imageFile.filePath", "filePath"), name),
        "entities.process.sha256": one.text("imageFile.sha256", "sha256"),
        "entities.process.command_line": one.text("processCommandLine"),
        "entities.process.parent": _path(one.text("parentProcessImageFile.filePath", "parentProcessFilePath"), parent),
    }


def _file(one: Document) -> Draft:
    name = one.text("fileDetails.fileName", "fileName")
    return {
        "entities.file.name": name,
        "entities.file.path": _path(one.text("fileDetails.filePath", "filePath"), name),
        "entities.file.sha256": one.text("fileDetails.sha256", "sha256"),
    }


def _address(one: Document) -> Draft:
    """The address something came from, unless its roles say that it was on the receiving side."""
    roles = {role.lower() for role in one.texts("roles")}
    side = "destination" if roles & _RECEIVING else "source"
    return {f"entities.network.{side}_ip": one.text("ipAddress")}


def _person(persons: list[Document]) -> Draft:
    """The first account that is named: the user's own evidence comes before a process's."""
    for one in persons:
        if name := one.text("userAccount.accountName", "accountName", "userAccount.userPrincipalName"):
            domain = one.text("userAccount.domainName", "domainName")
            return {"entities.user.name": name, "entities.user.domain": domain}
    return {}


def _path(folder: str, name: str) -> str:
    """Folder and file name as one path; some sensors write the whole path into the folder."""
    if not folder or not name or folder.lower().endswith(name.lower()):
        return folder or name
    separator = "\\" if "\\" in folder or ":" in folder else "/"
    return f"{folder.rstrip(separator)}{separator}{name}"
