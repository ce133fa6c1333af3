"""Taking an alarm back is easy in any words; what goes on, or is told together with a danger, is never taken back."""

from pathlib import Path

import pytest
import yaml

from backend.domain.language.emergency import takes_back_danger
from backend.domain.language.normalise import to_traditional

ROOT = Path(__file__).parents[3]

OVER = [
    *("没事 我说着玩的", "不是真着火", "我看错了 是霓虹灯", "哈哈 逗你的", "骗你的", "搞错了 不用来了", "虚惊一场"),
    *("孩子找到了 在姥姥家", "原来是隔壁烧菜", "我没想死 就是气话", "我就是随便说说", "别来了 没事", "已经灭了"),
    *("好了好了 人出来了", "师傅来把门打开了 出来了", "不好意思打错字了 是着凉", "不是煤气是下水道味", "我不跳了 放心吧"),
    *("假的 测试一下", "我儿子瞎按的", "是我弟弟拿我手机发的", "老爷子醒了 就是睡着了", "妈接电话了", "散了 没打起来"),
    *(
        "取消 取消",
        "不用报警",
        "哦 是演习",
        "没事了 是三楼忘关火",
        "没事了 在吸氧",
        "不漏了 阀门关上了",
        "我不是那个意思",
        "说笑的",
        "没危险了",
        "喊错了",
    ),
]
GOES_ON = [
    *("不是开玩笑", "没开玩笑", "不是闹着玩", "不是气话", "没人出来", "没出来呢", "他没醒", "没找到", "我出来了 他还在里面"),
    *("人救出来了 火还没灭", "火灭了 又着了", "没事吧他会不会死", "不用来了 人没了", "别来了 来了也没用", "没事了 都无所谓了"),
    *(
        "是不是煤气漏了",
        "我没事 可我老公喘不上来气了",
        "没着火 是爆炸了",
        "门打开了 你们进来",
        "我想好了 3号楼",
        "取消不了",
        "我怕他醒了还打",
        "爬到半山下不来了",
    ),
]


@pytest.mark.parametrize("text", OVER)
def test_an_alarm_is_taken_back_in_any_words(text: str) -> None:
    assert takes_back_danger(text)
    assert takes_back_danger(to_traditional(text))


@pytest.mark.parametrize("text", GOES_ON)
def test_what_goes_on_is_not_taken_back_however_it_begins(text: str) -> None:
    assert not takes_back_danger(text)


@pytest.mark.parametrize("table", sorted(path.stem for path in (ROOT / "nlu_data" / "danger").glob("*_danger.yml")))
def test_no_report_of_a_danger_takes_one_back(table: str) -> None:
    kinds = yaml.safe_load((ROOT / "nlu_data" / "danger" / f"{table}.yml").read_text(encoding="utf-8"))
    assert [text for texts in kinds.values() for text in texts if takes_back_danger(text)] == []
