"""Other people: what one sees of them, how one finds them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts import slots
from accounts.models import Block, Friendship, User
from accounts.names import search_text
from accounts.public import users_out
from accounts.slots import Ties
from tests.conftest import Api
from tests.factories import make_room, make_user
from tests.people import Meet, Person, code_of

SEEN = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _everybody_online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "status_of", lambda ids: dict.fromkeys(ids, "online"))


@pytest.fixture
def zed(meet: Meet) -> Person:
    return meet("zed", status_text="in a meeting", last_seen_at=SEEN)


def befriend(one: User, other: User) -> None:
    low, high = sorted((one, other), key=lambda u: u.pk)
    Friendship.objects.create(low=low, high=high, requested_by=one, accepted_at=SEEN)


def share_a_room(monkeypatch: pytest.MonkeyPatch, *, direct: bool = False) -> None:
    def ties(user_id: int, others: Any) -> Ties:
        return Ties(set(), set(others)) if direct else Ties(set(others), set())

    monkeypatch.setattr(slots, "ties_of", ties)


def seen_by(person: Person, other: Person) -> tuple[str, str, str | None]:
    out = person.api.get(f"/api/users/{other.id}").json()
    return out["status"], out["status_text"], out["last_seen_at"]


EVERYTHING = ("online", "in a meeting", "2026-01-02T03:04:05.000678Z")
NOTHING = ("offline", "", None)


def test_to_a_stranger_everybody_is_offline(ann: Person, zed: Person) -> None:
    assert seen_by(ann, zed) == NOTHING


def test_a_friend_sees_who_is_there(ann: Person, zed: Person) -> None:
    befriend(ann.user, zed.user)
    assert seen_by(ann, zed) == EVERYTHING
    assert seen_by(zed, ann)[0] == "online"


def test_a_request_alone_shows_nothing(ann: Person, zed: Person) -> None:
    low, high = sorted((ann.user, zed.user), key=lambda u: u.pk)
    Friendship.objects.create(low=low, high=high, requested_by=ann.user)
    assert seen_by(ann, zed) == NOTHING


@pytest.mark.parametrize("direct", [False, True])
def test_who_shares_a_room_sees_who_is_there(
    ann: Person, zed: Person, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_a_room(monkeypatch, direct=direct)
    assert seen_by(ann, zed) == EVERYTHING


def test_a_real_room_is_shared_by_its_members_alone(ann: Person, bob: Person, zed: Person) -> None:
    make_room(ann.user, members=[zed.user])
    assert seen_by(ann, zed) == EVERYTHING
    assert seen_by(bob, zed) == NOTHING


@pytest.mark.parametrize("blocker", ["ann", "zed"])
def test_a_block_hides_both_from_each_other(
    ann: Person, zed: Person, blocker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_a_room(monkeypatch)
    befriend(ann.user, zed.user)
    one, other = (ann, zed) if blocker == "ann" else (zed, ann)
    Block.objects.create(user=one.user, blocked=other.user)
    assert seen_by(ann, zed) == NOTHING
    assert seen_by(zed, ann) == NOTHING


@pytest.mark.parametrize(
    ("audience", "tie", "seen"),
    [
        ("everyone", "direct", True),
        ("contacts", "direct", False),
        ("contacts", "room", True),
        ("contacts", "friend", True),
        ("nobody", "room", False),
        ("nobody", "friend", False),
    ],
)
def test_last_seen_is_for_those_whom_one_lets(
    ann: Person, zed: Person, audience: str, tie: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    zed.api.patch("/api/users/me", {"preferences": {"last_seen": audience}})
    if tie == "friend":
        befriend(ann.user, zed.user)
    else:
        share_a_room(monkeypatch, direct=tie == "direct")
    status, _, last_seen = seen_by(ann, zed)
    assert status == "online"
    assert (last_seen is not None) is seen
    assert seen_by(zed, zed) == EVERYTHING


def test_for_many_eyes_last_seen_shows_unless_nobody_may(zed: Person) -> None:
    assert users_out([zed.user], viewer_id=None)[0].last_seen_at == SEEN
    zed.user.preferences = {"last_seen": "nobody"}
    assert users_out([zed.user], viewer_id=None)[0].last_seen_at is None


@pytest.mark.parametrize("count", [2, 50])
def test_people_are_shown_with_a_constant_number_of_queries(
    ann: Person, count: int, django_assert_num_queries: Any
) -> None:
    people = [make_user() for _ in range(count)]
    with django_assert_num_queries(3):  # friends, blocks, rooms
        assert len(users_out(people, viewer_id=ann.id)) == count


def test_who_is_gone_or_never_was_is_not_found(ann: Person, meet: Meet, api: Api) -> None:
    gone = meet("gone")
    User.objects.filter(pk=gone.id).update(deleted_at=SEEN)
    for user_id in (gone.id, 999_999_999_999_999, 0, "abc", -1, "9" * 30):
        assert code_of(ann.api.get(f"/api/users/{user_id}")) == (404, "not_found")
    assert code_of(api.get(f"/api/users/{ann.id}")) == (401, "authentication_failed")


# ---- search


def found(person: Person, text: str, **query: Any) -> list[str]:
    answer = person.api.get("/api/users/search", q=text, **query)
    assert answer.status_code == 200
    return [user["username"] for user in answer.json()["results"]]


@pytest.fixture
def town(meet: Meet) -> None:
    meet("zhang3", display_name="张三")
    meet("lisi", display_name="李四")
    meet("yinyue", display_name="音乐 Fan")
    meet("zeng", display_name="曾国藩")
    meet("Zoë", display_name="Zoë Müller")
    meet("under_score", display_name="100% sure")
    meet("plain", display_name="Plain")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张", ["zhang3"]),
        ("张三", ["zhang3"]),
        ("zhangsan", ["zhang3"]),
        ("Zhang San", ["zhang3"]),
        ("zs", ["zhang3"]),
        ("ZS", ["zhang3"]),
        ("ＺＳ", ["zhang3"]),
        ("lisi", ["lisi"]),
        ("yinyue", ["yinyue"]),
        ("yinyuefan", ["yinyue"]),
        ("yyf", ["yinyue"]),
        ("zengguofan", ["zeng"]),
        ("ZOË", ["Zoë"]),
        ("müll", ["Zoë"]),
        ("Zoë Mü", ["Zoë"]),
        ("under", ["under_score"]),
        ("lain", ["plain"]),
        ("nobody at all", []),
        ("", []),
        ("   ", []),
        ("x" * 500, []),
        ("\x00", []),
    ],
)
def test_people_are_found_by_name_pinyin_and_initials(town: None, ann: Person, text: str, names: list[str]) -> None:
    assert found(ann, text) == names
    assert [u["username"] for u in ann.api.get("/api/users/search", keyword=text).json()["results"]] == names


@pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "r_s", "%%", "'; --", "."])
def test_wildcards_are_letters_like_others(town: None, ann: Person, text: str) -> None:
    expected = {"%": ["under_score"], "100%": ["under_score"], "_": ["under_score"], "r_s": ["under_score"]}
    assert found(ann, text) == expected.get(text, [])


def test_addresses_find_nobody(town: None, ann: Person, bob: Person) -> None:
    assert found(ann, "example.com") == []
    assert found(ann, "bob@example.com") == []
    assert "email" not in ann.api.get("/api/users/search", q="bob").json()["results"][0]


def test_exact_names_come_first(ann: Person, meet: Meet) -> None:
    for name in ("joanna", "annabel", "an", "hannah"):
        meet(name)
    assert found(ann, "an") == ["an", "annabel", "hannah", "joanna"]


def test_one_does_not_find_oneself_nor_who_is_gone(ann: Person, meet: Meet) -> None:
    gone, closed = meet("anngone"), meet("annclosed")
    User.objects.filter(pk=closed.id).update(is_active=False)
    gone.api.delete("/api/users/me", {"password": "correct horse battery"})
    assert found(ann, "ann") == []


@pytest.mark.parametrize("blocker", ["ann", "bob"])
def test_a_block_hides_from_search(ann: Person, bob: Person, blocker: str) -> None:
    one, other = (ann, bob) if blocker == "ann" else (bob, ann)
    Block.objects.create(user=one.user, blocked=other.user)
    assert found(ann, "bob") == []
    assert found(bob, "ann") == []


def test_people_are_found_by_whom_they_let(ann: Person, bob: Person, meet: Meet) -> None:
    cat = meet("cat")
    befriend(cat.user, bob.user)
    for audience, by_ann, by_cat in (("everyone", True, True), ("contacts", False, True), ("nobody", False, False)):
        bob.api.patch("/api/users/me", {"preferences": {"find_me": audience}})
        assert (found(ann, "bob") == ["bob"], found(cat, "bob") == ["bob"]) == (by_ann, by_cat)


def test_a_limit_is_kept(ann: Person) -> None:
    for _ in range(30):
        make_user()
    assert len(found(ann, "user")) == 20
    assert len(found(ann, "user", limit=5)) == 5
    assert len(found(ann, "user", limit=10**9)) == 30
    assert code_of(ann.api.get("/api/users/search", q="user", limit="many")) == (400, "validation_error")


@pytest.mark.parametrize("count", [2, 50])
def test_searching_takes_a_constant_number_of_queries(ann: Person, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make_user()
    with django_assert_num_queries(10):
        assert len(found(ann, "user", limit=100)) == count


def test_only_the_signed_in_search(api: Api) -> None:
    assert code_of(api.get("/api/users/search", q="a")) == (401, "authentication_failed")


def test_names_are_found_without_their_spaces_and_by_both_readings() -> None:
    assert search_text("lee", "Ann  Lee").split("\n") == ["lee", "ann  lee", "annlee"]
    assert search_text("", "单田芳").split("\n") == ["单田芳", "dantianfang", "shantianfang", "dtf", "stf"]
    assert len(search_text("x" * 32, "龘" * 64)) <= 1000
