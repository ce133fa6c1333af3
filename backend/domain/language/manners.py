"""What is said for politeness in front of what is wanted: a greeting, leave to ask, thanks in advance."""

from __future__ import annotations

import re

_PAUSE = r"[啊呀哈呢哎\s,。!]*"
_GREETING = (
    r"(?:(?:你们?|您)好(?!意思|坏|像|不|歹|吗|多|几|过)|喂(?!养|奶|食|狗|猫)|哈喽|(?:早上|上午|中午|下午|晚上)好|在吗|在不在|打扰一下"
    r"|(?:小|老)?(?:同志|师傅|老师|领导|客服|姑娘|闺女|小伙子?|大姐)(?=[\s,。!啊呀你您]))" + _PAUSE
)
_LEAVE = r"(?:请问(?:一下)?|有人吗|我?(?:想|麻烦)?(?:问(?:一?下|问|个事儿?)|打扰了?(?:一下)?))" + _PAUSE
_GREETINGS = re.compile(f"(?:{_GREETING})+")
_OPENING = re.compile(f"(?:{_GREETING}|{_LEAVE})+")
_THANKS = re.compile(r"(?:(?:谢谢|感谢|多谢|麻烦|辛苦|拜托)(?:你们?|您)?(?:了|啊|啦)*[\s,。!]+)+")
_OATH = (
    r"(?:(?:[我卧](?:操|草|靠|擦|日|艹)|(?:操|肏|艹|草|日|曹|cao|CAO)(?:你|他|它|尼)(?:们)?|[操肏艹](?![场心作纵劳办]))(?:个)?(?:妈|娘|大爷|奶奶|祖宗|姥姥|八辈(?:儿)?祖宗|马|吗)?(?:了|个|的|逼|B|b|蛋)*"
    r"|(?:他|她|你|去你)?(?:奶奶|妈|娘|姥姥)(?:了)?(?:个)?(?:的|巴子|逼|腿|爪|熊|头)+|特么的?|尼玛|[Tt][Mm][Dd]?|[Ss][Bb]|傻[逼Bb叉]|(?:狗日|王八(?:蛋|犊子)?|混蛋|瘪犊子|鳖犊子)的?"
    r"|滚(?:犊子|蛋)?|(?:你们?)?(?:这|一)?(?:帮|群)?(?:吃干饭|废物|饭桶|骗子)的?)" + _PAUSE
)
_OATHS = re.compile(f"(?:{_OATH})+")
_SAYS_SOMETHING = 2  # characters


def without_greeting(words: str) -> str:
    """What stands behind 你好, 早上好 小同志; a greeting alone stays. 你好 漏水了 is no greeting, however short the rest is."""
    return _behind(_GREETINGS, words) or words


def behind_opening(text: str) -> str:
    """What stands behind a greeting and 请问一下; "" where nothing does, or there is none."""
    return _behind(_OPENING, text)


def behind_thanks(text: str) -> str:
    """What stands behind thanks in advance (谢谢 我家没水了); "" where nothing does, or there are none."""
    return _behind(_THANKS, text)


def behind_oath(text: str) -> str:
    """What stands behind an oath (操你妈的 暖气还不修); "" where nothing does, or there is none."""
    return _behind(_OATHS, text)


def _behind(lead: re.Pattern[str], text: str) -> str:
    found = lead.match(text)
    rest = text[found.end() :] if found else ""
    return rest if len(re.findall(r"\w", rest)) >= _SAYS_SOMETHING else ""
