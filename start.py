#!/usr/bin/env python3
"""Sets up what is missing, then does what it is asked. Needs Python 3.11 or newer and nothing else.

run          the whole chat on http://localhost:9000, in the foreground (HOST, PORT, DATABASE_URL, REDIS_URL …)
dev          the same for working on it: the server reloads itself, the client on http://localhost:5173
test         every test: on the embedded services, on MySQL and Redis where they answer, in the browser
check        what must hold without running it: style, types, floors, migrations, generated files
check-ui     the slow tests in the browser and on the desktop
budgets      what the client costs, beside what it may cost (BUDGETS_ONLY=words of the lines wanted)
fuzz         long: 10^7 odd frames and 10^6 odd calls (FUZZ_FRAMES, FUZZ_CALLS, FUZZ_SEED); report in var/fuzz
chaos        a million messages while servers, Redis and the database die; long, goes on where it was stopped
bench        long: what a delivery costs, beside other servers (BENCH_ONLY, BENCH_ROUNDS); report in var/bench
bundle       packs all that an installation without internet needs into var/bundle
screenshots  takes the pictures in docs/screenshots anew
types        writes the API's schema and the client's types anew
messages     collects the texts for people, compiles their translations
lint         repairs what can be repaired of style
clean        deletes everything that can be made again; never var/ (your data) or .env
newcomer     clones, runs and chats as somebody new would; prints how long that took and how much memory it holds
setup        only sets up
"""

import os
import sys

OLDEST = (3, 11)


def refuse_old_python() -> None:
    """Another python of this machine may be new enough."""
    if sys.version_info >= OLDEST:
        return
    import shutil

    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        if shutil.which(name):
            os.execvp(name, [name, *sys.argv])  # noqa: S606
    sys.exit("This needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))


if __name__ == "__main__":
    refuse_old_python()
    from chatsite.tasks import main

    sys.exit(main(sys.argv[1:], __doc__))
