"""Who wants not to be known, and the name of the one who gives it."""

from __future__ import annotations

import re

from backend.contracts.understanding import Privacy
from backend.domain.language.normalise import normalise
from backend.domain.language.numerals import SPOKEN_DIGITS

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
    r"知道(?:这事儿?|这个|是谁)?(?:是我|我是谁|了?是?谁)|知道(?=[,。!]|$)|公开我|露我|供出我|告诉"
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
_FOR_ONESELF = re.compile(r"(?:我|俺)(?:想|要|就)?$")  # 我匿名行不行 asks for it
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤"
    "阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
_COMMON = _SURNAMES[:160]
_GIVEN = r"[\u4e00-\u9fff]{1,2}"
_TITLE = (
    r"(?:先生|女士|师傅|阿姨|大姐|大哥|大爷|大娘|老师|叔|婶|姨|哥|姐|大妈|大婶|同志|经理|小姐|爷|奶|伯|舅"
    r"|太太|老太太?|大叔|大伯|大嫂|嫂子?|爷爷|奶奶|叔叔|婆婆|阿婆|老爷子|老师傅)"
)
_KIN = r"(?:女儿|闺女|姑娘|儿子|老伴|媳妇|爱人|丈夫|妻子|哥|姐|弟弟?|妹妹?|孙子|孙女|女婿)"
_END = r"(?=[,。!?;:\s\d(]|电话|手机|联系|是|住|家住|在|的|我|吧|今年|男|女|,|$)"
# What may stand alone between a door and a time or a phone and begins like a name: 马桶堵, 高空抛物, 路灯坏, 黄水.
_NO_GIVEN = r"[停堵漏坏没冷热臭吵掉断响亮通开关来走水电气暖灯门桶道管头空压车位库板皮墙房间天压灰黑]"
_TIME_HEAD = (
    r"(?:今[天儿早晚]|昨|前天|上周|上个?月|从|打|周[一二三四五六日]|礼拜|星期|\d{1,2}[月号点]|十[一二]?月|[早晚]上|[上下]午"
    r"|半夜|\d{2}岁|[男女](?=[,。\s])|今年|退休)"
)
_NAME_PATTERNS = (
    # 我姓张叫张秀兰: the whole name, not the surname before it.
    re.compile(
        rf"姓\s*[{_SURNAMES}]{{1,2}}[,\s]*(?:名字?)?叫\s*(?P<name>(?:欧阳|司马|上官|诸葛|皇甫|[{_SURNAMES}]){_GIVEN}?){_END}"
    ),
    # 不是张丽 是张莉, 名字写错了 应该是宋桂芝
    re.compile(
        rf"(?:^|[,。\s])(?:我)?(?:名字?|姓名)?(?:叫)?不是(?P<wrong>[{_SURNAMES}]{_GIVEN})[,。\s]*(?:应该)?(?:是|叫)(?P<name>[{_SURNAMES}]{_GIVEN})(?=[,。!?\s]|$)"
    ),
    re.compile(
        rf"(?:名字?|姓名)[^,。\d]{{0,4}}(?:错|不对)[^\d]{{0,6}}?(?:是|叫|改成|改为)(?P<name>[{_SURNAMES}]{_GIVEN})(?=[,。!?\s]|$)"
    ),
    # 我姓佟,佟丽娟
    re.compile(
        rf"姓\s*(?P<surname>[{_SURNAMES}])[,\s]+(?P<name>(?P=surname)[\u4e00-\u9fff]{{1,2}})(?=[,。!?;:\s\d]|电话|手机|$)"
    ),
    re.compile(
        r"(?:[我俺咱]叫|[我俺]名叫|我的名字(?:是|叫)|本人(?:姓名)?(?:叫|是)?|名字(?:是|叫|:)|姓名(?:是|叫|:)?|我是业主"
        r"|我是住户|联系人(?:是|叫|:)?|报修人(?:是|:)?|落款(?:是|:)?)\s*(?P<name>(?:欧阳|司马|上官|诸葛|皇甫"
        rf"|[{_SURNAMES}]){_GIVEN}?){_END}"
    ),
    re.compile(rf"联系人(?:是|叫|:)?\s*(?P<name>[{_SURNAMES}]{_TITLE})"),
    # 孙丽 17000001234 · 王女士,电话1700…: who stands beside the number is the one who gives it.
    re.compile(
        rf"(?:^|[,。;\s])(?P<name>[{_SURNAMES}](?:{_TITLE}|{_GIVEN}(?<![路街号楼室区村门院系话打机层道巷])(?<![\d一二三四五六七八九十]栋)))"
        r"[,:\s]*(?:(?:联系)?(?:电话|手机)(?:号|号码)?(?:是|:)?\s*)?(?=1[3-9]\d{9}|0412)"
    ),
    re.compile(rf"(?:1[3-9]\d{{9}}|0412-?\d{{7}})[,;\s]*(?P<name>(?:[老小][{_SURNAMES}]|[{_SURNAMES}]{_TITLE}))[。\s]*$"),
    re.compile(
        rf"(?:[我俺咱]|免贵|本人|敝|鄙人|先生|女士|(?:^|[,。;\s]))\s*姓\s*(?P<name>(?:欧阳|司马|上官|诸葛|皇甫|[{_SURNAMES}]))(?!名|的)"
    ),
    re.compile(
        rf"(?:叫我|找我|喊我|称呼我?|就叫我)\s*(?P<name>[老小]?[{_SURNAMES}]{_TITLE}|[老小][{_SURNAMES}])(?:就行"
        r"|就好|就成|吧|即可|$|[,。])"
    ),
    # 哦对了他叫王建国, of the one whose number was given
    re.compile(
        rf"^(?:哦|啊|嗯|对了|那个|[\s,])*(?:他|她|我(?:儿子|女儿|闺女|姑娘|老伴儿?|妈|爸))(?:的名字)?叫\s*(?P<name>[{_SURNAMES}]{_GIVEN})[。\s]*$"
    ),
    # 我是三号楼的老刘, 我是你王姨, 我是和平小区的王建国, 我是她女儿何敏
    re.compile(
        rf"[我俺咱]是(?:你们?|您|[^,。!?;]{{1,14}}的)?(?P<name>[老小][{_COMMON}](?:头儿?|太太)?|[{_COMMON}]{_TITLE})(?=[,。!?;:\s\d]|啊|呀|呢|电话|手机|$)"
    ),
    re.compile(
        rf"我是(?:[^,。!?;的]{{1,12}}的|(?:他|她|户主)(?:们|的)?(?:家)?{_KIN})(?P<name>[{_COMMON}][\u4e00-\u9fff]{{1,2}})(?=[,。!?;:\s\d]|电话|手机|$)"
    ),
    # 我是钢都家园的住户王桂兰
    re.compile(
        rf"(?:[我俺](?:是|就是)[^,。!?;]{{0,24}}|^|[,。\s])(?:住户|业主|居民|村民|租户|租客|家长|楼长|党员|职工|老师|志愿者)(?P<name>[{_COMMON}]{_GIVEN})(?=[,。!?;:\s\d]|电话|手机|$)"
    ),
    # 2单元202 冯建军 一七零…: a name alone between the door and the phone or the time
    re.compile(
        rf"(?:[\d室号楼层户栋东西]|单元|[零一二三四五六七八九])[,\s]+(?P<name>[{_COMMON}](?:{_TITLE}|{_GIVEN}(?<!{_NO_GIVEN})))[,\s]+"
        rf"(?=(?:联系)?(?:电话|手机)|1[3-9]\d|[一幺][三四五六七八九][{SPOKEN_DIGITS}]|{_TIME_HEAD})"
    ),
    re.compile(rf"^(?:我是)\s*(?P<name>[{_SURNAMES}]{_GIVEN})(?=[,。!?;:\s\d]|电话|手机|联系|家住|$)"),
)
# 那行 17000001234: words of agreement that begin like a surname.
_NOT_GIVEN = re.compile(
    r"^(?:那(?:行|好|就|个|你|我|成|吧|是|用|打|留|给|么).?|都(?:行|是|用|打).?|成(?:吧|了).?|时(?:间|候).?|单(?:元|位).?)$"
    r"|(?:什么|谁|啥|楼的|居民|业主|住户|人|家|小区|单元|[的了吗呢吧户员主层]|家属|房东)$|^(?:小区|老师|老公)"
)
# One of these stands in every text that gives a name.
_INTRODUCED = re.compile(
    rf"姓|叫|[我俺咱]就?是|业主|住户|居民|不是|名|联系人|报修人|落款|本人|称呼|[找喊]我|1[3-9]\d{{9}}|0412|[,\s][{_COMMON}](?:{_TITLE}|{_GIVEN})[,\s]"
)


def find_privacy(text: str) -> Privacy | None:
    """ANONYMOUS (匿名, 不留名) before CONFIDENTIAL (保密, 别说是我说的); None for no wish, a waived or an asked one."""
    return privacy_in(normalise(text).text)


def privacy_in(text: str) -> Privacy | None:
    """`find_privacy` for text that is normalised already."""
    for pattern, wish in ((_ANONYMOUS, Privacy.ANONYMOUS), (_CONFIDENTIAL, Privacy.CONFIDENTIAL)):
        for match in pattern.finditer(text):
            before = text[: match.start()]
            asked = _ASKED.search(before) and _QUESTION.match(text, match.end())
            whether = wish is Privacy.ANONYMOUS and _WHETHER.match(text, match.end()) and not _FOR_ONESELF.search(before)
            if not (_WAIVED.search(before) or asked or whether or _TAKEN_BACK.match(text, match.end())):
                return wish
    return None


def find_name(text: str) -> str:
    """The name that the resident gives, as said (王, 李淑芬, 张师傅); "" unless a phrase of introduction stands before it."""
    return name_in(normalise(text).text)


def name_in(text: str) -> str:
    """`find_name` for text that is normalised already."""
    for pattern in _NAME_PATTERNS if _INTRODUCED.search(text) else ():
        match = pattern.search(text)
        if match and not _NOT_GIVEN.search(match["name"]):
            return match["name"]
    return ""
