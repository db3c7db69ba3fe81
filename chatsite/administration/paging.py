"""Pages of tables that may have millions of rows."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED_MAX = 10_000  # rows; what is older is found by filters, not by leafing


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts, and leafs, to COUNTED_MAX at most: counting all rows of a big table takes seconds."""

    template_name = "administration/pagination.html"

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED_MAX].count())

    @property
    def is_cut(self) -> bool:
        return self.count >= COUNTED_MAX
