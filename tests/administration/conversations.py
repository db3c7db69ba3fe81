"""The screens of conversations by their addresses, and what is done on them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.models import Message, Report
from rooms.models import Membership, Room
from tests.conftest import Api
from tests.factories import make_message as send

ROOMS, MEMBERS, BANS = "/admin/rooms/room/", "/admin/rooms/membership/", "/admin/rooms/ban/"
INVITES, REQUESTS = "/admin/rooms/invite/", "/admin/rooms/joinrequest/"
MESSAGES, REPORTS, WORDS = "/admin/messaging/message/", "/admin/messaging/report/", "/admin/messaging/filteredword/"
LISTS = [ROOMS, MEMBERS, BANS, INVITES, REQUESTS, MESSAGES, f"{REPORTS}?state=open", WORDS]
SECRET = "the secret of two"


def make_message(room: Room, sender: User, content: str = "hello") -> Message:
    return Message.objects.get(pk=send(room, sender, content).id)


def member_of(room: Room, user: User) -> Membership:
    return Membership.objects.get(room_id=room.pk, user_id=user.pk)


def report_of(message: Message, by: User) -> Report:
    Api().by(by).post(f"/api/messages/{message.pk}/report", {"reason": "abuse", "text": "look"})
    return Report.objects.latest("pk")


def do(client: Client, page: str, row: Any, deed: str, **data: Any) -> int:
    """-> the status of doing it"""
    return client.post(f"{page}{row.pk}/do/{deed}/", data).status_code


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)
