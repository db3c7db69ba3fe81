"""Settings that administrators change while the server runs: the database holds what differs from the environment.

`setting("REGISTRATION")` asks nobody: each serving process reads the table once a second in a thread of its own. Redis
has no part in it, and while the database is away the values last read hold.
"""

from chatsite.live.overrides import setting

__all__ = ["setting"]
