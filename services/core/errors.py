"""What can be wrong with the things core knows.

CoreError
├── BundleError            a model bundle that must not serve
│   ├── ManifestInvalid    its manifest cannot be read, or is of a format this version does not know
│   ├── FileCorrupt        a file is missing, or its size or sha256 is not the manifest's
│   └── VersionUnknown     it needs a text or context version this build does not have
├── SnapshotInvalid        contexts written down that this build cannot go on from
└── DataError              training data that cannot be used as it is
"""


class CoreError(Exception):
    """Any failure this package names."""


class BundleError(CoreError):
    """A model bundle that must not serve."""


class ManifestInvalid(BundleError):
    """The manifest cannot be read, or is of a format this version does not know."""


class FileCorrupt(BundleError):
    """A file is missing, or its size or sha256 is not the one in the manifest."""


class VersionUnknown(BundleError):
    """The bundle needs a text or context version this build does not have."""


class SnapshotInvalid(CoreError):
    """Contexts written down that this build cannot go on from: damaged, or of another version."""


class DataError(CoreError):
    """Training data that cannot be used as it is: too little of it, or a class without an example."""
