"""For whom reads by ear, by large letters or without motion."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person

AT_TWICE_THE_SIZE = (640, 400)  # what a window of 1280 × 800 has left at 200 %


@pytest.fixture
def talk(zhou: Person, maya: Person, shared_room: Frame) -> Frame:
    first = zhou.say(shared_room["id"], "周五几点？")
    maya.say(shared_room["id"], "at three", reply_to=first["id"])
    return shared_room


def test_the_log_is_read_out_as_who_what_and_when(arrive: Arrive, zhou: Person, maya: Person, talk: Frame) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(talk["name"])
    expect(client.log).to_have_attribute("aria-label", re.compile(talk["name"]))
    label = client.message("at three").get_attribute("aria-label") or ""
    parts = label.split(", ")
    assert parts[:2] == ["Maya Chen", "at three"]
    assert parts[2].count(":") == 1
    assert "周舟" in parts[3]


def test_at_twice_the_size_nothing_is_cut_off(arrive: Arrive, zhou: Person, talk: Frame) -> None:
    client = arrive(size=AT_TWICE_THE_SIZE).sign_in(zhou.name)
    expect(client.list).to_be_visible()
    client.open(talk["name"])
    client.say("still writing")
    expect(client.message("still writing")).to_be_in_viewport()
    expect(client.composer).to_be_in_viewport(ratio=1)
    for width in ("scrollWidth", "clientWidth"):
        assert client.page.evaluate(f"document.documentElement.{width}") <= AT_TWICE_THE_SIZE[0]
    client.button("more").click()
    client.page.get_by_role("menuitem", name="Room settings").click()
    dialog = client.page.get_by_role("dialog")
    for tab in dialog.get_by_role("tab").all():
        tab.click()
        expect(dialog.get_by_role("tabpanel")).to_be_visible()
        assert overflows(client) == []
    client.button("close", dialog).click()
    client.page.get_by_role("link", name=client.words["back"]).click()
    for tab in client.settings().get_by_role("tab").all():
        tab.click()
        assert overflows(client) == []


def overflows(client: Client) -> list[str]:
    """-> controls of the open dialog that stand out of the window to the side"""
    found: list[str] = client.page.evaluate(
        "() => [...document.querySelectorAll('dialog[open] :is(button, input, select, textarea, a)')]"
        ".filter(one => one.checkVisibility() && !one.closest('[role=tablist]'))"
        ".filter(one => { const box = one.getBoundingClientRect();"
        " return box.width > 1 && (box.left < 0 || box.right > innerWidth) })"
        ".map(one => one.outerHTML.slice(0, 80))"
    )
    return found


def test_without_motion_nothing_moves(arrive: Arrive, zhou: Person, talk: Frame) -> None:
    """All browsers of these tests ask for that."""
    client = arrive().sign_in(zhou.name)
    client.open(talk["name"])
    client.message("at three").click(button="right")
    expect(client.page.get_by_role("menu")).to_be_visible()
    moving = client.page.evaluate(
        "document.getAnimations().filter(one => one.effect.getComputedTiming().duration > 1)"
        ".map(one => one.animationName)"
    )
    assert moving == []


def test_the_box_to_write_in_grows_with_the_text_and_shrinks_again(arrive: Arrive, zhou: Person, talk: Frame) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(talk["name"])
    height = "area => area.clientHeight"
    one = client.composer.evaluate(height)
    client.composer.fill("一\n二\n三\n四")
    four = client.composer.evaluate(height)
    assert four >= one + 60
    client.composer.fill("行\n" * 60)
    assert client.composer.evaluate(height) <= 240
    client.composer.fill("")
    assert client.composer.evaluate(height) == one


def prefer(client: Client, choice: str) -> None:
    client.settings().get_by_role("tab", name="Appearance").click()
    client.page.get_by_role("tabpanel").get_by_text(choice, exact=True).click()
    client.page.keyboard.press("Escape")


def test_enter_makes_a_line_for_whom_sends_with_control(arrive: Arrive, zhou: Person, talk: Frame) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(talk["name"])
    prefer(client, "Ctrl + Enter")
    client.composer.press_sequentially("first")
    client.composer.press("Enter")
    client.composer.press_sequentially("second")
    expect(client.composer).to_have_value("first\nsecond")
    client.composer.press("Control+Enter")
    expect(client.composer).to_have_value("")
    expect(client.message("second")).to_be_visible()


def test_bubbles_put_mine_to_the_right(arrive: Arrive, zhou: Person, talk: Frame) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(talk["name"])
    prefer(client, "Bubbles")
    left = "it => it.querySelector('.text').getBoundingClientRect().left"
    assert client.message("周五几点").first.evaluate(left) > client.message("at three").evaluate(left) + 100
