"""Token buckets, on a clock of their own."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.errors import RateLimited
from chatsite.gateway.rate_limit import SECOND, TokenBuckets


class Clock:
    def __init__(self) -> None:
        self.now = 7 * SECOND

    def __call__(self) -> int:
        return self.now


def admitted(buckets: TokenBuckets, key: str = "ann") -> bool:
    try:
        buckets.take(key)
    except RateLimited:
        return False
    return True


steps = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]), st.one_of(st.just(0), st.integers(0, SECOND), st.integers(0, 9 * SECOND))
    ),
    max_size=120,
)


@given(steps=steps, rate=st.sampled_from([1, 4, 20]), burst=st.integers(1, 8))
def test_no_window_admits_more_than_the_burst_and_its_share(steps, rate, burst):
    clock = Clock()
    buckets = TokenBuckets(rate=rate, burst=burst, clock=clock)
    times: dict[str, list[int]] = {"ann": [], "bob": []}
    for key, gap in steps:
        clock.now += gap
        if admitted(buckets, key):
            times[key].append(clock.now)
    for own in times.values():
        for first, start in enumerate(own):
            for last in range(first, len(own)):
                assert last - first + 1 <= burst + Fraction((own[last] - start) * rate, SECOND)


@given(steps=steps, rate=st.sampled_from([1, 4, 20]), burst=st.integers(1, 8))
def test_it_admits_exactly_what_a_bucket_filled_by_the_second_would(steps, rate, burst):
    clock = Clock()
    buckets = TokenBuckets(rate=rate, burst=burst, clock=clock)
    tokens = {"ann": Fraction(burst), "bob": Fraction(burst)}
    for key, gap in steps:
        clock.now += gap
        tokens = {k: min(Fraction(burst), level + Fraction(gap * rate, SECOND)) for k, level in tokens.items()}
        assert admitted(buckets, key) is (tokens[key] >= 1)
        if tokens[key] >= 1:
            tokens[key] -= 1


def test_sixty_go_at_once_and_then_twenty_a_second():
    clock = Clock()
    buckets = TokenBuckets(rate=20, burst=60, clock=clock)
    assert sum(admitted(buckets) for _ in range(100)) == 60
    clock.now += SECOND
    assert sum(admitted(buckets) for _ in range(100)) == 20


def test_whoever_waits_as_long_as_told_is_admitted():
    clock = Clock()
    buckets = TokenBuckets(rate=3, burst=1, clock=clock)
    buckets.take("ann")
    with pytest.raises(RateLimited) as refused:
        buckets.take("ann")
    assert refused.value.code == "rate_limited"
    assert 0.333 < refused.value.retry_after <= 0.334
    clock.now += round(refused.value.retry_after * SECOND)
    buckets.take("ann")


def test_one_users_haste_costs_no_other_user_anything():
    buckets = TokenBuckets(rate=1, burst=1, clock=Clock())
    assert [admitted(buckets, "ann"), admitted(buckets, "ann"), admitted(buckets, "bob")] == [True, False, True]


def test_buckets_that_are_full_again_are_forgotten():
    clock = Clock()
    buckets = TokenBuckets(rate=20, burst=60, clock=clock)
    for number in range(10_000):
        clock.now += SECOND // 1000
        buckets.take(number)
    assert len(buckets) <= 3_000  # those of the last burst / rate = 3 s
    clock.now += 3 * SECOND
    buckets.take("ann")
    assert len(buckets) == 1


def test_refusals_take_no_memory_and_no_tokens():
    clock = Clock()
    buckets = TokenBuckets(rate=1, burst=1, clock=clock)
    buckets.take("ann")
    for _ in range(1000):
        clock.now += SECOND // 2000
        assert not admitted(buckets)
    clock.now += SECOND // 2
    assert admitted(buckets)
    assert len(buckets) == 1


def test_all_pass_when_limits_are_off(settings):
    settings.RATE_LIMITS = False
    buckets = TokenBuckets(rate=1, burst=1, clock=Clock())
    assert all(admitted(buckets) for _ in range(1000))
    assert len(buckets) == 0
