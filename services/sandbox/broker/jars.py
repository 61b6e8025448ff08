"""Kafka's jars: found in the local Maven repository, else downloaded, and always checked by sha256.

`jars.sha256` pins them, one `sha256  path` per line, the path as in any Maven repository, so that
`sha256sum -c` run in a local repository checks the same thing. As every file is listed there is no dependency
resolution: what runs is what was pinned, whatever a repository says today.
"""

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from services.sandbox.errors import JarRejected, JarsUnavailable

PINNED = Path(__file__).with_name("jars.sha256")
_DOWNLOADS_AT_ONCE = 4
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Jar:
    """One pinned file: its path within a Maven repository, and its sha256 in hex."""

    path: PurePosixPath
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MavenRepositories:
    """Where jars come from: the local repository's folder, and remote ones, name to URL, tried in order."""

    local: Path
    remote: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def configured(cls) -> "MavenRepositories":
        """Those of jgo's settings file and environment; a repository named `central` there is the mirror to use."""
        settings = GlobalSettings.load()
        return cls(local=settings.repo_cache, remote={"central": MAVEN_CENTRAL_URL, **settings.repositories})


def read_pins(file: Path = PINNED) -> tuple[Jar, ...]:
    """The jars a pin file lists, in its order."""
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return tuple(Jar(path=PurePosixPath(path), sha256=sha256) for sha256, path in lines)


def resolve_jars(
    jars: Sequence[Jar], *, repositories: MavenRepositories, say: Callable[[str], None]
) -> tuple[Path, ...]:
    """Paths of the verified jars, in order; those the local repository lacks are downloaded into it.

    Raises JarsUnavailable when a download fails, JarRejected when a file is not the pinned one.
    """
    missing = [jar for jar in jars if not (repositories.local / jar.path).exists()]
    if missing:
        say(f"downloading {len(missing)} of Kafka's {len(jars)} jars (44 MB in all) into {repositories.local}")
        _download_all(missing, repositories)
    return tuple(_verified(repositories.local / jar.path, jar) for jar in jars)


def _download_all(jars: Sequence[Jar], repositories: MavenRepositories) -> None:
    """Download beside the local repository, verify, then move in: it never holds a partial or foreign file."""
    try:
        repositories.local.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=repositories.local, prefix=".winnow-") as folder:
            context = MavenContext(
                repo_cache=Path(folder), remote_repos=dict(repositories.remote), timeout=_TIMEOUT_SECONDS
            )
            with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
                downloads = [pool.submit(_download, jar, context, repositories.local) for jar in jars]
                try:
                    for download in downloads:
                        download.result()
                finally:
                    pool.shutdown(wait=True, cancel_futures=True)
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, jgo's are RuntimeErrors
        raise JarsUnavailable(_how_to_get_them(repositories, error)) from error


def _download(jar: Jar, context: MavenContext, local: Path) -> None:
    *group, artifact, version, _ = jar.path.parts
    project = context.project(".".join(group), artifact)
    downloaded = _verified(project.at_version(version).artifact().resolve(), jar)
    target = local / jar.path
    target.parent.mkdir(parents=True, exist_ok=True)
    downloaded.replace(target)


def _verified(file: Path, jar: Jar) -> Path:
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != jar.sha256:
        raise JarRejected(
            f"{file} is not the pinned Kafka jar: its sha256 is {found}, expected {jar.sha256}. "
            "It may be damaged, or a mirror may serve something else. Delete the file and start again; "
            "if it comes back the same, do not use that mirror."
        )
    return file


def _how_to_get_them(repositories: MavenRepositories, error: Exception) -> str:
    return (
        f"Kafka's jars could not be downloaded: {error}\n"
        "The embedded Kafka needs them once: about 44 MB from a Maven repository (what arrived already is kept).\n"
        f"- They are kept in {repositories.local} (the variable M2_REPO moves it); a copy of that folder from a "
        "machine that has them works too.\n"
        "- A proxy is taken from the variable HTTPS_PROXY, a private certificate authority from REQUESTS_CA_BUNDLE.\n"
        "- A mirror is named in ~/.config/jgo.conf: a section [repositories] with the line `central = URL`.\n"
        "Or use a Kafka cluster of your own instead of the embedded one."
    )
