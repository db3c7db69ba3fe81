"""Messages as people see them: rendered in bulk, three queries however many.

Names, pictures and excerpts are joined here, at every reading, and stored nowhere: renaming oneself or recalling
a message takes effect everywhere at once.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.public import senders_out
from accounts.schemas import SenderOut
from messaging.models import Message, Reaction
from messaging.rows import AnyMessage
from messaging.schemas import REACTION_USERS_MAX, MessageOut, ReactionOut, ReplyOut, SystemOut
from rooms.models import Room

EXCERPT_CHARS = 100
WITHHELD = "…"  # not nothing, which says that it was recalled
Senders = Mapping[int, SenderOut]
Reactions = Mapping[int, Mapping[str, Sequence[int]]]  # message id -> emoji -> user ids, the first to react first
Begins = Mapping[int, int]  # room id -> after which seq its history begins for the reader
FOR_ALL: Begins = MappingProxyType({})


def messages_out(
    messages: Sequence[AnyMessage],
    *,
    senders: Senders | None = None,
    reactions: Reactions | None = None,
    begins: Begins = FOR_ALL,
) -> list[MessageOut]:
    """-> in the given order. `senders` and `reactions` that are known already are not looked up again.

    No excerpt is of what the reader may not read; of rooms that are not in `begins`, of what some member may not.
    """
    targets = _reply_targets(messages, begins)
    people = _people(messages, targets.values(), senders or {})
    reactions = reactions_of(messages) if reactions is None else reactions
    return [_message_out(m, targets, people, reactions.get(m.id, {})) for m in messages]


def message_out(message: AnyMessage, *, sender: SenderOut | None, reactions: Mapping[str, Sequence[int]]) -> MessageOut:
    """One that shows neither another message nor other people; no query."""
    return _message_out(message, {}, {message.sender_id: sender} if sender and message.sender_id else {}, reactions)


def excerpt(content: str) -> str:
    """-> the beginning of a text, on one line."""
    # Only the head is split: no reader waits for 8,000 characters of line breaks.
    text = " ".join(content[: EXCERPT_CHARS * 4].split())
    return text if len(text) <= EXCERPT_CHARS else text[: EXCERPT_CHARS - 1].rstrip() + "…"


def _reply_targets(messages: Sequence[AnyMessage], begins: Begins) -> dict[int, Message]:
    ids = {m.reply_to_id for m in messages if m.reply_to_id}
    if not ids:
        return {}
    for_all = Room.objects.filter(pk=OuterRef("room_id")).values("history_after_seq")
    found = Message.objects.filter(pk__in=ids).annotate(begins_for_all=Subquery(for_all))
    targets: list[Any] = list(found.only("room_id", "seq", "sender_id", "content", "recalled_at"))
    for target in targets:
        if target.seq <= begins.get(target.room_id, target.begins_for_all or 0):
            target.content = WITHHELD
    return {target.id: target for target in targets}


def _people(messages: Sequence[AnyMessage], targets: Collection[Message], known: Senders) -> Senders:
    ids = {m.sender_id for m in (*messages, *targets)}
    for message in messages:
        if message.system:
            ids |= {message.system["actor"], message.system["target"]}
    return {**known, **senders_out(ids - known.keys())}


def reactions_of(messages: Sequence[AnyMessage]) -> dict[int, dict[str, list[int]]]:
    """One query, or none when nothing could have been reacted to."""
    ids = [m.id for m in messages if m.recalled_at is None and m.kind == Message.TEXT]
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = Reaction.objects.filter(message_id__in=ids).order_by("id") if ids else Reaction.objects.none()
    for message_id, emoji, user_id in rows.values_list("message_id", "emoji", "user_id"):
        found[message_id][emoji].append(user_id)
    return found


def _message_out(
    message: AnyMessage, targets: Mapping[int, Message], people: Senders, reactions: Mapping[str, Sequence[int]]
) -> MessageOut:
    recalled = message.recalled_at is not None
    target = targets.get(message.reply_to_id or 0)
    return MessageOut(
        id=message.id,
        room_id=message.room_id,
        seq=message.seq,
        version=message.version,
        kind=message.kind,  # type: ignore[arg-type]
        sender=people.get(message.sender_id or 0),
        content="" if recalled else message.content,
        nonce=message.nonce,
        reply_to=_reply_out(message.reply_to_id, target, people, hidden=recalled) if message.reply_to_id else None,
        mentions=[] if recalled else message.mentions,
        mention_all=message.mention_all and not recalled,
        mention_here=message.mention_here and not recalled,
        attachments=[],
        reactions=[_reaction_out(emoji, users) for emoji, users in reactions.items()],
        system=_system_out(message.system, people) if message.system else None,
        pinned_at=message.pinned_at,
        edited_at=message.edited_at,
        recalled_at=message.recalled_at,
        created_at=message.created_at,
    )


def _reply_out(target_id: int, target: Message | None, people: Senders, *, hidden: bool) -> ReplyOut:
    if target is None:  # deleted for its age
        return ReplyOut(id=target_id, seq=0, sender=None, excerpt="")
    return ReplyOut(
        id=target.id,
        seq=target.seq,
        sender=people.get(target.sender_id or 0),
        excerpt="" if hidden or target.recalled_at else excerpt(target.content),
    )


def _reaction_out(emoji: str, user_ids: Sequence[int]) -> ReactionOut:
    return ReactionOut(emoji=emoji, count=len(user_ids), user_ids=list(user_ids[:REACTION_USERS_MAX]))


def _system_out(line: Mapping[str, Any], people: Senders) -> SystemOut:
    return SystemOut(
        event=line["event"],
        actor=people.get(line["actor"] or 0),
        target=people.get(line["target"] or 0),
        value=line["value"],
    )
