"""Taking one's words along, erasing them, and leaving nothing on somebody else's computer."""

from __future__ import annotations

import io
import json
import zipfile

from playwright.sync_api import expect


def test_the_export_is_a_zip_with_everything_that_was_said(phone):
    phone.welcome()
    phone.talks("请记下这一句")

    with phone.page.expect_download() as waiting:
        phone.menu("#export")

    assert waiting.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as file:
        everything = json.loads(file.read("nuanyu.json"))
    assert "请记下这一句" in json.dumps(everything, ensure_ascii=False)
    expect(phone.status).to_contain_text("下载好了")


def test_the_export_that_the_talk_offers_downloads_as_well(phone):
    phone.welcome()
    phone.says("/export")

    with phone.page.expect_download() as waiting:
        phone.page.locator("#log a.choice").click()

    assert waiting.value.suggested_filename.endswith(".zip")


def test_after_deleting_everything_nothing_is_left_here_or_there(phone):
    phone.welcome()
    phone.talks("这句要删掉")
    token = phone.kept()["nuanyu:token"]
    phone.menu("[data-command='/delete']")

    phone.page.get_by_role("button", name="全部删除").last.click()

    expect(phone.page.locator("#ended")).to_be_visible()
    expect(phone.theirs).to_have_count(1)
    expect(phone.theirs).to_contain_text("收据编号")
    assert phone.kept() == {}
    answer = phone.context.request.get(
        f"{phone.url}/chat/messages", headers={"Authorization": f"Bearer {token}"}
    )
    assert "这句要删掉" not in answer.text()
    phone.page.click(".bar [data-switch-language]")
    assert set(phone.kept()) <= {"nuanyu:language"}
    phone.page.click("#ended [data-afresh]")
    expect(phone.page.locator("#welcome-title")).to_have_text("Before we talk")
    assert phone.kept() == {}


def test_changing_ones_mind_about_deleting_keeps_everything(phone):
    phone.welcome()
    phone.talks("这句要留着")
    phone.menu("[data-command='/delete']")

    phone.page.locator("#log button.choice").nth(1).click()

    expect(phone.theirs.last).to_contain_text("什么都没动")
    expect(phone.mine).to_have_text(["这句要留着"])


def test_a_shared_computer_is_cleared_after_a_warning(phone):
    phone.welcome()
    phone.talks("图书馆的电脑")
    phone.text.fill("半句")
    phone.menu("#clear")
    expect(phone.page.locator("#clear-text")).to_contain_text("服务器上的内容不会因此删掉")

    phone.page.click("#clear-yes")

    expect(phone.page.locator("#welcome")).to_be_visible()
    assert phone.kept() == {}
    assert "图书馆" not in phone.page.content()


def test_clearing_the_device_clears_every_open_page_of_it(phone):
    phone.welcome()
    phone.talks("两个页面")
    other = phone.new_page()
    other.goto(phone.url + "/chat")
    expect(other.locator(".message.user")).to_have_count(1)

    phone.menu("#clear")
    phone.page.click("#clear-yes")

    expect(other.locator("#welcome")).to_be_visible()
    assert phone.kept() == {}


def test_a_talk_that_the_server_no_longer_knows_is_explained_and_begun_anew(phone):
    phone.welcome()
    phone.talks("你好")
    phone.page.evaluate("() => localStorage.setItem('nuanyu:token', 'no-such-token')")

    phone.page.reload()
    expect(phone.page.locator("#gone")).to_contain_text("你没做错什么")
    phone.page.keyboard.press("Escape")
    expect(phone.page.locator("#gone")).to_be_visible()
    phone.page.click("#gone [data-afresh]")

    expect(phone.page.locator("#welcome")).to_be_visible()


def test_words_that_were_not_sent_survive_the_end_of_a_talk(phone):
    phone.welcome()
    phone.talks("你好")
    phone.context.set_offline(True)
    phone.says("还没发出去")
    expect(phone.state("还没发出去")).to_have_attribute("data-state", "waiting")
    phone.page.route(
        "**/chat/*", lambda route: route.fulfill(status=401, body='{"code": "no_session"}')
    )
    phone.context.set_offline(False)

    expect(phone.page.locator("#gone-unsent")).to_be_visible()
    phone.page.unroute("**/chat/*")
    phone.page.click("#gone [data-afresh]")

    expect(phone.text).to_have_value("还没发出去")


def test_stop_is_answered_at_once(phone):
    phone.welcome()

    phone.menu("[data-command='/stop']")

    expect(phone.theirs.last).to_contain_text("停下了")
