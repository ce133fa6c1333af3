"""Steam out of the ground, what the waterworks put into water and a lift without power are no danger; what is one stays one."""

from __future__ import annotations

import pytest

from backend.domain.language.emergency import screen_emergency


@pytest.mark.parametrize(
    "text",
    [
        "供热管井冒热气",
        "热力井盖底下冒热气 雪都化了 估计是管子漏了",
        "马路中间暖气井往外喷白气 走路看不清",
        "停电了 电梯也停了",
        "家里来的水一股消毒水味儿 烧开了还有白沫",
        "水龙头出来的水一股漂白粉味",
        "俺家楼上那个水龙头好像没关 顺墙往下淌",
        "上个月孩子在澡堂被烫伤了 老板不赔",
        "去年我妈让开水烫了 医院给耽误了",
        "我胳膊去年在厂里烫的 现在还没给赔",
    ],
)
def test_what_is_told_calmly_raises_no_alarm(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "井里冒煤气味 呛嗓子",
        "煤气阀门没关 屋里全是味",
        "暖气管爆了烫着人了",
        "停电了 电梯停了 我妈关在里头",
        "孩子喝了消毒水 嘴里吐白沫",
        "孩子被开水烫了 全身起泡",
        "供热管井爆了 有人掉进热水里了",
    ],
)
def test_a_danger_told_in_the_same_words_is_found(text: str) -> None:
    assert screen_emergency(text) is not None
