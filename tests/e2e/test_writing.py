"""Writing: input methods, Markdown, emoji, pins, reactions; nothing that is written becomes anything but text."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person


@pytest.fixture
def pair(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> tuple[Client, Client]:
    left, right = arrive(locale="zh").sign_in(zhou.name), arrive().sign_in(maya.name)
    left.open(shared_room["name"])
    right.open(shared_room["name"])
    return left, right


def test_the_enter_of_an_input_method_does_not_send(pair: tuple[Client, Client]) -> None:
    left, right = pair
    line = left.context.new_cdp_session(left.page)
    left.composer.focus()
    line.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    held = {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Enter", "code": "Enter"}
    line.send("Input.dispatchKeyEvent", held)
    line.send("Input.insertText", {"text": "你好"})
    expect(left.composer).to_have_value("你好")
    expect(left.log.get_by_role("article")).to_have_count(0)
    left.composer.press("Enter")
    right.shows("你好")


def test_someone_is_mentioned_in_chinese_without_a_space(pair: tuple[Client, Client]) -> None:
    left, right = pair
    right.composer.press_sequentially("请问@周")
    right.page.get_by_role("option", name="周舟").click()
    right.composer.press_sequentially("在吗")
    right.composer.press("Enter")
    expect(left.message("在吗")).to_contain_class("for-me")
    expect(left.message("在吗").locator(".mention.mine")).to_have_text("@周舟")


def test_markdown_is_drawn(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.composer.fill("**重点：**先看这里\n- 一\n- 二\n\n> 引用\n\n[计划](https://plan.example/a)")
    left.composer.press("Enter")
    text = right.log.locator("article .text")
    expect(text.locator("strong")).to_have_text("重点：")
    expect(text.locator("li")).to_have_text(["一", "二"])
    expect(text.locator("blockquote")).to_have_text("引用")
    expect(text.get_by_role("link", name="计划")).to_have_attribute("href", "https://plan.example/a")


def test_code_has_its_colours_and_is_copied(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.composer.fill("```js\nconst a = '<b>1</b>' // why\n```")
    left.composer.press("Enter")
    code = right.log.locator("pre code")
    expect(code).to_have_text("const a = '<b>1</b>' // why")
    expect(code.locator(".key")).to_have_text("const")
    expect(code.locator(".com")).to_have_text("// why")
    right.context.grant_permissions(["clipboard-read", "clipboard-write"])
    right.button("copy_code_block", right.log.locator("figure")).click()
    expect(right.page.get_by_text(right.words["copied"])).to_be_visible()
    assert right.page.evaluate("navigator.clipboard.readText()") == "const a = '<b>1</b>' // why"


def test_no_markdown_becomes_markup(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("**a** <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://a.example/y.png)")
    expect(right.log.locator(".text strong")).to_have_text("a")
    expect(right.log.locator(".text img, .text script, .text a[href^=javascript]")).to_have_count(0)
    expect(right.log.locator(".text")).to_contain_text("[x](javascript:alert(1))")


def test_an_emoji_is_found_in_both_languages(pair: tuple[Client, Client]) -> None:
    left, right = pair
    for client, words, name in ((left, "火箭", "火箭"), (left, "rocket", "火箭"), (right, "huojian", "rocket")):
        client.button("emoji", client.page.locator(".foot")).click()
        search = client.page.get_by_label(client.words["emoji_search"])
        search.fill(words)
        client.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
        expect(client.composer).to_have_value("🚀")
        client.composer.fill("")


def test_an_emoji_is_written_by_its_name(pair: tuple[Client, Client]) -> None:
    left, right = pair
    offered = right.page.get_by_role("listbox", name="Emoji").get_by_role("option")
    right.composer.press_sequentially("done :tada")
    expect(offered.first).to_contain_text("party popper")
    right.composer.press("Enter")
    expect(right.composer).to_have_value("done 🎉")
    right.composer.press_sequentially(" at 12:30")
    right.composer.press("Enter")
    left.shows("done 🎉 at 12:30")
    left.composer.press_sequentially(":火箭")
    left.page.get_by_role("listbox", name="表情").get_by_role("option", name="火箭").click()
    expect(left.composer).to_have_value("🚀")
    left.composer.fill(":rocket")
    expect(left.page.get_by_role("listbox", name="表情")).to_be_visible()
    left.composer.press("Escape")
    left.composer.press("Enter")
    right.shows("done 🎉 at 12:30", ":rocket")


def test_keys_put_marks_round_what_is_selected(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.composer.fill("重点")
    for keys, written in (
        ("Control+b", "**重点**"),
        ("Control+i", "***重点***"),
        ("Control+b", "*重点*"),
        ("Control+i", "重点"),
        ("Control+e", "`重点`"),
        ("Control+e", "重点"),
        ("Control+Shift+x", "~~重点~~"),
    ):
        if keys == "Control+b" and written == "**重点**":
            left.composer.press("Control+a")
        left.composer.press(keys)
        expect(left.composer).to_have_value(written)
    left.composer.press("Enter")
    expect(right.log.locator("article s")).to_have_text("重点")


def test_a_menu_of_a_message_reacts_in_one_press(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.say(shared_room["id"], "上线了！")
    phone = arrive(size=PHONE, touch=True).sign_in(maya.name)
    phone.row(shared_room["name"]).click()
    phone.message("上线了！").click(button="right")
    phone.page.get_by_role("menuitemcheckbox", name="React with 🎉").tap()
    expect(phone.page.get_by_role("menu")).to_have_count(0)
    expect(phone.message("上线了！").locator(".reactions button")).to_have_text("🎉1")
    phone.message("上线了！").click(button="right")
    expect(phone.page.get_by_role("menuitemcheckbox", name="React with 🎉")).to_be_checked()
    expect(phone.page.get_by_role("menuitem").first).to_be_focused()
    phone.page.keyboard.press("ArrowUp")
    phone.page.keyboard.press("ArrowRight")
    expect(phone.page.get_by_role("menuitemcheckbox", name="React with 🎉")).to_be_focused()
    phone.page.keyboard.press("ArrowDown")
    expect(phone.page.get_by_role("menuitem").first).to_be_focused()
    phone.page.keyboard.press("ArrowUp")
    phone.page.keyboard.press("Enter")
    expect(phone.message("上线了！").locator(".reactions button")).to_have_text(["🎉1", "👍1"])


def test_a_skin_and_what_was_used_last_follow_to_another_device(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    said = zhou.say(shared_room["id"], "在吗")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.button("emoji", client.page.locator(".foot")).click()
    palette = client.page.get_by_role("dialog", name=client.words["emoji"])
    palette.get_by_role("button", name="Skin tone").click()
    expect(client.page.get_by_role("menuitemradio").first).to_be_focused()
    for _ in range(4):
        client.page.keyboard.press("ArrowRight")
    expect(client.page.get_by_role("menuitemradio", name="Medium dark")).to_be_focused()
    client.page.keyboard.press("Enter")
    expect(palette).to_be_visible()
    client.field("emoji_search").fill("wave")
    palette.get_by_role("button", name="waving hand").click()
    expect(client.composer).to_have_value("👋🏾")

    other = arrive().sign_in(maya.name)
    other.open(shared_room["name"])
    other.message("在吗").hover()
    other.page.get_by_role("toolbar", name="Message actions").get_by_role("button", name=other.words["react"]).click()
    first = other.page.get_by_role("dialog").locator("button.emoji").first
    expect(first).to_have_text("👋🏾")
    first.click()
    expect(other.message("在吗").locator(".reactions")).to_contain_text("👋🏾")
    zhou.ok("PUT", f"/api/messages/{said['id']}/reactions/{quote('👍')}")
    other.menu_of("在吗", "react")
    other.page.get_by_role("dialog").get_by_role("tab", name="People").click()
    other.page.get_by_role("dialog").get_by_role("button", name="thumbs up").click()
    expect(other.message("在吗").locator(".reactions button")).to_have_count(3)


def test_who_reacted_is_told(pair: tuple[Client, Client], maya: Person) -> None:
    left, right = pair
    left.say("上线了！")
    right.message("上线了！").hover()
    right.page.get_by_role("toolbar").get_by_text("🎉").click()
    expect(left.message("上线了！").locator(".reactions button")).to_have_text("🎉1")
    left.menu_of("上线了！", "who_reacted")
    dialog = left.page.get_by_role("dialog", name=left.words["who_reacted"])
    expect(dialog.get_by_role("listitem")).to_contain_text(["Maya Chen"])


def test_a_pinned_message_is_found_by_all(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("发布清单在这里")
    left.menu_of("发布清单在这里", "pin")
    right.button("pins").click()
    panel = right.page.get_by_role("dialog", name=right.words["pins"])
    panel.get_by_role("button", name="发布清单在这里").click()
    expect(panel).to_be_hidden()
    expect(right.message("发布清单在这里")).to_be_focused()


def test_the_menu_of_what_is_being_sent_grows_inside_the_window(pair: tuple[Client, Client]) -> None:
    left, _ = pair
    left.may_be_cut_off()
    left.context.set_offline(True)
    left.composer.fill("就来")
    left.composer.press("Enter")
    left.message("就来").click(button="right")
    items = left.page.get_by_role("menuitem")
    expect(items).to_have_count(2)
    left.context.set_offline(False)
    expect(left.page.get_by_role("menuitem", name=left.words["pin"])).to_be_in_viewport(ratio=1)
    for item in items.all():
        expect(item).to_be_in_viewport(ratio=1)


def test_what_is_pasted_comes_as_text(pair: tuple[Client, Client]) -> None:
    left, _ = pair
    left.context.grant_permissions(["clipboard-read", "clipboard-write"])
    left.page.evaluate(
        "const of = (text, type) => new Blob([text], { type });"
        "navigator.clipboard.write([new ClipboardItem({"
        " 'text/html': of('<b>粗</b><br>行', 'text/html'), 'text/plain': of('粗\\n行', 'text/plain') })])"
    )
    left.composer.press("Control+V")
    expect(left.composer).to_have_value("粗\n行")


def test_what_the_composer_puts_in_is_undone_like_what_is_typed(pair: tuple[Client, Client]) -> None:
    _, right = pair
    box = right.composer
    right.context.grant_permissions(["clipboard-read", "clipboard-write"])
    right.page.evaluate("navigator.clipboard.writeText('，谢谢')")
    box.press_sequentially("done ")
    right.button("emoji", right.page.locator(".foot")).click()
    right.page.get_by_label(right.words["emoji_search"]).fill("rocket")
    right.page.get_by_role("dialog").get_by_role("button", name="rocket", exact=True).click()
    box.press_sequentially(":tada")
    right.page.get_by_role("listbox", name="Emoji").get_by_role("option").first.click()
    box.press_sequentially(" @周")
    right.page.get_by_role("option", name="周舟").click()
    box.press("Control+V")
    expect(box).to_have_value("done 🚀🎉 @周舟 ，谢谢")
    box.press("Control+a")
    box.press("Control+b")
    whole = "done 🚀🎉 @周舟 ，谢谢"
    written = ["done ", "done 🚀", "done 🚀🎉", "done 🚀🎉 @周舟 ", whole, f"**{whole}**"]
    undone = steps(right, "Control+z", until="")
    assert undone[0] == written[-1]
    assert is_walked_through(undone, written[::-1])
    assert is_walked_through(steps(right, "Control+Shift+z", until=written[-1]), written)
    assert undone[-1] == ""
    box.press("Enter")
    expect(right.log.locator(".mention")).to_have_text("@周舟")


def steps(client: Client, key: str, *, until: str) -> list[str]:
    """What the composer held before and after each press."""
    held = [client.composer.input_value()]
    while held[-1] != until and len(held) < 40:
        client.composer.press(key)
        held.append(client.composer.input_value())
    return held


def is_walked_through(held: list[str], written: list[str]) -> bool:
    """Whether each of them stood there, in this order. Between them are the letters of searched names."""
    rest = iter(held)
    return all(text in rest for text in written)


def test_what_was_sent_is_not_undone_into_the_next_message(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.composer.press_sequentially("三点见")
    left.composer.press("Enter")
    right.shows("三点见")
    left.composer.press("Control+z")
    expect(left.composer).to_have_value("")
    left.has_sent()
    left.composer.press("ArrowUp")
    left.composer.press_sequentially("吧")
    left.composer.press("Control+z")
    left.composer.press("Control+z")
    expect(left.composer).to_have_value("三点见")


def test_the_menu_of_a_message_on_its_way_becomes_whole(pair: tuple[Client, Client]) -> None:
    """It may be opened before the server has answered."""
    left, _ = pair
    left.say("三点见")
    left.message("三点见").click(button="right")
    expect(left.page.get_by_role("menuitem", name=left.words["edit"])).to_be_visible()
    expect(left.page.get_by_role("menuitem", name=left.words["recall"])).to_be_visible()
