"""What the engine itself says in a conversation: short, plain, right for a 75-year-old."""

from __future__ import annotations

from datetime import datetime

from backend.contracts.conversations import Address
from backend.contracts.spoken_time import day_text
from backend.contracts.understanding import DangerTalk
from backend.domain.conversation import in_service_hours, next_service_start
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS, LASTS_WHATEVER_IS_SAID

OPTED_OUT = "好的,以后不再给您发通知短信。您有事照样可以发短信来问。想恢复通知,请回复“恢复”。"
OPTED_IN = "好的,已恢复。您的事有了进展,我会发短信告诉您。"
SCORED = "谢谢您打{score}分,记下了。有话接着说,工作人员看得到。"
SCORED_LOW = "{score}分记下了。哪儿没弄好,您接着说,工作人员看得到。要是点错了,重发个分数就行。"
NO_PERSON = "好,那就不找人工了。您有事接着跟我说,要找人随时说“转人工”。"
FILED = "报上了,单号{number},有进展我告诉您。"
ADDED = "好,您说的都补到单号{number}里了,不用再报一遍。"
UNREADABLE_SMS = "您这条短信我这边看不到字,麻烦再发一遍,写上出了什么事、在哪儿就行。"
UNREADABLE = "这条消息我看不到内容。请您打字说,发照片、发语音也行。"
HANDED_BACK = "工作人员已处理完这边的事,我接着帮您。"
HANDED_BACK_TO_FORM = "我接着帮您登记。"

_SORRY = "对不起,我这边出了点状况。您说的都记下了,"
_NOW = "工作人员马上来帮您。"
_LATER = "工作人员{day}上午8点上班,到时先联系您。要是有危险,请马上打119、110或120。"


def apology(now: datetime) -> str:
    """Said when the assistant fails: a person comes now, or, outside service hours, on a date."""
    return _SORRY + (_NOW if in_service_hours(now) else _LATER.format(day=day_text(next_service_start(now))))


_ADVICE_OTHERWISE = "请先到安全的地方,马上拨打119、110或120。我们已通知值班人员。"
_LONGEST_ASSUMED = 20  # characters
_ASK = "请告诉我"  # begins the question for the place, with which an instruction ends
_ASK_OTHERWISE = "请告诉我:您在哪里?"


def emergency_advice(kind: str) -> str:
    """What to do at once, with the number to call; no question."""
    return _instruction(kind)[0]


def emergency_reply(kind: str, number: str, *, needs_address: bool, assumed: str = "") -> str:
    """The instruction, the order's number, and the only question an emergency allows: where. `assumed` is a place that was told
    for something else, "" for none: it is said, so that a wrong one is noticed."""
    advice, question = _instruction(kind)
    place = f"地方先按您说过的{assumed[:_LONGEST_ASSUMED]},不对马上告诉我。" if assumed else ""
    return advice + (f"单号{number}。" if number else "") + place + (question if needs_address else "")


def emergency_repeated(kind: str, number: str) -> str:
    """Said when somebody writes again about the same danger."""
    return f"{emergency_advice(kind)}您刚说的也转过去了(单号{number})。"


def _instruction(kind: str) -> tuple[str, str]:
    known = EMERGENCY_KINDS.get(kind)
    if known is None:
        return _ADVICE_OTHERWISE, _ASK_OTHERWISE
    advice, ask, question = known.instruction.partition(_ASK)
    return advice, ask + question or _ASK_OTHERWISE


def emergency_address_noted(number: str) -> str:
    """Said when the address of an emergency came afterwards."""
    return f"地址记下了,已转给值班人员(单号{number})。您先保证自己安全,电话别关机。"


def emergency_taken_back(number: str) -> str:
    """Said when the resident takes an emergency back; a person still calls, because a danger may speak here."""
    return f"没事就好。这句话已转给值班人员(单号{number}),他们可能来个电话问一声,请接一下。要是又不对劲,马上打119、110或120。"


EMERGENCY_ASKS_PLACE = "您在哪里?告诉我小区和楼号,好找到您。"
_GOES_ON = {  # two of each, so that nobody hears the same twice running
    DangerTalk.DONE: (
        "好,您做得对。已经记到单上(单号{number}),值班人员看得到。",
        "好,就这样,人先顾好。这也记上了(单号{number}),有变化马上告诉我。",
    ),
    DangerTalk.HELP: (
        "好,听他们安排,您也当心自己。已经记到单上(单号{number})。",
        "知道了,记到单上了(单号{number})。还要什么就告诉我。",
    ),
    DangerTalk.STATE: (
        "记下了,已转给值班人员(单号{number})。情况一变就告诉我,等不及马上打{call}。",
        "这也转给值班人员了(单号{number})。您先顾好人,紧要就打{call}。",
    ),
    DangerTalk.WHEN: (
        "值班人员已经收到,正在联系(单号{number})。最快的是您直接打{call},照他们说的做,别离开安全的地方。",
        "我已经再催值班人员(单号{number})。等不及就打{call},那边派人最快。",
    ),
    DangerTalk.UNWANTED: (
        "好,这话已转给值班人员(单号{number}),他们可能来电话问一声,请接一下。要是还有危险,马上打{call}。",
        "知道了,也转过去了(单号{number})。要是又不对劲,马上打{call}。",
    ),
    DangerTalk.BACK: (
        "千万别回去,什么也别拿,在外面离远些等着(单号{number})。有人或猫狗在里头,告诉来救的人;还没打{call}的马上打。",
        "先别进去,等来的人说安全了再说,人要紧(单号{number})。里头还有什么,也告诉他们。",
    ),
    DangerTalk.QUIET: (
        "好,您说的别打电话已转给值班人员(单号{number})。您先顾自己安全,手机调静音;不能出声就发短信到12110报警。",
        "知道了,这也记到单上了(单号{number})。能走就悄悄走开,走不了就锁好门,发短信12110。",
    ),
}
# To somebody who wishes to die or took something to that end nothing is closed.
_GOES_ON_DESPAIR = (
    "我在听,您慢慢说。您的话已转给值班人员(单号{number}),他们会尽快找您。难受就打12356,白天黑夜都有人接。",
    "我听见了,不逼您。大家放心不下您,值班的人会给您打个电话。身边有谁就叫来陪陪您,12356随时有人。",
)


def emergency_goes_on(kind: str, number: str, talk: DangerTalk, *, turn: int) -> str:
    """Said to what is told of a danger after its report; `turn` is the number of the message, so that the words change."""
    unwanted = talk in (DangerTalk.UNWANTED, DangerTalk.QUIET) and kind in LASTS_WHATEVER_IS_SAID
    despairs = unwanted or (talk is DangerTalk.STATE and kind == "suicide")
    said = _GOES_ON_DESPAIR if despairs else _GOES_ON[talk]
    known = EMERGENCY_KINDS.get(kind)
    return said[turn // 2 % len(said)].format(number=number, call=known.call if known else "110")


def address_text(address: Address) -> str:
    """The place in one line, the resident's own words first."""
    parts = (address.street, address.community, address.estate, address.road, address.house_number, address.landmark)
    return address.text or "".join(parts)
