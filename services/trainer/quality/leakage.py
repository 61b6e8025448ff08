"""What a text may not hold: the alert's own id, its own time, and a word that says the verdict."""

import re
from collections import Counter
from datetime import datetime

from services.trainer.quality.finding import Finding, Severity, found
from services.trainer.quality.rows import Rows

_SHORTEST_ID = 6
_SAYS_VERDICT = re.compile(r"\b(?:true|false|benign)[\s_-]?positives?\b|\bnot[\s_-]malicious\b", re.IGNORECASE)
"""The vendors' verdict values that mean nothing else; `malicious` or `suspicious` alone is what titles say."""
_TIME_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%b/%Y", "%b %d %H:%M", "%H:%M:%S")
_MAY_HOLD_TIME = re.compile(r"\d{2}[:/-]\d{2}|\d{8}|/\w{3}/\d{4}")
_ADVICE = "Move it out of title, description and command line where the alert is made, or mask it there."
_TELLS = 0.95
_ENOUGH = 20


def leaked_ids(rows: Rows) -> list[Finding]:
    """Texts with the vendor's id of their alert."""
    places = [
        place
        for place, (example, text) in enumerate(zip(rows.examples, rows.texts, strict=True))
        if len(own := example.alert.alert_id.split(":", 2)[-1]) >= _SHORTEST_ID and own in text
    ]
    effect = "An id never comes again: the model can learn it by heart, and no text is ever found in the cache."
    return found(rows, "leaked_id", places, effect=effect, advice=_ADVICE)


def leaked_times(rows: Rows) -> list[Finding]:
    """Texts with the date or the time of day of their alert, or its seconds since 1970."""
    places = [
        place
        for place, (example, text) in enumerate(zip(rows.examples, rows.texts, strict=True))
        if _MAY_HOLD_TIME.search(text)
        and any(_holds(text, time) for time in {example.alert.observed_at, example.alert.raised_at})
    ]
    effect = "Attacks come on certain days: the model can learn the day instead of the attack, and fails on the next."
    return found(rows, "leaked_time", places, effect=effect, advice=_ADVICE)


def leaked_verdicts(rows: Rows) -> list[Finding]:
    """Texts that say a verdict; a blocker where the word tells whether the alert was an attack."""
    said = {place: match[0].lower() for place, text in enumerate(rows.texts) if (match := _SAYS_VERDICT.search(text))}
    effect = "The text says what the model shall find out: figures look better than the model will be on new alerts."
    severity = Severity.BLOCKER if _tells(rows, said) else Severity.WARNING
    return found(rows, "leaked_verdict", said, effect=effect, advice=_ADVICE, severity=severity)


def _tells(rows: Rows, said: dict[int, str]) -> bool:
    """Whether who knows the word knows the verdict, for words on enough rows."""
    both = Counter((re.sub(r"[\s_-]", "", word), rows.examples[place].is_attack) for place, word in said.items())
    words = {word for word, _ in both}
    return any(
        both[word, True] + both[word, False] >= _ENOUGH
        and max(both[word, True], both[word, False]) >= _TELLS * (both[word, True] + both[word, False])
        for word in words
    )


def _holds(text: str, time: datetime) -> bool:
    return str(int(time.timestamp())) in text or any(time.strftime(form) in text for form in _TIME_FORMS)
