"""What states, channels and fields are called on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.contracts.work_orders import EventType, State, Verb
from backend.domain.clocks import ClockSpec
from backend.domain.conversation import EMERGENCY_PRIORITY, GOES_ON, MAYBE_UNSENT, STALE
from backend.domain.promises import promise
from backend.domain.verb_data import OUTCOMES
from backend.domain.work_order import STATE_NAMES, VERB_NAMES

CHANNELS = {
    "wechat_oa": "公众号",
    "wechat_mp": "小程序",
    "sms": "短信",
    "web": "网页",
    "telephone": "电话",
    "letter": "来信",
    "visit": "来访",
}
ROLES = {"admin": "管理员", "dispatcher": "派单员", "handler": "经办人", "supervisor": "督办员", "service": "系统"}
AUTHORS = {"resident": "居民", "bot": "机器人", "caseworker": "坐席", "system": "系统通知"}
URGENCY = {"emergency": "紧急", "urgent": "加急", "normal": "一般"}
KINDS = {"image": "照片", "voice": "语音", "video": "视频", "location": "位置", "event": "操作"}
STATUSES = {
    "queued": "等待发送",
    "submitted": "已交给平台,等回执",
    "sent": "已发出",
    "delivered": "已送达",
    "failed": "发送失败",
    "unknown": "可能没送到,先问问居民,别急着重发",
    "suppressed": "没有发给居民",
}
# Why a message was kept back, in the words of the engine.
SUPPRESSED = {
    "note": "内部备注,居民看不到",
    STALE: "机器人答晚了,没有发给居民",
    GOES_ON: "居民接着又发了一条,这句没发,下面一起答",
}
PLATFORM_EVENTS = {
    "subscribe": "关注了公众号",
    "unsubscribe": "取消了关注",
    "scan": "扫了网格码",
    "menu_click": "点了菜单",
    "enter": "打开了客服会话",
    "consent": "答复了是否收通知",
    "handback": "会话交还给机器人",
}
FIELDS = {
    "category": "事项",
    "description": "什么事",
    "address": "地点",
    "address_detail": "门牌",
    "occurred_at": "时间",
    "contact_phone": "电话",
    "contact_name": "称呼",
}
STATES = {state.value: name for state, name in STATE_NAMES.items()} | {State.RESOLVED.value: "已办结,等评价"}
VERBS = {verb.value: name for verb, name in VERB_NAMES.items()}
EVENTS = {
    EventType.ACCEPTED: "受理",
    EventType.DISPATCHED: "派单",
    EventType.ACKNOWLEDGED: "签收",
    EventType.CONTACTED: "联系居民",
    EventType.ARRIVED: "到场",
    EventType.NOTED: "补充说明",
    EventType.RETURNED: "退单",
    EventType.EXTENDED: "延期",
    EventType.SUSPENDED: "挂起",
    EventType.RESUMED: "恢复办理",
    EventType.RESOLVED: "办结",
    EventType.CLOSED: "归档",
    EventType.REOPENED: "重办",
    EventType.WITHDRAWN: "撤单",
    EventType.DECLINED: "不予受理",
    EventType.URGED: "催办",
    EventType.ESCALATED: "升级",
    EventType.SUPERVISED: "督办",
    EventType.JOINED: "并入同一件事",
    EventType.RATED: "居民评价",
    EventType.ALARM_RAISED: "时限提醒",
}
EVENT_NAMES = {event.value: name for event, name in EVENTS.items()}
# What the assistant takes a message for.
INTENTS = {
    "report_complaint": "报事",
    "query_status": "查进度",
    "correct_previous_detail": "改前面说的",
    "cancel": "撤销",
    "urge": "催办",
    "rate": "评价",
    "dispute_result": "说没办好",
    "ask_human": "找人工",
    "ask_faq": "问规定",
    "affirm": "答“是”",
    "deny": "答“不是”",
    "provide_info": "补充情况",
    "emergency": "紧急情况",
    "opt_out": "退订",
    "out_of_scope": "不归我们管",
    "chitchat": "闲聊",
    "abuse": "骂人",
    "greet": "打招呼",
    "thanks": "道谢",
    "bye": "告别",
}
# Why a conversation waits for a person, as programs write it; what people write stands as it is.
QUEUE_REASONS = {
    "asked": "居民要找人工",
    "low_confidence": "机器人没听懂",
    "emergency": "紧急情况",
    "assistant": "机器人出了故障",
    MAYBE_UNSENT: "上一条可能没送到",
}
CHANGES = {"added": "新加", "edited": "修改", "withdrawn": "停用", "restored": "恢复"}
RESOLVED = {"yes": "解决了", "partly": "解决了一部分", "no": "没有解决"}
SATISFACTION = {1: "非常不满意", 2: "不满意", 3: "基本满意", 4: "满意", 5: "非常满意"}
RESULTS = OUTCOMES
# The button that a verb gets: the usual next step is prominent, what ends or refuses is apart.
MAIN_VERBS = (Verb.DISPATCH.value, Verb.ACKNOWLEDGE.value, Verb.ARRIVE.value, Verb.RESOLVE.value, Verb.CLOSE.value)
ENDING_VERBS = (Verb.RETURN.value, Verb.DECLINE.value, Verb.WITHDRAW.value)


def limit_text(spec: ClockSpec) -> str:
    """A time limit in one line: 三十分钟内到场,二十四小时内办好."""
    return promise(spec).removeprefix("这类事").removesuffix("。")


def clock_text(clock: Mapping[str, Any]) -> str:
    """The same for a stored clock."""
    return limit_text(ClockSpec.from_data(clock))


def queue_reason(reason: str) -> str:
    """Why somebody waits, in words; what follows a colon (`assistant:timeout`) is for those who look after the programs."""
    return QUEUE_REASONS.get(reason.partition(":")[0], reason)


def is_emergency(priority: int) -> bool:
    """Whether somebody waits in danger, and not only before others."""
    return priority >= EMERGENCY_PRIORITY


def status_text(status: str, reason: str) -> str:
    """How far an outbound message got, with the reason where there is one."""
    if status == "suppressed":
        return SUPPRESSED.get(reason, f"{STATUSES[status]}:{reason}" if reason else STATUSES[status])
    if status == "failed":
        return f"发送失败:{reason or '平台没有说明原因'}"
    pieces = reason.partition(":")[2] if status == "sent" else ""
    return f"{STATUSES[status]}(分{pieces}条)" if pieces.isdigit() else STATUSES.get(status, "")


def actor_name(actor: str, names: dict[str, str]) -> str:
    """`handler:sun` -> the person's name with the role; programs by what they are."""
    role, _, username = actor.partition(":")
    if not username:
        return {"system": "系统", "resident": "居民", "bot": "机器人"}.get(actor, actor)
    if role in ("resident", "service"):
        return "居民" if role == "resident" else "机器人"
    return f"{names.get(username, username)}({ROLES.get(role, role)})"
