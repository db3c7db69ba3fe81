"""The text of a message, as load/ledger.c writes it."""

BYTES = 100
HEAD = 25  # mark, moment, number


def payload(sent_at: int, number: int) -> str:
    """`sent_at`: ns of the load's clock."""
    return f"~{sent_at:016x}{number:08x}" + "".join(chr(ord("a") + n % 26) for n in range(HEAD, BYTES))
