"""What winter brings: falls that are over or not, beasts, wishes for work, blows that fall silent, words of Cantonese."""

import pytest

from backend.contracts.understanding import DangerTalk
from backend.domain import phrases
from backend.domain.language.danger_talk import danger_talk, may_go_on
from backend.domain.language.emergency import screen_emergency, takes_back_danger
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS

LONGEST_SMS = 134
BACK = ["能回去拿吗", "我的猫还在屋里 能回去拿吗", "我能上楼取趟药吗", "现在能进屋吗", "手机落屋里了"]
QUIET = ["别打电话过来", "千万别打电话", "别给我打电话 他会听见", "我不方便接电话", "只能发短信"]


@pytest.mark.parametrize(
    "text",
    [
        *("孩子哭得没动静", "半夜有人敲门 我害怕", "上回有个骑车的栽里头了", "昨天有个大爷栽进去了"),
        *("停电了电梯也不走 我拎着菜爬十二楼 家里还进水了", "井盖丢了 昨天有个大爷栽进去了 幸亏拽上来"),
        "早上有个大爷在冰上滑倒了 自己爬起来走的 你们撒点盐吧",
    ],
)
def test_a_fall_that_is_over_a_knock_and_stairs_are_complaints(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize(
    "text",
    ["有个骑车的栽里头了 现在还在底下喊", "大爷刚栽进去 上不来 腿好像折了", "有人撬我家的门 我一个人在家", "孩子掉井里了 哭呢"],
)
def test_who_lies_there_now_is_in_danger(text: str) -> None:
    assert screen_emergency(text) is not None


@pytest.mark.parametrize("text", ["鸟撞玻璃上 不动了", "小狗掉沟里了 一直叫", "猫跑烟道里了 在里面叫", "有人在河里电鱼"])
def test_a_beast_in_need_raises_no_alarm(text: str) -> None:
    assert screen_emergency(text) is None


def test_a_person_beside_the_beast_is_heard() -> None:
    assert screen_emergency("狗咬着孩子不松口") is not None
    assert screen_emergency("对过独居的大爷 猫在窗台上叫了两天 大爷没影") is not None


@pytest.mark.parametrize("text", ["漏电那个 昨天师傅来了 挺好", "我家门口那个灭火箱里空的", "我要是再等下去 头发都着了"])
def test_what_was_reported_an_empty_cabinet_and_a_manner_of_speaking_are_calm(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("木锯把我师傅手锯下来了 四个指头", "medical"),
        ("隔壁又打上了 这回女的不叫了", "violence"),
        ("我不能说地址 他在我旁边", "violence"),
        ("小卖部老板让人捅了", "violence"),
        ("老师带一帮孩子坐上去 停在半中间 灯也灭了", "lift"),
        ("楼道里味儿挺冲 我没敢点灯", "gas"),
        ("等会儿 我妈栽地上了 叫不应", "medical"),
        ("同事发朋友圈说再见 我打电话她说药都吃完了", "overdose"),
    ],
)
def test_what_leaves_no_doubt_is_never_outweighed(text: str, kind: str) -> None:
    hit = screen_emergency(text)
    assert hit is not None
    assert hit.kind == kind


@pytest.mark.parametrize("text", ["𨋢停咗喺半空,入面有四個細路", "妹妹食咗成樽安眠藥,而家叫唔醒", "有個阿婆暈倒,而家叫唔醒"])
def test_cantonese_is_read_as_what_it_says(text: str) -> None:
    assert screen_emergency(text) is not None


@pytest.mark.parametrize("text", BACK)
def test_who_asks_to_go_back_in_is_told_not_to(text: str) -> None:
    assert danger_talk(text) is DangerTalk.BACK
    assert "别" in phrases.emergency_goes_on("fire", "261122000000", DangerTalk.BACK, turn=1)


@pytest.mark.parametrize("text", QUIET)
def test_who_must_not_be_heard_is_not_told_to_answer_the_telephone(text: str) -> None:
    assert danger_talk(text) is DangerTalk.QUIET
    assert not takes_back_danger(text)
    said = {phrases.emergency_goes_on("violence", "261122000000", DangerTalk.QUIET, turn=turn) for turn in (1, 3)}
    assert all("12110" in text and "请接一下" not in text for text in said)


def test_who_wishes_to_die_and_wants_no_call_is_called_all_the_same() -> None:
    said = phrases.emergency_goes_on("suicide", "261122000000", DangerTalk.QUIET, turn=1)
    assert "12356" in said


@pytest.mark.parametrize("kind", sorted(EMERGENCY_KINDS))
@pytest.mark.parametrize("talk", [DangerTalk.BACK, DangerTalk.QUIET])
def test_what_is_said_to_it_fits_two_parts_of_a_text_message(kind: str, talk: DangerTalk) -> None:
    said = [phrases.emergency_goes_on(kind, "261122000000", talk, turn=turn) for turn in (1, 3)]
    assert max(map(len, said)) <= LONGEST_SMS
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        *(("救护车到了 在洗胃", DangerTalk.HELP), ("对 就是这儿", DangerTalk.STATE)),
        *(("师傅来了说是报警器坏了", DangerTalk.HELP), ("人来了 说是四楼的管子 修上了", DangerTalk.HELP)),
    ],
)
def test_what_the_doctors_do_and_that_the_place_is_right_belongs_to_the_danger(text: str, talk: DangerTalk) -> None:
    assert danger_talk(text) is talk


@pytest.mark.parametrize("text", ["暖气问题咋报", "物业费的事我要投诉", "停车的事哪儿能登记"])
def test_another_matter_in_few_words_does_not_go_on_with_the_danger(text: str) -> None:
    assert not may_go_on(text)
