"""Signing in, the session cookie, and what other sites may not do with it."""

import pytest

from backend.console.sign_in import own_path
from tests.unit.console.scene import PASSWORD


async def test_without_a_session_every_page_leads_to_the_sign_in(browser):
    async with browser() as client:
        for page in ("/console", "/console/orders", "/console/tasks", "/console/orders/new"):
            answer = await client.get(page)
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/console/login?next={page}"


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read_and_goes_on_to_the_wanted_page(browser):
    async with browser() as client:
        form = {"username": "zhou", "password": PASSWORD, "next": "/console/tasks"}
        answer = await client.post("/console/login", data=form)
        assert answer.headers["location"] == "/console/tasks"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/console" in cookie


async def test_the_cookie_is_secure_where_the_public_address_is_https(browser, context):
    context.settings = context.settings.model_copy(update={"public_url": "https://youshi.example"})
    async with browser() as client:
        answer = await client.post("/console/login", data={"username": "zhou", "password": PASSWORD})
        assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(("username", "password"), [("zhou", "wrong-password"), ("nobody", PASSWORD)])
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(browser, username, password):
    async with browser() as client:
        answer = await client.post("/console/login", data={"username": username, "password": password})
        assert answer.status_code == 401
        assert "用户名或密码不对" in answer.text
        assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_also_for_a_copied_cookie(browser):
    async with browser("zhou") as client:
        copied = dict(client.cookies)
        await client.post("/console/logout")
        client.cookies.update(copied)
        assert (await client.get("/console")).status_code == 303


async def test_a_session_ends_after_its_time(browser, context):
    async with browser("zhou") as client:
        assert (await client.get("/console")).status_code == 200
        context.clock.advance(hours=13)
        assert (await client.get("/console")).headers["location"].startswith("/console/login")


@pytest.mark.parametrize(
    ("form", "stood_on", "back_to"),
    [
        ("/console/orders/261123000001/note", "/console/orders/261123000001", "/console/orders/261123000001"),
        ("/console/orders/261123000001/note", "/console/orders/261123000001/urge", "/console/orders/261123000001"),
        ("/console/orders/new", "/console/orders/new/understand", "/console/orders/new"),
        ("/console/tasks/t1/done", "/console/tasks", "/console/tasks"),
        ("/console/tasks/t1/done", "/console/tasks/t1/reveal", "/console/tasks"),
        ("/console/orders/new", "", "/console"),
    ],
)
async def test_a_form_that_came_too_late_leads_back_to_its_page(browser, form, stood_on, back_to):
    async with browser() as client:
        answer = await client.post(form, headers={"Referer": f"{client.base_url}{stood_on}"} if stood_on else {})
        assert answer.headers["location"] == f"/console/login?expired=1&next={back_to}%23again"
        page = await client.get(answer.headers["location"])
        assert "登录过期了" in page.text
        signed_in = await client.post(
            "/console/login", data={"username": "zhou", "password": PASSWORD, "next": f"{back_to}#again"}
        )
        assert signed_in.headers["location"] == f"{back_to}#again"


async def test_a_reply_that_came_too_late_leads_back_to_its_conversation(browser):
    async with browser() as client:
        headers = {"HX-Request": "true", "HX-Current-URL": f"{client.base_url}/console/conversations/c1?upto=5"}
        answer = await client.post("/console/conversations/c1/say", data={"text": "话"}, headers=headers)
    assert answer.headers["hx-redirect"] == "/console/login?expired=1&next=/console/conversations/c1%3Fupto%3D5%23again"


async def test_who_comes_for_the_first_time_is_not_told_that_anything_expired(browser):
    async with browser() as client:
        answer = await client.get("/console/orders?state=open")
        assert answer.headers["location"] == "/console/login?next=/console/orders%3Fstate%3Dopen"
        assert "过期" not in (await client.get(answer.headers["location"])).text


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": ""}, {"Origin": "null"}])
async def test_a_form_from_another_site_is_refused(browser, headers):
    async with browser("zhou") as client:
        answer = await client.post("/console/logout", headers=headers)
        assert answer.status_code == 403
        assert (await client.get("/console")).status_code == 200


async def test_a_form_that_only_states_a_referer_of_ours_is_taken(browser):
    async with browser("zhou") as client:
        del client.headers["Origin"]
        answer = await client.post("/console/logout", headers={"Referer": "http://youshi.test/console"})
        assert answer.status_code == 303


async def test_the_public_address_counts_as_ours_behind_a_proxy(browser, context):
    context.settings = context.settings.model_copy(update={"public_url": "https://youshi.example"})
    async with browser("zhou") as client:
        answer = await client.post("/console/logout", headers={"Origin": "https://youshi.example"})
        assert answer.status_code == 303


async def test_pages_carry_a_strict_policy_and_no_inline_script(browser):
    async with browser("zhou") as client:
        answer = await client.get("/console/orders")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


async def test_a_part_of_a_page_without_a_session_sends_the_browser_to_the_sign_in(browser):
    async with browser() as client:
        answer = await client.post("/console/conversations/x/say", data={"text": "好"}, headers={"HX-Request": "true"})
        assert answer.headers["hx-redirect"].startswith("/console/login?")


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ("/console", "/console"),
        ("/console/orders/261123000001", "/console/orders/261123000001"),
        ("https://evil.example/console", ""),
        ("//evil.example/console", ""),
        ("/console\\evil", ""),
        ("/consoles", ""),
        ("/api/v1/units", ""),
        ("/console/login", ""),
        ("/console/events", ""),
        ("", ""),
    ],
)
def test_the_page_after_the_sign_in_is_always_one_of_ours(wanted, allowed):
    assert own_path(wanted) == allowed


async def test_a_static_file_may_be_kept_for_ever_and_others_are_not_there(browser):
    async with browser() as client:
        answer = await client.get("/console/static/console.css?v=1")
        assert "immutable" in answer.headers["cache-control"]
        assert (await client.get("/console/static/console.css")).headers["cache-control"] == "no-cache"
        assert (await client.get("/console/static/nothing.js")).status_code == 404
        assert (await client.get("/console/static/../pages.py")).status_code == 404
