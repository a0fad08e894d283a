"""
Inputs for asynctest 0.13 and for what replaces it, to compare what both make of them.

``python -W ignore asynctest_cases asynctest_0_13.json``, in this folder, records the outcomes for
whichever ``asynctest`` is installed. The file was made with asynctest 0.13.0 on CPython 3.6, the
last on which all of it works, and on 3.8. The code of the cases is therefore that of Python 3.6.
"""

import importlib
import json

CASES = {}


def case(function):
    """Add a case: a function of ``asynctest`` whose result is something JSON can hold."""
    name = function.__module__.rpartition(".")[2] + "." + function.__name__
    assert name not in CASES, name
    CASES[name] = function
    return function


def outcome(function, *args):
    """Return what a function returns or raises, as JSON holds it."""
    try:
        return function(*args)
    except BaseException as error:
        return raised(error)


def raised(error):
    """Return type and message of an exception."""
    return f"{type(error).__name__}: {error}"


def outcomes(asynctest):
    """Return the outcomes of all cases, as JSON holds them."""
    found = {name: outcome(function, asynctest) for name, function in CASES.items()}
    return json.loads(json.dumps(found, default=lambda value: type(value).__name__))


_SUBJECTS = "names tests checks clock coroutine_mocks mocks selectors patches"
for _name in _SUBJECTS.split():
    importlib.import_module("asynctest_cases." + _name)
