"""Which old rows are here already, and as what."""

from collections.abc import Mapping
from types import MappingProxyType

from chatsite.imports.models import Imported


class Ledger:
    """Of one source. What is entered counts once the caller's transaction is committed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._new_ids: dict[str, dict[int, int]] = {}

    def of(self, kind: str) -> Mapping[int, int]:
        """-> {old id: new id}"""
        return MappingProxyType(self._known(kind))

    def enter(self, kind: str, new_ids: Mapping[int, int]) -> None:
        rows = [Imported(source=self.source, kind=kind, old_id=old, new_id=new) for old, new in new_ids.items()]
        Imported.objects.bulk_create(rows)
        self._known(kind).update(new_ids)

    def _known(self, kind: str) -> dict[int, int]:
        if kind not in self._new_ids:
            rows = Imported.objects.filter(source=self.source, kind=kind)
            self._new_ids[kind] = dict(rows.values_list("old_id", "new_id"))
        return self._new_ids[kind]
