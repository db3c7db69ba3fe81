"""Who may do what, as the contract says: one row for every endpoint and for every command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.timezone import now

OK = "ok"
DENIED, NOT_FOUND, NOT_A_MEMBER = "permission_denied", "not_found", "not_a_member"
SIGN_IN, ARCHIVED, MUTED, CONFLICT = "authentication_failed", "room_archived", "muted", "conflict"

# How outsiders are refused. `banned` was in the room, `outlaw` was banned without ever having been in it.
KNOWN = {"stranger": NOT_A_MEMBER, "former": NOT_A_MEMBER, "banned": DENIED, "outlaw": DENIED}
SECRET = {"stranger": NOT_FOUND, "former": NOT_A_MEMBER, "banned": DENIED, "outlaw": NOT_FOUND}
OUTSIDE = {"public": KNOWN, "private": SECRET, "archived": KNOWN, "direct": {"stranger": NOT_FOUND}}
INSIDE = dict.fromkeys(("public", "private", "archived"), ("member", "muted", "admin", "owner"))
INSIDE["direct"] = ("member",)
KINDS = list(OUTSIDE)

Answers = dict[str, str]  # caller -> OK or the code of the refusal


class Group(NamedTuple):
    """Refusals of those inside, by caller; what `changes` says of one kind of room goes before that."""

    inside: Answers = {}
    changes: dict[str, Answers] = {}

    def answers(self, row: Row | Command, kind: str) -> Answers:
        answers = {"anonymous": SIGN_IN, **OUTSIDE[kind]}
        answers |= {caller: self._of_member(row, kind, caller) for caller in INSIDE[kind]}
        return answers | self.changes.get(kind, {})

    def _of_member(self, row: Row | Command, kind: str, caller: str) -> str:
        if refusal := self.inside.get(caller):
            return refusal
        if row.writes and kind == "archived":
            return ARCHIVED
        return MUTED if row.posts and caller == "muted" else OK


class Row(NamedTuple):
    """`writes`: an archived room refuses it. `posts`: a muted member may not."""

    group: Group
    method: str
    path: str
    body: Any = None
    writes: bool = False
    posts: bool = False

    @property
    def door(self) -> tuple[str, str]:
        return self.method, self.path.partition("?")[0]


def wrote(group: Group, method: str, path: str, body: Any = None) -> Row:
    return Row(group, method, path, body, writes=True)


def posted(group: Group, method: str, path: str, body: Any = None) -> Row:
    return Row(group, method, path, body, writes=True, posts=True)


NOT_MEMBERS = {"member": DENIED, "muted": DENIED}
COMES_IN = {"stranger": OK, "former": OK}
SHUT = {"stranger": ARCHIVED, "former": ARCHIVED, "member": OK, "muted": OK, "admin": OK, "owner": OK}

LOOKERS = Group(changes={"public": COMES_IN, "archived": COMES_IN})
ENTRANTS = Group(changes={"public": COMES_IN, "archived": SHUT})
MEMBERS = Group()
MANAGERS = Group(NOT_MEMBERS, {"direct": {"member": DENIED}})
ASKERS = Group(changes={k: dict.fromkeys((*OUTSIDE[k], *INSIDE[k]), NOT_FOUND) for k in KINDS})  # none of these did
# Only public rooms have a code.
CODED = Group(NOT_MEMBERS, {"private": {"admin": CONFLICT, "owner": CONFLICT}, "direct": {"member": DENIED}})
OWNERS = Group(NOT_MEMBERS | {"admin": DENIED}, {"direct": {"member": DENIED}})
WRITERS = Group(NOT_MEMBERS | {"admin": DENIED, "owner": DENIED})  # of a message that somebody else wrote
HOSTS = Group(changes={"private": NOT_MEMBERS, "direct": {"member": DENIED}})
# Their own invites are all that members see: that of the owner does not exist for them.
INVITERS = Group({"member": NOT_FOUND, "muted": NOT_FOUND}, HOSTS.changes)
LEAVERS = Group({"owner": CONFLICT}, {"direct": {"member": DENIED}})
# A link is known to whoever holds it, signed in or not, as long as it leads anywhere.
HOLDERS = Group(
    changes={
        k: dict.fromkeys(("anonymous", *OUTSIDE[k], *INSIDE[k]), OK if k in ("public", "private") else NOT_FOUND)
        for k in KINDS
    }
)
# A direct room has no invites to accept.
GUESTS = Group(
    changes={
        "public": COMES_IN,
        "private": COMES_IN | {"outlaw": DENIED},
        "archived": SHUT,
        "direct": {"member": NOT_FOUND},
    }
)

TOMORROW = (now() + timedelta(days=1)).isoformat()
ROOM = "rooms/{room_id}"
MESSAGE = "messages/{message_id}"

ROOM_ROWS = [
    Row(LOOKERS, "GET", ROOM),
    wrote(MANAGERS, "PATCH", ROOM, {"name": "Other"}),
    wrote(MANAGERS, "PATCH", ROOM, {"rules": {"post": "admins"}}),
    wrote(MANAGERS, "PATCH", ROOM, {"announcement": "New"}),
    Row(OWNERS, "PATCH", ROOM, {"archived": False}),
    Row(OWNERS, "DELETE", ROOM),
    wrote(MANAGERS, "PUT", f"{ROOM}/avatar", "picture"),
    wrote(MANAGERS, "DELETE", f"{ROOM}/avatar"),
    wrote(CODED, "POST", f"{ROOM}/code"),
    Row(ENTRANTS, "POST", f"{ROOM}/join"),
    Row(ASKERS, "DELETE", f"{ROOM}/join"),
    Row(MANAGERS, "GET", f"{ROOM}/requests"),
    wrote(MANAGERS, "PUT", f"{ROOM}/requests/{{newcomer_id}}"),
    wrote(MANAGERS, "DELETE", f"{ROOM}/requests/{{newcomer_id}}"),
    Row(MEMBERS, "GET", f"{ROOM}/announcement"),
    Row(MEMBERS, "POST", f"{ROOM}/announcement/read"),
    Row(ENTRANTS, "POST", "rooms/join", {"room_id": "{room_id}"}),
    Row(LEAVERS, "POST", f"{ROOM}/leave"),
    Row(MEMBERS, "PATCH", f"{ROOM}/membership", {"pinned": True}),
    wrote(OWNERS, "POST", f"{ROOM}/transfer", {"user_id": "{user_id}"}),
    Row(MEMBERS, "GET", f"{ROOM}/members"),
    Row(MEMBERS, "GET", f"{ROOM}/members?q=o"),
    wrote(HOSTS, "POST", f"{ROOM}/members", {"user_id": "{newcomer_id}"}),
    wrote(MANAGERS, "PATCH", f"{ROOM}/members/{{user_id}}", {"muted_until": TOMORROW}),
    wrote(OWNERS, "PATCH", f"{ROOM}/members/{{user_id}}", {"role": "admin"}),
    wrote(MANAGERS, "DELETE", f"{ROOM}/members/{{user_id}}"),
    Row(MANAGERS, "GET", f"{ROOM}/bans"),
    wrote(MANAGERS, "PUT", f"{ROOM}/bans/{{user_id}}"),
    wrote(MANAGERS, "DELETE", f"{ROOM}/bans/{{outlaw_id}}"),
    Row(HOSTS, "GET", f"{ROOM}/invites"),
    wrote(HOSTS, "POST", f"{ROOM}/invites", {}),
    Row(INVITERS, "DELETE", f"{ROOM}/invites/{{invite_id}}"),
    Row(HOLDERS, "GET", "invites/{token}"),
    Row(GUESTS, "POST", "invites/{token}/accept"),
    Row(MEMBERS, "GET", f"{ROOM}/messages"),
    posted(MEMBERS, "POST", f"{ROOM}/messages", {"content": "x"}),
    Row(MEMBERS, "GET", f"{ROOM}/pins"),
    Row(MEMBERS, "GET", f"{ROOM}/changes?since=0"),
    Row(MEMBERS, "POST", f"{ROOM}/read", {"seq": 1}),
    Row(MEMBERS, "POST", f"{ROOM}/unread", {"seq": 1}),
    Row(MEMBERS, "GET", MESSAGE),
    posted(WRITERS, "PATCH", MESSAGE, {"content": "x"}),
    wrote(MANAGERS, "POST", f"{MESSAGE}/recall"),
    posted(MEMBERS, "PUT", f"{MESSAGE}/reactions/👍"),
    posted(MEMBERS, "DELETE", f"{MESSAGE}/reactions/👍"),
    posted(MEMBERS, "PUT", f"{MESSAGE}/pin"),
    posted(MEMBERS, "DELETE", f"{MESSAGE}/pin"),
    Row(MEMBERS, "GET", f"{MESSAGE}/readers"),
    Row(MEMBERS, "POST", f"{MESSAGE}/report", {"reason": "spam"}),
]


class Own(NamedTuple):
    """A row of an endpoint that belongs to no room: what nobody, somebody and an administrator are answered."""

    method: str
    path: str
    body: Any = None
    anonymous: str = SIGN_IN
    somebody: str = OK
    staff: str = OK

    @property
    def door(self) -> tuple[str, str]:
        return self.method, self.path.partition("?")[0]


def open_to_all(method: str, path: str, body: Any = None, answer: str = OK) -> Own:
    return Own(method, path, body, answer, answer, answer)


def for_staff(method: str, path: str, body: Any = None) -> Own:
    return Own(method, path, body, somebody=DENIED)


PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple tractor violet"
INVALID = "validation_error"

OWN_ROWS = [
    open_to_all("GET", "health"),
    open_to_all("GET", "server"),
    open_to_all("GET", "demo"),
    Own("GET", "address"),
    open_to_all("GET", "schema"),
    open_to_all("GET", "docs"),
    open_to_all("POST", "auth/register", {"username": "zoe", "email": "zoe@example.com", "password": PASSWORD}),
    open_to_all("POST", "auth/login", {"username": "stranger", "password": PASSWORD}),
    open_to_all("POST", "auth/login", {"username": "stranger", "password": "wrong"}, SIGN_IN),
    open_to_all("POST", "auth/refresh", {"refresh": "{refresh}"}),
    open_to_all("POST", "auth/refresh", {}, SIGN_IN),
    Own("POST", "auth/logout", {}),
    open_to_all("POST", "auth/password/reset", {"email": "nobody@example.com"}),
    open_to_all("POST", "auth/password/reset/confirm", {"token": "no", "new_password": NEW_PASSWORD}, INVALID),
    open_to_all("POST", "auth/email/confirm", {"token": "no"}, INVALID),
    Own("GET", "auth/verify"),
    Own("POST", "auth/password/change", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}),
    Own("GET", "auth/sessions"),
    Own("DELETE", "auth/sessions"),
    Own("DELETE", "auth/sessions/{session_id}", somebody=NOT_FOUND, staff=NOT_FOUND),  # somebody else's
    for_staff("GET", "auth/invites"),
    for_staff("POST", "auth/invites", {}),
    for_staff("DELETE", "auth/invites/{registration_invite_id}"),
    for_staff("GET", "auth/approvals"),
    for_staff("PUT", "auth/approvals/{applicant_id}"),
    for_staff("DELETE", "auth/approvals/{applicant_id}"),
    for_staff("POST", "users/{person_id}/reset-link"),
    Own("GET", "settings", somebody=DENIED, staff=DENIED),  # administrators only
    Own("PATCH", "settings", {"values": {"SERVER_NAME": "Harbour"}}, somebody=DENIED, staff=DENIED),
    Own("DELETE", "settings/{setting}", somebody=DENIED, staff=DENIED),
    for_staff("GET", "words"),
    for_staff("POST", "words", {"words": ["rosebud"], "action": "mask"}),
    for_staff("DELETE", "words/{word_id}"),
    for_staff("GET", "reports"),
    for_staff("POST", "reports/{report_id}/close", {"note": "Seen"}),
    Own("POST", "users/{person_id}/report", {"reason": "abuse"}),
    Own("GET", "users/me"),
    Own("PATCH", "users/me", {"bio": "x"}),
    Own("DELETE", "users/me", {"password": PASSWORD}),
    Own("DELETE", "users/me", {"password": "wrong"}, somebody=INVALID, staff=INVALID),
    Own("POST", "users/me/export", {"password": PASSWORD}),
    Own("POST", "users/me/export", {"password": "wrong"}, somebody=INVALID, staff=INVALID),
    open_to_all("GET", "users/export/{export_token}", answer=NOT_FOUND),
    Own("PUT", "users/me/avatar", "picture"),
    Own("DELETE", "users/me/avatar"),
    Own("GET", "users/me/mentions"),
    Own("GET", "users/online"),
    Own("GET", "users/search?q=o"),
    Own("GET", "users/{person_id}"),
    Own("GET", "users/{applicant_id}", somebody=NOT_FOUND, staff=NOT_FOUND),
    Own("GET", "users/friends"),
    Own("GET", "users/friends/requests"),
    Own("POST", "users/friends/{person_id}", {}),
    Own("DELETE", "users/friends/{person_id}", somebody=NOT_FOUND, staff=NOT_FOUND),  # of others
    Own("POST", "users/friends/{person_id}/accept", somebody=NOT_FOUND, staff=NOT_FOUND),  # never asked me
    Own("GET", "users/friends?q=o"),
    Own("GET", "users/remarks"),
    Own("PUT", "users/{person_id}/remark", {"name": "Old friend"}),
    Own("DELETE", "users/{person_id}/remark"),
    Own("GET", "users/blocks"),
    Own("PUT", "users/blocks/{person_id}"),
    Own("DELETE", "users/blocks/{person_id}"),
    Own("GET", "rooms"),
    Own("GET", "rooms?scope=public"),
    Own("POST", "rooms", {"name": "New"}),
    Own("POST", "groups", {"user_ids": ["{person_id}"]}),
    Own("POST", "direct", {"user_id": "{person_id}"}),
]


class Command(NamedTuple):
    """Commands speak of the same rooms; each of them writes, or does not, as its endpoint."""

    group: Group
    command: str
    data: dict[str, Any]
    writes: bool = False
    posts: bool = False


COMMAND_ROWS = [
    Command(MEMBERS, "join_room", {"room_id": "{room_id}"}),
    Command(MEMBERS, "sync_room", {"room_id": "{room_id}", "version": 0}),
    Command(MEMBERS, "mark_read", {"room_id": "{room_id}", "seq": 1}),
    Command(MEMBERS, "typing", {"room_id": "{room_id}"}, writes=True, posts=True),
    Command(MEMBERS, "send_message", {"room_id": "{room_id}", "content": "x"}, writes=True, posts=True),
    Command(WRITERS, "edit_message", {"message_id": "{message_id}", "content": "x"}, writes=True, posts=True),
    Command(MEMBERS, "add_reaction", {"message_id": "{message_id}", "emoji": "👍"}, writes=True, posts=True),
    Command(MEMBERS, "remove_reaction", {"message_id": "{message_id}", "emoji": "👍"}, writes=True, posts=True),
    Command(MANAGERS, "recall_message", {"message_id": "{message_id}"}, writes=True),
]
# `leave_room` clears one's own screen, whatever was on it.
COMMANDS_OF_NO_ROOM: dict[str, dict[str, Any]] = {
    "ping": {},
    "set_status": {"status": "online"},
    "leave_room": {"room_id": 2**53 - 1},
}
