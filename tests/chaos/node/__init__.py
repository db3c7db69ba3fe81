"""What a node of the run has beside the product: a clock that jumps, and planted bugs if there are any."""
