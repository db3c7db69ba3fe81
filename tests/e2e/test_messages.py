"""What two people in one room do with a message, and see of each other."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import PATIENCE_SECONDS, Frame, Person


@pytest.fixture
def pair(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> tuple[Client, Client]:
    left, right = arrive(locale="zh").sign_in(zhou.name), arrive().sign_in(maya.name)
    left.open(shared_room["name"])
    right.open(shared_room["name"])
    return left, right


def test_a_message_is_edited(pair: tuple[Client, Client]) -> None:
    left, _ = pair
    left.say("三点见")
    left.menu_of("三点见", "edit")
    expect(left.composer).to_have_value("三点见")
    left.say("四点见")
    for client in pair:
        expect(client.message("四点见")).to_contain_text(client.words["edited"])
        expect(client.message("三点见")).to_have_count(0)


def test_the_last_message_is_edited_by_the_up_arrow(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("teh plan")
    right.shows("teh plan")
    left.has_sent()
    left.composer.press("ArrowUp")
    left.say("the plan")
    expect(right.message("the plan")).to_contain_text(right.words["edited"])


def test_a_message_is_recalled_and_written_again(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("说错了")
    right.menu_of("说错了", "reply")
    right.say("what do you mean?")
    expect(left.message("what do you mean?").locator(".quote")).to_contain_text("说错了")
    left.message("说错了").filter(has_not_text="what do you mean?").click(button="right")
    left.page.get_by_role("menuitem", name=left.words["recall"]).click()
    for client in pair:
        expect(client.log.get_by_text("说错了")).to_have_count(0)
    left.button("reedit").click()
    expect(left.composer).to_have_value("说错了")


def test_an_answer_shows_what_it_answers(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("哪个颜色好？")
    right.menu_of("哪个颜色好？", "reply")
    right.say("the celadon one")
    quote = left.message("the celadon one").locator(".quote")
    expect(quote).to_contain_text("周舟")
    expect(quote).to_contain_text("哪个颜色好？")


def test_a_reaction_is_given_and_taken_back(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("上线了！")
    right.message("上线了！").hover()
    right.page.get_by_role("toolbar").get_by_text("👍").click()
    chip = left.message("上线了！").locator(".reactions button")
    expect(chip).to_have_text("👍1")
    chip.click()
    expect(right.message("上线了！").locator(".reactions button")).to_have_text("👍2")
    chip.click()
    expect(right.message("上线了！").locator(".reactions button")).to_have_text("👍1")


def test_writing_shows_and_ends(pair: tuple[Client, Client]) -> None:
    left, right = pair
    typing = right.page.locator(".foot [role=status]")
    shown = typing.filter(has_text=re.compile(f"周舟.*{right.words['typing']}"))
    for _ in range(10 * PATIENCE_SECONDS):  # told once in a while, and only to who is connected by then
        if shown.count():
            break
        left.composer.press_sequentially("写")
        left.page.wait_for_timeout(100)
    expect(shown).to_be_visible()
    left.composer.press("Enter")
    expect(typing).to_be_empty()


def test_who_leaves_goes_offline(pair: tuple[Client, Client]) -> None:
    left, right = pair
    member = right.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="周舟")
    expect(member).to_contain_text(right.words["online"])
    left.page.close()
    expect(member).to_contain_text(right.words["offline"])


def test_a_mention_stands_out(pair: tuple[Client, Client], shared_room: Frame) -> None:
    left, right = pair
    right.page.goto("/")
    left.composer.press_sequentially("@May")
    left.page.get_by_role("option", name="Maya Chen").click()
    left.composer.press_sequentially("看一下")
    left.composer.press("Enter")
    expect(right.badge(shared_room["name"])).to_have_text("@1")
    expect(right.page).to_have_title("(1) Chat")
    right.open(shared_room["name"])
    expect(right.message("看一下")).to_contain_class("for-me")


def test_code_is_drawn_as_code(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.composer.fill("```py\nprint('<b>hi</b>')\n```")
    left.composer.press("Enter")
    expect(right.log.locator("pre code")).to_have_text("print('<b>hi</b>')")


def test_markup_is_only_text(pair: tuple[Client, Client]) -> None:
    left, right = pair
    left.say("<img src=x onerror=alert(1)> <script>alert(2)</script>")
    right.shows("<img src=x onerror=alert(1)> <script>alert(2)</script>")
    expect(right.log.locator(".text img, .text script")).to_have_count(0)
