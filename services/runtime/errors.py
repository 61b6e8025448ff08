"""What can go wrong between a process and its surroundings; the class decides what is done.

RuntimeFailure
├── SettingsInvalid     stop: a person must mend it (exit code 2)
├── Unavailable         retry, then stop (exit code 3): Kafka, the database or the store does not answer
└── StoreError          keep what serves: the store answered, but not with what was asked
    ├── VersionExists   a bundle is immutable; another of the same version is refused
    └── SnapshotOutdated    a snapshot of the same partition that stands further is there; that one counts
"""


class RuntimeFailure(Exception):
    """Any failure this package names."""


class SettingsInvalid(RuntimeFailure):
    """A person must mend the settings."""


class Unavailable(RuntimeFailure):
    """Something the process needs does not answer."""


class StoreError(RuntimeFailure, OSError):
    """The model store answered, but not with what was asked for."""


class VersionExists(StoreError):
    """A bundle of that version exists already, and bundles are immutable."""


class SnapshotOutdated(StoreError):
    """A snapshot of the same partition that stands as far or further is there already."""
