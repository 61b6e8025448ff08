"""Labelled alerts whose verdict hangs on their text, so that a test can plant one defect and find no other."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from schemas import Rule, Verdict
from schemas.alert import Entities, Host, Process
from services.core.example import Example
from services.trainer.quality import Finding, Rows
from tests.labelled import BP, FP, PLACES, TP, of_alert
from tests.messages import alert, at

_TOOLS = {
    TP: ("mimikatz sekurlsa dump", "encoded powershell download", "shadow copies deleted"),
    BP: ("backup agent ran", "patch installer ran", "inventory scan ran"),
    FP: ("printer driver loaded", "browser updated itself", "clock was set"),
}


def name_of(number: int) -> str:
    """A name that no mask takes for a number: letters, in the order of the numbers."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:06d}")


def labelled(number: int, label: Verdict = FP, **fields: Any) -> Example:
    """One example: its text says what it is, its words are its own, and its analyst is one of four."""
    random = Random(number)
    tool = random.choice(_TOOLS[label])
    own = " ".join("".join(random.choices("aeioubdgklmnprst", k=6)) for _ in range(2))
    one = alert(
        f"winnow:test:{name_of(number)}",
        minutes=90 * number,
        title=tool,
        rule=Rule(id=f"R-{number % 40}"),
        entities=Entities(host=Host(name=f"h-{random.randrange(50)}"), process=Process(command_line=own)),
    )
    values = [random.uniform(0, 3) for _ in range(PLACES)]
    judged = {"analysts": (f"analyst-{random.randrange(4)}",)} | fields
    return of_alert(one, label, values=values, **judged)


def healthy(size: int = 300, *, start: int = 0) -> list[Example]:
    """Examples of all three classes with nothing wrong but their small number."""
    return [labelled(number, (TP, BP, FP)[Random(-number).randrange(3)]) for number in range(start, start + size)]


def saying(one: Example, text: str) -> Example:
    """The same example with other words on its command line."""
    process = one.alert.entities.process.model_copy(update={"command_line": text})
    entities = one.alert.entities.model_copy(update={"process": process})
    return replace(one, alert=one.alert.model_copy(update={"entities": entities}))


def again(one: Example, number: int, **fields: Any) -> Example:
    """The same alert once more, as another one: text and context are equal, id and time are not."""
    when = at(90 * number)
    copy = one.alert.model_copy(
        update={"alert_id": f"winnow:test:{name_of(number)}", "observed_at": when, "raised_at": when}
    )
    return replace(one, alert=copy, decided_at=at(90 * number + 30), **fields)


def turned(examples: Sequence[Example], share: float, *, seed: int = 1) -> tuple[list[Example], set[str]]:
    """A share of the verdicts turned (attack to harmless and back), and the ids of those alerts."""
    random = Random(seed)
    made, ids = [], set()
    for one in examples:
        if random.random() < share:
            ids.add(one.alert.alert_id)
            one = replace(one, label=FP if one.is_attack else TP)  # noqa: PLW2901
        made.append(one)
    return made, ids


def rows(*parts: Sequence[Example]) -> Rows:
    """The rows of several lists of examples."""
    return Rows.of([one for part in parts for one in part])


def only(findings: Sequence[Finding]) -> Finding:
    """The one finding there is."""
    (finding,) = findings
    return finding
