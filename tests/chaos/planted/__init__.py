"""Bugs that the checker must find. CHAOS_BUG names the one that a node has; nothing of this is in the product."""

NAMES = (
    "ack before commit",
    "publish before commit",
    "a frame dropped",
    "a frame twice",
    "two frames swapped",
    "seq with gaps",
    "nonce forgotten",
    "no tailer",
    "no resubscribing",
    "kick not in sequence",
    "recall leaves the words",
    "cache trusted",
    "error for an unknown outcome",
    "sync applied in part",
    "nothing synced to the disk",
)
# What is slowed or left out so that a bug can show, and nothing else: must not be caught.
CONTROLS = ("slow tailer",)
