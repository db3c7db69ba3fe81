"""README.md and README.zh-CN.md say the same, and what they quote is there: settings, commands, messages, files."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest
from django.conf import settings
from django.core.management import get_commands
from django.utils.translation import override

from accounts.services.administrators import CODE_BYTES
from chatsite.api.health import HealthOut
from chatsite.errors import ErrorOut, Unavailable
from chatsite.gateway.frames import Authenticate
from chatsite.tasks import TASKS
from messaging.schemas import SendMessage
from tests.live import ROOT
from tests.ops.conftest import Installation

pytestmark = pytest.mark.once

SECTIONS = {
    "Chat": "Chat",
    "The promise": "承诺",
    "Requirements": "环境要求",
    "Quick start": "快速开始",
    "First administrator": "第一个管理员",
    "Moving from the old system": "从旧系统迁移",
    "Configuration": "配置",
    "Deployment": "部署",
    "Docker": "Docker",
    "Desktop client": "桌面客户端",
    "API and events": "接口与事件",
    "Storage": "存储",
    "Troubleshooting": "故障排查",
    "Metrics": "监控指标",
    "Installing": "安装",
    "Port": "端口",
    "Database": "数据库",
    "Redis": "Redis",
    "WebSocket": "WebSocket",
    "What was not run": "没有实际运行过的",
    "License": "许可证",
}
PICTURES = ("chat-light", "chat-dark", "chat-phone", "signin")
SOURCES = ("start.py", "chatsite", "accounts", "rooms", "presence", "messaging")
LITERAL_CHARS_MIN = 12  # a text with fewer letters of its own would match anything
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Readme:
    def __init__(self, name: str, language: str) -> None:
        self.language = language
        self.text = (ROOT / name).read_text("utf-8")
        self.prose = FENCE.sub("", self.text)
        self.blocks: list[tuple[str, str]] = FENCE.findall(self.text)
        parts = re.split(r"^(#+) (.+)$", self.prose, flags=re.MULTILINE)
        self.headings = list(zip(map(len, parts[1::3]), parts[2::3], strict=True))
        self.codes = [set(re.findall(r"`([^`\n]+)`", part)) for part in parts[3::3]]

    def block(self, kind: str) -> list[str]:
        return [text for language, text in self.blocks if language == kind]

    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)]+)\)", self.prose)

    def table(self) -> dict[str, str]:
        """-> {variable: default}, as the configuration table says."""
        rows = re.findall(r"^\| ((?:`[A-Z_]+` ?)+) \| (.*?) ?\| .+ \|$", self.prose, re.MULTILINE)
        return {name: default.strip("`") for names, default in rows for name in re.findall(r"[A-Z_]+", names)}


ENGLISH, CHINESE = Readme("README.md", "en"), Readme("README.zh-CN.md", "zh")
both = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda readme: readme.language)


# --- the same in both


def test_both_have_the_same_sections_in_the_same_order() -> None:
    assert [text for _, text in ENGLISH.headings] == list(SECTIONS)
    assert CHINESE.headings == [(level, SECTIONS[text]) for level, text in ENGLISH.headings]


def test_both_have_the_same_commands_and_blocks() -> None:
    assert CHINESE.blocks == ENGLISH.blocks


def test_both_name_the_same_things_in_every_section() -> None:
    assert [*zip(SECTIONS, CHINESE.codes, strict=True)] == [*zip(SECTIONS, ENGLISH.codes, strict=True)]


def test_chinese_has_no_emphasis_that_stays_asterisks() -> None:
    """`**` closes neither after a full-width sign nor before one when a Chinese character follows."""
    assert re.findall(r"[^\w\s`*]\*\*[\u4e00-\u9fff]", CHINESE.prose) == []


# --- settings


@both
def test_the_table_lists_every_setting_with_its_default(readme: Readme) -> None:
    lines = (ROOT / ".env.example").read_text("utf-8")
    assert readme.table() == dict(re.findall(r"^([A-Z_]+)=(.*)$", lines, re.MULTILINE))


def test_production_takes_the_settings_of_the_deployment(installation: Installation) -> None:
    """But for the two secrets, which everybody makes, and a MySQL that this machine need not have."""
    (lines,) = [text for text in ENGLISH.block("ini") if "DJANGO_SETTINGS_MODULE" in text]
    env = dict(line.split("=", 1) for line in lines.splitlines())
    assert set(env) <= set(ENGLISH.table())
    refused = installation.manage("check", "--tag", "chat", **env | {"DATABASE_URL": ""})
    assert refused.returncode == 1, "secrets must be filled in"
    env |= {"SECRET_KEY": "Jm4xQ8vLz2Rk7TnWc5YbHd9GsPf3AeUo", "JWT_SECRET_KEY": "u9BwEr6KtYh3Xq5ZnVc8MdLp2SfGaJ7i"}
    done = installation.manage("check", "--tag", "chat", **env | {"DATABASE_URL": ""})
    assert done.returncode == 0, done.stderr
    assert re.findall(r"\(chat\.(\w+)\)", done.stderr) == ["W031"], "only SQLite is left to warn of"


# --- commands


@both
def test_every_command_exists(readme: Readme) -> None:
    commands = "\n".join([*readme.block("sh"), *(code for codes in readme.codes for code in codes)])
    scripts = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))["scripts"]
    assert set(re.findall(r"\bmake ([a-z-]+)", commands)) <= {*TASKS, "help"}
    assert set(re.findall(r"\bstart\.py ([a-z-]+)", commands)) <= set(TASKS)
    assert set(re.findall(r"\bmanage\.py ([a-z_]+)", commands)) <= set(get_commands())
    assert set(re.findall(r"\bnpm run ([a-z:]+)", commands)) <= set(scripts)
    assert all((ROOT / file).is_file() for file in re.findall(r"-r (\S+)", commands))


def test_the_frames_are_ones_that_the_server_takes() -> None:
    (lines,) = ENGLISH.block("json")
    signing_in, sending = map(json.loads, lines.splitlines())
    assert (signing_in["type"], sending["type"]) == ("authenticate", "send_message")
    msgspec.convert(signing_in["data"], Authenticate)
    msgspec.convert(sending["data"], SendMessage)


# --- messages


def texts(path: Path) -> set[str]:
    """Every text in a Python file, as a pattern: what is filled in matches anything."""
    return {_pattern(node) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if _is_text(node)}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _pattern(node: ast.AST) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    literals = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts]
    return re.sub(r"%\\\(\w+\\\)[sd]", ".+", re.escape("".join(literals)).replace(r"\{\}", ".+"))


@cache
def messages() -> list[re.Pattern[str]]:
    files = [
        path for name in SOURCES for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    ]
    found = set().union(*map(texts, files))
    return [re.compile(text) for text in found if len(re.sub(r"\.\+|\W", "", text)) >= LITERAL_CHARS_MIN]


def is_said(line: str) -> bool:
    """Does the program print this line?"""
    if line.startswith("{"):
        return is_answered(line)
    if log := re.fullmatch(r"(?:WARNING|ERROR) ([\w.]+): (\w+)", line):
        return re.escape(log[2]) in texts(ROOT / f"{log[1].replace('.', '/')}.py")
    if check := re.fullmatch(r"\?: \(chat\.[EW](\d+)\) (.+)", line):
        return check[1] in texts(ROOT / "chatsite" / "checks.py") and is_said(check[2])
    if url := re.fullmatch(r"  http://[\w.]+:(\d+)", line):
        return url[1] == "9000"
    return any(message.fullmatch(line) for message in messages())


def is_answered(line: str) -> bool:
    if '"code"' not in line:
        return msgspec.json.decode(line, type=HealthOut).version == settings.VERSION
    error = msgspec.json.decode(line, type=ErrorOut)
    with override("en"):
        return error == Unavailable(retry_after=error.retry_after).out(locale="en", request_id=error.request_id)


@pytest.mark.parametrize("line", [line for text in ENGLISH.block("text") for line in text.splitlines()])
def test_every_quoted_message_is_one_that_the_program_prints(line: str) -> None:
    assert is_said(line)


@pytest.mark.parametrize(
    "line",
    [
        "Port 9000 is taken: set PORT to a free one.",
        "This is not said anywhere.",
        "WARNING presence.store: subscribe_failed",
        "?: (chat.E941) MariaDB runs with log_bin=0: it shows a commit before it is on disk; switch the binary log on.",
        '{"status":"down","database":"down","redis":"ok","migrations":"unknown","version":"0.0.9"}',
    ],
)
def test_a_message_that_nobody_prints_would_be_seen(line: str) -> None:
    assert not is_said(line)


def test_the_code_for_the_first_administrator_looks_like_one() -> None:
    (code,) = re.findall(r"with the code (\S+)$", "\n".join(ENGLISH.block("text")), re.MULTILINE)
    assert len(code) == -(-CODE_BYTES * 4 // 3)


def quoted_keys(readme: Readme, quotes: str, catalog: str) -> list[set[str]]:
    """-> for each quotation of the client's texts, the keys it may be."""
    files = sorted((ROOT / "frontend" / "src" / "i18n").rglob(catalog))
    source = "\n".join(file.read_text("utf-8") for file in files)
    entries = re.findall(r"(\w+): '((?!\{\w+\}')(?:[^'\\]|\\.)*)'", source)  # not what is nothing but a value
    prose = re.sub(r"\s*\n\s*", " ", readme.prose)
    return [
        {key for key, text in entries if re.fullmatch(re.sub(r"\\\{\w+\\\}", r"\\S+", re.escape(text)), quotation)}
        for quotation in re.findall(quotes, prose)
    ]


def test_every_quoted_text_of_the_client_is_in_its_catalogs() -> None:
    english = quoted_keys(ENGLISH, "“(.+?)”", "en.ts")
    assert english
    assert all(english)
    assert quoted_keys(CHINESE, "「(.+?)」", "zh-CN.ts") == english


# --- files


@both
def test_every_link_leads_somewhere(readme: Readme) -> None:
    anchors = {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in readme.headings}
    for link in readme.links():
        file, _, anchor = unquote(link).partition("#")
        assert (ROOT / file).is_file() if file else anchor in anchors, link


@both
def test_the_pictures_are_in_the_readers_language(readme: Readme) -> None:
    shown = [link for link in readme.links() if link.endswith(".png")]
    assert shown == [f"docs/screenshots/{name}-{readme.language}.png" for name in PICTURES]
    assert all((ROOT / file).read_bytes().startswith(b"\x89PNG") for file in shown)


def test_the_license_is_the_one_that_is_named() -> None:
    license_text = (ROOT / "LICENSE").read_text("utf-8")
    assert license_text.startswith("MIT License\n\nCopyright (c) 2026 the Chat contributors\n")
    assert 'license = "MIT"' in (ROOT / "pyproject.toml").read_text("utf-8")
