"""What a run was and what it found, in Markdown."""

from __future__ import annotations

import platform

from tests.fuzz.run import Outcome


def report(outcome: Outcome, services: str) -> str:
    rate = outcome.frames / max(outcome.frames_seconds, 0.001)
    calls = outcome.calls / max(outcome.calls_seconds, 0.001)
    before, after = outcome.before, outcome.after
    lines = [
        f"# Fuzz run, seed {outcome.seed}: {'FAILED' if outcome.complaints else 'nothing found'}",
        "",
        f"On {services}, {platform.machine()}, Python {platform.python_version()}. Again: "
        f"`FUZZ_SEED={outcome.seed} FUZZ_FRAMES={outcome.frames} FUZZ_CALLS={outcome.calls} make fuzz`.",
        "",
        "| | |",
        "|---|---|",
        f"| frames | {outcome.frames:,} over {outcome.connections:,} connections, {rate:,.0f}/s |",
        f"| REST calls | {outcome.calls:,}, {calls:,.0f}/s |",
        f"| operations | {outcome.operations}, of which {outcome.reached} said 2xx at least once |",
        f"| innocent members | {outcome.rounds:,} rounds of send, receive, health |",
        f"| the worst of these rounds | {outcome.worst_seconds:.2f} s |",
        f"| memory, kB | {before.rss_kb:,} before, {after.rss_kb:,} after |",
        f"| descriptors | {before.descriptors} before, {after.descriptors} after |",
        f"| asyncio tasks | {before.tasks} before, {after.tasks} after |",
        "",
        "## Found",
        "",
        *([f"- {complaint}" for complaint in outcome.complaints] or ["Nothing."]),
        "",
        "## Frames by mutation",
        "",
        "| mutation | frames |",
        "|---|---:|",
        *(f"| {kind} | {count:,} |" for kind, count in outcome.kinds.items()),
        "",
        "## Calls by status",
        "",
        "| status | calls |",
        "|---|---:|",
        *(f"| {status} | {count:,} |" for status, count in outcome.statuses.items()),
    ]
    return "\n".join(lines) + "\n"
