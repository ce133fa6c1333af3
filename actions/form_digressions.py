"""What residents say in the middle of the form that is not about it.

Rasa forces the form until it rejects a message, and then asks another action: two calls for one turn. So the form itself lets
the same responders answer that answer outside the form; they put the open question again.
"""

from __future__ import annotations

from actions.base import ResidentAction
from actions.order_actions import Dispute, QueryStatus, Urge
from actions.talk_actions import Abuse, AnswerFaq, Emergency, HandOver, OptOut, Rate, SmallTalk

_SMALL_TALK = SmallTalk()
RESPONDERS: dict[str, ResidentAction] = {
    "query_status": QueryStatus(),
    "urge": Urge(),
    "dispute_result": Dispute(),
    "rate": Rate(),
    "ask_faq": AnswerFaq(),
    "ask_human": HandOver(),
    "abuse": Abuse(),
    "emergency": Emergency(),
    "opt_out": OptOut(),
    **dict.fromkeys(("greet", "thanks", "bye", "chitchat", "out_of_scope"), _SMALL_TALK),
}
