"""Other servers that do the same work, started and loaded like ours."""

from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.peers.servers import limit, node, stock

__all__ = ["Peer", "limit", "node", "stock"]
