"""Names: how they are compared, which are allowed, and by what they are found."""

import re
import unicodedata

USERNAME_MIN, USERNAME_MAX = 2, 32  # code points
NAME_SEARCH_MAX = 1000

_PUNCTUATION = frozenset("_.-")
# Letters and marks that show nothing: two names that look the same would differ by them.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINERS = frozenset("\u200c\u200d")  # emoji and some scripts need them
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def normalize(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """The form in which names and addresses are compared: NFKC and case folded."""
    return normalize(normalize(text).casefold())


def is_username(text: str) -> bool:
    """2 to 32 letters of any script, digits, `_ . -`, at least one of them a letter or digit."""
    return (
        USERNAME_MIN <= len(text) <= USERNAME_MAX
        and all(_may_stand_in_username(c) for c in text)
        and unicodedata.category(text[0])[0] != "M"
        and any(c not in _PUNCTUATION for c in text)
    )


def _may_stand_in_username(char: str) -> bool:
    category = unicodedata.category(char)
    return char in _PUNCTUATION or (
        (category[0] in "LM" or category == "Nd") and char not in _INVISIBLE and not _VARIATION_SELECTORS.match(char)
    )


def nearest_username(text: str) -> str | None:
    """A username that is as close to any text as the rules allow: `ann lee@x` -> `ann_lee_x`."""
    kept = "".join(c if _may_stand_in_username(c) else " " for c in normalize(text))
    name = "_".join(kept.split())[:USERNAME_MAX]
    return name if is_username(name) else None


def clean_line(text: str) -> str:
    """One line of free text without control and direction characters, which would disturb what stands around it."""
    visible = "".join(c for c in text if c.isspace() or c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf"))
    return " ".join(visible.split())


def search_text(*names: str) -> str:
    """Everything by which these names are found: themselves, their pinyin and its initials, folded, one a line."""
    words = [fold(name) for name in names if name]
    words += [fold(form) for name in names for form in _pinyin(name)]
    words += ["".join(word.split()) for word in words]
    return "\n".join(dict.fromkeys(words))[:NAME_SEARCH_MAX]


def _pinyin(name: str) -> list[str]:
    """张三 -> [zhangsan, zs]; both readings of a family name that has two."""
    if not _HAN.search(name):
        return []
    from pypinyin import lazy_pinyin  # only here: its tables take 20 MB

    readings = [lazy_pinyin(name)]
    if surname := _SURNAMES.get(name[0]):
        readings.append([surname, *readings[0][1:]])
    return ["".join(r) for r in readings] + ["".join(word[0] for word in " ".join(r).split()) for r in readings]


# Characters that are read otherwise when they are family names.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "朴": "piao", "查": "zha", "任": "ren", "区": "ou",
    "尉": "yu", "盖": "ge", "翟": "zhai", "缪": "miao", "华": "hua", "乐": "yue", "薄": "bo", "秘": "bi",
    "繁": "po", "员": "yun", "折": "she", "召": "shao", "覃": "qin", "冼": "xian", "黑": "he", "宓": "fu",
}  # fmt: skip
