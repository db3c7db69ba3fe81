from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.authentication import Question
from accounts.requests import CallerViewSet, answer_of, caller_id
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body, limit, query_int
from chatsite.errors import ValidationFailed
from chatsite.gateway import rate_limit
from messaging.schemas import (
    EditBody,
    HistoryPage,
    MakeReport,
    MessageOut,
    MessagePage,
    ReadersOut,
    ReadOut,
    RoomSync,
    SendBody,
    SeqBody,
)
from messaging.services import edits, history, mentions, pins, pull, reactions, read_state, recall, reports
from messaging.services.history import Place
from messaging.services.send import answer, send_one

ID = r"\d{1,16}"
PAGED = {"cursor": str, "limit": int}
PLACED = {"limit": int, "before": int, "after": int, "around": int, "at": str}


def place(request: Request) -> Place:
    at = request.query_params.get("at")
    return Place(
        before=query_int(request, "before"),
        after=query_int(request, "after"),
        around=query_int(request, "around"),
        at=None if at is None else history.parse_time("at", at),
    )


class TimelineViewSet(CallerViewSet):
    """A room's messages, at /api/rooms/{room_id}/…"""

    def first_question(self, user_id: int) -> Question | None:
        return history.standing_question(user_id, int(self.kwargs["room_id"])) if self.action == "messages" else None

    @operation(response=HistoryPage, query=PLACED)
    @action(detail=False)
    def messages(self, request: Request, room_id: str) -> WireResponse:
        """The newest page, or the one at a bound."""
        where, size = place(request), limit(request)
        page = history.history(
            user_id=caller_id(request), room_id=int(room_id), place=where, limit=size, standing=answer_of(request)
        )
        return WireResponse(page)

    @operation(request=SendBody, response=MessageOut, status=201, also={200: MessageOut})
    @messages.mapping.post
    def send(self, request: Request, room_id: str) -> WireResponse:
        """201 once stored; 200 when a former try had stored it."""
        wanted = body(request, SendBody)
        rate_limit.sends.take(caller_id(request))
        sent = send_one(user_id=caller_id(request), room_id=int(room_id), body=wanted)
        return WireResponse(answer(sent), 200 if sent.duplicate else 201)

    @operation(response=MessagePage, query=PAGED)
    @action(detail=False)
    def pins(self, request: Request, room_id: str) -> WireResponse:
        cursor, size = request.query_params.get("cursor"), limit(request)
        page = pins.pins(user_id=caller_id(request), room_id=int(room_id), cursor=cursor, limit=size)
        return WireResponse(page)

    @operation(request=SeqBody, response=ReadOut)
    @action(detail=False, methods=["post"])
    def read(self, request: Request, room_id: str) -> WireResponse:
        seq = body(request, SeqBody).seq
        return WireResponse(read_state.mark_read(user_id=caller_id(request), room_id=int(room_id), seq=seq))

    @operation(request=SeqBody)
    @action(detail=False, methods=["post"])
    def unread(self, request: Request, room_id: str) -> NoContent:
        seq = body(request, SeqBody).seq
        read_state.mark_unread(user_id=caller_id(request), room_id=int(room_id), seq=seq)
        return NoContent()

    @operation(response=RoomSync, query={"since": int})
    @action(detail=False)
    def changes(self, request: Request, room_id: str) -> WireResponse:
        since = query_int(request, "since")
        if since is None:
            raise ValidationFailed({"since": [_("This field is required.")]})
        return WireResponse(pull.room_changes(user_id=caller_id(request), room_id=int(room_id), since=since))


class MessageViewSet(CallerViewSet):
    lookup_url_kwarg = "message_id"
    lookup_value_regex = ID

    @operation(response=MessageOut)
    def retrieve(self, request: Request, message_id: str) -> WireResponse:
        return WireResponse(history.get_message(user_id=caller_id(request), message_id=int(message_id)))

    @operation(request=EditBody, response=MessageOut)
    def partial_update(self, request: Request, message_id: str) -> WireResponse:
        content = body(request, EditBody).content
        return WireResponse(edits.edit(user_id=caller_id(request), message_id=int(message_id), content=content))

    @operation(response=MessageOut)
    @action(detail=True, methods=["post"])
    def recall(self, request: Request, message_id: str) -> WireResponse:
        return WireResponse(recall.recall(user_id=caller_id(request), message_id=int(message_id)))

    @operation(response=MessageOut)
    @action(detail=True, methods=["put"], url_path="reactions/(?P<emoji>[^/]+)")
    def reaction(self, request: Request, message_id: str, emoji: str) -> WireResponse:
        found = reactions.add_reaction(user_id=caller_id(request), message_id=int(message_id), emoji=emoji)
        return WireResponse(found)

    @operation(response=MessageOut)
    @reaction.mapping.delete
    def remove_reaction(self, request: Request, message_id: str, emoji: str) -> WireResponse:
        found = reactions.remove_reaction(user_id=caller_id(request), message_id=int(message_id), emoji=emoji)
        return WireResponse(found)

    @operation()
    @action(detail=True, methods=["put"])
    def pin(self, request: Request, message_id: str) -> NoContent:
        pins.pin(user_id=caller_id(request), message_id=int(message_id))
        return NoContent()

    @operation()
    @pin.mapping.delete
    def unpin(self, request: Request, message_id: str) -> NoContent:
        pins.unpin(user_id=caller_id(request), message_id=int(message_id))
        return NoContent()

    @operation(response=ReadersOut)
    @action(detail=True)
    def readers(self, request: Request, message_id: str) -> WireResponse:
        return WireResponse(read_state.readers(user_id=caller_id(request), message_id=int(message_id)))

    @operation(request=MakeReport)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, message_id: str) -> NoContent:
        wanted = body(request, MakeReport)
        reports.report_message(user_id=caller_id(request), message_id=int(message_id), wanted=wanted)
        return NoContent()


class PersonViewSet(CallerViewSet):
    lookup_url_kwarg = "person_id"
    lookup_value_regex = ID

    @operation(request=MakeReport)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, person_id: str) -> NoContent:
        wanted = body(request, MakeReport)
        reports.report_person(user_id=caller_id(request), person_id=int(person_id), wanted=wanted)
        return NoContent()


class MentionViewSet(CallerViewSet):
    @operation(response=MessagePage, query=PAGED)
    def list(self, request: Request) -> WireResponse:
        """Messages that name me or all, newest first."""
        cursor, size = request.query_params.get("cursor"), limit(request)
        return WireResponse(mentions.my_mentions(user_id=caller_id(request), cursor=cursor, limit=size))
