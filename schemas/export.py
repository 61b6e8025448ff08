"""The contracts as JSON Schema files, for readers and writers that are not Python.

`python -m schemas.export` writes `schemas/json/<Name>.schema.json`; with `--check` it writes nothing, names what
differs on stderr and exits 1. A release copies `schemas/json` to `schemas/released`, against which
`schemas.compatibility` then holds every later change.
"""

import argparse
import json
import sys
from pathlib import Path

from schemas import CONTRACTS, Message

FOLDER = Path(__file__).parent / "json"
RELEASED = Path(__file__).parent / "released"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(contract: type[Message]) -> dict[str, object]:
    """A contract's JSON Schema. It describes messages as they travel: fields that have their default may be absent."""
    return {"$schema": DIALECT, **contract.model_json_schema()}


def file_of(contract: type[Message], *, folder: Path = FOLDER) -> Path:
    """Where a contract's JSON Schema is kept."""
    return folder / f"{contract.__name__}.schema.json"


def exported(folder: Path) -> dict[Path, str]:
    """The files as they should be: path and content."""
    return {file_of(each, folder=folder): json.dumps(schema_of(each), indent=2) + "\n" for each in CONTRACTS}


def differing(folder: Path) -> list[str]:
    """What is not as it should be in a folder: files missing, out of date, or of no contract."""
    wanted = exported(folder)
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return sorted(path.name for path in [*stale, *(set(folder.glob("*.schema.json")) - set(wanted))])


def write(folder: Path) -> None:
    """Write every file, and remove those of contracts that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = exported(folder)
    for path in set(folder.glob("*.schema.json")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None, *, folder: Path = FOLDER) -> int:
    """Run as a command; returns the exit code: 0, or 1 if `--check` found a difference."""
    parser = argparse.ArgumentParser(prog="python -m schemas.export", description="Write the contracts as JSON Schema.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 naming the files that differ")
    if not parser.parse_args(arguments).check:
        write(folder)
        return 0
    found = differing(folder)
    for name in found:
        sys.stderr.write(f"{name} is not as the contract says; run python -m schemas.export\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
