"""Which question a sentence of the bot asks."""

from __future__ import annotations

import re
import unicodedata

from backend.domain.drafting.expected import QUESTIONS, YES_NO
from backend.domain.drafting.heard import RATING
from backend.domain.drafting.model import Ask

# The last sentence of the bot, from the most telling word to the least.
_ASKED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (RATING, re.compile(r"打.{0,3}分|评价|满意|评分|几分")),
    *((question.name, question.pattern) for question in QUESTIONS),
    (Ask.CANCEL.value, re.compile(r"不报了|要?取消吗|确定(?:要)?(?:取消|撤)|[是要](?:取消|撤).{0,8}吗")),
    (Ask.RESUME.value, re.compile(r"接着(?:上次|说|报|填|弄)|继续上次")),
    (Ask.CONFIRM.value, re.compile(r"对吗|对不对|是否正确|正确吗|确认(?:提交|是否)|核对|提交吗|没问题吧|是吗")),
    # 还有要补充的吗, 是6号楼吗, 电话还是这个吗: they name a field, and still only a yes or a no answers them.
    (YES_NO, re.compile(r"还有[^,。?]{0,12}(?:[吗么]|补充的|要说的|要反映的)[??]?$|(?:是|把)[^,。不?]{1,24}吗[??]?$")),
    (YES_NO, re.compile(r"(?:用|打|按|留)(?:您|你)?(?:现在)?(?:这个|这|本机)[^。?]{0,10}[吗么不][??]?$")),
    (Ask.CONTACT_PHONE.value, re.compile(r"电话|手机|号码|联系(?:方式|您)")),
    (Ask.OCCURRED_AT.value, re.compile(r"什么时候|啥时候|何时|几点|哪天|多久了|开始的|时间")),
    (Ask.ADDRESS.value, re.compile(r"哪个小区|几号楼|在哪|地址|什么地方|哪儿|哪里|位置|单元|哪一户")),
    (Ask.CATEGORY.value, re.compile(r"哪一?(?:类|种)|哪个最|是下面")),
    (Ask.DESCRIPTION.value, re.compile(r"什么事|啥事|描述|遇到|怎么回事|什么情况|补充")),
    (YES_NO, re.compile(r"吗[??]?$|还是.{1,12}[??]$|是不是|要不要|行不行")),
)


def asked_by(sentence: str) -> str:
    """The question that a sentence of the bot asks; "" when it asks nothing that we know."""
    half_width = unicodedata.normalize("NFKC", sentence).strip()  # the patterns know one form of each mark
    last = re.split(r"(?<=[。!\n])", half_width)
    for part in (*reversed([piece for piece in last if piece.strip()]),):
        for name, pattern in _ASKED:
            if pattern.search(part):
                return name
    return ""
