"""docs/asvs.md names every requirement of ASVS 5.0, levels 1 and 2, once, and what proves it exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
# ASVS 5.0.0: section:level of its first requirement, of its second, and so on.
SECTIONS = """
1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123 2.1:122 2.2:112 2.3:12223 2.4:23 3.1:3 3.2:113
3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333 4.1:12233 4.2:23333 4.3:22 4.4:1222 5.1:2 5.2:112333
5.3:113 5.4:222 6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222 7.1:222
7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22 8.1:1233 8.2:1123 8.3:133 8.4:23 9.1:111 9.2:1222 10.1:22 10.2:223
10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222 11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23
11.6:23 11.7:33 12.1:12233 12.2:11 12.3:22223 13.1:2333 13.2:222223 13.3:2233 13.4:1222233 14.1:22
14.2:12223333 14.3:122 15.1:12233 15.2:12233 15.3:1222222 15.4:3333 16.1:2 16.2:22222 16.3:2222 16.4:222
16.5:2223 17.1:23 17.2:22223333 17.3:22
"""
KNOWN = {
    f"{section}.{number}": int(level)
    for section, levels in (words.split(":") for words in SECTIONS.split())
    for number, level in enumerate(levels, 1)
}
WANTED = {number: level for number, level in KNOWN.items() if level < 3}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| L(\d) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
LEFT_OUT = re.compile(r"^- Not applicable: .{10,}?: ((?:\d+\.\d+\.\d+ \(L\d\)[,.]\s*)+)$", re.MULTILINE)
REASON_CHARS = 15


class Row(NamedTuple):
    number: str
    level: int
    requirement: str
    status: str
    proof: str

    @property
    def proofs(self) -> list[str]:
        return [test or link for test, link in re.findall(r"`([^`]+)`|\]\(([^)]+)\)", self.proof)]


def rows_of(page: str) -> list[Row]:
    return [Row(number, int(level), *rest) for number, level, *rest in ROW.findall(page)]


def left_out_of(page: str) -> list[tuple[str, int]]:
    joined = page.replace("\n  ", " ")
    found = (re.findall(r"(\d+\.\d+\.\d+) \(L(\d)\)", group) for group in LEFT_OUT.findall(joined))
    return [(number, int(level)) for group in found for number, level in group]


def faults(page: str) -> Iterator[str]:
    rows, left_out = rows_of(page), left_out_of(page)
    levels = [(row.number, row.level) for row in rows] + left_out
    yield from (f"{number} stands there twice" for number, times in Counter(n for n, _ in levels).items() if times > 1)
    yield from (
        f"{number} is no requirement of level {level}" for number, level in levels if WANTED.get(number) != level
    )
    yield from (f"{number} is missing" for number in WANTED.keys() - {number for number, _ in levels})
    for row in rows:
        if row.status == "met":
            if not row.proofs:
                yield f"{row.number} is met, and nothing proves it"
        elif len(row.status.removeprefix("not met: ")) < REASON_CHARS or not row.status.startswith("not met: "):
            yield f"{row.number} does not say why it is not met"
        yield from (f"{row.number} names {proof}, which is not there" for proof in row.proofs if not is_there(proof))
    yield from (f"the sum of {name} is wrong" for name in wrong_sums(page))


def wrong_sums(page: str) -> Iterator[str]:
    rows, left_out = rows_of(page), left_out_of(page)
    for name, *said in re.findall(r"^\| (V\d+|all)\b[^|]*\| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE):
        chapter = "" if name == "all" else name[1:] + "."
        mine = [row.status == "met" for row in rows if row.number.startswith(chapter)]
        without = [number for number, _ in left_out if number.startswith(chapter)]
        if [mine.count(True), mine.count(False), len(without)] != [int(number) for number in said]:
            yield name


def is_there(proof: str) -> bool:
    name, _, test = proof.partition("::")
    if name.endswith(".py"):
        return test in functions_of(name)
    if name.endswith(".test.ts"):
        return (ROOT / name).is_file() and f"'{test}'" in (ROOT / name).read_text("utf-8")
    name, _, section = proof.partition("#")
    return section in sections_of(name)


@cache
def functions_of(name: str) -> set[str]:
    """-> the tests of a module"""
    path = ROOT / name
    if not (name.startswith("tests/") and path.is_file()):
        return set()
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, kinds) and node.name.startswith("test_")}


@cache
def sections_of(name: str) -> set[str]:
    """-> the anchors of a document, named as from docs/"""
    path = ROOT / "docs" / name
    if not path.is_file():
        return set()
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_requirement_stands_there_once_with_its_proof() -> None:
    assert list(faults(PAGE)) == []


def test_the_standard_has_as_many_requirements_as_it_says() -> None:
    assert Counter(KNOWN.values()) == {1: 70, 2: 183, 3: 92}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("| 1.1.1 | L2 |", "| 1.1.1 | L1 |", "1.1.1 is no requirement of level 1"),
        ("| 1.1.1 | L2 |", "| 1.1.2 | L2 |", "1.1.2 stands there twice"),
        ("| 1.1.1 | L2 |", "| 1.1.1 |", "1.1.1 is missing"),
        ("4.3.1 (L2), ", "", "4.3.1 is missing"),
        ("::test_trace_echoes_nothing`", "::test_trace`", "13.4.4 names"),
        ("(security.md#pictures)", "(security.md#files)", "5.1.1 names"),
        ("`tests/security/test_answers.py::test_trace_echoes_nothing`", "", "13.4.4 is met, and nothing proves it"),
        ("not met: likewise, as status 403 and 404", "not met", "16.3.2 does not say why"),
        ("::is gone once destroyed", "::was gone once destroyed", "14.3.1 names"),
        ("| all | ", "| all | 1", "the sum of all is wrong"),
    ],
)
def test_a_page_that_said_otherwise_would_be_seen(old: str, new: str, fault: str) -> None:
    assert old in PAGE
    assert any(found.startswith(fault) for found in faults(PAGE.replace(old, new, 1)))
