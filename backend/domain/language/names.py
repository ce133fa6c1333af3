"""The name of the one who gives it."""

from __future__ import annotations

import re

from backend.domain.language.normalise import normalise
from backend.domain.language.numerals import SPOKEN_DIGITS

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤"
    "阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
_COMMON = _SURNAMES[:160]
_GIVEN = r"[\u4e00-\u9fff]{1,2}"
_FAMILY = rf"(?:欧阳|司马|上官|诸葛|皇甫|慕容|司徒|令狐|尉迟|[{_SURNAMES}])"
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
_PHONE = r"(?:1[3-9]\d{9}|0412-?\d{7})"
_PHONE_AHEAD = rf"(?=[,\s:]*(?:电话|手机)?(?:号码?)?[是:\s]*{_PHONE})"
_NAME_PATTERNS = (
    # 我姓张叫张秀兰: the whole name, not the surname before it.
    re.compile(rf"姓\s*[{_SURNAMES}]{{1,2}}[,\s]*(?:名字?)?叫\s*(?P<name>{_FAMILY}{_GIVEN}?){_END}"),
    # 不是张丽 是张莉, 名字写错了 应该是宋桂芝
    re.compile(
        rf"(?:^|[,。\s])(?:我)?(?:名字?|姓名)?(?:叫)?不是[{_COMMON}]{_GIVEN}[,。\s]*(?:应该)?(?:是|叫)(?P<name>[{_COMMON}]{_GIVEN}(?<![下上边面号楼]))(?=[,。!?\s]|$)"
    ),
    re.compile(
        rf"(?<![区路街村店校司])(?:名字?(?!称)|姓名)[^,。\d]{{0,4}}(?:错|不对)[^\d]{{0,6}}?(?:是|叫|改成|改为)(?P<name>[{_SURNAMES}]{_GIVEN})(?=[,。!?\s]|$)"
    ),
    # 我姓佟,佟丽娟; 我叫李 李建设; 我叫徐 志 强
    re.compile(rf"[我俺]叫\s*(?P<name>[{_SURNAMES}] [\u4e00-\u9fff](?: [\u4e00-\u9fff])?)(?=[,。!?;:]| ?\d|$)"),
    re.compile(
        rf"[姓叫]\s*(?P<surname>[{_SURNAMES}])[,\s]+(?P<name>(?P=surname)[\u4e00-\u9fff]{{1,2}})(?=[,。!?;:\s\d]|电话|手机|$)"
    ),
    re.compile(
        r"(?:[我俺咱]叫|[我俺]名叫|我的名字(?:是|叫)|本人(?:姓名)?(?:叫|是)?|名字(?:是|叫|:)|姓名(?:是|叫|:)?|我是业主"
        r"|我是住户|联系人(?:是|叫|写|填|留|:)?|报修人(?:是|:)?"
        r"|落款(?:是|:)?|签名(?:是|:)?|署名(?:是|:)?|(?:^|[,。\s])名:)\s*"
        rf"(?P<name>{_FAMILY}{_GIVEN}?){_END}"
    ),
    re.compile(rf"联系人(?:是|叫|:)?\s*(?P<name>[{_SURNAMES}]{_TITLE})"),
    # 联系人写我儿子 高阳; 请联系我女儿赵静17000002828
    re.compile(rf"联系人(?:是|写|填|留|叫|:)?我?的?{_KIN}[\s:是叫]*(?P<name>{_FAMILY}{_GIVEN}){_END}"),
    re.compile(rf"(?:联系|找|打给?|问|给)[我俺]?的?{_KIN}(?P<name>[{_COMMON}]{_GIVEN}){_PHONE_AHEAD}"),
    # 留我名字吧 董丽华
    re.compile(rf"(?:留|写|记|登)[^,。]{{0,3}}名字?(?:吧|就行|也行)?[,\s:]+(?P<name>[{_COMMON}]{_GIVEN})[。\s]*$"),
    # 孙丽 17000001234 · 王女士,电话1700…: who stands beside the number is the one who gives it.
    re.compile(
        rf"(?:^|[,。;\s])(?P<name>[{_SURNAMES}](?:{_TITLE}|{_GIVEN}(?<![路街号楼室区村门院系话打机层道巷])(?<![\d一二三四五六七八九十]栋)))"
        r"[,:\s]*(?:(?:联系)?(?:电话|手机)(?:号|号码)?(?:是|:)?\s*)?(?=1[3-9]\d{9}|0412)"
    ),
    re.compile(
        rf"{_PHONE}[,;\s]*(?:就?找)?(?P<name>[老小][{_SURNAMES}]|[{_SURNAMES}]{_TITLE}|[{_COMMON}]{_GIVEN}(?<!{_NO_GIVEN}))[。\s]*$"
    ),
    re.compile(rf"(?:[我俺咱]|免贵|本人|敝|鄙人|先生|女士|(?:^|[,。;\s]))\s*姓\s*(?P<name>{_FAMILY})(?!名|的)"),
    re.compile(rf"{_PHONE}[,;\s]*(?:他|她)?姓\s*(?P<name>{_FAMILY})(?=[,。;\s]|$)"),
    # 奶奶姓王, of the one it is told for
    re.compile(
        rf"(?:^|[,。;\s我俺])(?:爷爷?|奶奶?|姥姥|姥爷|爸爸?|妈妈?|父亲|母亲|老人家?|户主|房主)(?:家)?(?:就|是)?姓\s*(?P<name>{_FAMILY})(?!名|的)"
    ),
    re.compile(
        rf"(?:叫我|找我|喊我|称呼我?|就叫我)\s*(?P<name>[老小]?[{_SURNAMES}]{_TITLE}|[老小][{_SURNAMES}](?:头儿?|太太)?)(?:就行"
        r"|就好|就成|吧|即可|$|[,。])"
    ),
    # 哦对了他叫王建国, of the one whose number was given
    re.compile(
        rf"^(?:哦|啊|嗯|对了|那个|[\s,])*(?:他|她|我(?:儿子|女儿|闺女|姑娘|老伴儿?|妈|爸))(?:的名字)?叫\s*(?P<name>[{_SURNAMES}]{_GIVEN})[。\s]*$"
    ),
    # 打我儿子的吧 他叫刘军 17000001119, and the same dictated
    re.compile(
        rf"(?:他|她|{_KIN}(?:的)?(?:名字)?)叫\s*(?P<name>[{_SURNAMES}]{_GIVEN})[,\s]*(?:(?:电话|手机)号?码?(?:是)?)?"
        rf"(?=1[3-9]\d{{9}}|[一幺][三四五六七八九](?:[{SPOKEN_DIGITS}]\s?){{9}})"
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
        rf"(?:[我俺](?:是|就是)[^,。!?;]{{0,24}}|^|[,。\s])(?:住户|业主|居民|村民|租户|租客|家长|楼长|党员|职工|老师|志愿者|网格员)\s*(?P<name>[{_COMMON}]{_GIVEN})(?=[,。!?;:\s\d]|电话|手机|$)"
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
    r"^(?:应[该当]是?|那(?:行|好|就|个|你|我|成|吧|是|用|打|留|给|么).?|都(?:行|是|用|打).?|成(?:吧|了).?|时(?:间|候).?|单(?:元|位).?)$"
    r"|(?:什么|谁|啥|楼的|居民|业主|住户|人|家|小区|单元|[的了吗呢吧户员主层]|家属|房东)$|^(?:小区|老师|老公)"
    # what is said behind a phone or a door and begins like a surname
    r"|^(?:谢谢|白天|方便|万一|于是|任何|高[空压层兴]|金额|常[年来]|夏天|温度|黄[水了色]|曾经|马[上桶路]|严重|路[过灯面口]|安全|毛[病坯]|石[头板]|龙头"
    r"|管[道子线]|方[向案]|时[间候]|连[着续]|平时|经常|成[天宿]|和(?:电话|我|你|他)|向(?:你|您|贵|物业|他)|支持|全[楼部家]|房[子顶东]|车[位棚库]|麻烦|花[坛园]|强烈|关[于门]|尽快|晚上|初[一二三四五六七八九十]|楼[上下])"
)
# One of these stands in every text that gives a name.
_INTRODUCED = re.compile(
    rf"姓|叫|[我俺咱]就?是|业主|住户|居民|不是|名|联系人|报修人|落款|本人|称呼|[找喊]我|1[3-9]\d{{9}}|0412|[,\s][{_COMMON}](?:{_TITLE}|{_GIVEN})[,\s]"
)


def find_name(text: str) -> str:
    """The name that the resident gives, as said (王, 李淑芬, 张师傅); "" unless a phrase of introduction stands before it."""
    return name_in(normalise(text).text)


def name_in(text: str) -> str:
    """`find_name` for text that is normalised already."""
    for pattern in _NAME_PATTERNS if _INTRODUCED.search(text) else ():
        for match in pattern.finditer(text):
            name = match["name"].replace(" ", "")
            if not _NOT_GIVEN.search(name):
                return name
    return ""
