"""The life cycle of a work order: one table of moves, one of roles, and what blocks a move (DESIGN.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contracts.people import Role
from backend.contracts.work_orders import State, Verb
from backend.domain.errors import IllegalTransition

ENDED_STATES = frozenset({State.CLOSED, State.DECLINED, State.WITHDRAWN})

STATE_NAMES: dict[State, str] = {
    State.ACCEPTED: "已受理",
    State.DISPATCHED: "已派单",
    State.IN_PROGRESS: "办理中",
    State.RESOLVED: "已办结,等您评价",
    State.CLOSED: "已归档",
    State.DECLINED: "不予受理",
    State.WITHDRAWN: "已撤回",
}

_KEEP_WHILE_OPEN = (Verb.CONTACT, Verb.ARRIVE, Verb.NOTE, Verb.EXTEND, Verb.SUSPEND, Verb.RESUME)
_KEEP_WHILE_WAITING = (Verb.CONTACT, Verb.NOTE, Verb.SUSPEND, Verb.RESUME)
_ATTENTION = (Verb.URGE, Verb.ESCALATE, Verb.SUPERVISE, Verb.JOIN)


def _keep(state: State, *verbs: Verb) -> dict[Verb, State]:
    return dict.fromkeys(verbs, state)


# state -> verb -> state after it. What is not here is illegal.
MOVES: dict[State, dict[Verb, State]] = {
    State.ACCEPTED: {
        Verb.DISPATCH: State.DISPATCHED,
        Verb.DECLINE: State.DECLINED,
        Verb.WITHDRAW: State.WITHDRAWN,
        **_keep(State.ACCEPTED, *_KEEP_WHILE_WAITING, *_ATTENTION),
    },
    State.DISPATCHED: {
        Verb.ACKNOWLEDGE: State.IN_PROGRESS,
        Verb.RETURN: State.ACCEPTED,
        Verb.DISPATCH: State.DISPATCHED,
        Verb.WITHDRAW: State.WITHDRAWN,
        **_keep(State.DISPATCHED, *_KEEP_WHILE_OPEN, *_ATTENTION),
    },
    State.IN_PROGRESS: {
        Verb.RESOLVE: State.RESOLVED,
        Verb.WITHDRAW: State.WITHDRAWN,
        **_keep(State.IN_PROGRESS, *_KEEP_WHILE_OPEN, *_ATTENTION),
    },
    State.RESOLVED: {
        Verb.CLOSE: State.CLOSED,
        Verb.REOPEN: State.DISPATCHED,
        **_keep(State.RESOLVED, Verb.NOTE, Verb.CONTACT, Verb.SUPERVISE),
    },
    State.CLOSED: {Verb.REOPEN: State.DISPATCHED, **_keep(State.CLOSED, Verb.NOTE, Verb.SUPERVISE)},
    State.DECLINED: _keep(State.DECLINED, Verb.NOTE),
    State.WITHDRAWN: _keep(State.WITHDRAWN, Verb.NOTE),
}

# While an order is suspended its clock rests, so these would end or double the pause without anybody noticing.
_BLOCKED_WHILE_SUSPENDED = frozenset({Verb.SUSPEND, Verb.RESOLVE, Verb.RETURN})

_EVERYTHING = frozenset(Verb)
ROLE_VERBS: dict[Role, frozenset[Verb]] = {
    Role.ADMIN: _EVERYTHING,
    Role.DISPATCHER: _EVERYTHING,
    Role.SUPERVISOR: frozenset({Verb.SUPERVISE, Verb.ESCALATE, Verb.CLOSE, Verb.REOPEN, Verb.NOTE, Verb.EXTEND}),
    Role.HANDLER: frozenset(
        {
            Verb.ACKNOWLEDGE,
            Verb.CONTACT,
            Verb.ARRIVE,
            Verb.NOTE,
            Verb.RETURN,
            Verb.EXTEND,
            Verb.SUSPEND,
            Verb.RESUME,
            Verb.RESOLVE,
        }
    ),
    Role.SERVICE: frozenset({Verb.URGE, Verb.WITHDRAW, Verb.NOTE, Verb.REOPEN, Verb.JOIN}),
}


@dataclass(frozen=True)
class Standing:
    """What decides which moves are possible."""

    state: State
    suspended: bool = False


def allowed_verbs(standing: Standing) -> tuple[Verb, ...]:
    """The verbs that are possible now, in the order of `Verb`."""
    moves = MOVES[standing.state]
    blocked = _BLOCKED_WHILE_SUSPENDED if standing.suspended else frozenset({Verb.RESUME})
    return tuple(verb for verb in Verb if verb in moves and verb not in blocked)


def allowed_for(role: Role, standing: Standing) -> tuple[Verb, ...]:
    """The verbs that are possible now and that this role may use."""
    return tuple(verb for verb in allowed_verbs(standing) if verb in ROLE_VERBS[role])


def next_state(standing: Standing, verb: Verb) -> State:
    """The state after `verb`. Raises IllegalTransition with the verbs that are possible instead."""
    allowed = allowed_verbs(standing)
    if verb not in allowed:
        paused = ",并且已挂起" if standing.suspended else ""
        raise IllegalTransition(
            f"工单现在是“{STATE_NAMES[standing.state]}”{paused},不能做“{VERB_NAMES[verb]}”",
            field="verb",
            allowed=[each.value for each in allowed],
            state=standing.state.value,
        )
    return MOVES[standing.state][verb]


VERB_NAMES: dict[Verb, str] = {
    Verb.DISPATCH: "派单",
    Verb.ACKNOWLEDGE: "签收",
    Verb.CONTACT: "联系居民",
    Verb.ARRIVE: "到场",
    Verb.NOTE: "补充说明",
    Verb.RETURN: "退单",
    Verb.EXTEND: "延期",
    Verb.SUSPEND: "挂起",
    Verb.RESUME: "恢复办理",
    Verb.RESOLVE: "办结",
    Verb.CLOSE: "归档",
    Verb.REOPEN: "重办",
    Verb.WITHDRAW: "撤单",
    Verb.DECLINE: "不予受理",
    Verb.URGE: "催办",
    Verb.ESCALATE: "升级",
    Verb.SUPERVISE: "督办",
    Verb.JOIN: "并入同一件事",
}
