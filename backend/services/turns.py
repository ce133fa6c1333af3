"""The turn: one message of a resident after the other, each answered and marked handled in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Author, Channel, Reply
from backend.contracts.understanding import DangerTalk
from backend.domain import phrases
from backend.domain.conversation import LEFT_FOR_PEOPLE, DraftState, draft_state, is_recent_emergency, needs_new_dialogue
from backend.domain.language.emergency_kinds import LASTS_WHATEVER_IS_SAID
from backend.services import metrics, told_to_people, turn_effects
from backend.services.delivery import Deliverer, Sending
from backend.services.draft_place import danger_in
from backend.services.ears import Ears
from backend.services.emergencies import PURPOSE, awaits_place, leads_there
from backend.services.faq_answers import added_answer
from backend.services.leased_worker import LeasedWorker
from backend.services.ports import Assistant, AssistantFailed, AssistantTurn, ChannelSender, Clock
from backend.services.scores import score_in
from backend.services.turn_effects import Stage
from backend.services.turn_steps import (
    Answer,
    Answered,
    Emergency,
    EmergencyGoesOn,
    EmergencyPlace,
    EmergencyTakenBack,
    Failed,
    NoPerson,
    OptOut,
    Silent,
    Turn,
    assistant_turn,
    drops_person,
    opt_out_word,
    owned_by_bot,
    unreadable,
)
from backend.services.understanding import is_outvoted
from backend.storage import leases
from backend.storage.conversations import get_conversation
from backend.storage.database import Database
from backend.storage.form_results import form_result
from backend.storage.leases import Lease, LeaseLost, wall_now
from backend.storage.messages import get_message, last_purpose, next_unhandled
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow
from backend.storage.wakeups import Wakeups

log = structlog.get_logger()

_MAX_BUBBLES_OTHERWISE = 3


@dataclass(frozen=True)
class TurnTimes:
    """Seconds: how long a resident waits for the assistant before the apology, how long a late answer is still used, and when an
    assistant that was down is asked again while nobody has taken over.
    """

    answer: float = 8.0
    late: float = 60.0
    again: tuple[float, ...] = (15.0, 15.0, 30.0, 60.0, 120.0, 240.0)
    retries: tuple[float, ...] = (1.0, 4.0)


class TurnWorker(LeasedWorker[Turn]):
    """Answers residents. Start `run`; several workers and several programs share the work.

    With a `deliverer` of the same program, the intent to send an answer is written in the transaction that writes the answer.
    """

    work = "turn"

    def __init__(
        self,
        *,
        db: Database,
        assistant: Assistant,
        senders: Mapping[Channel, ChannelSender],
        ears: Ears,
        clock: Clock,
        wakeups: Wakeups,
        deliverer: Deliverer | None = None,
        times: TurnTimes | None = None,
        slots: int = 16,
        poll: float = 1.0,
        lease_seconds: float = 30.0,
    ) -> None:
        super().__init__(db=db, wakeups=wakeups, slots=slots, poll=poll, lease_seconds=lease_seconds)
        self._assistant = assistant
        self._bubbles = {channel: sender.traits.max_bubbles for channel, sender in senders.items()}
        self._ears = ears
        self._clock = clock
        self._deliverer = deliverer
        self._times = times or TurnTimes()
        self._late: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        await super().run(stop)
        for task in list(self._late):
            task.cancel()
        if self._deliverer is not None:  # which may have stopped before the last answers were handed to it
            await self._deliverer.finish()

    async def late_answers(self) -> None:
        """Wait for the answers that are still being computed after their apology."""
        while self._late:
            await asyncio.wait(list(self._late))

    # --- taking ------------------------------------------------------------------------------------------------------------

    async def next_job(self, session: AsyncSession, conversation: ConversationRow, lease: Lease, done: str = "") -> Turn | None:
        message = await next_unhandled(session, conversation.id, done=done)
        if message is None:
            leases.give_back(conversation, lease, due_at=None)
            return None
        self._open_dialogue(conversation)
        await told_to_people.take_in(session, conversation, self._ears, now=self._clock.now())
        tried_before = lease.orphaned or message.turn_attempts > 0
        known = await _known_answer(session, conversation, message, tried_before=tried_before)
        return Turn(lease, conversation, message, conversation.epoch, known)

    def _open_dialogue(self, conversation: ConversationRow) -> None:
        now = self._clock.now()
        draft_time = conversation.draft_updated_at if conversation.draft is not None else None
        if draft_state(updated_at=draft_time, now=now) is DraftState.EXPIRED:
            conversation.draft, conversation.draft_updated_at, conversation.open_form = None, None, False
        if needs_new_dialogue(ended=conversation.dialogue_ended, last_turn_at=conversation.last_turn_at, now=now):
            conversation.dialogue += 1
            conversation.dialogue_opened_at, conversation.dialogue_ended, conversation.last_turn_at = now, False, now

    # --- doing -------------------------------------------------------------------------------------------------------------

    async def process(self, job: Turn) -> Turn | None:
        started = time.monotonic()
        try:
            answer = await self._answer(job)
            next_turn = await self._settle(job, answer)
        except (LeaseLost, SQLAlchemyError, OSError):
            raise  # another worker, or this one after a while, does it again
        except Exception as error:  # something about this message breaks us: it may not block the resident for ever
            log.exception("turn_failed", conversation=job.conversation.id, message=job.message.id, error=type(error).__name__)
            metrics.TURNS.labels("error").inc()
            return await self._retry_or_give_up(job)
        if isinstance(answer, Failed):
            self._await_late(job, answer.late or asyncio.create_task(self._ask_again(job)))
        metrics.TURNS.labels(type(answer).__name__.lower()).inc()
        metrics.TURN_SECONDS.observe(time.monotonic() - started)
        return next_turn

    async def _answer(self, turn: Turn) -> Answer:
        """Decide what to say. Emergency and opt-out come first and need no assistant, whoever owns the conversation."""
        word = opt_out_word(turn)
        if word is not None:
            return OptOut(word)
        danger = await self._danger(turn)
        if danger is not None:
            return danger
        if unreadable(turn):
            by_sms = turn.message.channel == Channel.SMS.value
            said = phrases.UNREADABLE_SMS if by_sms else phrases.UNREADABLE
            return Answered((Reply(said),)) if owned_by_bot(turn) else Silent()
        question = assistant_turn(turn, now=self._clock.now())
        if question is None or not owned_by_bot(turn):
            return await self._beside_people(turn) or Silent(left=question is not None)
        if turn.known:
            return Answered((Reply(turn.known),))
        return await self._ask(turn, await self._after_people(turn, question))

    async def _after_people(self, turn: Turn, question: AssistantTurn) -> AssistantTurn:
        """With what the resident told a person lately, if anything: it may be what is spoken of now."""
        if turn.conversation.epoch == 0:
            return question
        async with self.db.reading() as session:
            heard = await told_to_people.heard_by_people(session, turn.conversation, now=self._clock.now())
        told = "。".join(message.text for message in heard)
        return replace(question, metadata={**question.metadata, "told_to_people": told})

    async def _beside_people(self, turn: Turn) -> Answer | None:
        """What counts although people have the conversation: that none is wanted any more, and a score that was asked for."""
        if not turn.is_said:
            return None
        if drops_person(turn):
            return NoPerson()
        async with self.db.reading() as session:
            return await score_in(session, turn.conversation, turn.message)

    async def _danger(self, turn: Turn) -> Answer | None:
        """What speaks of danger: a report, or what follows on one for half an hour (its place, how it goes on, its end)."""
        if not turn.is_said:
            return None
        follows = self._follows_danger(turn)
        said = self._after_danger(turn) if follows else None
        if said is not None:
            return said
        hit = danger_in(turn.conversation, self._ears.emergency(turn.message.text))
        if hit is not None and not await is_outvoted(self._assistant, turn.message.text, hit, channel=turn.message.channel):
            return Emergency(hit)
        place = await self._emergency_place(turn)
        if place is not None:
            return place
        return EmergencyGoesOn(DangerTalk.STATE) if follows and await self._answers_danger(turn) else None

    async def _answers_danger(self, turn: Turn) -> bool:
        """Whether a few words are said to our last word about the danger, not to a question of the form or about an order."""
        if turn.conversation.draft is not None or not self._ears.may_go_on(turn.message.text):
            return False
        async with self.db.reading() as session:
            return await last_purpose(session, turn.conversation.id) == PURPOSE

    def _after_danger(self, turn: Turn) -> Answer | None:
        """What follows on an alarm by its words. Nobody who wished to die is taken at their word that nobody need come."""
        text = turn.message.text
        talk = self._ears.danger_talk(text)
        stays = talk is DangerTalk.UNWANTED and turn.conversation.emergency_kind in LASTS_WHATEVER_IS_SAID
        if not stays and self._ears.takes_back(text):
            return EmergencyTakenBack()
        return EmergencyGoesOn(talk) if talk is not None else None

    def _follows_danger(self, turn: Turn) -> bool:
        reported = turn.conversation
        fresh = is_recent_emergency(known_at=reported.emergency_at, now=self._clock.now())
        return bool(reported.emergency_number) and fresh and owned_by_bot(turn)

    async def _emergency_place(self, turn: Turn) -> EmergencyPlace | None:
        if not awaits_place(turn.conversation, now=self._clock.now()):
            return None
        async with self.db.reading() as session:
            facts = await self._ears.facts(
                session, turn.message.text, message_time=turn.message.message_time, phone=turn.conversation.phone
            )
        return EmergencyPlace(facts.address.address) if facts.address is not None and leads_there(facts) else None

    async def _ask(self, turn: Turn, question: AssistantTurn) -> Answered | Failed:
        """The assistant's answer; one that takes too long may still come in the background."""
        asking = asyncio.create_task(self._assistant.respond(question))
        try:
            done, _ = await asyncio.wait({asking}, timeout=self._times.answer)
        except asyncio.CancelledError:
            asking.cancel()
            raise
        failure = Failed("timeout", asking)
        if done:
            try:
                replies = asking.result()
            except AssistantFailed as failed:
                failure = Failed(failed.reason)
            else:
                if any(reply.text.strip() for reply in replies):
                    return Answered(replies)
                failure = Failed("empty")
        log.warning("assistant_failed", conversation=turn.conversation.id, reason=failure.reason)
        return failure

    async def _ask_again(self, turn: Turn) -> tuple[Reply, ...]:
        """Ask an assistant that was down until it answers or a person takes over. Raises AssistantFailed at the end."""
        for pause in self._times.again:
            await asyncio.sleep(pause)
            async with self.db.reading() as session:
                conversation = await get_conversation(session, turn.conversation.id)
                known = await _known_answer(session, conversation, turn.message, tried_before=True)
            if conversation.owner != Owner.QUEUE.value or conversation.epoch != turn.epoch:
                break
            if known:
                return (Reply(known),)
            question = assistant_turn(replace(turn, conversation=conversation), now=self._clock.now())
            if question is not None:
                with contextlib.suppress(AssistantFailed):
                    return await self._assistant.respond(question)
        raise AssistantFailed("down")

    # --- writing -----------------------------------------------------------------------------------------------------------

    async def _settle(self, turn: Turn, answer: Answer) -> Turn | None:
        """Write the answer and take the next message, in one transaction that starts with the fence."""
        async with self.db.transaction() as session:
            stage = await self._stage(session, turn)
            if stage.message.handled_at is None:
                self._note_script(stage)
                await turn_effects.apply(stage, answer)
                stage.message.handled_at = None if isinstance(answer, Answered) and stage.is_overtaken else stage.now
                stage.conversation.last_turn_at = stage.now
            done = turn.message.id if stage.message.handled_at is not None else ""
            following = await self.next_job(session, stage.conversation, turn.lease, done)
            sending = await self._take_sending(session, stage.conversation)
        self._tell(turn.conversation.id, sending)
        return following

    async def _take_sending(self, session: AsyncSession, conversation: ConversationRow) -> tuple[Lease, Sending] | None:
        """The first message on its way out, taken in the transaction that wrote it: what is said is also what is sent next."""
        return await self._deliverer.take(session, conversation) if self._deliverer is not None else None

    async def _stage(self, session: AsyncSession, turn: Turn) -> Stage:
        stage = await self._open_stage(session, turn)
        leases.hold(stage.conversation, turn.lease, seconds=self.lease_seconds)
        return stage

    async def _open_stage(self, session: AsyncSession, turn: Turn) -> Stage:
        return Stage(
            session=session,
            conversation=await get_conversation(session, turn.conversation.id, lock=True),
            message=await get_message(session, turn.message.id),
            epoch=turn.epoch,
            now=self._clock.now(),
            ears=self._ears,
            max_bubbles=lambda channel: self._bubbles.get(channel, _MAX_BUBBLES_OTHERWISE),
        )

    def _note_script(self, stage: Stage) -> None:
        if stage.message.kind in ("text", "voice") and stage.message.text:
            stage.conversation.script = self._ears.script_of(stage.message.text, stage.conversation.script)

    async def _retry_or_give_up(self, turn: Turn) -> Turn | None:
        async with self.db.transaction() as session:
            stage = await self._stage(session, turn)
            stage.message.turn_attempts += 1
            if stage.message.turn_attempts <= len(self._times.retries):
                pause = self._times.retries[stage.message.turn_attempts - 1] * random.uniform(0.75, 1.25)
                leases.give_back(stage.conversation, turn.lease, due_at=wall_now() + timedelta(seconds=pause))
                return None
            await turn_effects.fail(stage, "worker_error")
            stage.message.handled_at, stage.message.purpose = stage.now, LEFT_FOR_PEOPLE
            following = await self.next_job(session, stage.conversation, turn.lease, turn.message.id)
            sending = await self._take_sending(session, stage.conversation)
        self._tell(turn.conversation.id, sending)
        return following

    def _await_late(self, turn: Turn, asking: asyncio.Task[tuple[Reply, ...]]) -> None:
        task = asyncio.create_task(self._wait_for_late_answer(turn, asking))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _wait_for_late_answer(self, turn: Turn, asking: asyncio.Task[tuple[Reply, ...]]) -> None:
        try:
            async with asyncio.timeout(self._times.late + sum(self._times.again)):
                replies = await asking
            async with self.db.transaction() as session:
                stage = await self._open_stage(session, turn)
                used = await turn_effects.late(stage, replies)
                sending = await self._take_sending(session, stage.conversation)
        except (AssistantFailed, TimeoutError):
            return  # people have the conversation already
        except (SQLAlchemyError, OSError) as error:
            log.warning("late_answer_lost", conversation=turn.conversation.id, error=type(error).__name__)
            return
        log.info("late_answer", conversation=turn.conversation.id, used=used)
        self._tell(turn.conversation.id, sending)
        self.wakeups.wake("turn", turn.conversation.id)

    def _tell(self, conversation_id: str, sending: tuple[Lease, Sending] | None) -> None:
        """After the commit: send what was taken, or wake whoever may send."""
        if sending is not None and self._deliverer is not None:
            self._deliverer.go_on(*sending)
        else:
            self.wakeups.wake("send", conversation_id)
        self.wakeups.live("message", conversation_id)


async def _known_answer(session: AsyncSession, conversation: ConversationRow, message: MessageRow, *, tried_before: bool) -> str:
    """What needs no assistant, "" for nothing: the number of the order that a message made, or that it added to, before we died
    with the answer (it is not asked to do it again), and the answer to a question in the very words of an administrator."""
    if conversation.draft is not None:
        return ""
    since = message.created_at
    result = await form_result(session, conversation, message_id=message.id, since=since) if tried_before else None
    if result is not None:
        return (phrases.ADDED if result.added else phrases.FILED).format(number=result.number)
    is_said = message.author == Author.RESIDENT.value and message.kind in ("text", "voice") and not message.menu_id
    return (await added_answer(session, message.text) or "") if is_said else ""
