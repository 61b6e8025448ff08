"""The quality of what the buffer holds, for `winnow data report`: a bar while it is looked at, then a table."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.progress import Progress as Bar

from services.cli.output import console, say, table

if TYPE_CHECKING:
    from services.runtime.buffer import TrainingBuffer
    from services.trainer.quality import Finding, Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found, or which package is missing to look."""

    found: "Quality | None" = None
    missing: str = ""

    @property
    def is_blocked(self) -> bool:
        """Whether no model should be made of this."""
        return self.found is not None and any(one.severity == "blocker" for one in self.found.findings)

    def as_json(self) -> dict[str, Any]:
        """The findings whole; names and alert ids included."""
        return asdict(self.found) if self.found is not None else {"missing": self.missing}


def look(buffer: "TrainingBuffer") -> Looked:
    """Read the examples and check them, with a bar on a terminal; without the trainer's extra only say so."""
    try:
        from services.trainer.quality import Rows, assess
        from services.trainer.quality.assessing import CHECKS
        from services.trainer.settings import TrainerSettings
    except ModuleNotFoundError as error:
        return Looked(missing=(error.name or "").split(".")[0])
    training = TrainerSettings.read().training
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=len(CHECKS) + 2)
        examples = buffer.examples()
        bar.update(task, advance=1, description="rendering")
        rows = Rows.of(examples)
        found = assess(
            rows,
            policy=training.split,
            seed=training.seed,
            tell=lambda check: bar.update(task, advance=1, description=check),
        )
    return Looked(found=found)


def show_quality(looked: Looked) -> None:
    """The findings as a table, the gravest first, and whom or what they are about."""
    if looked.found is None:
        say(f"quality was not looked at: {looked.missing} is not installed; install Winnow with the extra 'trainer'")
        return
    rows = [(one.severity.value, one.name, one.count, f"{one.share:.1%}", _told(one)) for one in looked.found.findings]
    table(
        f"Quality of {looked.found.rows:,} rows; {looked.found.no_hand:.1%} needed no hand",
        ("", "finding", "rows", "share", "what it means, and what to do"),
        rows,
    )


def _told(finding: "Finding") -> str:
    parts = [f"{finding.effect} {finding.advice}"]
    if finding.about:
        parts.append("; ".join(finding.about[:3]))
    if finding.examples:
        parts.append(f"e.g. {', '.join(finding.examples[:3])}")
    return "\n".join(parts)
