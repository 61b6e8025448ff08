"""Folders and object stores alike, through fsspec: opening one, writing a file whole or not at all, naming failures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import fsspec
from fsspec import AbstractFileSystem

from services.runtime.errors import StoreError


def opened(url: str) -> tuple[AbstractFileSystem, PurePosixPath]:
    """The filesystem that a folder or URL names, and the place within it.

    Raises:
        StoreError: it cannot be opened.
    """
    url = url if "://" in url else str(Path(url).absolute())
    with store_errors(f"the store {url} cannot be opened"):
        files, root = fsspec.core.url_to_fs(url)
    return files, PurePosixPath(root)


def put_whole(files: AbstractFileSystem, target: PurePosixPath, data: bytes) -> None:
    """Write whole or not at all: object stores do so by themselves, a folder by renaming."""
    partial = target.with_name(f".{target.name}.partial")
    files.pipe_file(str(partial), data)
    files.mv(str(partial), str(target))


@contextmanager
def store_errors(what: str) -> Iterator[None]:
    """Any failure as a StoreError: each store's library has errors of its own, with no class in common."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(f"{what}: {error}") from error
