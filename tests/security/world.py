"""One room of each kind, and everybody who could knock at it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any, NamedTuple

from django.utils.timezone import now
from PIL import Image

from accounts.models import RegistrationInvite, User
from accounts.services import Device, begin_session
from messaging.models import FilteredWord, Report
from rooms.models import JoinRequest, Room
from rooms.schemas import ChangeMember
from rooms.services.bans import ban
from rooms.services.invites import create_invite
from rooms.services.joining import leave
from rooms.services.members import change_member
from rooms.services.settings import archive_room
from tests.conftest import Api
from tests.factories import make_message, make_room, make_user

NAMES = ["stranger", "former", "banned", "outlaw", "member", "muted", "admin", "owner", "author", "newcomer"]
INSIDE = ["member", "muted", "admin", "author", "former", "banned"]
ROOM_NAME, SECRET_TEXT = "Rosebud room", "rosebud text"
Json = dict[str, Any]


class Place(NamedTuple):
    """A room and what an address in it may name."""

    room: Room
    fields: Json


class World:
    """`doors[caller]` is the REST door as seen by that caller. Make it in a transaction that is rolled back."""

    def __init__(self) -> None:
        self.people: dict[str, User] = {name: make_user(name) for name in NAMES}
        self.people["staff"] = make_user("staff", is_staff=True)
        self.doors: dict[str, Api] = {name: Api().by(user) for name, user in self.people.items()}
        self.doors["anonymous"] = Api()
        self.places = {kind: self._place(kind) for kind in ("public", "private", "archived", "direct")}

    def promote(self, name: str) -> Api:
        """Makes an administrator of somebody -> their door."""
        User.objects.filter(pk=self.id_of(name)).update(is_staff=True)
        return self.doors[name]

    def id_of(self, name: str) -> int:
        return self.people[name].pk

    def _place(self, kind: str) -> Place:
        room = self._direct() if kind == "direct" else self._room("public" if kind == "archived" else kind)
        message = make_message(room, self.people["author"], SECRET_TEXT)
        names = {"user_id": "author", "newcomer_id": "newcomer", "outlaw_id": "outlaw"}
        fields = {field: self.id_of(name) for field, name in names.items()}
        fields |= {"room_id": room.id, "message_id": message.id, "invite_id": 1, "token": "none"}
        if kind != "direct":
            invite = create_invite(user_id=self.id_of("owner"), room_id=room.id)
            JoinRequest.objects.create(room_id=room.id, user_id=self.id_of("newcomer"))
            fields |= {"invite_id": invite.id, "token": invite.token}
        if kind == "archived":
            archive_room(user_id=self.id_of("owner"), room_id=room.id)
        return Place(room, fields)

    def _room(self, kind: str) -> Room:
        owner = self.people["owner"]
        room = make_room(owner, kind, [self.people[name] for name in INSIDE], ROOM_NAME)
        self._change("admin", room, ChangeMember(role="admin"))
        self._change("muted", room, ChangeMember(muted_until=now() + timedelta(days=1)))
        leave(user_id=self.id_of("former"), room_id=room.id)
        for name in ("banned", "outlaw"):
            ban(user_id=owner.pk, room_id=room.id, banned_id=self.id_of(name))
        return room

    def _change(self, name: str, room: Room, wanted: ChangeMember) -> None:
        change_member(user_id=self.id_of("owner"), room_id=room.id, member_id=self.id_of(name), wanted=wanted)

    def _direct(self) -> Room:
        room = make_room(self.people["member"], "direct", [self.people["author"]])
        make_message(room, self.people["member"], SECRET_TEXT)
        return room

    def others(self) -> Json:
        """What the addresses outside of rooms may name."""
        session = begin_session(user=self.people["author"], device=Device())
        applicant = make_user("applicant", is_active=False, awaits_approval=True)
        invite = RegistrationInvite.objects.create(created_by=self.people["staff"], token="welcome")
        word = FilteredWord.objects.create(word="x", folded="x", action="flag", created_by_id=1)
        return {
            "session_id": session.session.pk,
            "refresh": session.refresh,
            "registration_invite_id": invite.pk,
            "applicant_id": applicant.pk,
            "word_id": word.pk,
            "setting": "SERVER_NAME",
            "report_id": Report.objects.create(reason="spam", user_id=self.id_of("author")).pk,
            "person_id": self.id_of("author"),
            "export_token": "made-up",
        }


def filled(template: Any, fields: Json) -> Any:
    """`{name}` in addresses and as values of bodies becomes what it stands for."""
    if isinstance(template, dict):
        return {key: filled(value, fields) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, fields) for value in template]
    if not isinstance(template, str):
        return template
    name = template[1:-1]
    return fields[name] if template.startswith("{") and name in fields else template.format(**fields)


def knock(door: Api, row: Any, fields: Json) -> tuple[str, bytes]:
    """-> ("ok" or the code of the error, the body of the answer)"""
    path = "/api/" + filled(row.path, fields)
    if row.body == "picture":
        response = door.upload(row.method, path, file=picture())
    else:
        response = door.request(row.method, path, filled(row.body, fields))
    content = b"".join(response) if response.streaming else response.content
    return ("ok" if response.status_code < 300 else refusal(response.status_code, content)), content


def refusal(status: int, content: bytes) -> str:
    """-> the code, if the contract knows it with this status"""
    from chatsite.errors import CODES

    error = json.loads(content)
    assert set(error) == {"code", "message", "fields", "retry_after", "request_id"}, error
    assert CODES[error["code"]][0] == status, (status, error)
    code: str = error["code"]
    return code


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    file.seek(0)
    file.name = "red.png"
    return file
