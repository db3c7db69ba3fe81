"""Two people, one room, and a server that goes away in between."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Server

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize("address", ["localhost", "lan"])
def test_two_people_talk_across_a_restart(
    address: str, request: pytest.FixtureRequest, arrive: Arrive, server: Server
) -> None:
    base = request.getfixturevalue(address)
    zhou = arrive(base, locale="zh").register("周舟", f"zhou.{address}")
    maya = arrive(base, locale="en").register("Maya Chen", f"maya.{address}")
    assert zhou.page.evaluate("isSecureContext") is (address == "localhost")
    maya.join(zhou.make_room("设计组 Design"))

    zhou.say("你好，Maya！今天先看首页。")
    maya.shows("你好，Maya！今天先看首页。")
    maya.say("Hello 周舟, ready when you are 🎉")
    said = ["你好，Maya！今天先看首页。", "Hello 周舟, ready when you are 🎉"]
    zhou.shows(*said)

    zhou.may_be_cut_off()
    maya.may_be_cut_off()
    server.stop()
    zhou.say("服务器不在的时候写的第一句")
    zhou.say("and a second one, without a network")
    expect(zhou.log.get_by_text(zhou.words["waiting"])).to_have_count(2)
    expect(zhou.button("retry_now")).to_be_visible()
    server.start()
    zhou.hurry()
    maya.hurry()
    said += ["服务器不在的时候写的第一句", "and a second one, without a network"]
    zhou.shows(*said)
    maya.shows(*said)
    expect(zhou.log.get_by_text(zhou.words["waiting"])).to_have_count(0)

    maya.say("Got both 👍")
    said.append("Got both 👍")
    for person in (zhou, maya):
        person.page.reload()
        person.shows(*said)
    count_what_is_unread(zhou, maya)


def count_what_is_unread(reader: Client, writer: Client) -> None:
    reader.page.goto("/")
    writer.say("这句你还没看")
    writer.say("nor this one")
    expect(reader.badge("设计组 Design")).to_contain_text("2")
    expect(reader.page).to_have_title(re.compile("^• "))
    reader.open("设计组 Design")
    expect(reader.log.get_by_text(reader.words["unread"])).to_be_visible()
    expect(reader.badge("设计组 Design")).to_have_count(0)
    reader.page.reload()
    expect(reader.message("nor this one")).to_be_visible()
    expect(reader.badge("设计组 Design")).to_have_count(0)
