"""What can go wrong in the sandbox; each message says what to do next.

SandboxError
├── ServiceFailed           a service did not start, or ended
├── DemoFailed              an act of the demo could not be played
└── BrokerError             the embedded Kafka
    ├── JarsUnavailable     its jars could not be downloaded
    ├── JarRejected         a jar is not the one that is pinned
    ├── BrokerBusy          a broker already runs on the folder
    ├── PortTaken           another process listens on a port the broker needs
    └── BrokerFailed        it did not start, or did not answer in time
"""


class SandboxError(Exception):
    """Any failure this package names."""


class ServiceFailed(SandboxError):
    """A service of the local system did not start, or ended."""


class DemoFailed(SandboxError):
    """An act of the demo could not be played to its end."""


class BrokerError(SandboxError):
    """The embedded Kafka cannot be used."""


class JarsUnavailable(BrokerError):
    """Kafka's jars could not be downloaded."""


class JarRejected(BrokerError):
    """A jar's sha256 is not the pinned one."""


class BrokerBusy(BrokerError):
    """A broker already runs on the folder."""


class PortTaken(BrokerError):
    """Another process listens on a port the broker needs."""


class BrokerFailed(BrokerError):
    """The broker did not start, or did not answer in time."""
