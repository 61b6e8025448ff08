"""What a training buffer must do on every database: the suite that SQLite and PostgreSQL both pass."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from schemas import AlertV1, Decision, Entities, ScoreV1, SourceCoordinates, Verdict, VerdictOrigin
from schemas.alert import Host, Rule, User
from services.core.context import CONTEXT_VERSION, FEATURES, ContextTracker
from services.core.subject import Subject, SubjectKind
from services.core.surges import sighting
from services.runtime.buffer import (
    Batch,
    BufferWriter,
    Erased,
    Eraser,
    Found,
    Judged,
    Position,
    ReadVerdict,
    Stored,
    TrainingBuffer,
    open_buffer,
    open_eraser,
    open_writer,
)
from services.runtime.buffer.ageing import Seen
from services.runtime.buffer.database import open_database
from services.runtime.buffer.erasing import digest_of
from services.runtime.buffer.lookup import rows_with
from services.runtime.buffer.tables import forgettings, scores
from services.runtime.settings import BufferSettings
from tests.labelled import BP, FP, TP
from tests.messages import alert, at, score, verdict

SHOWN_TP = Judged(model_version="m1", shown=True, verdict=TP)
SHOWN_FP = Judged(model_version="m1", shown=True, verdict=FP)


def feedback(*args: object, **fields: object) -> Batch:
    """A batch of one verdict."""
    return Batch(verdicts=[ReadVerdict(feedback=verdict(*args, **fields))])  # type: ignore[arg-type]


def of_user(alert_id: str, user: str, **fields: Any) -> AlertV1:
    """An alert about a user."""
    return alert(alert_id, entities=Entities(user=User(name=user)), **fields)


_ON_WEB = Entities(host=Host(name="web"))


class BufferContract:
    """Subclasses give `settings`: where an empty buffer is to be."""

    @pytest.fixture
    def writer(self, settings: BufferSettings) -> Iterator[BufferWriter]:
        """The writing side."""
        writer = open_writer(settings)
        yield writer
        writer.close()

    @pytest.fixture
    def buffer(self, settings: BufferSettings, writer: BufferWriter) -> Iterator[TrainingBuffer]:  # noqa: ARG002 - opened first
        """The reading side, on connections of its own."""
        buffer = open_buffer(settings)
        yield buffer
        buffer.close()

    @pytest.fixture
    def eraser(self, settings: BufferSettings, writer: BufferWriter) -> Iterator[Eraser]:  # noqa: ARG002 - opened first
        """The erasing side, on connections of its own."""
        eraser = open_eraser(settings)
        yield eraser
        eraser.close()

    def test_a_new_buffer_is_empty(self, buffer: TrainingBuffer) -> None:
        """No examples, no verdicts, a summary of zeros."""
        assert buffer.examples() == []
        assert buffer.human_verdicts() == 0
        assert buffer.summary().verdicts == 0

    def test_opening_it_again_keeps_what_is_in_it(self, settings: BufferSettings, writer: BufferWriter) -> None:
        """The tables are made once."""
        writer.store(Batch(scores=[score()]))
        again = open_buffer(settings)
        assert again.summary().scores == 1
        again.close()

    def test_a_score_and_its_verdict_make_an_example(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """With the alert and the context of the score, and the analyst's label."""
        made = score(values=(1.0, 2.5))
        stored = writer.store(Batch(scores=[made], verdicts=feedback(incident="I-1").verdicts))
        (example,) = buffer.examples()
        assert example.alert == made.alert
        assert example.context == made.context
        assert (example.label, example.decided_at, example.analysts) == (TP, at(10), ("ana",))
        assert (example.contested, example.incident) == (False, "I-1")
        assert stored.judged == Counter([SHOWN_TP])

    def test_a_verdict_before_its_score_joins_when_the_score_comes(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """Either order gives the same example, and one judgement."""
        assert writer.store(feedback()).judged == Counter()
        assert (buffer.examples(), buffer.human_verdicts(), buffer.summary().waiting) == ([], 1, 1)
        assert writer.store(Batch(scores=[score()])).judged == Counter([SHOWN_TP])
        assert len(buffer.examples()) == 1
        assert buffer.summary().waiting == 0

    def test_a_repeat_changes_nothing(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """The alert scored twice from the same coordinates, the verdict sent twice, in one batch or in two."""
        batch = Batch(scores=[score(), score(model="m2")], verdicts=[*feedback().verdicts, *feedback().verdicts])
        first = writer.store(batch)
        assert (len(first.scores), len(first.verdicts), first.judged) == (1, 1, Counter([SHOWN_TP]))
        assert writer.store(batch) == Stored()
        assert (buffer.summary().scores, buffer.summary().verdicts, len(buffer.examples())) == (1, 1, 1)

    def test_of_a_repeated_score_the_first_is_kept(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """A repeat of the same coordinates updates nothing."""
        writer.store(Batch(scores=[score(values=(1.0,)), score(values=(2.0,))], verdicts=feedback().verdicts))
        writer.store(Batch(scores=[score(values=(3.0,))]))
        assert buffer.examples()[0].context.values == (1.0,)

    def test_a_verdict_judges_the_latest_score_before_it(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """An alert that was updated has several scores."""
        scores = [score(minutes=minutes, offset=minutes, values=(minutes,)) for minutes in (1, 5, 20)]
        writer.store(Batch(scores=scores, verdicts=feedback(minutes=10).verdicts))
        assert buffer.examples()[0].context.values == (5.0,)

    def test_the_score_that_was_judged_may_arrive_late(self, writer: BufferWriter) -> None:
        """Then the judgement of the other score is withdrawn: each alert is judged once."""
        writer.store(Batch(scores=[score(minutes=1)], verdicts=feedback(minutes=10).verdicts))
        stored = writer.store(Batch(scores=[score(minutes=5, offset=1, model="m2", shown=False)]))
        assert stored.judged == Counter([Judged(model_version="m2", shown=False, verdict=TP)])
        assert stored.withdrawn == Counter([SHOWN_TP])

    def test_an_audited_score_keeps_its_inclusion_probability(self, writer: BufferWriter) -> None:
        """What may close and was not drawn has none: nobody was shown it."""
        drawn = {"decision": Decision.MAY_CLOSE, "audited": True, "audit_probability": 0.02}
        audited = score("a").model_copy(update=drawn)
        closed = score("b", shown=False).model_copy(update=drawn | {"audited": False})
        stored = writer.store(
            Batch(scores=[audited, closed], verdicts=[*feedback("a").verdicts, *feedback("b").verdicts])
        )
        assert stored.judged == Counter(
            [replace(SHOWN_TP, audit_probability=0.02), Judged(model_version="m1", shown=False, verdict=TP)]
        )
        again = writer.store(feedback("a", said=FP, minutes=12))
        assert again.withdrawn == Counter([replace(SHOWN_TP, audit_probability=0.02)])

    def test_an_unscored_alert_is_learnt_from_too(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """Before the first model nothing is scored, and everything is shown."""
        stored = writer.store(Batch(scores=[score(model=None)], verdicts=feedback().verdicts))
        assert stored.judged == Counter([Judged(model_version="", shown=True, verdict=TP)])
        assert len(buffer.examples()) == 1

    def test_the_latest_scores_tell_how_often_rules_fire(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """Judged or not, the newest first; what has no host, or no context, tells nothing."""
        values = tuple(float(place) for place in range(len(FEATURES[CONTEXT_VERSION])))
        old, new, bare = (alert(f"a:{rule}", entities=_ON_WEB, rule=Rule(id=rule)) for rule in ("old", "new", "bare"))
        told = [
            score("a:old", minutes=1, of=old, values=values),
            score("a:nowhere", minutes=2, of=alert("a:nowhere"), values=values),
            score("a:bare", minutes=3, of=bare, values=(0.5,)),
            score("a:new", minutes=4, of=new, values=values),
        ]
        writer.store(Batch(scores=told))
        assert buffer.recent() == [sighting(one.alert, one.context) for one in (told[3], told[0])]

    def test_reopening_takes_the_example_away(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """The verdict stays in the history, and its judgement is withdrawn."""
        writer.store(Batch(scores=[score()], verdicts=feedback().verdicts))
        stored = writer.store(feedback(said=Verdict.OTHER, minutes=11, retracted=True))
        assert (stored.judged, stored.withdrawn) == (Counter(), Counter([SHOWN_TP]))
        assert buffer.examples() == []
        assert (buffer.summary().verdicts, buffer.human_verdicts()) == (2, 1)

    def test_a_replaced_verdict_is_judged_anew(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """One judgement comes, one goes, the alert has one label."""
        writer.store(Batch(scores=[score()], verdicts=feedback().verdicts))
        stored = writer.store(feedback(said=FP, minutes=12))
        assert (stored.judged, stored.withdrawn) == (Counter([SHOWN_FP]), Counter([SHOWN_TP]))
        assert [example.label for example in buffer.examples()] == [FP]

    def test_a_second_analyst_who_agrees_judges_nothing_new(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """But is named: more than one has confirmed it."""
        writer.store(Batch(scores=[score()], verdicts=feedback().verdicts))
        assert writer.store(feedback(analyst="bo", minutes=12)).judged == Counter()
        assert buffer.examples()[0].analysts == ("bo", "ana")

    def test_a_disagreement_is_contested(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """The latest counts; who said what else is known all the same."""
        both = [*feedback().verdicts, *feedback(said=FP, analyst="bo", minutes=12).verdicts]
        writer.store(Batch(scores=[score()], verdicts=both))
        (example,) = buffer.examples()
        assert (example.label, example.contested, example.dissent) == (FP, True, (("ana", TP),))
        assert buffer.summary().contested == 1

    def test_two_alerts_that_change_places_are_not_lost_in_the_sum(self, writer: BufferWriter) -> None:
        """One judgement is withdrawn and an equal one made in the same batch: both are told."""
        writer.store(Batch(scores=[score("a"), score("b")], verdicts=feedback("a").verdicts))
        swap = [*feedback("a", retracted=True, minutes=11).verdicts, *feedback("b").verdicts]
        stored = writer.store(Batch(verdicts=swap))
        assert (stored.judged, stored.withdrawn) == (Counter([SHOWN_TP]), Counter([SHOWN_TP]))

    @pytest.mark.parametrize("origin", [VerdictOrigin.AUTOMATION, VerdictOrigin.PROPAGATED])
    def test_what_a_machine_closed_is_stored_and_never_learnt(
        self, writer: BufferWriter, buffer: TrainingBuffer, origin: VerdictOrigin
    ) -> None:
        """Nor is it counted as judged, or as a human verdict."""
        stored = writer.store(Batch(scores=[score()], verdicts=feedback(origin=origin).verdicts))
        assert stored.judged == Counter()
        assert (buffer.examples(), buffer.human_verdicts()) == ([], 0)
        assert buffer.summary().by_origin == {origin.value: 1}

    def test_an_imported_alert_has_the_context_of_its_history(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """Replayed in time order, whatever order it was imported in, alerts without a usable verdict included."""
        history = [alert(f"old:{number}", minutes=number) for number in range(4)]
        said = [TP, Verdict.UNDETERMINED, FP, BP]
        imported = [
            ReadVerdict(feedback=verdict(one.alert_id, what, minutes=100, alert=one))
            for one, what in zip(history, said, strict=True)
        ]
        writer.store(Batch(verdicts=imported[::-1]))
        tracker = ContextTracker()
        expected = {one.alert_id: tracker.observe(one, received_at=one.raised_at) for one in history}
        examples = buffer.examples()
        assert [example.alert for example in examples] == [history[0], history[2], history[3]]
        assert [example.context for example in examples] == [expected[one.alert.alert_id] for one in examples]

    def test_importing_the_same_history_again_changes_nothing(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """Also under another name of the file: what a verdict says is what it is known by."""
        one = ReadVerdict(feedback=verdict(alert=alert()))
        writer.store(Batch(verdicts=[one]))
        elsewhere = SourceCoordinates(topic="siem.feedback", partition=0, offset=7)
        assert writer.store(Batch(verdicts=[ReadVerdict(feedback=one.feedback, origin=elsewhere)])) == Stored()
        assert len(buffer.examples()) == 1

    def test_a_score_is_worth_more_than_an_imported_alert(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """Its context is the one the model saw."""
        writer.store(Batch(scores=[score(values=(4.0,))], verdicts=feedback(alert=alert()).verdicts))
        assert buffer.examples()[0].context.values == (4.0,)

    def test_an_imported_alert_without_a_verdict_is_context(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """It makes no example, and counts in those of the alerts after it; a repeat changes nothing."""
        quiet, judged = alert("old:1", minutes=0), alert("old:2", minutes=1)
        history = Batch(alerts=[quiet], verdicts=feedback("old:2", alert=judged).verdicts)
        assert writer.store(history).alerts == ("old:1", "old:2")
        assert writer.store(history) == Stored()
        tracker = ContextTracker()
        expected = [tracker.observe(one, received_at=one.raised_at) for one in (quiet, judged)][1]
        (example,) = buffer.examples()
        assert (example.alert, example.context) == (judged, expected)

    def test_alerts_of_the_same_instant_are_replayed_by_their_ids(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """As text, on every database alike: who was first decides the contexts."""
        history = [alert(one) for one in ("b", "B", "_", "ä")]
        writer.store(Batch(verdicts=[ReadVerdict(feedback=verdict(one.alert_id, alert=one)) for one in history]))
        tracker = ContextTracker()
        ordered = sorted(history, key=lambda one: one.alert_id)
        expected = {one.alert_id: tracker.observe(one, received_at=one.raised_at) for one in ordered}
        assert {one.alert.alert_id: one.context for one in buffer.examples()} == expected

    def test_an_alert_imported_for_a_verdict_that_was_known_completes_it(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """The verdict came over Kafka without its alert; then the same verdict is imported with it, or it alone."""
        writer.store(Batch(verdicts=[*feedback("a").verdicts, *feedback("b").verdicts]))
        stored = writer.store(Batch(alerts=[alert("b")], verdicts=feedback("a", alert=alert("a")).verdicts))
        assert (stored.verdicts, sorted(stored.alerts)) == ((), ["a", "b"])
        assert [example.alert.alert_id for example in buffer.examples()] == ["a", "b"]
        assert buffer.summary().waiting == 0

    def test_an_alert_that_calls_itself_otherwise_than_its_verdict_stops_nothing(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """It is kept under the id that the verdict judges."""
        writer.store(feedback("a", alert=alert("something else")))
        assert [example.alert.alert_id for example in buffer.examples()] == ["a"]

    def test_what_was_scored_and_imported_is_one_example(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """In either order; the verdict imported is the verdict collected."""
        one = alert("a")
        writer.store(Batch(alerts=[one], verdicts=feedback("a", alert=one).verdicts))
        writer.store(Batch(scores=[score("a", values=(4.0,))], verdicts=feedback("a").verdicts))
        (example,) = buffer.examples()
        assert example.context.values == (4.0,)
        assert (buffer.human_verdicts(), buffer.summary().examples) == (1, 1)

    def test_examples_come_in_the_order_of_their_verdicts(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """By time, then by alert id as text, on every database alike."""
        ids = ["b", "B", "a", "_", "ä"]
        decided = [3, 3, 3, 3, 1]
        for number, (alert_id, minutes) in enumerate(zip(ids, decided, strict=True)):
            writer.store(
                Batch(scores=[score(alert_id, offset=number)], verdicts=feedback(alert_id, minutes=minutes).verdicts)
            )
        assert [example.alert.alert_id for example in buffer.examples()] == ["ä", "B", "_", "a", "b"]

    def test_any_order_and_any_batches_give_the_same_examples(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """Five messages about one alert in all 120 orders, each on an alert of its own."""
        stories = [_story(f"{number:03d}") for number in range(120)]
        orders = list(itertools.permutations(range(5)))
        for turn in range(5):
            now = [story[order[turn]] for story, order in zip(stories, orders, strict=True)]
            writer.store(
                Batch(
                    scores=[one for batch in now for one in batch.scores],
                    verdicts=[one for batch in now for one in batch.verdicts],
                )
            )
        examples = buffer.examples()
        assert len(examples) == 120
        assert {(one.label, one.decided_at, one.analysts, one.contested) for one in examples} == {
            (BP, at(12), ("bo",), False)
        }
        assert {one.context.values for one in examples} == {(9.0,)}

    def test_rows_and_positions_are_stored_together_or_not_at_all(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """A batch that fails at its last step leaves nothing behind."""
        nowhere = Position(topic=None, partition=0, next_offset=1)  # type: ignore[arg-type]
        with pytest.raises(Exception, match=r"NOT NULL|not-null"):
            writer.store(Batch(scores=[score()], verdicts=feedback().verdicts, positions=[nowhere]))
        assert (buffer.summary().scores, buffer.summary().verdicts) == (0, 0)
        assert writer.positions() == {}

    def test_positions_move_on_and_never_back(self, writer: BufferWriter) -> None:
        """A collector that lost the partition meanwhile must not undo what the other stored."""
        for offset in (5, 9, 7):
            writer.store(Batch(positions=[Position(topic="t", partition=1, next_offset=offset, topic_id="x")]))
        assert writer.positions()["t", 1].next_offset == 9

    def test_a_topic_made_anew_begins_anew(self, writer: BufferWriter) -> None:
        """The same name, another id: the old position means nothing."""
        for offset, topic_id in ((9, "x"), (2, "y")):
            writer.store(Batch(positions=[Position(topic="t", partition=1, next_offset=offset, topic_id=topic_id)]))
        assert writer.positions()["t", 1] == Position(topic="t", partition=1, next_offset=2, topic_id="y")

    def test_old_scores_nobody_judged_are_forgotten(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """Judged ones and young ones stay; a bounded number is looked at each time, all in the end."""
        for number in reversed(range(10)):  # whichever came first
            writer.store(Batch(scores=[score(f"{number}", minutes=number, offset=number)]))
        writer.store(feedback("2", minutes=20))
        deleted, after, calls = 0, None, 0
        while after is not None or not calls:
            now, after = writer.forget(scored_before=at(6), after=after, limit=3)
            assert now <= 3
            deleted, calls = deleted + now, calls + 1
        assert (deleted, calls, buffer.summary().scores) == (5, 3, 5)
        assert [example.alert.alert_id for example in buffer.examples()] == ["2"]

    def test_old_reasons_are_forgotten_whatever_the_verdict(
        self, writer: BufferWriter, buffer: TrainingBuffer, eraser: Eraser
    ) -> None:
        """Counting, replaced, retracted, automated, or of no alert at all; and no example changes."""
        said: dict[str, Any] = {"reason": "jdoe did it", "incident": "I-1"}
        given = [
            verdict("a", FP, minutes=1, **said),
            verdict("a", TP, minutes=2, **said),
            verdict("a", analyst="bob", minutes=3, retracted=True, **said),
            verdict("a", FP, minutes=4, origin=VerdictOrigin.AUTOMATION, **said),
            verdict("never seen", minutes=5, **said),
            verdict("young", minutes=30, **said),
        ]
        batch = Batch(scores=[score("a")], verdicts=[ReadVerdict(feedback=one) for one in given])
        writer.store(batch)
        examples, counts = buffer.examples(), buffer.summary()
        emptied, after, calls = 0, None, 0
        while after is not None or not calls:
            now, after = writer.forget_reasons(decided_before=at(20), after=after, limit=2)
            assert now <= 2
            emptied, calls = emptied + now, calls + 1
        assert (emptied, calls) == (5, 3)
        assert (buffer.examples(), buffer.summary()) == (examples, counts)
        assert writer.forget_reasons(decided_before=at(20), after=None, limit=100) == (0, None)
        assert eraser.find(Subject(SubjectKind.USER, "jdoe")).mentioning == {"young"}
        assert writer.store(batch) == Stored()

    def test_old_imported_alerts_nobody_judged_are_forgotten(
        self, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """Some at a time; what weighs in the context of a judged one stays with it."""
        writer.store(Batch(alerts=[alert(f"day {day}", minutes=day * 24 * 60) for day in range(40)]))
        writer.store(feedback("day 20", alert=alert("day 20", minutes=20 * 24 * 60)))
        (before,) = buffer.examples()
        deleted, after, calls = 0, None, 0
        while after is not None or not calls:
            now, after = writer.forget_imported(raised_before=at(30 * 24 * 60), after=after, limit=7)
            assert now <= 7
            deleted, calls = deleted + now, calls + 1
        (example,) = buffer.examples()
        assert example.context.values == pytest.approx(before.context.values, abs=0.002)
        assert replace(example, context=before.context) == before
        assert (deleted, buffer.summary().imported_alerts) == (30 - 8, 40 - 22)  # days 13 to 20 stay, 30 on too

    def test_forgetting_at_the_edges_of_the_calendar_is_possible(self, writer: BufferWriter) -> None:
        """An alert may carry any time."""
        last = datetime.max.replace(tzinfo=UTC)
        edges = {"first": datetime(1, 1, 1, tzinfo=UTC), "last": last}
        writer.store(Batch(alerts=[alert(name, raised_at=time, observed_at=time) for name, time in edges.items()]))
        assert writer.forget_imported(raised_before=last, after=None, limit=5) == (1, None)

    def test_a_forgotten_sweep_goes_on_where_it_was(self, writer: BufferWriter) -> None:
        """Many alerts, or scores, of one instant are still looked at a few at a time."""
        writer.store(Batch(alerts=[alert(f"{number}") for number in range(5)]))
        writer.store(Batch(scores=[score(f"{number}", offset=number) for number in range(5)]))
        after: Seen | None = None
        counts = []
        for _ in range(3):
            now, after = writer.forget_imported(raised_before=at(1), after=after, limit=2)
            counts.append(now)
        assert (counts, after) == ([2, 2, 1], None)
        for _ in range(3):
            now, after = writer.forget(scored_before=at(2), after=after, limit=2)
            counts.append(now)
        assert (counts[3:], after) == ([2, 2, 1], None)

    def test_a_person_is_erased_with_scores_and_verdicts(
        self, writer: BufferWriter, buffer: TrainingBuffer, eraser: Eraser
    ) -> None:
        """Every score and verdict of each alert about them goes, imported alerts too; everybody else stays."""
        jdoe, other = of_user("a", "jdoe"), of_user("b", "asmith")
        told = of_user("d", "asmith", title="asmith took over from jdoe")
        writer.store(
            Batch(scores=[score("a", of=jdoe), score("a", minutes=5, offset=1), score("b", offset=2, of=other)])
        )
        writer.store(Batch(alerts=[of_user("c", "JDoe"), told], verdicts=feedback("a").verdicts))
        writer.store(feedback("b", FP))
        subject = Subject(SubjectKind.USER, "jdoe")
        found = eraser.find(subject)
        assert (sorted(found.about), sorted(found.mentioning)) == (["a", "c"], ["d"])
        assert eraser.erase(subject, found.about, now=at(60)) == Erased(alerts=2, scores=2, verdicts=1)
        assert eraser.find(subject).about == frozenset()
        assert [example.alert.alert_id for example in buffer.examples()] == ["b"]
        assert (buffer.summary().scores, buffer.summary().imported_alerts, buffer.human_verdicts()) == (1, 1, 1)

    def test_a_reason_may_mention_somebody_and_an_analyst_is_nobody_an_alert_is_about(
        self, writer: BufferWriter, eraser: Eraser
    ) -> None:
        """Also where the alert of the verdict was never seen."""
        writer.store(Batch(verdicts=[*feedback("a", reason="jdoe said so").verdicts, *feedback("b").verdicts]))
        assert eraser.find(Subject(SubjectKind.USER, "jdoe")).mentioning == frozenset({"a"})
        assert eraser.find(Subject(SubjectKind.USER, "ana")) == Found(about=frozenset(), mentioning=frozenset())

    def test_an_erasure_is_recorded_without_saying_of_whom(
        self, settings: BufferSettings, writer: BufferWriter, eraser: Eraser
    ) -> None:
        """When, of what kind, and how much; whoever knows the name can show that the record is about it."""
        writer.store(Batch(scores=[score("a", of=of_user("a", "jdoe"))]))
        subject = Subject(SubjectKind.USER, "jdoe")
        eraser.erase(subject, eraser.find(subject).about, now=at(60))
        database = open_database(settings)
        with database.reading() as connection:
            record = connection.execute(select(forgettings)).one()
        database.close()
        assert (record.forgotten_at, record.kind, record.alerts, record.scores) == (at(60), "user", 1, 1)
        assert "jdoe" not in str(record)
        assert record.digest == digest_of(Subject(SubjectKind.USER, "JDoe"), salt=record.salt)
        assert record.digest != digest_of(Subject(SubjectKind.USER, "asmith"), salt=record.salt)

    def test_more_alerts_than_one_transaction_takes_are_erased(
        self, writer: BufferWriter, buffer: TrainingBuffer, eraser: Eraser
    ) -> None:
        """Reading and erasing go by parts."""
        writer.store(Batch(alerts=[of_user(f"{number}", "jdoe" if number % 2 else "asmith") for number in range(4500)]))
        subject = Subject(SubjectKind.USER, "jdoe")
        assert eraser.erase(subject, eraser.find(subject).about, now=at(0)).alerts == 2250
        assert buffer.summary().imported_alerts == 2250

    def test_the_summary_counts_what_is_there(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """Per class, source, rule, analyst and origin, the most frequent first."""
        scores = [score(f"{number}", offset=number) for number in range(3)]
        said = [TP, FP, FP]
        given = [ReadVerdict(feedback=verdict(f"{n}", what, analyst=f"a{n % 2}")) for n, what in enumerate(said)]
        writer.store(Batch(scores=scores, verdicts=given))
        summary = buffer.summary()
        assert summary.by_class == {"false_positive": 2, "true_positive": 1}
        assert summary.by_source == {"winnow": 3}
        assert summary.by_rule == {"R-1": 3}
        assert summary.by_analyst == {"a0": 2, "a1": 1}
        assert summary.by_origin == {"human": 3}
        assert (summary.scores, summary.examples, summary.waiting) == (3, 3, 0)

    def test_the_extremes_of_the_contract_can_be_stored(self, writer: BufferWriter, buffer: TrainingBuffer) -> None:
        """The longest names, the edges of the calendar, NUL, and the largest numbers: no message may stop the rest."""
        longest = alert("\U0001f600" * 512, title="\U0001f600" * 1024, rule={"id": "\U0001f600" * 256})
        made = ScoreV1.model_validate(
            score(of=longest).model_dump()
            | {"origin": {"topic": "t\x00" * 100, "partition": 2**63 - 1, "offset": 2**63 - 1, "index": 2**63 - 1}}
        )
        for edge in (datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            said = verdict(longest.alert_id, analyst="\U0001f600" * 256).model_copy(update={"decided_at": edge})
            origin = SourceCoordinates(topic="x" * 249, partition=2**31 - 1, offset=2**63 - 1)
            writer.store(Batch(scores=[made], verdicts=[ReadVerdict(feedback=said, origin=origin)]))
        (example,) = buffer.examples()
        assert (example.alert, example.decided_at) == (longest, datetime.max.replace(tzinfo=UTC))

    def test_a_batch_larger_than_a_statement_may_name_is_stored(
        self, settings: BufferSettings, writer: BufferWriter, buffer: TrainingBuffer
    ) -> None:
        """Look-ups go by parts: PostgreSQL takes 65,535 values at once, SQLite 32,766."""
        scores_ = [score(f"{number}", offset=number) for number in range(1500)]
        verdicts = [ReadVerdict(feedback=verdict(f"{number}")) for number in range(1500)]
        assert writer.store(Batch(scores=scores_, verdicts=verdicts)).judged == Counter({SHOWN_TP: 1500})
        assert len(buffer.examples()) == 1500
        database = open_database(settings)
        with database.reading() as connection:
            keys = [f"{number}" for number in range(70_000)]
            found = list(rows_with(connection, select(scores.c.alert_id), scores.c.alert_id, keys))
        database.close()
        assert len(found) == 1500

    def test_a_score_and_its_verdict_stored_at_the_same_moment_meet(
        self, settings: BufferSettings, buffer: TrainingBuffer
    ) -> None:
        """Two collectors, one with the scores and one with the verdicts: every alert is judged exactly once."""
        ids = [f"{number}" for number in range(100)]
        start, stored = threading.Barrier(2), list[Counter[Judged]]()

        def store(batches: list[Batch]) -> None:
            writer = open_writer(settings)
            start.wait(60)
            stored.extend([writer.store(batch).judged for batch in batches])
            writer.close()

        threads = [
            threading.Thread(target=store, args=([Batch(scores=[score(one, offset=int(one))]) for one in ids],)),
            threading.Thread(target=store, args=([feedback(one) for one in ids],)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert sum(sum(judged.values()) for judged in stored) == len(ids)
        assert len(buffer.examples()) == len(ids)


def _story(alert_id: str) -> list[Batch]:
    """Two scores, a verdict that is retracted, one that is replaced, and the one that replaces it."""
    return [
        Batch(scores=[score(alert_id, minutes=1, offset=1, values=(1.0,))]),
        Batch(scores=[score(alert_id, minutes=9, offset=2, values=(9.0,)), score(alert_id, minutes=50, offset=3)]),
        feedback(alert_id, analyst="bo", minutes=10),
        Batch(
            verdicts=[
                *feedback(alert_id, FP, analyst="ana", minutes=9).verdicts,
                *feedback(alert_id, FP, analyst="ana", minutes=11, retracted=True).verdicts,
            ]
        ),
        feedback(alert_id, BP, analyst="bo", minutes=12),
    ]
