"""REST calls: every operation of the OpenAPI document, sensible and bent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, quote_from_bytes

from tests.fuzz import values
from tests.fuzz.grammar import Random
from tests.live import PASSWORD

JSON_TYPE = "application/json"
METHODS = ("get", "post", "put", "patch", "delete")
ODD_SEGMENTS = [
    "0", "-1", "x", "1.0", "+1", "%2B1", "9" * 19, "9" * 400, "%00", "1%00", "..%2F..%2Fetc", "%2e%2e", "%ff",
    "%ED%A0%80",
    quote("涨"), quote("٣"), "1;x=1", "x" * 3_000, "null", "true", "1%20", "%0d%0aSet-Cookie:a", quote("👍"), "-",
    "~", "*",
]  # fmt: skip
ODD_QUERY = [
    "", "%20", "x", "-1", "0", "1.5", "1e3", "9" * 17, "9" * 400, "null", "[]", "true", "a%00b", "%ED%A0%80",
    "%ff", "%",
    "%27%20OR%201=1", "%25", "_" * 200, "x" * 5_000, "2030-01-01", "0001-01-01T00:00:00%2B14:00",
    quote("🐱" * 50), "%5C",
    "9999-12-31T23:59:59-14:00", "WzFd", "W10=", "WzEsMV0=", "====", quote("\ufdfa" * 50), "%2e%2e%2f",
]  # fmt: skip
ODD_HEADERS: list[tuple[str, bytes]] = [
    ("Accept-Language", b"zh-CN"), ("Accept-Language", b"x" * 3_000), ("Accept-Language", b"*;q=9,,;=;"),
    ("Accept", b"text/xml"),
    ("Accept", b"*/*;q=nan"), ("Accept", b"\xff/\xff"), ("Authorization", b"Bearer"),
    ("Authorization", b"Bearer a.b.c"),
    ("Authorization", b"Bearer \xff\xfe"), ("Authorization", b"Basic eDp5"),
    ("Authorization", b"Bearer " + b"x" * 5_000),
    ("Content-Type", b"text/plain"), ("Content-Type", b"application/json; charset=utf-16"), ("Content-Type", b""),
    ("Content-Type", b"multipart/form-data"), ("Content-Type", b"multipart/form-data; boundary=" + b"x" * 300),
    ("Content-Type", b"application/x-www-form-urlencoded"), ("X-Forwarded-For", b"1.1.1.1, nonsense, ::1"),
    ("X-Forwarded-Proto", b"https"), ("X-Forwarded-Host", b"evil.example"), ("Cookie", b"refresh=x; =; a=\xff; ;;;"),
    ("Cookie", b"x" * 5_000), ("Origin", b"null"), ("Origin", b"https://evil.example"), ("Origin", b"\xff"),
    ("Host", b"evil.example"), ("Host", b""), ("Host", b"a b"), ("Host", b"[::1"), ("Range", b"bytes=0-,-1,5-2"),
    ("If-None-Match", b'"x", W/"y", *'), ("If-Modified-Since", b"yesterday"), ("Content-Encoding", b"gzip"),
    ("X-HTTP-Method-Override", b"DELETE"),
    ("X-Request-Id", b"x" * 400), ("User-Agent", b"\xe2\x82" + b"x" * 2_000), ("Expect", b"100-continue"),
    ("Upgrade", b"h2c"),
    ("Content-Length", b"-1"), ("Content-Length", b"9" * 40), ("Transfer-Encoding", b"identity"),
    ("Bad Name", b"x"), ("X", b"a\x0bb"),
]  # fmt: skip
SHARE_BENT = 0.3  # of paths, queries, bodies and headers, each
GARBAGE = [
    b"", b"null", b"[]", b"1", b'"x"', b"NaN", b"{", b'{"a":1}}', b"\xff", b"[" * 10_000, b'{"a":' * 5_000,
    b"\xef\xbb\xbf{}",
    b"a=1&b=2", b"--x\r\n", b"{}" * 100, b'{"\\ud800":1}', b"\x00" * 100, b" " * 70_000 + b"{}",
]  # fmt: skip
PICTURES = [
    b"",
    b"GIF89a",
    b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    b"%!PS-Adobe-3.0 EPSF-3.0",
    b"<svg onload=alert(1)>",
    b"RIFF\xff\xff\xff\xffWEBPVP8 ",
]

Sense = Callable[[str], bytes | None]


class Operation(NamedTuple):
    method: str
    path: str
    query: list[str]
    body: dict[str, Any] | None  # name: schema
    upload: bool

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Call(NamedTuple):
    """`raw`: bytes of the request but for the caller's own token, which stands as `<TOKEN>`."""

    operation: str
    kind: str
    raw: bytes
    is_http: bool = True  # otherwise a plain 400 will do


def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        _operation(document, method, path, described)
        for path, methods in sorted(document["paths"].items())
        for method, described in sorted(methods.items())
        if method in METHODS
    ]


def _operation(document: dict[str, Any], method: str, path: str, described: dict[str, Any]) -> Operation:
    query = [p["name"] for p in described.get("parameters", []) if p["in"] == "query"]
    content = described.get("requestBody", {}).get("content", {})
    body = None
    if JSON_TYPE in content:
        body = _resolved(document, content[JSON_TYPE]["schema"])["properties"]
    return Operation(method, path, query, body, "multipart/form-data" in content)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


class CallMaker:
    """One call after another for somebody; `sense` gives the JSON of what a name stands for in their world."""

    def __init__(self, dice: Random, all_operations: list[Operation], sense: Sense) -> None:
        self.dice = dice
        self.operations = all_operations
        self.sense = sense

    def call(self) -> Call:
        operation = self.dice.choice(self.operations)
        bent = {name for name in ("path", "query", "body", "header") if self.dice.random() < SHARE_BENT}
        headers = {"Host": b"localhost", "Authorization": b"Bearer <TOKEN>"}
        body = self._body(operation, "body" in bent, headers)
        target = self._path(operation, "path" in bent) + self._query(operation, "query" in bent)
        method = operation.method.upper()
        if "header" in bent:
            self._bend_headers(headers)
            method = self.dice.choice([method] * 12 + ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "PUT", "DELETE"])
        kind = " and ".join(sorted(bent)) or "sensible"
        return Call(operation.name, kind, _request(method, target, headers, body), "header" not in bent)

    def _path(self, operation: Operation, bent: bool) -> str:
        segments = operation.path.split("/")
        named = [n for n, segment in enumerate(segments) if segment.startswith("{")]
        odd = self.dice.choice(named) if bent and named else None
        for n in named:
            segments[n] = (
                self.dice.choice(ODD_SEGMENTS) if n == odd else self._segment(operation.path, segments[n][1:-1])
            )
        path = "/".join(segments)
        return path + self.dice.choice(["", "/", "//", "/x", ".json"]) if bent else path

    def _segment(self, path: str, name: str) -> str:
        thing = path.partition("/{" + name)[0].rpartition("/")[2]  # what stands before it: rooms, messages, …
        return quote_from_bytes(json.loads(self.sense(f"{name}@{thing}") or b'"1"').__str__().encode())

    def _query(self, operation: Operation, bent: bool) -> str:
        names = [name for name in operation.query if self.dice.random() < 0.4]
        pairs = [(name, self.dice.choice(["1", "2", "a", "public", "50"])) for name in names]
        if bent:
            name = self.dice.choice([*operation.query, "unknown", "%00", "limit", "cursor"])
            pairs.append((name, self.dice.choice(ODD_QUERY)))
        return "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""

    def _bend_headers(self, headers: dict[str, bytes]) -> None:
        for _ in range(self.dice.randint(1, 3)):
            name, value = self.dice.choice(ODD_HEADERS)
            headers[name] = value

    def _body(self, operation: Operation, bent: bool, headers: dict[str, bytes]) -> bytes:
        if operation.upload:
            return self._upload(bent, headers)
        if operation.body is None:
            return self.dice.choice(GARBAGE) if bent else b""
        headers["Content-Type"] = JSON_TYPE.encode()
        if bent and self.dice.random() < 0.15:
            return self.dice.choice(GARBAGE)
        fields = {
            name: self._sensible(name, schema) for name, schema in operation.body.items() if self.dice.random() < 0.8
        }
        if bent:
            name = self.dice.choice([*operation.body, "role", "is_staff", "__proto__", ""])
            fields[name] = self.dice.choice(values.EVERYTHING + values.MARKS)
        return b"{" + b",".join(json.dumps(name).encode() + b":" + value for name, value in fields.items()) + b"}"

    def _sensible(self, name: str, schema: dict[str, Any]) -> bytes:
        if (known := self.sense(name)) is not None:
            return known
        if "enum" in schema:
            return json.dumps(self.dice.choice(schema["enum"])).encode()
        kinds = schema.get("type") or [s.get("type") for s in schema.get("anyOf", [])]
        by_kind = {"boolean": b"true", "integer": b"1", "array": b"[]", "object": b"{}", "string": b'"odd one"'}
        return next((text for kind, text in by_kind.items() if kind in kinds), b"null")

    def _upload(self, bent: bool, headers: dict[str, bytes]) -> bytes:
        headers["Content-Type"] = b"multipart/form-data; boundary=edge"
        name = self.dice.choice([b"file", b"file", b"other", b'f"; filename*=x']) if bent else b"file"
        part = b'--edge\r\nContent-Disposition: form-data; name="' + name + b'"; filename="../a\xff.png"\r\n'
        part += b"Content-Type: image/png\r\n\r\n" + self.dice.choice(PICTURES) + b"\r\n"
        return part * (self.dice.choice([0, 2, 50]) if bent else 1) + (b"" if bent else b"--edge--\r\n")


def _request(method: str, target: str, headers: dict[str, bytes], body: bytes) -> bytes:
    if body or method in ("POST", "PUT", "PATCH"):
        headers = {"Content-Length": str(len(body)).encode(), **headers}
    lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers.items())
    return f"{method} {target} HTTP/1.1\r\n".encode() + lines + b"\r\n" + body


def fresh_name(dice: Random) -> str:
    return f"odd{dice.randrange(10**12)}"


STANDING = {
    "password": PASSWORD,
    "old_password": PASSWORD,
    "new_password": PASSWORD,
    "kind": "private",
    "content": "odd",
}
STANDING |= {
    "content": "odd",
    "code": "123456",
    "expires_at": "2999-01-01T00:00:00Z",
    "until": "2999-01-01T00:00:00Z",
    "emoji": "👍",
}
STANDING |= {"locale": "en", "timezone": "UTC", "cookie": False}
