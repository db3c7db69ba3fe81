"""The benchmark itself, small: that its rows run and its audit notices what is missing. No figure is judged here."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.payload import payload

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="the load is an epoll program in C"),
    pytest.mark.once,
    pytest.mark.timeout(300),
    pytest.mark.slow,
]

SCALE, SECONDS = 0.04, 0.3  # 20 people of 500


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    from tests.benchmarks.bench import EMBEDDED, Bench

    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    with Bench(tmp_path, rounds=1, seconds=SECONDS, kinds=[EMBEDDED], scale=SCALE) as made:
        yield made


def test_a_row_delivers_everything_once_and_in_order_and_its_audit_finds_a_changed_message(bench, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from tests.benchmarks.bench import EMBEDDED
    from tests.benchmarks.ours import Lost
    from tests.benchmarks.report import report
    from tests.benchmarks.rows import ROWS

    figures = [figure for name in ("durable_25x20", "slow") for figure in ROWS[name](bench)]
    assert len(bench.runs) == 2
    for run in bench.runs:
        outcome = run.outcome
        assert outcome["deliveries"] > 0
        assert outcome["received"] >= outcome["sent"] == outcome["acked"] > 0
        assert not any(outcome[fault] for fault in ("lost", "doubled", "reordered", "damaged", "refused", "unknown"))
    assert bench.audited == sum(run.outcome["acked"] for run in bench.runs)
    assert "| not run |" not in report(bench, figures, "make bench", 1.0)

    ours = bench.ours(EMBEDDED)
    forged = tmp_path / "forged"
    forged.write_text(f"1 1 {2**40} 1 1\n")
    ours.expect(f"x.={forged}")
    with pytest.raises(Lost):
        ours.audit()


def test_a_payload_tells_its_moment_and_number() -> None:
    assert payload(255, 16).startswith("~00000000000000ff00000010")
    assert len(payload(255, 16)) == 100
