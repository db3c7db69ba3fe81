"""The screens of rooms, members, messages, reports and words: who sees them, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from chatsite.audit.models import AuditEntry
from messaging.models import FilteredWord, Message, Report
from messaging.services.words import add_words
from rooms.models import Ban, JoinRequest, Membership, Room
from rooms.services.invites import create_invite
from rooms.services.joining import join
from tests.administration.conftest import Enter, text_of
from tests.administration.conversations import (
    LISTS,
    MEMBERS,
    MESSAGES,
    REPORTS,
    ROOMS,
    SECRET,
    WORDS,
    do,
    make_message,
    member_of,
    queries_of,
    report_of,
)
from tests.factories import make_room, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]


def fill(count: int, root: User) -> None:
    """So many more of everything, each made by and about other people."""
    for number in range(count):
        owner, guest, outcast, asker = (make_user() for _ in range(4))
        room = make_room(owner, members=[guest], name=f"room {number}")
        create_invite(user_id=owner.pk, room_id=room.pk)
        Ban.objects.create(room_id=room.pk, user_id=outcast.pk, created_by_id=owner.pk)
        JoinRequest.objects.create(room_id=room.pk, user_id=asker.pk, message="please")
        message = make_message(room, guest)
        Report.objects.create(
            reporter_id=owner.pk,
            user_id=guest.pk,
            room_id=room.pk,
            message_id=message.pk,
            taken_by_id=root.pk,
            reason="spam",
        )
        add_words(by=root, words=[f"word{number}of{Report.objects.count()}"], action="mask")


@pytest.mark.parametrize("page", LISTS)
def test_a_list_asks_as_much_for_thirty_rows_as_for_three(as_staff: Client, root: User, page: str) -> None:
    fill(3, root)
    few = queries_of(as_staff, page)
    fill(27, root)
    assert queries_of(as_staff, page) == few
    assert few <= 8, "session, user, count, rows, and what they show of other tables"


def test_the_page_of_a_room_asks_as_much_for_thirty_members_as_for_three(as_staff: Client, ann: User) -> None:
    room = make_room(ann)

    def crowd(count: int) -> None:
        for _ in range(count):
            user = make_user()
            join(user_id=user.pk, room_id=room.pk)
            create_invite(user_id=user.pk, room_id=room.pk)
            Ban.objects.create(room_id=room.pk, user_id=make_user().pk, created_by_id=user.pk)
            JoinRequest.objects.create(room_id=room.pk, user_id=make_user().pk)

    crowd(3)
    as_staff.get(f"{ROOMS}{room.pk}/change/")  # Django remembers a content type from now on
    few = queries_of(as_staff, f"{ROOMS}{room.pk}/change/")
    crowd(27)
    assert queries_of(as_staff, f"{ROOMS}{room.pk}/change/") == few


def test_of_a_large_room_its_page_shows_the_first_and_the_list_all(as_staff: Client, ann: User) -> None:
    room = make_room(ann)
    Membership.objects.bulk_create(Membership(room_id=room.pk, user_id=make_user().pk) for _ in range(55))
    page = text_of(as_staff.get(f"{ROOMS}{room.pk}/change/"))
    assert len(re.findall(r"/admin/rooms/membership/\d+/change/", page)) == 50
    assert f"{MEMBERS}?q={room.pk}" in page
    assert "56" in text_of(as_staff.get(f"{MEMBERS}?q={room.pk}"))


def test_only_staff_of_the_server_sees_a_screen(
    as_ann: Client, as_staff: Client, room: Room, direct: Room, ann: User, root: User, bob: User
) -> None:
    """Ann owns a room, which is another kind of power."""
    message = make_message(room, bob, "hello there")
    report = report_of(message, ann)
    add_words(by=root, words=["rosebud"], action="mask")
    pages = [
        *LISTS,
        f"{ROOMS}{room.pk}/change/",
        f"{MEMBERS}{member_of(room, bob).pk}/change/",
        f"{MESSAGES}{message.pk}/change/",
        f"{REPORTS}{report.pk}/change/",
        f"{WORDS}{FilteredWord.objects.get().pk}/change/",
        f"{ROOMS}{room.pk}/do/archive/",
        f"{WORDS}do/add/",
    ]
    for page in pages:
        for outsider in (Client(), as_ann):
            answer = outsider.get(page)
            assert (answer.status_code, answer["Location"].startswith("/admin/login/")) == (302, True), page
        assert as_staff.get(page).status_code == 200, page


def attempts(
    room: Room, bob: User, message: Message, report: Report, word: FilteredWord
) -> list[Callable[[Client], int]]:
    member = member_of(room, bob)
    return [
        lambda c: do(c, ROOMS, room, "change_texts", name="Mine"),
        lambda c: do(c, ROOMS, room, "slow_mode", seconds=60),
        lambda c: do(c, ROOMS, room, "rotate_code"),
        lambda c: do(c, ROOMS, room, "ban_somebody", username="bob", minutes="0"),
        lambda c: do(c, ROOMS, room, "archive"),
        lambda c: do(c, MEMBERS, member, "mute", minutes="60"),
        lambda c: do(c, MEMBERS, member, "make_admin"),
        lambda c: do(c, MEMBERS, member, "kick"),
        lambda c: do(c, MESSAGES, message, "recall"),
        lambda c: do(c, REPORTS, report, "dismiss"),
        lambda c: do(c, REPORTS, report, "disable"),
        lambda c: do(c, WORDS, word, "remove"),
        lambda c: c.post(f"{WORDS}do/add/", {"words": "x1", "action": "block"}).status_code,
    ]


def test_nobody_else_does_a_thing(as_ann: Client, room: Room, ann: User, bob: User, root: User) -> None:
    message = make_message(room, bob)
    report = report_of(message, ann)
    add_words(by=root, words=["rosebud"], action="mask")
    before = list(Room.objects.values()), list(Membership.objects.order_by("pk").values())
    known = AuditEntry.objects.count()
    for attempt in attempts(room, bob, message, report, FilteredWord.objects.get()):
        assert attempt(Client()) == 302
        assert attempt(as_ann) == 302
    assert (list(Room.objects.values()), list(Membership.objects.order_by("pk").values())) == before
    assert Message.objects.get(pk=message.pk).recalled_at is None
    assert (Report.objects.get().closed_at, FilteredWord.objects.count()) == (None, 1)
    assert AuditEntry.objects.count() == known


def test_nothing_is_done_by_get(as_staff: Client, room: Room, bob: User) -> None:
    assert as_staff.get(f"{ROOMS}{room.pk}/do/archive/").status_code == 200
    assert as_staff.get(f"{MEMBERS}{member_of(room, bob).pk}/do/kick/").status_code == 200
    assert Room.objects.get().archived_at is None
    assert not AuditEntry.objects.exclude(action="admin.sign_in").exists()


def test_rows_are_not_written_past_the_services(as_root: Client, room: Room) -> None:
    assert as_root.get(f"{ROOMS}add/").status_code == 403
    assert as_root.post(f"{ROOMS}{room.pk}/change/", {"name": "Mine"}).status_code == 403
    assert as_root.post(f"{ROOMS}{room.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Room.objects.get().name == "Harbour"


@pytest.mark.parametrize(
    "query",
    [
        "content__startswith=the",
        "content=the",
        "content__contains=secret&room_id=1",
        "nonce=1",
        "mentions__contains=1",
    ],
)
def test_a_list_is_not_asked_about_what_it_does_not_show(as_root: Client, direct: Room, ann: User, query: str) -> None:
    """Or whoever asks often enough reads what two people say, letter by letter."""
    message = make_message(direct, ann, SECRET)
    assert f"#{message.pk}<" in text_of(as_root.get(MESSAGES))
    assert as_root.get(f"{MESSAGES}?{query}").status_code == 400


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_screens_speak_both_languages(enter: Enter, staff: User, room: Room, language: str) -> None:
    client = enter(staff)
    client.cookies["django_language"] = language
    page = text_of(client.get(f"{ROOMS}{room.pk}/change/"))
    words = ("Slow mode", "Members", "Bans") if language == "en" else ("慢速模式", "成员", "封禁")
    assert [word for word in words if word not in page] == []
