"""For administrators: what was reported, and what the word filter looks for."""

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.requests import user_of
from chatsite.api.schema import operation
from chatsite.api.views import NoContent, WireResponse, body, limit
from messaging.schemas import AddWords, CloseReport, ReportPage, WordPage
from messaging.services import reports, words

ID = r"\d{1,16}"


class ReportViewSet(ViewSet):
    lookup_url_kwarg = "report_id"
    lookup_value_regex = ID

    @operation(response=ReportPage, query={"closed": str, "cursor": str, "limit": int})
    def list(self, request: Request) -> WireResponse:
        """What waits for an administrator; `closed=1`: what was dealt with."""
        query = request.query_params
        found = reports.list_reports(
            by=user_of(request), is_open=query.get("closed") != "1", cursor=query.get("cursor"), limit=limit(request)
        )
        return WireResponse(found)

    @operation(request=CloseReport)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, report_id: str) -> NoContent:
        reports.close_report(by=user_of(request), report_id=int(report_id), note=body(request, CloseReport).note)
        return NoContent()


class WordViewSet(ViewSet):
    lookup_url_kwarg = "word_id"
    lookup_value_regex = ID

    @operation(response=WordPage, query={"cursor": str, "limit": int})
    def list(self, request: Request) -> WireResponse:
        cursor = request.query_params.get("cursor")
        return WireResponse(words.list_words(by=user_of(request), cursor=cursor, limit=limit(request)))

    @operation(request=AddWords)
    def create(self, request: Request) -> NoContent:
        wanted = body(request, AddWords)
        words.add_words(by=user_of(request), words=wanted.words, action=wanted.action)
        return NoContent()

    @operation()
    def destroy(self, request: Request, word_id: str) -> NoContent:
        words.remove_word(by=user_of(request), word_id=int(word_id))
        return NoContent()
