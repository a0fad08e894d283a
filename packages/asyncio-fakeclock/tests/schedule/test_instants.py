import math
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from asyncio_fakeclock._schedule.instants import Grid, checked_instant, checked_seconds
from hypothesis import given, settings
from hypothesis import strategies as st

EXACT = settings(deadline=None, derandomize=True, max_examples=200)


@EXACT
@given(st.integers(min_value=1, max_value=3_999_999_999_999_999))
def test_instant_on_the_grid_stays_as_it_is(nanoseconds: int) -> None:
    when = nanoseconds / 1e9

    assert Grid(1e-9).rounded(when, 0.0) == when


@EXACT
@given(st.floats(min_value=1e-9, max_value=3.9e6))
def test_instant_is_rounded_to_the_decimal_it_means(when: float) -> None:
    assert Grid(1e-9).rounded(when, 0.0) == round(when, 9)


def test_sum_of_floats_is_what_was_meant() -> None:
    assert Grid(1e-9).rounded(0.1 + 0.2, 0.2) == 0.3


# The last one is a bit above a grid point.
@pytest.mark.parametrize("now", [0.3, 0.1 + 0.2 - 5e-17, 1.0000000002])
def test_rounding_never_swallows_a_step(now: float) -> None:
    when = math.nextafter(now, math.inf)

    assert Grid(1e-9).rounded(when, now) > now


def test_past_instant_is_left_alone() -> None:
    now = 0.29999999999999993

    assert Grid(1e-9).rounded(now, now) == now


def test_past_instant_is_not_rounded_into_the_future() -> None:
    assert Grid(1e-9).rounded(0.9999999996, 0.9999999998) == 0.9999999996


def test_far_before_zero_nothing_is_rounded() -> None:
    when = -4499999.9999999935
    assert round(when, 9) != when

    assert Grid(1e-9).rounded(when, -5e6) == when


@pytest.mark.parametrize("resolution", [1.0, 1e-3, 1e-9, 1e-15])
def test_fast_rounding_is_for_half_of_what_can_be_rounded(resolution: float) -> None:
    grid = Grid(resolution)

    assert grid.fast_below == pytest.approx(2e15 * resolution)
    assert grid.exact_below == pytest.approx(4e15 * resolution)


@pytest.mark.parametrize("when", [4.1e6 + 1 / 3, 1.7e9 + 0.1, 1e300, math.inf])
def test_beyond_the_precision_of_the_grid_nothing_is_rounded(when: float) -> None:
    assert Grid(1e-9).rounded(when, 0.0) == when


def test_coarser_grid_rounds_to_its_own_steps() -> None:
    assert Grid(1e-3).rounded(1.23456, 0.0) == 1.235


@pytest.mark.parametrize("resolution", [0, -1e-9, 2e-9, 10.0, math.nan, math.inf, "1e-9", None])
def test_resolution_that_is_no_power_of_ten_is_refused(resolution: object) -> None:
    with pytest.raises(ValueError, match=r"^resolution must be a power of ten .*, not "):
        Grid(resolution)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [0, 1, 0.5, Fraction(1, 4), Decimal("0.25"), 10**300])
def test_numbers_are_taken(seconds: float) -> None:
    assert checked_seconds(seconds) == float(seconds)


@pytest.mark.parametrize("seconds", ["1", None, b"1", [1], 1j, True])
def test_duration_that_is_no_number_is_refused(seconds: object) -> None:
    with pytest.raises(TypeError, match=r"^seconds must be a number, not "):
        checked_seconds(seconds)  # type: ignore[arg-type]


def test_timedelta_is_refused_with_the_way_out() -> None:
    with pytest.raises(TypeError, match=r"timedelta\(seconds=5\): pass its \.total_seconds\(\)"):
        checked_seconds(timedelta(seconds=5))  # type: ignore[arg-type]


def test_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match=r"fits a float"):
        checked_seconds(10**400)


@pytest.mark.parametrize("seconds", [-1, -1e-9, -math.inf])
def test_negative_duration_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^cannot advance by -.* a fake clock never runs back"):
        checked_seconds(seconds)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, float("inf")])
def test_duration_that_never_ends_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^cannot advance by (nan|inf) s: .* finite"):
        checked_seconds(seconds)


@pytest.mark.parametrize("when", [math.nan, math.inf, -math.inf])
def test_instant_that_is_not_finite_is_refused(when: float) -> None:
    with pytest.raises(ValueError, match=r"^start must be a finite number of seconds, not"):
        checked_instant(when, "start")
