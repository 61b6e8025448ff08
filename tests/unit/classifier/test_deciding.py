"""What a score suggests, whether it is shown, and why."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ContextV1, Decision, ScoreV1, Severity, SourceCoordinates, UnscoredReason
from services.classifier.cache import Vector
from services.classifier.deciding import Decided, decide
from services.classifier.engine import Model
from services.classifier.errors import ModelUnusable
from services.classifier.handler import Reading
from services.classifier.loading import load_bundle
from services.classifier.neighbours import Neighbour, Neighbours
from services.classifier.scorer import Question, Work, score, unscored
from services.classifier.settings import ClassifierSection, audit_of
from services.core.audit import Audit
from services.core.bands import Band, Decisions
from services.core.bundle import MANIFEST, NEIGHBOURS, Manifest, read_manifest
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.errors import FileCorrupt
from services.runtime.errors import SettingsInvalid
from tests.bundles import ATTACK_WORD, encoder_graph, neighbours, write_bundle
from tests.messages import NOON, alert
from tests.runs import manifest

PLACES = len(FEATURES[CONTEXT_VERSION])
CALM = (0.0,) * PLACES
BUSY = (4.0, *CALM[1:])
"""The tiny head is moved by the first place alone."""
LOW_MAY_CLOSE = Decisions(
    miss_rate=0.01,
    bands=(
        Band(name="low", severities=(Severity.LOW,), may_close=0.2),
        Band(name="medium", severities=(Severity.MEDIUM,), reason="too few"),
        Band(name="high", severities=(Severity.HIGH, Severity.CRITICAL), may_close=0.2),
    ),
    exempt=(Severity.HIGH, Severity.CRITICAL),
)
NO_BAND = LOW_MAY_CLOSE.model_copy(update={"bands": LOW_MAY_CLOSE.bands[1:]})
"""What may close is exempt, so nothing is."""
NEVER, ALWAYS = Audit(probability=0.0), Audit(probability=1.0)


def bundle(*, decisions: Decisions | None = LOW_MAY_CLOSE) -> Manifest:
    """A manifest that escalates from a half on."""
    return manifest(threshold=0.5, decisions=decisions)


@given(st.floats(0, 1), st.sampled_from(list(Severity)), st.sampled_from((0.0, 0.3, 1.0)), st.text(max_size=9))
def test_shown_and_decision_never_contradict_each_other(
    probability: float, severity: Severity, share: float, name: str
) -> None:
    """Escalated, to be reviewed or audited means shown, and nothing else does."""
    one = alert(f"winnow:t:{name}", severity=severity)
    found = decide(bundle(), one, probability, audit=Audit(probability=share))
    assert found.shown == (found.decision is not Decision.MAY_CLOSE or found.audited)
    assert (found.decision is Decision.ESCALATE) == (probability >= 0.5)
    assert (found.audit_probability is not None) == (found.decision is Decision.MAY_CLOSE)
    assert found == decide(bundle(), one, probability, audit=Audit(probability=share))


@given(st.floats(0, 1), st.sampled_from(list(Severity)))
def test_without_decisions_in_force_alerts_are_shown_from_the_threshold_on(
    probability: float, severity: Severity
) -> None:
    """As ever: in bundles without decisions, and in those where no band may close."""
    for decisions in (None, NO_BAND):
        found = decide(bundle(decisions=decisions), alert(severity=severity), probability, audit=ALWAYS)
        assert found == Decided(decision=None, shown=probability >= 0.5)


@given(st.floats(0, 1), st.sampled_from((Severity.HIGH, Severity.CRITICAL)))
def test_an_exempt_severity_is_always_shown(probability: float, severity: Severity) -> None:
    """However little it scores."""
    assert decide(bundle(), alert(severity=severity), probability, audit=NEVER).shown


def test_what_may_close_is_shown_when_it_is_audited() -> None:
    """With its inclusion probability."""
    quiet = alert(severity=Severity.LOW)
    assert not decide(bundle(), quiet, 0.1, audit=NEVER).shown
    audited = decide(bundle(), quiet, 0.1, audit=ALWAYS)
    assert (audited.decision, audited.shown, audited.audited) == (Decision.MAY_CLOSE, True, True)
    assert audited.audit_probability == 1.0


def model_of(folder: Path, *, audit: Audit = NEVER, **fields: Any) -> Model:
    """A loaded bundle with these decisions and means."""
    values = {"decisions": LOW_MAY_CLOSE, "context_means": CALM, **fields}
    return load_bundle(str(write_bundle(folder, **values)), cache_bytes=1 << 20, audit=audit)


def scored(
    model: Model, title: str, *, context: tuple[float, ...] = CALM, severity: Severity = Severity.LOW
) -> ScoreV1:
    """The score of an alert with this title."""
    return score(question(title, model, context=context, severity=severity), clock=lambda: NOON)


def question(
    title: str, model: Model, *, context: tuple[float, ...] = CALM, severity: Severity = Severity.LOW
) -> Question:
    """Such an alert, put to the model."""
    return Question(work=work(title, context=context, severity=severity), model=model)


def work(title: str, *, context: tuple[float, ...] = CALM, severity: Severity = Severity.LOW) -> Work:
    """An alert that waits."""
    return Work(
        reading=Reading(
            alert=alert("winnow:t:1", title=title, severity=severity),
            origin=SourceCoordinates(topic="siem.alerts", partition=0, offset=3),
        ),
        context=ContextV1(version=CONTEXT_VERSION, values=context),
        produced_at=NOON,
        received_at=NOON,
        normalised_at=NOON,
    )


def test_a_score_carries_its_decision(tmp_path: Path) -> None:
    """And its audit, over the wire too."""
    made = scored(model_of(tmp_path / "v1", audit=ALWAYS), "nothing")
    assert (made.decision, made.audited, made.audit_probability, made.shown) == (Decision.MAY_CLOSE, True, 1.0, True)
    assert ScoreV1.from_bytes(made.to_bytes()) == made
    attack = scored(model_of(tmp_path / "v2"), ATTACK_WORD)
    assert (attack.decision, attack.audited, attack.audit_probability) == (Decision.ESCALATE, False, None)


def test_an_unscored_alert_never_may_close(tmp_path: Path) -> None:
    """Whether there is no model or it fails."""
    failed = scored(model_of(tmp_path / "v1"), "nothing", context=())
    for made in (failed, unscored(work("nothing"), reason=UnscoredReason.NO_MODEL, clock=lambda: NOON)):
        assert made.shown
        assert made.decision is None
        assert made.because == ()


def test_what_weighed_most_is_said(tmp_path: Path) -> None:
    """A place of the context that moves the answer; those that do not are left out."""
    model = model_of(tmp_path / "v1")
    (line,) = scored(model, "nothing", context=BUSY).because
    assert line.startswith("context rule_on_host_1m is 4.00, mean 0.00: P(true_positive) +0.")
    assert scored(model, "nothing").because == ()
    effect = float(line.rpartition(" ")[2])
    busy, calm = (scored(model, "nothing", context=context).probabilities for context in (BUSY, CALM))
    assert busy is not None
    assert calm is not None
    assert effect == pytest.approx(busy.true_positive - calm.true_positive, abs=0.001)


def test_the_words_that_weighed_most_are_said(tmp_path: Path) -> None:
    """Between context and similar alerts, where the encoder gives its tokens' states; also of a text known before."""
    model = model_of(tmp_path / "v1", encoder=encoder_graph(states=True))
    first, again = (scored(model, f"{ATTACK_WORD} seen", context=BUSY).because for _ in range(2))
    assert first == again
    around, heaviest, *others = first
    assert around.startswith("context rule_on_host_1m")
    assert heaviest.startswith(f'word "{ATTACK_WORD}": P(true_positive) +0.')
    assert heaviest.endswith(" where the context is as usual")
    assert len(others) == 2
    assert all("P(true_positive) -0." in line for line in others)


def test_words_are_weighed_only_where_somebody_reads_them(tmp_path: Path) -> None:
    """It takes time, and to be able to later would take a hundred times a vector's memory."""
    model = model_of(tmp_path / "v1", threshold=0.1, decisions=None, encoder=encoder_graph(states=True))
    assert not scored(model, "nothing").shown
    known = model.known(question("nothing", model).text)
    assert known is not None
    assert known.words == ()
    assert scored(model, ATTACK_WORD).because != ()


def test_a_word_hides_and_forges_nothing(tmp_path: Path) -> None:
    """It is an attacker's: control characters and signs that turn the reading's direction are written out."""
    model = model_of(tmp_path / "v1", encoder=encoder_graph(states=True))
    (line, *_) = scored(model, f"\u202e\x1b[2J'\"{ATTACK_WORD} {ATTACK_WORD} seen").because
    assert line.isprintable()
    assert line.isascii()
    lines = scored(model, f"m\u00fcller {ATTACK_WORD}").because
    assert any('"m\u00fcller"' in line for line in lines)


def test_the_nearest_judged_alerts_are_named(tmp_path: Path) -> None:
    """The most similar first; a fourth is not."""
    known = neighbours(
        ("a:1", "true_positive", (1.0, 0.1, 0, 0)),
        ("a:2", "false_positive", (0, 1.0, 0, 0)),
        ("a:3", "benign_positive", (0.5, 0.5, 0, 0)),
        ("a:4", "false_positive", (-1.0, 0, 0, 0)),
    )
    model = model_of(tmp_path / "v1", others={NEIGHBOURS: known})
    lines = scored(model, ATTACK_WORD).because
    assert [line.split()[2] for line in lines] == ["a:1", "a:3", "a:2"]
    assert lines[0].startswith("similar alert a:1 was true_positive, cosine 1.0")
    assert all(len(line) <= 1024 for line in lines)


def test_the_nearest_are_looked_for_once_a_text_and_only_where_they_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text seen before is scored between reading and publishing, where every millisecond holds up all alerts."""
    others = {NEIGHBOURS: neighbours(("a:1", "true_positive", (1.0, 0, 0, 0)))}
    model, asked = model_of(tmp_path / "v1", decisions=None, others=others), 0
    nearest = Neighbours.nearest

    def counted(self: Neighbours, vector: Vector) -> list[Neighbour]:
        nonlocal asked
        asked += 1
        return nearest(self, vector)

    monkeypatch.setattr(Neighbours, "nearest", counted)
    scored(model, "nothing")
    assert asked == 0
    first, *others_of_it = (scored(model, ATTACK_WORD, context=context).because for context in (CALM, CALM, CALM))
    assert asked == 1
    assert all(each == first != () for each in others_of_it)


def test_what_is_neither_shown_nor_decided_is_not_explained(tmp_path: Path) -> None:
    """Nobody reads it, and it costs time."""
    model = model_of(tmp_path / "v1", decisions=None, others={NEIGHBOURS: neighbours(("a:1", "x", (1.0, 0, 0, 0)))})
    assert scored(model, "nothing").because == ()
    assert scored(model, ATTACK_WORD).because != ()


def test_a_score_is_not_lost_because_it_cannot_be_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes without."""
    model = model_of(tmp_path / "v1")

    def broken(*_: object) -> tuple[float, ...]:
        raise RuntimeError

    monkeypatch.setattr(model, "occluded", broken)
    made = scored(model, ATTACK_WORD)
    assert (made.because, made.decision) == ((), Decision.ESCALATE)


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", neighbours(("a:1", "true_positive", (1.0, *CALM)))],
    ids=["empty", "no archive", "wider than a text's"],
)
def test_neighbours_that_are_none_are_found_out_before_the_model_serves(tmp_path: Path, data: bytes) -> None:
    """A verified file that is not what the format promises."""
    with pytest.raises(ModelUnusable, match=NEIGHBOURS):
        model_of(tmp_path / "v1", others={NEIGHBOURS: data})


def test_neighbours_are_held_against_the_manifest(tmp_path: Path) -> None:
    """Like every file that is loaded."""
    folder = write_bundle(tmp_path / "v1", others={NEIGHBOURS: neighbours(("a:1", "x", (1.0, 0, 0, 0)))})
    (folder / NEIGHBOURS).write_bytes(neighbours(("a:2", "x", (1.0, 0, 0, 0))))
    with pytest.raises(FileCorrupt, match=NEIGHBOURS):
        load_bundle(str(folder), cache_bytes=0)


def test_fewer_neighbours_than_asked_for_are_all_of_them() -> None:
    """A young model has few."""
    (one,) = Neighbours.read(neighbours(("a:1", "true_positive", (3.0, 4.0)))).nearest(_vector())
    assert one.cosine == pytest.approx(0.6, abs=0.001)


def test_neighbours_are_compared_by_as_many_numbers_as_they_have() -> None:
    """What stands at a vector's end hangs on the verdicts, and is not what alerts are alike in."""
    (one,) = Neighbours.read(neighbours(("a:1", "true_positive", (3.0,)))).nearest(_vector())
    assert one.cosine == pytest.approx(1.0, abs=0.001)


def _vector() -> Any:
    import numpy as np

    return np.array([2.0, 0.0], np.float32)


def test_a_bundle_from_before_decisions_reads_as_one_without(tmp_path: Path) -> None:
    """The format's version stays."""
    folder = write_bundle(tmp_path / "v1")
    old = read_manifest((folder / MANIFEST).read_bytes()).model_dump_json(exclude={"decisions", "context_means"})
    read = read_manifest(old.encode())
    assert (read.decisions, read.context_means, read.format_version) == (None, (), 1)


def test_the_audits_key_comes_from_the_settings_or_a_file(tmp_path: Path) -> None:
    """One too short would be guessed; none is allowed, and stands for the model's version."""
    (tmp_path / "key").write_bytes(b"0123456789abcdef\n")
    section = ClassifierSection.model_validate({"audit_share": 0.5, "audit_key_file": tmp_path / "key"})
    assert audit_of(section) == Audit(probability=0.5, key=b"0123456789abcdef")
    assert audit_of(ClassifierSection()) == Audit()
    for wrong in ({"audit_key": "short"}, {"audit_key_file": tmp_path / "none"}):
        with pytest.raises(SettingsInvalid, match="audit"):
            audit_of(ClassifierSection.model_validate(wrong))
