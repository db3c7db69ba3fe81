"""Whatever people write or call themselves is text: nothing of it runs, loads or leads anywhere it should not.

Scripts, requests and violations of the content security policy are watched in every page (tests/e2e/browser.py); here
is what would cause them, in every place where a name or a text is shown.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person, Server

RUN = "ran=1"
MARKUP = [
    f"<img src=x onerror={RUN}>",
    f"<script>{RUN}</script>",
    f'"><svg/onload={RUN}>',
    f"<svg><script>{RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<a href=javascript:{RUN}>here</a>",
    f"<form action=javascript:{RUN}><button>here</button></form>",
    "<style>body{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"&lt;img src=x onerror={RUN}&gt;",
]
MARKDOWN = [
    f"[here](javascript:{RUN})",
    f"[here](JaVaScRiPt&colon;{RUN})",
    f"[here](&#106;avascript:{RUN})",
    f"[here](java\tscript:{RUN})",
    f"[here](data:text/html,<script>{RUN}</script>)",
    "[here](vbscript:msgbox)",
    "[here](file:///etc/passwd)",
    f'![picture](x"onerror="{RUN})',
    "![picture](http://evil.example/tracks-you.png)",
    f'[here](http://ok.example "onclick={RUN}")',
    f"<javascript:{RUN}>",
    f"[here][1]\n\n[1]: javascript:{RUN}",
    f"```html\n<img src=x onerror={RUN}>\n```",
    f'```"><img src=x onerror={RUN}>\ncode\n```',
    f"`<img src=x onerror={RUN}>`",
    f"**<img src=x onerror={RUN}>**",
    f"> <img src=x onerror={RUN}>",
    f"- [ ] <img src=x onerror={RUN}>",
    f'http://ok.example/"onmouseover="{RUN}',
    f"http://ok.example/<img src=x onerror={RUN}>",
]
NAME = f"<b onclick={RUN}>evil</b><img src=x>"
LINKS = ("http", "https", "mailto", "")


@pytest.fixture
def evil(server: Server) -> Person:
    person = server.register()
    person.ok("PATCH", "/api/users/me", {"display_name": NAME, "bio": MARKUP[0], "status_text": MARKUP[1]})
    return person


@pytest.fixture
def trap(evil: Person, maya: Person) -> Frame:
    """A room where everything that has a text holds something evil."""
    room = evil.make_room(f"trap {MARKUP[0]}", description=MARKUP[1])
    evil.ok("PATCH", f"/api/rooms/{room['id']}", {"announcement": MARKUP[2], "name": f"trap {MARKUP[3][:60]}"})
    maya.ok("POST", f"/api/rooms/{room['id']}/join")
    return room


def is_harmless(client: Client) -> None:
    assert client.page.evaluate("window.ran === undefined")
    made = "main :is(script, iframe, form[action], base, meta, style, object, embed, svg script, [src='x'])"
    assert client.page.locator(made).count() == 0
    links = client.page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert [link for link in links if urlsplit(link).scheme not in LINKS] == []
    sources = client.page.locator("[src], [srcset], [poster]").evaluate_all("all => all.map(e => e.src)")
    own = urlsplit(client.base).netloc
    assert [s for s in sources if urlsplit(s).scheme in ("http", "https") and urlsplit(s).netloc != own] == []


@pytest.mark.parametrize("texts", [MARKUP, MARKDOWN], ids=["markup", "markdown"])
def test_messages_are_text(arrive: Arrive, evil: Person, maya: Person, trap: Frame, texts: list[str]) -> None:
    for text in texts:
        evil.say(trap["id"], f"{text}\n\n{texts.index(text)} is harmless")
    reader = arrive().sign_in(maya.name)
    reader.page.goto(f"/rooms/{trap['id']}")
    expect(reader.message(f"{len(texts) - 1} is harmless")).to_be_visible()
    is_harmless(reader)
    reader.page.reload()
    expect(reader.message(f"{len(texts) - 1} is harmless")).to_be_visible()
    is_harmless(reader)


def test_markup_shows_as_it_was_written(arrive: Arrive, evil: Person, maya: Person, trap: Frame) -> None:
    evil.say(trap["id"], MARKUP[0])
    reader = arrive().sign_in(maya.name)
    reader.page.goto(f"/rooms/{trap['id']}")
    expect(reader.log.get_by_text(MARKUP[0], exact=True)).to_be_visible()
    is_harmless(reader)


def test_names_and_rooms_are_text(arrive: Arrive, evil: Person, maya: Person, trap: Frame) -> None:
    said = evil.say(trap["id"], "look at my name")
    evil.say(trap["id"], "and at this answer", reply_to=said["id"], mentions=[maya.id])
    evil.ok("PUT", f"/api/messages/{said['id']}/pin")
    evil.ok("PUT", f"/api/messages/{said['id']}/reactions/%F0%9F%91%8D")
    evil.ok("POST", f"/api/users/friends/{maya.id}", {"message": MARKUP[0]})
    direct = evil.ok("POST", "/api/direct", {"user_id": maya.id})
    evil.say(direct["id"], MARKUP[0])
    reader = arrive().sign_in(maya.name)
    reader.page.goto(f"/rooms/{trap['id']}")
    expect(reader.message("look at my name").first).to_contain_text(NAME)
    expect(reader.row("trap <svg>")).to_be_visible()
    expect(reader.row(NAME)).to_have_count(2)
    is_harmless(reader)
    reader.page.goto(f"/rooms/{direct['id']}")
    expect(reader.message(MARKUP[0]).first).to_be_visible()
    is_harmless(reader)
