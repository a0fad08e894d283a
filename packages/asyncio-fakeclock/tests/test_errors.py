"""What the errors look like to those who get them."""

import inspect
import pickle
import traceback

import asyncio_fakeclock
import pytest
from asyncio_fakeclock import DeadlockError, LivelockError, StalledError

ERRORS = [DeadlockError, LivelockError, StalledError]


@pytest.mark.parametrize("error", ERRORS)
def test_traceback_shows_the_name_to_import(error: type[Exception]) -> None:
    shown = "".join(traceback.format_exception_only(error("why")))

    assert shown == f"asyncio_fakeclock.{error.__name__}: why\n"
    assert getattr(asyncio_fakeclock, error.__name__) is error


@pytest.mark.parametrize("error", ERRORS)
def test_errors_can_be_pickled(error: type[Exception]) -> None:
    copy = pickle.loads(pickle.dumps(error("why")))

    assert type(copy) is error
    assert copy.args == ("why",)


@pytest.mark.parametrize("error", ERRORS)
def test_source_is_not_mistaken_for_another(error: type[Exception]) -> None:
    with pytest.raises(OSError, match="source|class definition"):
        inspect.getsource(error)
