"""Bugs that the checker must find. CHAOS_BUG names the one that a node has; nothing of this is in the product."""

NAMES = (
    "ack before commit",
    "publish before commit",
    "a frame dropped",
    "two frames swapped",
    "seq with gaps",
    "nonce forgotten",
    "no tailer",
    "kick not in sequence",
    "recall leaves the words",
    "cache trusted",
    "error for an unknown outcome",
    "sync applied in part",
)
