"""A made-up community to look around in and to measure with; the same for the same seed."""
