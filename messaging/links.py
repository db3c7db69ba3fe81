"""Does a text hold a link? What clients make one of, and what people type into an address bar all the same."""

import re
import unicodedata

_LINK = re.compile(r"\w://\S|\bwww\.\w")


def has_link(content: str) -> bool:
    if content.isascii():
        return _LINK.search(content.lower()) is not None
    return _LINK.search(unicodedata.normalize("NFKC", content).lower()) is not None
