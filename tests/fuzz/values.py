"""Odd values as JSON texts, by what JSON calls them."""

from __future__ import annotations

import json

SURROGATE = rb'"a\ud800b"'

NULL = [b"null"]
BOOL = [b"true", b"false"]
INT = [b"0", b"-1", b"1", b"-0", *(str(2**n + d).encode() for n in (31, 32, 53, 63, 64) for d in (-1, 0, 1))]
HUGE = [b"9" * 400, b"-" + b"9" * 400]
FLOAT = [b"1.5", b"1.0", b"1e3", b"-0.0", b"1e-400", b"0.1e1", b"12345678901234567890.5"]
LIST = [b"[]", b"[[]]", b"[1]", b'["x"]', b"[null]", b"[true,{}]"]
DICT = [b"{}", b'{"$ne":null}', b'{"__proto__":{}}', b'{"":""}', b'{"room_id":1}']
TEXT = [
    json.dumps(text, ensure_ascii=False).encode()
    for text in (
        "", " ", "x", "0", "1", "null", "true", "\x00", "a\x00b", "\n", "\r\n", "\t", "\x7f", "\x1b[31m", "\u202eabc",
        "\u2066\u2067", "\u200b", "\ufeff", "\uffff", "\U0010ffff", "👍", "👨‍👩‍👧‍👦", "涨潮", "שלום", "e\u0301" * 20,
        "\ufdfa" * 30, "İ", "ß", "ﬀ", "' OR 1=1 --", "%_\\", "<script>alert(1)</script>", "${7*7}", "{{7*7}}",
        "../../etc/passwd", "%00", "9999-12-31T23:59:59-14:00", "x" * 65, "x" * 8_001, "\u0085", "\u2028",
    )
] + [rb'"\ud83d\ude00"', rb'"\u0000"', rb'"\/"']  # fmt: skip
NESTED = [opening * n + closing * n for n in (20, 300) for opening, closing in ((b"[", b"]"),)] + [
    b'{"a":' * n + b"1" + b"}" * n for n in (20, 300)
]
MARKS = [rb'"\ud800"', rb'"\udfff\ud800"', SURROGATE, rb'"\ud800\u0041"']

BY_KIND = {"null": NULL, "bool": BOOL, "int": INT, "float": FLOAT, "list": LIST + NESTED[:2], "text": TEXT}
BY_KIND["dict"] = DICT + NESTED[2:]


def not_of(kind: str) -> list[bytes]:
    """Values of every kind but this one; null may stand for what is left out."""
    return [value for name, values in BY_KIND.items() if name not in (kind, "null") for value in values] + MARKS


OTHERS = {kind: not_of(kind) for kind in BY_KIND}
EVERYTHING = [value for values in BY_KIND.values() for value in values] + HUGE
