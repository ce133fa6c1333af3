"""After an alarm: what was done, that help is there, how it is, when somebody comes; a new danger is none of it."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import DangerTalk
from backend.domain import phrases
from backend.domain.language.danger_talk import danger_talk, may_go_on
from backend.domain.language.emergency import screen_emergency, sounds_dangerous_weakly, takes_back_danger
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from backend.domain.language.normalise import to_traditional

ROOT = Path(__file__).parents[3]
TOLD = {
    DangerTalk.DONE: [
        *("打了打了", "打过120了", "已经报警了", "开窗了 阀门也关了", "闸拉了", "电闸拉下来了", "窗户都打开了", "拉线围上了"),
        *("我在厕所 门锁着呢", "我躲邻居家了", "都在楼下站着呢", "敲门了 邻居们都下来了", "让他平躺了", "我守着他呢"),
        *("照您说的做了", "冲着凉水呢", "毛巾捂上了", "总阀关上了", "没敢动他", "我们都下楼了"),
    ],
    DangerTalk.HELP: [
        *(
            "打了 在路上",
            "打过了 燃气公司说一会就到",
            "120来了 拉走了",
            "消防来了",
            "接走了 谢谢啊",
            "警察到了",
            "师傅说十分钟就到",
        ),
        *(
            "电业局说半小时到",
            "他走了",
            "那人跑了",
            "大夫在抢救",
            "物业来关了",
            "几个警察来了 按住了",
            "社区来人了",
            "救护车到楼下了",
        ),
    ],
    DangerTalk.STATE: [
        *(
            "两个人 还有个孩子",
            "几楼不知道 都有",
            "按了没人接",
            "还有气",
            "就我一个人",
            "没人受伤",
            "有十分钟了",
            "我爸 七十三了",
        ),
        *("电话打不通", "男的 六十多岁"),
    ],
    DangerTalk.WHEN: [
        "多久能来人啊",
        "你们的人什么时候到",
        "怎么还没来",
        "怎么办啊",
        "快派人来",
        "救护车还得多久能到啊",
        "有人吗",
    ],
    DangerTalk.UNWANTED: ["你们别来", "不用来人了", "我不想说了", "别管我了", "谁也别找我", "让我一个人待会儿"],
}
OF_ITSELF = ["着火了", "孩子噎着了", "我老公拿菜刀追我", "没呼吸了 脸都紫了", "他拿刀进来了", "电线掉下来 冒火花"]
ELSEWHERE = [
    "路灯坏了",
    "查一下我的单子",
    "对了 楼道灯也不亮",
    "我要报停电",
    "转人工",
    "翠园小区垃圾没人收都堆成山了",
    "谢谢",
    "好的 知道",
]


@pytest.mark.parametrize(("talk", "text"), [(talk, text) for talk, texts in TOLD.items() for text in texts])
def test_what_follows_on_an_alarm_is_known_for_what_it_is_in_either_script(talk: DangerTalk, text: str) -> None:
    assert danger_talk(text) is talk
    assert danger_talk(to_traditional(text)) is talk


@pytest.mark.parametrize("text", OF_ITSELF)
def test_a_danger_after_a_danger_is_a_danger(text: str) -> None:
    assert danger_talk(text) is None
    assert screen_emergency(text) is not None
    assert not sounds_dangerous_weakly(text)


@pytest.mark.parametrize("text", ELSEWHERE)
def test_another_matter_does_not_go_on_with_the_danger(text: str) -> None:
    assert danger_talk(text) is None
    assert not may_go_on(text)


@pytest.mark.parametrize("text", ["没有 就是累了", "五楼东边那家", "味更大了", "他不理我", "门还是打不开"])
def test_a_few_words_that_name_nothing_else_may_go_on(text: str) -> None:
    assert danger_talk(text) in (None, DangerTalk.STATE)
    assert may_go_on(text)


@pytest.mark.parametrize("table", ["known_danger", "told_as_complaint_danger", "cries_danger", "phrases_things_danger"])
def test_hardly_a_report_of_a_danger_is_taken_for_news_of_the_last_one(table: str) -> None:
    kinds = yaml.safe_load((ROOT / "nlu_data" / "danger" / f"{table}.yml").read_text(encoding="utf-8"))
    reports = [text for texts in kinds.values() for text in texts]
    taken = [text for text in reports if danger_talk(text) is not None]
    assert len(taken) <= len(reports) * 0.02, taken


@given(st.text(alphabet="打了开窗门来人走别不用多久,。 ", max_size=300))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert danger_talk(text) in (None, *DangerTalk)


def test_an_end_is_believed_where_only_a_word_of_it_sounds_like_danger() -> None:
    assert takes_back_danger("没事了 是三楼忘关火")
    assert takes_back_danger("出来了出来了")
    assert takes_back_danger("换了根管子 没味了")
    assert takes_back_danger("背下来了 谢谢")


# who wishes to die, or has taken something to that end and wants nobody to come
LISTENED_TO = {
    ("suicide", DangerTalk.STATE), ("suicide", DangerTalk.UNWANTED), ("overdose", DangerTalk.UNWANTED),
}  # fmt: skip


@pytest.mark.parametrize("kind", EMERGENCY_KINDS)
@pytest.mark.parametrize("talk", DangerTalk)
def test_every_answer_names_the_order_fits_two_messages_and_changes(kind: str, talk: DangerTalk) -> None:
    said = [phrases.emergency_goes_on(kind, "261122000000", talk, turn=turn) + phrases.EMERGENCY_ASKS_PLACE for turn in (1, 3)]
    assert said[0] != said[1]
    assert all(len(text) <= 134 - len("【有事请找我】") for text in said)
    despairs = (kind, talk) in LISTENED_TO
    assert any("12356" in text if despairs else "261122000000" in text for text in said)
