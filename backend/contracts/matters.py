"""How a category leaf is called in a sentence to a resident: 生活 alone says nothing, 生活噪音 does."""

from __future__ import annotations

UNCLEAR = "这件事"
# Leaves whose own name does not say what they are about (TAXONOMY section 2).
_SPOKEN: dict[tuple[str, str], str] = {
    ("供暖", "收费争议"): "取暖费",
    ("供暖", "管道漏水爆裂"): "暖气漏水",
    ("供暖", "室温不达标"): "屋里冷",
    ("供电", "线路设施隐患"): "电线隐患",
    ("燃气", "停气表故障"): "停气、燃气表",
    ("燃气", "服务投诉"): "燃气服务",
    ("物业纠纷", "服务不到位"): "物业服务",
    ("物业纠纷", "收费争议"): "物业收费",
    ("噪音扰民", "施工"): "施工噪音",
    ("噪音扰民", "商业娱乐"): "商家噪音",
    ("噪音扰民", "设备"): "设备噪音",
    ("噪音扰民", "生活"): "生活噪音",
    ("噪音扰民", "交通"): "车辆噪音",
    ("违章建筑", "占用公共部位"): "占公共地方",
    ("教育", "收费"): "学校收费",
    ("教育", "入学"): "上学的事",
    ("医疗", "服务"): "看病服务",
    ("医疗", "收费"): "看病收费",
    ("邻里纠纷", "漏水"): "邻居家漏水",
    ("邻里纠纷", "占用公共部位"): "邻居占地方",
    ("邻里纠纷", "隐私"): "邻里隐私",
    ("邻里纠纷", "其他"): "邻里纠纷",
    ("动迁/棚改", "补偿"): "动迁补偿",
    ("治安", "轻生"): "求助",  # nobody who wished to die is called by it
}
_SAYS_NOTHING = frozenset({"", "其他", "未说明"})


def spoken_matter(category: str, subcategory: str) -> str:
    """The leaf in the words of a sentence; the category where the leaf is not known, and 这件事 where neither says
    anything."""
    known = _SPOKEN.get((category, subcategory))
    return known or next((name for name in (subcategory, category) if name not in _SAYS_NOTHING), UNCLEAR)
