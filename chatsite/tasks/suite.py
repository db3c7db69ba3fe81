"""`make test`, `make check-ui`, `make budgets`, `make fuzz`, `make chaos` and `make screenshots`."""

from __future__ import annotations

import os

from chatsite.tasks import browser, frontend, packages, setup
from chatsite.tasks.check import TEST_SETTINGS
from chatsite.tasks.shell import BIN, PYTHON, ROOT, Command, Steps, must, output, say

IN_CI = os.environ.get("CI") == "true"
# As CPython's `regrtest --rerun`: what fails once in thousands of runs is told with its words and stops nobody's work.
AGAIN = ["--reruns", "1"] if IN_CI else []
PYTEST: Command = [BIN / "pytest", "-q", *AGAIN]
# Measured it takes twice as long: nobody waits for that but CI.
MEASURED: Command = [BIN / "coverage", "run", "-m", "pytest", *PYTEST[1:]] if IN_CI else PYTEST
ONCE = ["--reruns", "0"]  # what chaos finds it may not find again
# Much of a test is waiting for servers to start and to stop. tests/conftest.py says which files come first.
TOGETHER = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
SERVER_TESTS = ["tests", "--ignore=tests/e2e", "--ignore=tests/benchmarks", "--ignore=tests/chaos"]
LOCAL_DATABASE = "mysql://root@127.0.0.1:3306/test_chat"
LOCAL_REDIS = "redis://127.0.0.1:6379/0"
EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": "", "MYSQL_HOST": "", "MYSQL_DATABASE": "", "REDIS_HOST": ""}
COVERAGE = ROOT / "var" / "coverage"


def test() -> None:
    setup.set_up_for_development()
    frontend.install()
    packages.install_mysql_driver()
    steps = Steps("test")
    _forget_coverage()
    steps.run("server, embedded services", [*MEASURED, *TOGETHER, *SERVER_TESTS], env=_measured("embedded", EMBEDDED))
    if services := real_services():
        steps.run("server, MySQL and Redis", [*PYTEST, *TOGETHER, *SERVER_TESTS], env=services)
    else:
        steps.note("server, MySQL and Redis", not IN_CI)
    daphne = {"CHAT_SERVER_KIND": "daphne", **EMBEDDED}
    steps.run("contract, on daphne", [*PYTEST, "tests/contract"], env=daphne)
    steps.run("chaos, short", [*PYTEST, *ONCE, "-rP", "tests/chaos"], env=EMBEDDED)
    steps.run("client", _npm("run", "--silent", "test"), cwd=frontend.FRONTEND, env=frontend.environment())
    browser.fetch()
    steps.run("browser, smoke", [*PYTEST, "tests/e2e", "-m", "smoke"], env=EMBEDDED)
    if IN_CI:
        steps.run("coverage", [BIN / "coverage", "combine", "-q", *COVERAGE.glob(".coverage.*")], env=_measured("all"))
        steps.run("coverage of lines", [BIN / "coverage", "report"], env=_measured("all"))
    steps.finish()


def check_ui() -> None:
    """The slow half: every browser and desktop test but the smoke tests of `make test`."""
    setup.set_up_for_development()
    frontend.install()
    browser.fetch()
    steps = Steps("check-ui")
    steps.run("browser", [*PYTEST, "tests/e2e", "-m", "not smoke"], env=EMBEDDED)
    steps.run(
        "desktop", _npm("run", "--silent", "desktop:test"), cwd=frontend.FRONTEND, env=frontend.environment() | EMBEDDED
    )
    steps.finish()


def budgets() -> None:
    """What the client costs, beside what it may cost; on a machine that does nothing else."""
    setup.set_up_for_development()
    browser.fetch()
    must([PYTHON, "-m", "tests.budgets"], "A budget is not held: see the table.", env=EMBEDDED)


def chaos() -> None:
    """Long: a million messages while things break; it may be stopped and goes on where it was."""
    setup.set_up_for_development()
    frontend.install()
    packages.install_mysql_driver()
    must([PYTHON, "-m", "tests.chaos"], "Something that was promised did not hold: see the report.", env=EMBEDDED)


def fuzz() -> None:
    """Long: odd frames and calls by the million, on DATABASE_URL and REDIS_URL if they are set."""
    setup.set_up_for_development()
    packages.install_mysql_driver()
    must([PYTHON, "-m", "tests.fuzz"], "The run found something: see its report.")


def screenshots() -> None:
    setup.set_up_for_development()
    browser.fetch()
    must([PYTHON, "-m", "tests.e2e.screenshots"], "The pictures could not be taken: see the words above.", env=EMBEDDED)
    say("Look at docs/screenshots before you commit them.")


def _measured(name: str, extra: dict[str, str] | None = None) -> dict[str, str]:
    return {"COVERAGE_FILE": str(COVERAGE / f".coverage.{name}"), **(extra or {})}


def _forget_coverage() -> None:
    COVERAGE.mkdir(parents=True, exist_ok=True)
    for file in COVERAGE.glob(".coverage*"):
        file.unlink()


def real_services() -> dict[str, str] | None:
    """-> the settings of a MySQL and a Redis that answer, or one loud line."""
    found = {
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or LOCAL_DATABASE,
        "REDIS_URL": os.environ.get("TEST_REDIS_URL") or LOCAL_REDIS,
    }
    if output([PYTHON, "manage.py", "reach"], env={**TEST_SETTINGS, **found}) is None:
        say("\n!!! NOT TESTED on MySQL and Redis: they do not answer. Set TEST_DATABASE_URL and TEST_REDIS_URL.")
        return None
    return found


def _npm(*arguments: str) -> Command:
    return [*frontend.npm_command(), *arguments]
