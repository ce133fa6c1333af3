"""Who wants not to be known."""

from __future__ import annotations

import re

from backend.contracts.understanding import Privacy
from backend.domain.language.normalise import normalise

_ANONYMOUS = re.compile(
    r"匿名(?!信|电话|短信|帖)|不(?:想|愿意?|打算|方便|便|要|用)?(?:实名|留名|署名|具名|(?:[留说讲填](?:真|姓|我的?|个)?|报(?:真|姓))名字?(?!额|次)|透露(?:姓名|名字|身份"
    r"|我是谁))|别(?:写|留|登?记|登|问|填)我?(?:的)?(?:名|姓名|名字|是谁|叫啥|姓啥)|不想让?人?知道(?:我)?是(?:我|谁)|不(?:想|愿意?)(?:说|告诉你们?|讲)我?(?:叫|姓)(?:啥|什么)|无名氏|佚名|热心(?:市民|群众|居民)"
    r"|(?:名字?|姓名|真名|我是谁|姓啥|姓什么|叫啥|叫什么)(?:我|咱|呢|就|也|先|都|可|千万|可以)*(?:别|不|甭|不用|不想|不愿意?|不便|不方便|不许|不准|不能|不要|勿)(?:给我?|往上)*"
    r"(?:写|留|记|登|说|提|报|填|问|透露|讲)"
)
_THEM = (
    r"(?:他|她|人家?(?!名)|物业|邻居|对方|别人|外人|任何人|楼[上下]|商家|店家|老板|单位|公司|保安|房东|开发商|业委会|领导|学校|老师"
    r"|被[^,。]{1,4}的|施工)"
)
_FAMILY = r"(?:我|俺)?(?:家)?(?:儿子|闺女|姑娘|女儿|老伴儿?|老头子?|儿媳妇?|孩子|家里人?|爸妈?|妈)(?:们|他们|她们)?"
_CONFIDENTIAL = re.compile(
    rf"(?:别|不要|千万别|甭|不能|不许)(?:让|叫|跟|和|告诉|给){_FAMILY}(?:说(?!$|清|不|一)|知道|晓得)|"
    r"保密(?!局|箱|单位|协议|柜|室|法|工作)|(?:别|不要|千万别|可别|不能|不许|勿|甭|请勿|不想|不希望|不愿意?)(?:跟|和|对|向|给|让|把"
    r"|叫)?(?:[^,。!?]{0,8}?)(?:(?:说|讲|提)(?:出去)?是(?:我|谁)(?:说|举报|反映|投诉|打|告|报|提|讲|整)|说出去|透[露漏]|泄[露漏]|暴露|"
    r"知道(?:这事儿?|这个|是谁)?(?:是我|我是谁|了?是?谁)|知道(?=[,。!\s]|$)|公开我|露我|供出我|告诉"
    rf"{_THEM})"
    rf"|(?:别|甭|不要)(?:跟|和|对|向|给){_THEM}[^,。]{{0,3}}(?:说|讲|提)(?:我|是谁)"
    r"|(?:别|甭|不要|千万别)(?:往外|对外|到处|出去)(?:乱|瞎)?(?:说|传|讲|张扬|嚷嚷)"
    r"|(?:别|甭|不要)把我[^,。]{0,3}[卖供抖说漏](?:了|出去|出来)"
    r"|(?:别|甭|不要|不许)(?:再)?(?:提|点|带)(?:到|起|上|出)?我(?:的)?(?:名字?|姓名)?(?=[,。!\s]|就|$)"
    rf"|(?:信息|电话|号码|名字|姓名|身份|联系方式|手机号?|资料)(?:可|都|也|就|千万|请|我|绝对)*(?:别|不要|甭|不能|不许|勿|不可以|不想)"
    rf"(?:再)?(?:(?:给|让|告诉){_THEM}|透[露漏]|泄[露漏]|外传|公开|往外|对外|暴露|外泄)"
    r"|(?:怕|担心|害怕)(?:[^,。!?]{0,4})?(?:被?报复|打击报复|找我麻烦|找我算账|得罪人|得罪邻居|知道是我"
    r"|邻里关系)|替我保|给我保个?密|保护(?:好)?(?:我|举报人|投诉人|个人)(?:的)?(?:隐私|信息)"
)
_WAIVED = re.compile(
    r"(?:不用|不需要|不必|没必要|无需|用不着|不要求|可以不|别给我|取消|别|没有?)(?:再|给我|帮我|替我|搞|整|选)?\s*$|不$"
)
_QUESTION = re.compile(r"[^,。!]{0,8}(?:吗|么|不\?|\?|怎么|能不能)")
_ASKED = re.compile(r"(?:会不会|能不能|是不是|可不可以|可以|能|会)(?:给我|帮我|替我)?\s*$")
# 不说姓名可以受理吗: asked, not wished.
_WHETHER = re.compile(
    r"[^,。! ]{0,4}(?:可以|能|好使|受理|给|行|办|管)[^,。! ]{0,4}(?:吗|么|\?|不行$|不$)"
    r"|[^,。! ]{0,6}(?:给不给|行不行|能不能|可不可以)"
)
# 刚才说匿名 现在不用了
_TAKEN_BACK = re.compile(
    r"[^。!?]{0,6}?(?:现在|这回|又|还是|算了)?[,\s]*(?:现在)?(?:不用了|不需要了|不必了|不要了|取消|改主意|算了吧?|不匿|可以留名?了)"
)
_NOT_NAMELESS = re.compile(
    r"匿名(?:我|俺|咱|就|倒|那|可|也|的话)*(?:不用|不要|不需要|没必要|用不着|就免了)(?=[,。!\s]|$)"
)  # 匿名我不用 保密就行: the no belongs to the one, not to the other
_FOR_ONESELF = re.compile(r"(?:我|俺)(?:想|要|就)?$")  # 我匿名行不行 asks for it


def find_privacy(text: str) -> Privacy | None:
    """ANONYMOUS (匿名, 不留名) before CONFIDENTIAL (保密, 别说是我说的); None for no wish, a waived or an asked one."""
    return privacy_in(normalise(text).text)


def privacy_in(text: str) -> Privacy | None:
    """`find_privacy` for text that is normalised already."""
    text = _NOT_NAMELESS.sub(lambda match: "," * len(match[0]), text.replace("俺", "我"))
    for pattern, wish in ((_ANONYMOUS, Privacy.ANONYMOUS), (_CONFIDENTIAL, Privacy.CONFIDENTIAL)):
        for match in pattern.finditer(text):
            before = text[: match.start()]
            asked = _ASKED.search(before) and _QUESTION.match(text, match.end())
            whether = wish is Privacy.ANONYMOUS and _WHETHER.match(text, match.end()) and not _FOR_ONESELF.search(before)
            named = match[0].endswith(("名", "密"))  # 怕得罪人 算了取消 takes something else back
            back = named and _TAKEN_BACK.match(text, match.end())
            if not (_WAIVED.search(before) or asked or whether or back):
                return wish
    return None
