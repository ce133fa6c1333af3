"""Measures that describe the problem: 13度, 三十厘米, 2000块, 七八户."""

from __future__ import annotations

import re

from backend.domain.language.normalise import normalise

_NUMBER = (
    r"(?:\d+(?:\.\d+)?|半(?=米|斤|吨|公斤|车|桶|升)|[零一二两三四五六七八九十百千万]{1,7}(?:点[零一二三四五六七八九]{1,2})?)"
)
_UNITS = (
    r"摄氏度|度(?:半|[一二三四五六七八九\d](?![\d十度号楼栋单层室月点个天次]))?|°C|°|厘米|公分|毫米|公里|千米|平方米|平米|平方|平(?![时常安台房均衡坦地])|立方米|立方|米|吨|公斤|千克|斤|克|升|块钱|块(?:[二三四五六七八九\d](?![块号楼栋单])|一(?![度吨斤个平方米次张份页天月块件本]))|元|万元"
    r"|万块|万(?![一二三四五六七八九])|块|毛钱|分贝|千瓦|瓦|伏|户人家|户|口人|口子|个人|家住户|辆|台|盏|棵"
    r"|条狗|两(?=[,。!?\s]|了|重|肉|菜|的|$)|只|个井盖|袋|车|处|%|瓶|桶|趟|多户"
)
_QUANTITY = re.compile(
    rf"(?<![\d.第A-Za-z])(?:(?:零下|负|-)(?=\d|[一二三四五六七八九十]))?(?:{_NUMBER}(?:多|来"
    rf"|几)?(?:{_UNITS})(?:多)?|[一二两三四五六七八九十百\d]+万[一二三四五六七八九]千?(?:块钱?|元)?)"
)
# Words that look like measures: 一块儿, 万一, 一只… and 态度, 温度 carry no number.
_NOT_MEASURES = re.compile(r"(?:一块(?!钱)|一个人|一口|千万|万万|一处|一万|一度|一车|一条|再三|一米)$")


def find_quantities(text: str) -> tuple[str, ...]:
    """Numbers with units in the order said; durations, addresses and phones are not among them."""
    return quantities_in(normalise(text).text)


def quantities_in(text: str) -> tuple[str, ...]:
    """`find_quantities` for text that is normalised already."""
    found = [match[0] for match in _QUANTITY.finditer(text)]
    return tuple(item for item in found if not _NOT_MEASURES.search(item))
