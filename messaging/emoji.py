"""What one may react with: a single emoji as people see it, of any number of code points."""

import re

_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_BASE = (
    "[©®‼⁉™ℹ〰〽㊗㊙"
    "\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_VARIANT = "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"  # presentation, skin, tags
_ONE = f"{_BASE}{_VARIANT}*"
_EMOJI = re.compile(f"{_FLAG}|{_KEYCAP}|{_ONE}(?:\u200d{_ONE})*")  # a zero-width joiner makes one of several


def is_emoji(text: str) -> bool:
    return _EMOJI.fullmatch(text) is not None
