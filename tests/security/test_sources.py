"""What stands nowhere in the product's own sources: text that becomes code, a shell line, an object or a markup."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = ["chatsite", "accounts", "rooms", "presence", "messaging"]
CALLS = {"eval", "exec", "compile", "__import__", "mark_safe", "os.system", "os.popen", "yaml.load", "format_html"}
CALLS |= {f"hashlib.{name}" for name in ("md5", "sha1")} | {f"{name}.loads" for name in ("pickle", "marshal", "shelve")}
CALLS |= {f"random.{name}" for name in ("choice", "choices", "randint", "randrange", "getrandbits", "randbytes")}
CALLS |= {"Template", "Engine.from_string", "RawSQL", "ElementTree.fromstring"}
# RFC 6455 wants this one, as a greeting and no secret.
ALLOWED = {("chatsite/gateway/handshake.py", "hashlib.sha1")}
CLIENT = re.compile(
    r"v-html|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|new RegExp\("
    r"|window\.postMessage|addEventListener\('message'"
)
COMPUTED_KEY = re.compile(r"\w+\[[a-zA-Z.]+\] (?:\?\?)?=(?!=)")


def server_sources() -> list[Path]:
    return [path for app in SERVER for path in (ROOT / app).rglob("*.py") if "tasks" not in path.parts]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def escapes(call: ast.Call) -> bool:
    """format_html with a markup that is written out escapes whatever is put into it."""
    return ast.unparse(call.func) == "format_html" and isinstance(call.args[0], ast.Constant)


def found_in(source: str, name: str) -> list[str]:
    """-> the forbidden calls of a module"""
    found = []
    for call in calls(ast.parse(source)):
        called = ast.unparse(call.func)
        if (called in CALLS and (name, called) not in ALLOWED and not escapes(call)) or any(
            keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            for keyword in call.keywords
        ):
            found.append(ast.unparse(call))
    return found


def test_the_server_makes_no_code_shell_line_object_or_markup_of_text() -> None:
    sources = server_sources()
    assert len(sources) > 100
    found = {str(p.relative_to(ROOT)): found_in(p.read_text("utf-8"), str(p.relative_to(ROOT))) for p in sources}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "eval(x)",
        "subprocess.run(x, shell=True)",
        "pickle.loads(x)",
        "hashlib.md5(x)",
        "random.choice(x)",
        "format_html(x)",
        "format_html(f'<b>{x}</b>')",
    ],
)
def test_one_that_did_would_be_seen(line: str) -> None:
    assert found_in(line, "accounts/models.py") == [line]


def client_sources() -> list[Path]:
    return [
        path
        for folder in ("src", "electron")
        for kind in ("ts", "vue")
        for path in (ROOT / "frontend" / folder).rglob(f"*.{kind}")
        if not {"e2e", "testing"} & set(path.parts) and not path.name.endswith(".test.ts")
    ]


def found_in_client(pattern: re.Pattern[str]) -> dict[str, list[str]]:
    sources = client_sources()
    assert len(sources) > 100
    hits = {path.name: [m.group() for m in pattern.finditer(path.read_text("utf-8"))] for path in sources}
    return {name: found for name, found in hits.items() if found}


def test_the_client_makes_no_markup_code_or_pattern_of_text_and_hears_no_other_window() -> None:
    assert found_in_client(CLIENT) == {}
    assert CLIENT.search('<p v-html="text" />')
    assert CLIENT.search("element.innerHTML = text")


def test_the_client_writes_under_no_key_that_others_chose() -> None:
    """Else `__proto__` could reach every object. A form's complaints are texts, which no prototype can become."""
    assert found_in_client(COMPUTED_KEY) == {"useForm.ts": ["fields[name] ="] * 2}
