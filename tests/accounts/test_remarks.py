"""What I call others: on all my devices, in what I search, and nowhere that anybody else could see it."""

from typing import Any

import pytest

from accounts.models import Block, Remark
from tests.accounts.test_contacts import ask, friends
from tests.accounts.test_people import befriend, found
from tests.conftest import Api
from tests.factories import PASSWORD, make_room, make_user
from tests.people import Listen, Meet, Person, code_of

SECRET = "老鲍 rosebud"


def call(person: Person, other: Person, name: Any = SECRET) -> Any:
    return person.api.put(f"/api/users/{other.id}/remark", {"name": name})


def remarks(person: Person) -> list[tuple[int, str]]:
    page = person.api.get("/api/users/remarks").json()
    assert page["next"] is None
    return [(row["user_id"], row["name"]) for row in page["results"]]


def test_a_remark_is_listed_and_told_to_my_own_devices(ann: Person, bob: Person, published: Listen) -> None:
    with published() as out:
        assert call(ann, bob, "  老鲍\n rosebud ").status_code == 204
    assert [e.user_id for e in out.envelopes] == [ann.id]
    assert out.to(ann.id) == [("remark_updated", {"user_id": bob.id, "name": SECRET})]
    assert remarks(ann) == [(bob.id, SECRET)]


def test_a_new_remark_takes_the_place_of_the_old_one_and_the_same_again_is_no_news(
    ann: Person, bob: Person, published: Listen
) -> None:
    call(ann, bob)
    with published() as out:
        call(ann, bob, "Bobby")
        call(ann, bob, "Bobby")
    assert out.to(ann.id) == [("remark_updated", {"user_id": bob.id, "name": "Bobby"})]
    assert remarks(ann) == [(bob.id, "Bobby")]
    assert found(ann, "rosebud") == []


def test_a_remark_is_taken_back_once(ann: Person, bob: Person, published: Listen) -> None:
    call(ann, bob)
    with published() as out:
        for _ in range(2):
            assert ann.api.delete(f"/api/users/{bob.id}/remark").status_code == 204
    assert out.to(ann.id) == [("remark_updated", {"user_id": bob.id, "name": None})]
    assert remarks(ann) == []


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 65, 5, None])
def test_a_remark_is_a_line_of_text(ann: Person, bob: Person, name: Any) -> None:
    assert code_of(call(ann, bob, name)) == (400, "validation_error")
    assert code_of(ann.api.put(f"/api/users/{bob.id}/remark")) == (400, "validation_error")
    assert not Remark.objects.exists()


def test_oneself_and_nobody_have_no_remark(ann: Person) -> None:
    assert code_of(call(ann, ann)) == (400, "validation_error")
    assert code_of(ann.api.put("/api/users/999999/remark", {"name": "x"})) == (404, "not_found")
    closed = make_user(is_active=False)
    assert code_of(ann.api.put(f"/api/users/{closed.pk}/remark", {"name": "x"})) == (404, "not_found")


def test_a_remark_needs_no_friendship_and_outlives_a_block(ann: Person, bob: Person) -> None:
    call(ann, bob)
    bob.api.put(f"/api/users/blocks/{ann.id}")
    ann.api.put(f"/api/users/blocks/{bob.id}")
    assert remarks(ann) == [(bob.id, SECRET)]


def test_everybody_has_remarks_of_their_own(ann: Person, bob: Person, meet: Meet) -> None:
    cat = meet("cat")
    call(ann, cat, "Katze")
    call(bob, cat, "Gato")
    bob.api.delete(f"/api/users/{cat.id}/remark")
    assert (remarks(ann), remarks(bob)) == ([(cat.id, "Katze")], [])


@pytest.mark.parametrize("text", ["老鲍", "laobao", "lb", "LAOBAO rosebud", "rosebud", "osebu"])
def test_i_find_people_by_my_remark_and_nobody_else_does(ann: Person, bob: Person, meet: Meet, text: str) -> None:
    cat = meet("cat")
    call(ann, bob)
    befriend(ann.user, bob.user)
    room = make_room(ann.user, members=[bob.user, cat.user])
    call(cat, ann, SECRET)

    def in_room(person: Person) -> list[int]:
        rows = person.api.get(f"/api/rooms/{room.id}/members", q=text).json()["results"]
        return [row["user"]["id"] for row in rows]

    def among_friends(person: Person) -> list[str]:
        return [u["username"] for u in person.api.get("/api/users/friends", q=text).json()["results"]]

    assert (found(ann, text), found(bob, text), found(cat, text)) == (["bob"], [], ["ann"])
    assert (among_friends(ann), among_friends(bob)) == (["bob"], [])
    assert (in_room(ann), in_room(bob), in_room(cat)) == ([bob.id], [], [ann.id])


def test_where_people_are_found_my_name_for_them_stands_beside_them(ann: Person, bob: Person, meet: Meet) -> None:
    cat = meet("cat")
    call(ann, bob)
    call(ann, cat, "Katze")
    call(bob, ann, "not for ann")
    befriend(ann.user, bob.user)
    room = make_room(ann.user, members=[bob.user])
    for path in ("/api/users/search", "/api/users/friends", f"/api/rooms/{room.id}/members"):
        for query in ({"q": "rosebud"}, {"q": "bob"}):
            assert ann.api.get(path, **query).json()["remarks"] == [{"user_id": bob.id, "name": SECRET}], path
        assert bob.api.get(path, q="bob").json()["remarks"] == []
    assert ann.api.get(f"/api/rooms/{room.id}/members").json()["remarks"] == [{"user_id": bob.id, "name": SECRET}]
    ann.api.put(f"/api/users/blocks/{cat.id}")
    assert ann.api.get("/api/users/blocks").json()["remarks"] == [{"user_id": cat.id, "name": "Katze"}]


def test_friends_and_members_are_found_by_their_own_names_too(ann: Person, meet: Meet) -> None:
    people = [meet("zhang3", display_name="张三"), meet("lisi", display_name="李四")]
    for person in people:
        befriend(ann.user, person.user)
    room = make_room(ann.user, members=[p.user for p in people])
    for text, names in (("zs", ["zhang3"]), ("si", ["lisi"]), ("三", ["zhang3"]), ("nobody", []), ("\x00", [])):
        assert [u["username"] for u in ann.api.get("/api/users/friends", q=text).json()["results"]] == names
        rows = ann.api.get(f"/api/rooms/{room.id}/members", q=text).json()["results"]
        assert [row["user"]["username"] for row in rows] == names
    assert len(ann.api.get(f"/api/rooms/{room.id}/members", q="").json()["results"]) == 3
    assert len(ann.api.get("/api/users/friends", q="").json()["results"]) == 2


def test_found_members_come_in_pages(ann: Person, meet: Meet) -> None:
    room = make_room(ann.user, members=[meet(f"crew{i}").user for i in range(5)])
    seen: list[str] = []
    query: dict[str, Any] = {"q": "crew", "limit": 2}
    while True:
        page = ann.api.get(f"/api/rooms/{room.id}/members", **query).json()
        seen += [row["user"]["username"] for row in page["results"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [f"crew{i}" for i in range(5)]


def test_my_exact_remark_comes_first(ann: Person, meet: Meet) -> None:
    for name in ("al", "alice", "ralf"):
        meet(name)
    call(ann, meet("zoe"), "Al")
    call(ann, meet("yves"), "Alois")
    assert found(ann, "al") == ["al", "zoe", "alice", "yves", "ralf"]


def test_a_remark_is_no_way_round_who_may_find_somebody(ann: Person, bob: Person) -> None:
    call(ann, bob)
    bob.api.patch("/api/users/me", {"preferences": {"find_me": "nobody"}})
    assert found(ann, "rosebud") == []
    bob.api.patch("/api/users/me", {"preferences": {"find_me": "everyone"}})
    Block.objects.create(user=bob.user, blocked=ann.user)
    assert found(ann, "rosebud") == []


@pytest.mark.parametrize("whose", ["ann", "bob"])
def test_remarks_go_with_either_account(ann: Person, bob: Person, whose: str, published: Listen) -> None:
    call(ann, bob)
    with published() as out:
        (ann if whose == "ann" else bob).api.delete("/api/users/me", {"password": PASSWORD})
    assert not Remark.objects.exists()
    told = [(e.users, data) for e, kind, data in out.to_circles() if kind == "remark_updated"]
    assert told == ([] if whose == "ann" else [([ann.id], {"user_id": bob.id, "name": None})])


def everything_of(person: Person, others: list[Person], room_id: int) -> str:
    """All that a person may read, as text."""
    paths = [f"/api/users/{p.id}" for p in others]
    paths += ["users/me", "users/search?q=ann", "users/search?q=bob", "users/online", "users/me/mentions"]
    paths += ["users/friends", "users/friends/requests", "users/blocks", "users/remarks", "rooms", "auth/sessions"]
    paths += [f"rooms/{room_id}", f"rooms/{room_id}/members", f"rooms/{room_id}/messages", f"rooms/{room_id}/pins"]
    paths += [f"rooms/{room_id}/changes?since=0", f"rooms/{room_id}/announcement"]
    answers = [person.api.get(path if path.startswith("/") else f"/api/{path}") for path in paths]
    assert {a.status_code for a in answers} == {200}
    return "".join(a.content.decode() for a in answers)


def test_no_answer_and_no_event_shows_a_remark_to_anybody_else(
    ann: Person, bob: Person, meet: Meet, published: Listen
) -> None:
    cat, room = meet("cat", is_staff=True), make_room(ann.user, members=[bob.user])
    with published() as out:
        call(ann, bob)
        ask(ann, bob)
        ask(bob, ann)
        cat.api.post(f"/api/rooms/{room.id}/join")
        ann.api.post(f"/api/rooms/{room.id}/messages", {"content": "hi", "mentions": [bob.id]})
        ann.api.patch("/api/users/me", {"display_name": "Ann Lee"})
        bob.api.patch("/api/users/me", {"display_name": "Bob Lee"})
        ann.api.delete(f"/api/rooms/{room.id}/members/{cat.id}")
        cat.api.post(f"/api/rooms/{room.id}/join")
    leaks = [e for e in out.envelopes if e.user_id != ann.id and any("rosebud" in f.decode() for f in e.frames)]
    assert leaks == []
    assert friends(ann) == ["bob"]
    for person in (bob, cat):
        seen = everything_of(person, [ann, bob, cat], room.id)
        assert "rosebud" not in seen
        assert "laobao" not in seen
    mine = everything_of(ann, [ann, bob, cat], room.id)
    assert mine.count("rosebud") == 4  # in my list of remarks, and beside whom I look for, my friends and the members


@pytest.mark.parametrize("count", [2, 50])
def test_remarks_take_a_constant_number_of_queries(ann: Person, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        Remark.objects.create(user=ann.user, about=make_user(), name="x", name_search="x")
    with django_assert_num_queries(2):
        assert len(remarks(ann)) == count


def test_strangers_to_the_server_have_no_remarks(api: Api) -> None:
    for method, path in (("GET", "remarks"), ("PUT", "1/remark"), ("DELETE", "1/remark")):
        assert code_of(api.request(method, f"/api/users/{path}")) == (401, "authentication_failed"), path
