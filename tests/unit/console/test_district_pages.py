"""Questions and answers, time limits and doubtful turns: who may open the pages, what is refused how, what is on record."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from backend.console.faq_forms import form_of, matter_names, text_from, version_of
from backend.contracts.understanding import Understood
from backend.services.faq_answers import answer_to
from backend.services.faqs import FaqText
from backend.services.review_file import HEADINGS
from backend.services.time_limits import LimitForm
from backend.storage.tables.directory import CategoryRow, DirectoryChangeRow, FaqRow
from backend.storage.tables.messages import MessageRow
from backend.storage.tables.people import AccessLogRow
from backend.storage.understood import remember
from tests.unit.console.scene import START, bot_says, resident_says

FEE = {"version": "1", "question": "办事要钱吗", "answer": "一分钱都不要。", "synonyms": "收费吗\n花钱吗", "service_prefix": ""}
LIMIT = {"version": "1", "on_site": "15", "amount": "12", "unit": "hours", "alike": ""}


async def rows(context, table):
    async with context.database.reading() as session:
        return list(await session.scalars(select(table)))


async def hears(context, text="", key="", service_code=""):
    async with context.database.reading() as session:
        found = await answer_to(session, text=text, key=key, service_code=service_code)
    return found.answer if found else ""


@pytest.mark.parametrize(
    "path", ["/console/faqs", "/console/faqs/new", "/console/faqs/fee", "/console/limits", "/console/limits/0101"]
)
@pytest.mark.parametrize(("who", "status"), [("zhou", 403), ("sun", 403), ("wu", 403), ("admin", 200), ("", 303)])
async def test_only_administrators_open_the_districts_data(browser, path, who, status):
    async with browser(who) as client:
        assert (await client.get(path)).status_code == status


@pytest.mark.parametrize("path", ["/console/review", "/console/review/file"])
@pytest.mark.parametrize(("who", "status"), [("zhou", 403), ("sun", 403), ("wu", 200), ("admin", 200), ("", 303)])
async def test_only_administrators_and_supervisors_review(browser, path, who, status):
    async with browser(who) as client:
        assert (await client.get(path)).status_code == status


@pytest.mark.parametrize(("who", "seen"), [("admin", 3), ("wu", 1), ("zhou", 0), ("sun", 0)])
async def test_the_navigation_offers_what_the_role_may_open(browser, who, seen):
    async with browser(who) as client:
        page = (await client.get("/console/orders")).text
    assert sum(f'href="{path}"' in page for path in ("/console/review", "/console/faqs", "/console/limits")) == seen


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/console/faqs/fee", FEE),
        ("/console/faqs/new", FEE),
        ("/console/faqs/fee/withdraw", FEE),
        ("/console/limits/0101", LIMIT),
    ],
)
async def test_nobody_else_and_no_other_site_changes_anything(browser, context, path, data):
    async with browser("wu") as client:
        assert (await client.post(path, data=data)).status_code == 403
    async with browser("admin") as client:
        foreign = await client.post(path, data=data, headers={"Origin": "https://elsewhere.test"})
    assert foreign.status_code == 403
    assert "不是从本站页面发出的" in foreign.text
    assert await rows(context, DirectoryChangeRow) == []


async def test_a_changed_answer_is_heard_at_once_and_is_on_record(browser, context):
    before = await hears(context, key="fee")
    async with browser("admin") as client:
        saved = await client.post("/console/faqs/fee", data=FEE)
        assert saved.headers["location"] == "/console/faqs?saved=1"
        assert "已保存" in (await client.get("/console/faqs?saved=1")).text
        page = (await client.get("/console/faqs/fee")).text
    assert await hears(context, key="fee") == "一分钱都不要。"
    (change,) = await rows(context, DirectoryChangeRow)
    assert (change.subject, change.type, change.actor, change.at) == ("faq:fee", "edited", "admin:admin", START)
    assert (change.before["answer"], change.after["answer"]) == (before, "一分钱都不要。")
    assert f"<del>{before}</del> → 一分钱都不要。" in page
    assert "管理员(管理员)" in page


async def test_saving_without_a_change_leaves_no_record(browser, context):
    async with browser("admin") as client:
        await client.post("/console/faqs/fee", data=FEE)
        await client.post("/console/faqs/fee", data={**FEE, "version": "2"})
    assert len(await rows(context, DirectoryChangeRow)) == 1
    (fee,) = [row for row in await rows(context, FaqRow) if row.key == "fee"]
    assert fee.version == 2


async def test_a_new_question_is_answered_by_its_wording(browser, context):
    new = {**FEE, "question": "居住证在哪办", "answer": "带身份证到街道窗口办。", "synonyms": "暂住证咋办"}
    async with browser("admin") as client:
        await client.post("/console/faqs/new", data=new)
        listed = (await client.get("/console/faqs?q=居住证")).text
    assert "带身份证到街道窗口办。" in listed
    assert await hears(context, "师傅 暂住证咋办啊") == "带身份证到街道窗口办。"
    assert [change.type for change in await rows(context, DirectoryChangeRow)] == ["added"]


async def test_a_withdrawn_question_is_kept_but_no_longer_told_until_it_is_restored(browser, context):
    async with browser("admin") as client:
        await client.post("/console/faqs/fee/withdraw", data={"version": "1"})
        assert await hears(context, "办事要钱吗", "fee") == ""
        assert "/console/faqs/fee" not in (await client.get("/console/faqs")).text
        assert "/console/faqs/fee" in (await client.get("/console/faqs?withdrawn=1")).text
        assert "已停用" in (await client.get("/console/faqs/fee")).text
        await client.post("/console/faqs/fee/restore", data={"version": "2"})
    assert "不要钱" in await hears(context, "办事要钱吗")
    assert [change.type for change in await rows(context, DirectoryChangeRow)] == ["withdrawn", "restored"]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"question": " "}, "question", "问题请写2到40个字"),
        ({"question": "长" * 41}, "question", "问题请写2到40个字"),
        ({"question": "怎么查进度"}, "question", "已经写在“怎么查进度”那一条里了"),
        ({"answer": "  "}, "answer", "回答不能空着"),
        ({"answer": "长" * 135}, "answer", "要发3条短信,最多2条:请删掉大约5个字"),
        ({"answer": "{到场}到场。"}, "answer", "请先在“用于哪类事”里选一个细类"),
        ({"answer": "{到场}到场。", "service_prefix": "02"}, "answer", "请先在“用于哪类事”里选一个细类"),
        ({"answer": "{到场}到场。", "service_prefix": "0104"}, "answer", "这类事没有到场时限"),
        ({"answer": "{来人}到场。"}, "answer", "花括号只认{到场}和{办结}"),
        ({"synonyms": "钱"}, "synonyms", "“钱”这条问法请写2到40个字"),
        ({"synonyms": "\n".join(f"第{n}种问法" for n in range(31))}, "synonyms", "别的问法最多30条"),
        ({"synonyms": "查进度\n怎么查"}, "synonyms", "“怎么查”已经写在“怎么查进度”那一条里了"),
        ({"service_prefix": "9999"}, "service_prefix", "请从单子里选"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(browser, context, changes, field, says):
    async with browser("admin") as client:
        answer = await client.post("/console/faqs/fee", data={**FEE, **changes})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'id="wrong-{field}"' in answer.text
    assert f'aria-describedby="wrong-{field}"' in answer.text
    for name, kept in changes.items():
        assert kept in answer.text or name == "service_prefix"
    assert await rows(context, DirectoryChangeRow) == []


async def test_the_signature_counts_in_what_two_messages_hold(browser, context):
    fits = {**FEE, "answer": "长" * (134 - len("【有事】"))}
    async with browser("admin") as client:
        assert (await client.post("/console/faqs/fee", data={**fits, "answer": fits["answer"] + "长"})).status_code == 422
        assert (await client.post("/console/faqs/fee", data=fits)).status_code == 303


async def test_of_two_administrators_the_second_reads_what_the_first_wrote_before_it_is_replaced(browser, context):
    async with browser("admin") as client:
        await client.post("/console/faqs/fee", data=FEE)
        late = await client.post("/console/faqs/fee", data={**FEE, "answer": "我写的。"})
        assert late.status_code == 409
        assert "刚有人改过这一条" in late.text
        assert ">我写的。</textarea>" in late.text
        assert "→ 一分钱都不要。" in late.text
        assert 'name="version" value="2"' in late.text
        await client.post("/console/faqs/fee", data={**FEE, "answer": "我写的。", "version": "2"})
        stale = await client.post("/console/faqs/fee/withdraw", data={"version": "1"})
    assert stale.status_code == 409
    assert await hears(context, key="fee") == "我写的。"


@pytest.mark.parametrize("version", ["", "x", "-1", "²", None])
async def test_a_form_without_its_version_changes_nothing(browser, version):
    data = {name: value for name, value in {**FEE, "version": version}.items() if value is not None}
    async with browser("admin") as client:
        assert (await client.post("/console/faqs/fee", data=data)).status_code == 409


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/console/faqs/nothing", 404),
        ("/console/faqs/nothing/withdraw", 404),
        ("/console/faqs/fee/delete", 404),
        ("/console/limits/9999", 404),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(browser, path, status):
    async with browser("admin") as client:
        answer = await client.post(path, data={**FEE, **LIMIT})
    assert answer.status_code == status
    assert "没有" in answer.text


async def test_the_preview_shows_the_short_messages_and_keeps_nothing(browser, context):
    leak = {**FEE, "key": "leak_time", "answer": "漏水{到场}到场。" + "关阀门。" * 17, "service_prefix": "0202"}
    async with browser("admin") as client:
        piece = (await client.post("/console/faqs/preview", data=leak, headers={"HX-Request": "true"})).text
        whole = (await client.post("/console/faqs/preview", data=leak)).text
        unfit = (
            await client.post("/console/faqs/preview", data={**leak, "service_prefix": ""}, headers={"HX-Request": "true"})
        ).text
        long = (
            await client.post("/console/faqs/preview", data={**FEE, "answer": "长" * 200}, headers={"HX-Request": "true"})
        ).text
    assert "要发2条短信" in piece
    assert "【有事】漏水三十分钟内到场。" in piece
    assert "第1条,67个字" in piece
    assert "<html" not in piece
    assert "要发2条短信" in whole
    assert 'value="0202" selected' in whole
    assert "请先在“用于哪类事”里选一个细类" in unfit
    assert "太长了,最多2条" in long
    assert await rows(context, DirectoryChangeRow) == []


async def test_the_list_is_searched_in_questions_wordings_and_answers(browser):
    async with browser("admin") as client:
        for q in ("办事要钱", "花钱吗", "催办都不要钱", "辦事要錢"):
            assert "/console/faqs/fee" in (await client.get("/console/faqs", params={"q": q})).text
        assert "没有找到" in (await client.get("/console/faqs", params={"q": "<b>外星人"})).text


async def test_a_changed_limit_is_heard_at_once_and_is_on_record(browser, context):
    assert "二十分钟内到场" in await hears(context, key="time_limit", service_code="0101")
    async with browser("admin") as client:
        saved = await client.post("/console/limits/0101", data=LIMIT)
        assert "已改好1项" in (await client.get(saved.headers["location"])).text
        page = (await client.get("/console/limits/0101")).text
    assert "家里冷,十五分钟内到场。屋里的毛病十二小时内修好" in page
    assert "家里冷,十五分钟内到场" in await hears(context, "家里冷多久来人")
    (change,) = await rows(context, DirectoryChangeRow)
    assert (change.subject, change.actor) == ("category:0101", "admin:admin")
    assert change.after == {"clock": {"finish": "minutes", "amount": 720, "on_site_minutes": 15}}
    assert "<del>二十分钟内到场,当晚办好</del> → 十五分钟内到场,十二小时内办好" in page


@pytest.mark.parametrize(("alike", "codes"), [("", {"0101"}), ("category", {"0101", "0102"})])
async def test_equal_limits_may_be_changed_together(browser, context, alike, codes):
    async with browser("admin") as client:
        await client.post("/console/limits/0101", data={**LIMIT, "alike": alike})
    changed = {row.service_code for row in await rows(context, CategoryRow) if row.clock.get("on_site_minutes") == 15}
    assert changed == codes
    assert {change.subject for change in await rows(context, DirectoryChangeRow)} == {f"category:{code}" for code in codes}


async def test_all_matters_with_the_same_limit_may_be_changed_together(browser, context):
    def simple(leaf):
        return leaf.clock == {"finish": "working_days", "amount": 3}

    before = {leaf.service_code for leaf in await rows(context, CategoryRow) if simple(leaf)}
    async with browser("admin") as client:
        data = {"version": "1", "on_site": "", "amount": "2", "unit": "working_days", "alike": "all"}
        saved = await client.post("/console/limits/0104", data=data)
    assert saved.headers["location"] == f"/console/limits?changed={len(before)}"
    after = {
        leaf.service_code for leaf in await rows(context, CategoryRow) if leaf.clock == {"finish": "working_days", "amount": 2}
    }
    assert after == before
    assert len(before) > 20


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"on_site": "0"}, "on_site", "到场时限请写1到1440之间的整数(分钟)"),
        ({"on_site": "半小时"}, "on_site", "到场时限请写1到1440之间的整数(分钟)"),
        ({"on_site": "99999999999999999999"}, "on_site", "到场时限请写1到1440之间的整数(分钟)"),
        ({"on_site": ""}, "on_site", "常见问题“家里冷多久来人”的回答里写着{到场}"),
        ({"amount": ""}, "amount", "办结时限请写1到720之间的整数(小时)"),
        ({"amount": "-3"}, "amount", "办结时限请写1到720之间的整数(小时)"),
        ({"amount": "61", "unit": "working_days"}, "amount", "办结时限请写1到60之间的整数(个工作日)"),
        ({"amount": "10", "unit": "minutes"}, "amount", "办结时限比到场时限还短"),
        ({"unit": "years"}, "unit", "单位请从单子里选"),
        ({"alike": "everything"}, "alike", "改哪些,请从单子里选"),
    ],
)
async def test_a_limit_that_makes_no_sense_is_refused_at_its_field(browser, context, changes, field, says):
    async with browser("admin") as client:
        answer = await client.post("/console/limits/0101", data={**LIMIT, **changes})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'id="wrong-{field}"' in answer.text
    assert await rows(context, DirectoryChangeRow) == []


async def test_full_width_digits_are_digits(browser, context):
    async with browser("admin") as client:
        assert (await client.post("/console/limits/0101", data={**LIMIT, "on_site": "15"})).status_code == 303


async def test_a_limit_that_somebody_else_changed_is_not_overwritten(browser):
    async with browser("admin") as client:
        await client.post("/console/limits/0101", data=LIMIT)
        late = await client.post("/console/limits/0101", data={**LIMIT, "on_site": "30"})
    assert late.status_code == 409
    assert "刚有人改过这一条" in late.text
    assert 'value="30"' in late.text


async def test_limits_are_found_by_what_residents_say(browser):
    async with browser("admin") as client:
        page = (await client.get("/console/limits", params={"q": "暖气冰凉"})).text
        nothing = (await client.get("/console/limits", params={"q": "外星人"})).text
    assert "/console/limits/0101" in page
    assert "/console/limits/0201" not in page
    assert "没有找到" in nothing


async def taken_for(context, text, understood, *, at=START, user="17000001234"):
    conversation = await resident_says(context.database, text, user=user, now=at)
    await bot_says(context.database, conversation, "您说的是哪里?", now=at)
    async with context.database.transaction() as session:
        (message,) = await session.scalars(select(MessageRow).where(MessageRow.text == text, MessageRow.direction == "in"))
        await remember(session, message_id=message.id, understood=understood, now=at)


async def test_doubtful_turns_are_listed_masked_and_narrowed(browser, context):
    weak = Understood("report_complaint", 0.41, "供暖", "停暖", 0.35, 0.3)
    await taken_for(context, "我叫李淑芬 电话17000001234 屋里拔凉拔凉", weak)
    await taken_for(context, "你好师傅", Understood("greet", 0.97), user="17000001235")
    await taken_for(context, "上个月的事儿", Understood("chitchat", 0.2), at=START - timedelta(days=20), user="17000001236")
    async with browser("wu") as client:
        page = (await client.get("/console/review")).text
        all_days = (await client.get("/console/review?days=30")).text
        strict = (await client.get("/console/review?below=30&days=7")).text
    assert "屋里拔凉拔凉" in page
    assert "17000001234" not in page
    assert "李淑芬" not in page
    assert "报事" in page
    assert "41%" in page
    assert "供暖 · 停暖" in page
    assert "report_complaint" not in page
    assert "你好师傅" not in page
    assert "上个月的事儿" not in page
    assert all_days.index("上个月的事儿") < all_days.index("屋里拔凉拔凉")
    assert "有把握" in strict


async def test_the_download_is_the_labelling_workbook_and_is_on_record(browser, context):
    await taken_for(context, "=1+1 电话17000001234", Understood("report_complaint", 0.4))
    async with browser("wu") as client:
        answer = await client.get("/console/review/file?days=7&below=60")
    assert "待复核-20261123.xlsx" in unquote(answer.headers["content-disposition"])
    page = load_workbook(io.BytesIO(answer.content))["待标注"]
    heading, line = [[cell.value for cell in row] for row in page.iter_rows()]
    assert tuple(heading) == HEADINGS
    assert line[2].startswith("=1+1 电话170")
    assert "17000001234" not in line[2]
    assert page.cell(2, 3).data_type == "s"
    (access,) = await rows(context, AccessLogRow)
    assert (access.actor, access.subject, access.what) == ("supervisor:wu", "understood_turns", "1 turns below 60% of 7 days")


@pytest.mark.parametrize("query", ["below=0", "below=abc", "days=0", "days=9999", "below=101"])
@pytest.mark.parametrize("path", ["/console/review", "/console/review/file"])
async def test_a_filter_that_makes_no_sense_is_refused_in_words(browser, path, query):
    async with browser("wu") as client:
        answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert "没有填对" in answer.text


def test_a_form_and_its_text_are_the_same():
    text = FaqText("问", "答", ("一", "二"), "0101")
    assert text_from(form_of(text, 3)) == text
    assert version_of(form_of(text, 3)) == 3


async def test_matters_are_offered_with_their_category_first(context):
    names = matter_names(sorted(await rows(context, CategoryRow), key=lambda row: row.service_code))
    assert list(names)[:2] == ["01", "0101"]
    assert (names["01"], names["0101"]) == ("供暖(整类)", "供暖 · 室温不达标")


@pytest.mark.parametrize(
    ("clock", "form"),
    [
        ({"finish": "minutes", "amount": 1440, "on_site_minutes": 30}, LimitForm("hours", "24", "30")),
        ({"finish": "minutes", "amount": 90}, LimitForm("minutes", "90", "")),
        ({"finish": "same_night", "on_site_minutes": 20}, LimitForm("same_night", "", "20")),
        ({"finish": "working_days", "amount": 3}, LimitForm("working_days", "3", "")),
    ],
)
def test_a_limit_in_a_form_is_the_stored_one(clock, form):
    assert LimitForm.of(clock) == form
    assert form.spec().to_data() == clock
