"""Builds the load generator, runs it on its own core, and reads what it found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks import machine
from tests.benchmarks.payload import BYTES

HERE = Path(__file__).parent
Outcome = dict[str, Any]
Moments = dict[str, Callable[[Outcome], None]]


class Protocol(NamedTuple):
    """How to speak with a server: %t token, %r room, %n number, %p payload. Steps: S… = send, E… = wait for."""

    path: str
    message: str
    steps: Sequence[str] = ()
    engineio: bool = False


def build(name: str, *sources: Path) -> Path:
    """Compiles a C program unless it is newer than its sources."""
    program = machine.VAR / name
    machine.VAR.mkdir(parents=True, exist_ok=True)
    newest = max(source.stat().st_mtime for source in sources)
    if not program.exists() or program.stat().st_mtime < newest:
        code = [str(source) for source in sources if source.suffix == ".c"]
        subprocess.run(["cc", "-O2", "-Wall", "-o", str(program), *code], check=True)
    return program


def generator() -> Path:
    return build("load", *sorted((HERE / "load").glob("*.[ch]")))


class Load:
    """One run against one server. `pids`: the processes whose CPU and memory are counted, with their children."""

    def __init__(self, protocol: Protocol, ports: Sequence[int], pids: Callable[[], Collection[int]]) -> None:
        self.protocol, self.ports, self.pids = protocol, ports, pids

    def run(
        self, people: Path, *, prefix: str = "", at: dict[str, Callable[[Outcome], None]] | None = None, **options: Any
    ) -> Outcome:
        """`at`: what to do when the load says JOINED, HELD, START or STOP; it goes on meanwhile."""
        outcome: Outcome = {"memory_before_kb": machine.memory_kb(self.pids())}
        joining_from = machine.cpu_seconds(self.pids())
        with machine.on_core(machine.LOAD_CORE):
            load = subprocess.Popen(
                self._command(people, prefix, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert load.stdin is not None
        assert load.stdout is not None
        with load:
            for line in load.stdout:
                word, _, rest = line.partition(" ")
                word = word.strip()
                outcome |= json.loads(rest) if rest.strip() else {}
                outcome[f"cpu_{word}"] = machine.cpu_seconds(self.pids())
                if at and word in at:
                    at[word](outcome)
                if word == "HELD":
                    load.stdin.write("end\n")
                    load.stdin.flush()
        if load.returncode or "sent" not in outcome:
            raise RuntimeError(f"the load ended with {load.returncode}: {outcome}")
        outcome["join_cpu_ms"] = (outcome["cpu_JOINED"] - joining_from) * 1e3 / max(1, outcome["joined"])
        return outcome | self._derived(outcome)

    def _command(self, people: Path, prefix: str, options: dict[str, Any]) -> list[str]:
        how = self.protocol
        return [
            str(generator()),
            f"people={people}",
            f"ports={','.join(map(str, self.ports))}",
            f"path={how.path}",
            f"message={how.message.replace('%x', prefix)}",
            f"engineio={int(how.engineio)}",
            f"bytes={BYTES}",
            *(f"step={step}" for step in how.steps),
            *(f"{name}={value}" for name, value in options.items()),
        ]

    def _derived(self, outcome: Outcome) -> Outcome:
        if "cpu_STOP" not in outcome or not outcome["seconds"]:
            return {}
        cpu = outcome["cpu_STOP"] - outcome["cpu_START"]
        seconds = outcome["seconds"]
        own = outcome["load_cpu"]
        return {
            "rate": outcome["deliveries"] / seconds,
            "send_rate": outcome["sends"] / seconds,
            "ack_rate": outcome["acks"] / seconds,
            "cpu_per_1k_ms": 1e6 * cpu / max(1, outcome["deliveries"]),
            "server_share": cpu / seconds,
            "load_share": own / seconds,
            "load_ceiling": outcome["deliveries"] / own if own else 0.0,  # deliveries/s if it had the whole core
        }
