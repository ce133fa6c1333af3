"""What an answer does: each kind is written, with its messages, inside the transaction that marks the message handled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.conversations import Owner
from backend.contracts.messages import Author, Channel, Reply
from backend.domain import bubbles, phrases
from backend.domain.conversation import ASSISTANT_FAILED, GOES_ON, LEFT_FOR_PEOPLE, STALE, may_apologise, waits_for_assistant
from backend.domain.opt_out import OptOutWord
from backend.domain.ratings import LOWEST_GOOD
from backend.services import emergencies, writing_on
from backend.services.conversations import Extras, give_to_bot, hand_over_to_queue, speak
from backend.services.ears import Ears
from backend.services.scores import store_score
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
    Scored,
    Silent,
)
from backend.storage import understood
from backend.storage.messages import set_unhandled_after
from backend.storage.tables.conversations import ConversationRow
from backend.storage.tables.messages import MessageRow


@dataclass(frozen=True)
class Stage:
    """The locked rows and the rules that effects work with; `max_bubbles` is the channel's, `spoken` what was said so far."""

    session: AsyncSession
    conversation: ConversationRow
    message: MessageRow
    epoch: int
    now: datetime
    ears: Ears
    max_bubbles: Callable[[Channel], int]
    spoken: list[MessageRow] = field(default_factory=list)

    @property
    def is_overtaken(self) -> bool:
        """Whether the bot has the conversation again after somebody had it meanwhile: what it computed before is not said, so the
        message has no answer yet."""
        return self.conversation.epoch != self.epoch and self.conversation.owner == Owner.BOT.value

    async def say(self, author: Author, replies: Sequence[Reply], purpose: str) -> None:
        """Say it now, whoever owns the conversation, in the resident's script."""
        await self._speak(author, replies, purpose, "")

    async def say_as_bot(self, replies: Sequence[Reply], purpose: str) -> bool:
        """Say it unless the conversation changed hands since it was computed; then it is kept as a note. Says which."""
        stale = STALE if self.conversation.epoch != self.epoch or self.conversation.owner == Owner.HUMAN.value else ""
        await self._speak(Author.BOT, replies, purpose, stale)
        return not stale

    async def keep_as_note(self, replies: Sequence[Reply], purpose: str) -> None:
        """Not said, because the resident had written on: caseworkers see it, and the next answer stands for it."""
        await self._speak(Author.BOT, replies, purpose, GOES_ON)

    async def _speak(self, author: Author, replies: Sequence[Reply], purpose: str, suppressed: str) -> None:
        merged = bubbles.merge(replies, self.max_bubbles(Channel(self.conversation.channel)))
        said = [self.ears.in_script(reply, self.conversation.script) for reply in merged]
        messages = await speak(
            self.session,
            self.conversation,
            author=author,
            replies=said,
            purpose=purpose,
            now=self.now,
            extras=Extras(in_reply_to=self.message.id),
            suppressed=suppressed,
            epoch=self.epoch if author is Author.BOT else None,
        )
        self.spoken.extend(messages)
        if said and not suppressed:
            self.conversation.last_choices = [asdict(choice) for choice in said[-1].choices]


async def apply(stage: Stage, answer: Answer) -> None:
    """Write an answer's effects."""
    await _EFFECTS[type(answer)](stage, answer)


async def late(stage: Stage, replies: Sequence[Reply]) -> bool:
    """Use an answer that came after the apology, unless somebody took over; says whether it was used.

    The bot gets the conversation back, and whatever the resident wrote meanwhile is answered by it; but not when people have it
    for another reason by now: the answer itself may have been that a person will come.
    """
    conversation = stage.conversation
    if conversation.epoch != stage.epoch or conversation.owner != Owner.QUEUE.value:
        return False
    await _remember(stage, replies)
    await stage.say_as_bot(replies, "reply")
    stage.message.purpose = ""
    if not waits_for_assistant(conversation.queue_reason):
        return True
    await give_to_bot(stage.session, conversation, user=None, now=stage.now)
    await set_unhandled_after(stage.session, conversation, seq=stage.message.seq, purpose=LEFT_FOR_PEOPLE)
    return True


async def fail(stage: Stage, reason: str) -> None:
    """One apology in ten minutes, and the human queue; nothing is said when a person has the conversation."""
    conversation = stage.conversation
    stage.message.purpose = LEFT_FOR_PEOPLE
    if conversation.owner == Owner.HUMAN.value or conversation.epoch != stage.epoch:
        return
    if may_apologise(last_apology_at=conversation.last_apology_at, now=stage.now):
        await stage.say_as_bot([Reply(phrases.apology(stage.now))], "apology")
        conversation.last_apology_at = stage.now
    await hand_over_to_queue(
        stage.session, conversation_id=conversation.id, reason=f"{ASSISTANT_FAILED}{reason}", now=stage.now, priority=1
    )


async def _silent(stage: Stage, answer: Silent) -> None:
    if answer.left:
        stage.message.purpose = LEFT_FOR_PEOPLE


async def _scored(stage: Stage, answer: Scored) -> None:
    """Who waits for a person hears that it was written down; beside a person the bot stays silent."""
    if not await store_score(stage.session, stage.conversation, answer, now=stage.now):
        stage.message.purpose = LEFT_FOR_PEOPLE
    elif stage.conversation.owner != Owner.HUMAN.value:
        text = phrases.SCORED if answer.score >= LOWEST_GOOD else phrases.SCORED_LOW
        await stage.say(Author.SYSTEM, [Reply(text.format(score=answer.score))], "scored")


async def _no_person(stage: Stage, answer: NoPerson) -> None:
    if stage.conversation.owner != Owner.QUEUE.value:
        stage.message.purpose = LEFT_FOR_PEOPLE  # somebody has come meanwhile
        return
    await give_to_bot(stage.session, stage.conversation, user=None, now=stage.now)
    await stage.say(Author.SYSTEM, [Reply(phrases.NO_PERSON)], "reply")


async def _opt_out(stage: Stage, answer: OptOut) -> None:
    conversation = stage.conversation
    stopping = answer.word is OptOutWord.STOP
    if stopping and conversation.opted_out_at is not None:
        return  # confirmed once already; a wish for notices is always answered
    conversation.opted_out_at = stage.now if stopping else None
    text = phrases.OPTED_OUT if stopping else phrases.OPTED_IN
    await stage.say(Author.SYSTEM, [Reply(text)], "opt_out")


async def _emergency(stage: Stage, answer: Emergency) -> None:
    facts = await _facts(stage)
    reply = await emergencies.respond(
        stage.session, stage.conversation, stage.message, kind=answer.hit.kind, facts=facts, now=stage.now
    )
    await stage.say(Author.SYSTEM, [reply], emergencies.PURPOSE)


async def _emergency_place(stage: Stage, answer: EmergencyPlace) -> None:
    reply = await emergencies.place_told(stage.session, stage.conversation, stage.message, answer.address, now=stage.now)
    await stage.say(Author.SYSTEM, [reply], emergencies.PURPOSE)


async def _emergency_taken_back(stage: Stage, answer: EmergencyTakenBack) -> None:
    reply = await emergencies.taken_back(stage.session, stage.conversation, stage.message, now=stage.now)
    await stage.say(Author.SYSTEM, [reply], emergencies.PURPOSE)


async def _emergency_goes_on(stage: Stage, answer: EmergencyGoesOn) -> None:
    reply = await emergencies.goes_on(stage.session, stage.conversation, stage.message, talk=answer.talk, now=stage.now)
    await stage.say(Author.SYSTEM, [reply], emergencies.PURPOSE)


async def _answered(stage: Stage, answer: Answered) -> None:
    await _remember(stage, answer.replies)
    if await _is_answered_later(stage, answer.replies):
        writing_on.forget_question(stage.conversation)
        await stage.keep_as_note(answer.replies, "reply")
        return
    if not await stage.say_as_bot(_with_greeting(stage.message, answer.replies), "reply") and not stage.is_overtaken:
        stage.message.purpose = LEFT_FOR_PEOPLE


async def _is_answered_later(stage: Stage, replies: Sequence[Reply]) -> bool:
    if stage.epoch != stage.conversation.epoch:
        return False
    return await writing_on.is_answered_later(stage.session, stage.conversation, stage.message, replies, stage.ears)


async def _remember(stage: Stage, replies: Sequence[Reply]) -> None:
    """What the assistant took the message for came with its answer; it is kept for review."""
    told = next((reply.understood for reply in replies if reply.understood is not None), None)
    if told is not None:
        await understood.remember(stage.session, message_id=stage.message.id, understood=told, now=stage.now)


def _with_greeting(message: MessageRow, replies: Sequence[Reply]) -> Sequence[Reply]:
    """After a hand-back the bot says that it is there again, in the same bubble as its question."""
    if not replies or not message.event or message.event["name"] != "handback":
        return replies
    first = Reply(f"{phrases.HANDED_BACK_TO_FORM}{replies[0].text}", replies[0].choices)
    return [first, *replies[1:]]


async def _failed(stage: Stage, answer: Failed) -> None:
    await fail(stage, answer.reason)


async def _facts(stage: Stage) -> Any:
    return await stage.ears.facts(
        stage.session, stage.message.text, message_time=stage.message.message_time, phone=stage.conversation.phone
    )


_EFFECTS: dict[type, Callable[[Stage, Any], Awaitable[None]]] = {
    Silent: _silent,
    Scored: _scored,
    NoPerson: _no_person,
    OptOut: _opt_out,
    Emergency: _emergency,
    EmergencyPlace: _emergency_place,
    EmergencyTakenBack: _emergency_taken_back,
    EmergencyGoesOn: _emergency_goes_on,
    Answered: _answered,
    Failed: _failed,
}
