"""What the chat costs, measured: `make bench`. BENCHMARKS.md at the root holds the last complete run."""
