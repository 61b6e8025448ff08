"""docker-compose.yml: what each service is given, and how it is stopped and found."""

from pathlib import Path
from typing import Any

import yaml

from services.classifier.settings import ClassifierSection
from services.gateway.settings import GatewaySection

ROOT = Path(__file__).parents[3]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ("classifier", "collector", "trainer", "gateway")
JOBS: dict[str, dict[str, Any]] = {
    job["job_name"]: job
    for job in yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
}


def test_only_who_reads_or_writes_the_buffer_is_given_its_password() -> None:
    """The gateway is nearest to strangers."""
    given = {name for name, service in SERVICES.items() if "DATABASE_PASSWORD" in str(service)}
    assert given == {"database", "collector", "trainer"}


def test_who_needs_the_database_waits_for_it_and_everybody_for_the_topics() -> None:
    """Else the first start fails, and again until they are there."""
    waiting = {name: set(SERVICES[name]["depends_on"]) for name in OURS}
    both = {"topics", "database"}
    assert waiting == {"classifier": {"topics"}, "gateway": {"topics"}, "collector": both, "trainer": both}


def test_a_service_is_given_the_time_that_it_takes_to_end_in_order() -> None:
    """Docker kills after ten seconds unless told otherwise."""
    longest = max(ClassifierSection().stop_timeout_seconds, GatewaySection().stop_seconds)
    for name in OURS:
        assert float(SERVICES[name]["stop_grace_period"].removesuffix("s")) > longest + 5, name


def test_every_service_has_a_process_above_it_that_knows_what_a_first_process_must_do() -> None:
    """Pass on signals, and see to dead children."""
    assert all(SERVICES[name]["init"] for name in OURS)


def test_every_container_of_a_service_is_scraped() -> None:
    """Of the trainer there is one."""
    found = {name: job["dns_sd_configs"] for name, job in JOBS.items() if "dns_sd_configs" in job}
    port = 9100
    assert {name: (one["names"], one["type"], one["port"]) for name, (one,) in found.items()} == {
        name: ([name], "A", port) for name in OURS if name != "trainer"
    }
    assert JOBS["trainer"]["static_configs"] == [{"targets": [f"trainer:{port}"]}]
    assert set(JOBS) == set(OURS)
