"""
Drop-in replacement of asynctest 0.13, over the four packages.

``import asynctest`` can stand for ``import unittest``, and what asynctest added is here, in the
modules it had. What is different, and why, is on the migration page of the documentation.
"""

# ruff: noqa: E402, F403 (nothing of ours may be imported where asynctest is installed too)

import sys
import unittest as unittest
from typing import TYPE_CHECKING
from unittest import *  # pyright: ignore[reportWildcardImportFromLibrary]
from unittest.util import safe_repr as safe_repr
from unittest.util import strclass as strclass

from asynctest._gone import lead_to_the_command as _lead_to_the_command
from asynctest._installed import refuse_asynctest as _refuse_asynctest
from asynctest._removed import findTestCases as findTestCases
from asynctest._removed import getTestCaseNames as getTestCaseNames
from asynctest._removed import makeSuite as makeSuite
from asynctest._version import __version__ as __version__

_refuse_asynctest()
_lead_to_the_command()

from asynctest import _refusals
from asynctest import case as case
from asynctest import helpers as helpers
from asynctest import mock as mock
from asynctest import selector as selector
from asynctest._fail_on import DEFAULTS as DEFAULTS
from asynctest._fail_on import fail_on as fail_on
from asynctest._fail_on import ignore_loop as ignore_loop
from asynctest._fail_on import lenient as lenient
from asynctest._fail_on import strict as strict
from asynctest.case import DIFF_OMITTED as DIFF_OMITTED
from asynctest.case import ClockedTestCase as ClockedTestCase
from asynctest.case import FunctionTestCase as FunctionTestCase
from asynctest.case import TestCase as TestCase
from asynctest.helpers import *
from asynctest.mock import *
from asynctest.selector import *

if not TYPE_CHECKING:  # for type checkers a module with __getattr__ has every name

    def __getattr__(name: str) -> object:
        raise _refusals.no_attribute(sys.modules[__name__], name)


# What ``from asynctest import *`` gives: unittest's names, and not one of asynctest's own.
__all__: list[str] = []
__all__ += unittest.__all__
if sys.version_info >= (3, 13):  # gone from unittest
    __all__ += ["findTestCases", "getTestCaseNames", "makeSuite"]
