"""What the engine itself says in a conversation: short, plain, right for a 75-year-old."""

from __future__ import annotations

from datetime import datetime

from backend.contracts.conversations import Address
from backend.domain.conversation import LOCAL, in_service_hours, next_service_start

WEEKDAYS = "一二三四五六日"

OPTED_OUT = "好的,以后不再给您发通知短信。您有事照样可以发短信来问。想恢复通知,请回复“恢复”。"
OPTED_IN = "好的,已恢复。您的事有了进展,我会发短信告诉您。"
HANDED_BACK = "工作人员已处理完这边的事,我接着帮您。"
HANDED_BACK_TO_FORM = "我接着帮您登记。"

_SORRY = "对不起,我这边出了点状况。您说的都记下了,"
_NOW = "工作人员马上来帮您。"
_LATER = "工作人员{day}上午8点上班,到时先联系您。要是有危险,请马上打119、110或120。"


def day_text(at: datetime) -> str:
    """A date as people say it: 11月24日(周二)."""
    local = at.astimezone(LOCAL)
    return f"{local.month}月{local.day}日(周{WEEKDAYS[local.weekday()]})"


def apology(now: datetime) -> str:
    """Said when the assistant fails: a person comes now, or, outside service hours, on a date."""
    return _SORRY + (_NOW if in_service_hours(now) else _LATER.format(day=day_text(next_service_start(now))))


# What to do at once, by the kind that the emergency screen found; nothing is asked before it.
_ADVICE = {
    "gas": "闻到燃气味:别开关电器、别点火,先开窗、关阀门,人赶快到屋外,再打119和燃气抢修电话。",
    "fire": "着火了先跑,别坐电梯、别拿东西,湿毛巾捂住口鼻弯腰走,到外面马上打119。",
    "electricity": "别碰电线和漏电的东西,离开至少8米,也别让别人靠近。有人触电先断电、不能用手拉,马上打120。",
    "lift": "困在电梯里别扒门、别跳,按住报警铃,靠墙站好等人来。有人不舒服马上打119。",
    "trapped": "人先别乱动,护住头,能出声就敲东西、喊人,马上打119。",
    "co": "可能是煤气中毒:马上开窗通风、把人扶到屋外,别点火,马上打120。",
    "violence": "您先躲到安全的地方、锁好门,马上打110。",
    "suicide": "您先别走开,我们在。请马上打110或120,也可以打心理热线12356,有人陪您说话。身边有人就请他陪着您。",
    "medical": "马上打120。人别乱搬动,让他平躺、松开领口,有人守着。",
}
_ADVICE_OTHERWISE = "您先到安全的地方,马上打119、110或120。"


def emergency_advice(kind: str) -> str:
    """The safety instruction with the number to call."""
    return _ADVICE.get(kind, _ADVICE_OTHERWISE)


def emergency_reply(kind: str, number: str, *, needs_address: bool) -> str:
    """The instruction, what we have done, and the only question an emergency allows."""
    done = f"我已报给值班人员,单号{number}。" if number else "我已报给值班人员。"
    return emergency_advice(kind) + "\n" + done + ("请告诉我在哪里:小区、几号楼几单元几室?" if needs_address else "")


def emergency_repeated(kind: str, number: str) -> str:
    """Said when somebody writes again about the same danger."""
    return emergency_advice(kind) + f"\n您刚说的已转给值班人员(单号{number})。"


def emergency_address_noted(number: str) -> str:
    """Said when the address of an emergency came afterwards."""
    return f"地址记下了,已转给值班人员(单号{number})。您先保证自己安全,电话别关机。"


def address_text(address: Address) -> str:
    """The place in one line, the resident's own words first."""
    parts = (address.street, address.community, address.estate, address.road, address.house_number, address.landmark)
    return address.text or "".join(parts)
