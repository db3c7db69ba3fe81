"""Redis: the shared client, and the embedded server that stands in when REDIS_URL is empty."""

import hashlib
import tempfile
from pathlib import Path

SOCKET_PATH_MAX = 100  # bytes; a longer unix socket path cannot be bound


def embedded_url(run_dir: Path) -> str:
    """-> URL of the embedded server's socket for this run_dir; starts nothing."""
    path = run_dir.resolve() / "redis.sock"
    if len(str(path).encode()) > SOCKET_PATH_MAX:
        name = hashlib.sha256(str(run_dir.resolve()).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"chat-{name}" / "redis.sock"
    return f"unix://{path}"
