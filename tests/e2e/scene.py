"""A working day at a small company, played through the API: what the screenshots show."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.live import Frame, Person, Server, Socket

NOW = datetime(2026, 5, 14, 6, 32, tzinfo=UTC)  # a Thursday afternoon in Shanghai
VIEWER = "zhouzhou"
NAMES = {
    VIEWER: "周舟",
    "linxiao": "林晓",
    "maya": "Maya Chen",
    "ajie": "阿杰",
    "priya": "Priya Raghunathan",
    "laochen": "老陈",
    "tom": "Tom Becker",
}
CODE = """```css
:root {
  --accent: light-dark(#0a6b56, #57c7a6); /* 青瓷 */
  --row: 60px;
}
```"""


class Scene:
    def __init__(self, server: Server, locale: str) -> None:
        self.server = server
        self.at = ("zh", "en").index(locale)
        self.people: dict[str, Person] = {}
        self.sockets: list[Socket] = []
        self.times: dict[int, datetime] = {}

    def word(self, zh: str, en: str) -> str:
        return (zh, en)[self.at]

    def play(self) -> Scene:
        self.people = {name: self.server.register(name) for name in NAMES}
        for name, shown in NAMES.items():
            self.people[name].ok("PATCH", "/api/users/me", {"display_name": shown})
        self.people[VIEWER].ok(
            "PATCH", "/api/users/me", {"status_text": self.word("🎧 专注到 15:00", "🎧 focus till 15:00")}
        )
        self.builds()
        self.support()
        self.lunch()
        self.directs()
        self.realtime()
        self.release()
        self.design()
        return self

    def room(self, owner: str, members: Sequence[str], name: str, description: str = "", **membership: Any) -> Frame:
        """Everybody in it; `membership` is how the viewer keeps it."""
        room = self.people[owner].make_room(name, description=description)
        for member in members:
            self.people[member].ok("POST", f"/api/rooms/{room['id']}/join")
        self.keep(room, **membership)
        return room

    def keep(self, room: Frame, **membership: Any) -> None:
        if membership:
            self.people[VIEWER].ok("PATCH", f"/api/rooms/{room['id']}/membership", membership)

    def direct(self, name: str) -> Frame:
        room: Frame = self.people[name].ok("POST", "/api/direct", {"user_id": self.people[VIEWER].id})
        return room

    def say(self, name: str, room: Frame, ago: timedelta, text: str, **fields: Any) -> Frame:
        message = self.people[name].say(room["id"], text, **fields)
        self.times[message["id"]] = NOW - ago
        return message

    def react(self, message: Frame, emoji: str, *names: str) -> None:
        for name in names:
            self.people[name].ok("PUT", f"/api/messages/{message['id']}/reactions/{quote(emoji)}")

    def read(self, message: Frame) -> None:
        self.people[VIEWER].ok("POST", f"/api/rooms/{message['room_id']}/read", {"seq": message["seq"]})

    def builds(self) -> None:
        room = self.room("tom", [VIEWER, "ajie"], "Build notifications", notify="none")
        self.read(self.say("tom", room, timedelta(days=1, hours=3), "main passed in 1 min 42 s ✅"))

    def support(self) -> None:
        name = self.word("客户支持 Customer Support — APAC", "Customer Support — APAC 客户支持")
        room = self.room("priya", [VIEWER, "laochen"], name)
        self.read(
            self.say(
                "priya",
                room,
                timedelta(days=1, hours=1),
                self.word("新加坡那单已经回复了", "The Singapore ticket is answered"),
            )
        )

    def lunch(self) -> None:
        room = self.room("laochen", [VIEWER, "ajie"], self.word("午饭吃什么", "Lunch 午饭"), notify="none")
        for minutes in range(180, 147, -3):
            self.say(
                "laochen",
                room,
                timedelta(minutes=minutes),
                self.word("楼下新开了一家牛肉面", "A new noodle place downstairs"),
            )

    def directs(self) -> None:
        ajie = self.direct("ajie")
        self.read(
            self.say("ajie", ajie, timedelta(hours=25), self.word("好，明早我把日志发你", "Sure, first thing tomorrow"))
        )
        maya = self.direct("maya")
        self.read(
            self.say(
                "maya",
                maya,
                timedelta(minutes=35),
                self.word("Friday at three works for me 👍", "Friday at three works for me 👍"),
            )
        )
        lin = self.direct("linxiao")
        for minutes, text in [
            (6, self.word("首页的插画换好了", "The new home page art is in")),
            (5, self.word("亮色暗色各一版", "One for each theme")),
            (3, self.word("你有空看一眼吗？", "Could you have a look?")),
        ]:
            self.say("linxiao", lin, timedelta(minutes=minutes), text)

    def realtime(self) -> None:
        room = self.room("ajie", [VIEWER, "tom"], self.word("后端 · Realtime", "Realtime · 后端"))
        for minutes in range(63, 51, -1):
            self.say(
                "ajie", room, timedelta(minutes=minutes), self.word("p95 降到 38 ms 了 🎉", "p95 is down to 38 ms 🎉")
            )

    def release(self) -> None:
        room = self.room(
            "tom", [VIEWER, "maya", "priya"], self.word("Release 2.0 上线", "Release 2.0 上线"), pinned=True
        )
        me = self.people[VIEWER].id
        for minutes, text in [(9, "@周舟 the notes are ready"), (4, "@周舟 can you sign off the release?")]:
            self.say("tom", room, timedelta(minutes=minutes), text, mentions=[me])

    def design(self) -> None:
        room = self.room(
            "linxiao",
            [VIEWER, "maya", "ajie", "priya", "laochen"],
            self.word("设计组 Design", "Design 设计组"),
            self.word("2.0 视觉走查 · 每周二评审", "2.0 visual walk-through · reviews on Tuesdays"),
            pinned=True,
        )
        me, maya = self.people[VIEWER].id, self.people["maya"].id
        self.people["linxiao"].ok("PATCH", f"/api/rooms/{room['id']}/members/{me}", {"role": "admin"})
        code = self.say(
            "maya",
            room,
            timedelta(hours=21),
            self.word(
                "Tokens 合进主干了，两个主题的对比度都过 AA：\n",
                "Tokens are in, every pair passes AA in both themes:\n",
            )
            + CODE,
        )
        self.react(code, "👍", "linxiao", "ajie", VIEWER)
        self.react(code, "🎨", "priya", "linxiao")
        hills = self.say(
            "linxiao",
            room,
            timedelta(minutes=30),
            self.word(
                "插画换成了水墨山水，亮色和暗色各一版，大家看看感觉对不对：https://design.example.org/hills",
                "The drawings are ink hills now, one for each theme. Does it feel right? https://design.example.org/hills",
            ),
        )
        self.react(hills, "👏", "maya", VIEWER)
        self.read(hills)
        self.say(
            "ajie",
            room,
            timedelta(minutes=12),
            self.word(
                "喜欢！暗色版月亮能再沉一点吗，`opacity: .7` 左右。",
                "Love it! Could the dark moon sink a little, about `opacity: .7`?",
            ),
            reply_to=hills["id"],
        )
        self.say(
            "ajie",
            room,
            timedelta(minutes=11),
            self.word(
                "@周舟 走查清单里还差 empty state 和 @Maya Chen 的 focus ring，今天能补上吗？",
                "@周舟 the list still lacks the empty state and the focus ring of @Maya Chen. Can both make it today?",
            ),
            mentions=[me, maya],
        )
        self.say(
            "maya",
            room,
            timedelta(minutes=6),
            self.word(
                "Focus ring 已经合了，empty state 三点前给你们 🙌",
                "The focus ring is merged, the empty state comes before three 🙌",
            ),
        )
        self.design_room = room

    def set_back(self, database: Path) -> None:
        """While the server is down: every message gets the time at which it was said in the story."""
        with sqlite3.connect(database) as rows:
            earliest = (NOW - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
            rows.execute("UPDATE messaging_message SET created_at = ?", [earliest])
            rows.executemany(
                "UPDATE messaging_message SET created_at = ? WHERE id = ?",
                [(time.strftime("%Y-%m-%d %H:%M:%S"), number) for number, time in self.times.items()],
            )
            rows.execute(
                "UPDATE rooms_roomcounter SET last_message_at ="
                " (SELECT created_at FROM messaging_message m WHERE m.id = last_message_id)"
            )

    def arrive(self) -> None:
        """Who is at work: some online, one away, one writing."""
        for name in ("linxiao", "maya", "ajie"):
            self.sockets.append(self.people[name].socket())
        self.sockets[1].ask("set_status", {"status": "away"})

    def type(self) -> None:
        for socket in self.sockets[:1]:
            socket.ask("typing", {"room_id": self.design_room["id"]})

    def leave(self) -> None:
        for socket in self.sockets:
            socket.close()
