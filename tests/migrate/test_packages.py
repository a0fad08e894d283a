"""``--to-packages``: imports of asynctest become imports of the four packages."""

import importlib
import textwrap
import unittest

import pytest

pytest.importorskip("libcst", reason="asynctest.migrate is built on libcst, an extra")

from asynctest.migrate._homes import HOMES, MODULES
from asynctest.migrate._migration import migrate


def after(source: str) -> str:
    return migrate(textwrap.dedent(source), to_packages=True).after


def notes(source: str) -> list[tuple[int, str]]:
    done = migrate(textwrap.dedent(source), to_packages=True)
    return [(note.line, note.text) for note in done.notes]


def test_module_import_becomes_the_packages_that_are_used():
    source = """\
        import asynctest

        class Test(asynctest.TestCase):
            @asynctest.patch("module.function")
            @asynctest.mock.patch.object(thing, "name")
            async def test(self, a, b):
                asynctest.set_read_ready(asynctest.SocketMock(), self.loop)

        class Clocked(asynctest.case.ClockedTestCase):
            pass

        if __name__ == "__main__":
            asynctest.main()
        """

    assert after(source) == textwrap.dedent("""\
        import asyncio_fakeclock
        import asyncio_testselector
        import asyncloop_testcase
        import asyncmock_plus
        import unittest

        @asyncloop_testcase.lenient
        class Test(asyncloop_testcase.TestCase):
            @asyncmock_plus.patch("module.function")
            @asyncmock_plus.patch.object(thing, "name")
            async def test(self, a, b):
                asyncio_testselector.set_read_ready(asyncio_testselector.SocketMock(), self.loop)

        @asyncloop_testcase.lenient
        class Clocked(asyncio_fakeclock.ClockedTestCase):
            pass

        if __name__ == "__main__":
            unittest.main()
        """)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from asynctest import mock", "import asyncmock_plus as mock"),
        ("from asynctest import mock as m", "import asyncmock_plus as m"),
        ("import asynctest.mock as amock", "import asyncmock_plus as amock"),
        ("from asynctest.mock import patch", "from asyncmock_plus import patch"),
        ("from asynctest.mock import (\n    patch,  # a\n    call\n)",
         "from asyncmock_plus import (\n    patch,  # a\n    call\n)"),
        ("from asynctest import patch as p, call", "from asyncmock_plus import patch as p, call"),
        ("from asynctest import TestCase, patch, fail_on",
         "from asyncloop_testcase import TestCase, fail_on\nfrom asyncmock_plus import patch"),
        ("from asynctest.helpers import exhaust_callbacks",
         "from asyncloop_testcase import exhaust_callbacks"),
        ("from asynctest import skip", "from unittest import skip"),
        ("from asynctest.case import ClockedTestCase",
         "from asyncio_fakeclock import ClockedTestCase"),
        ("import asynctest as at\nat.patch", "import asyncmock_plus\nasyncmock_plus.patch"),
        ("import asynctest, sys\nasynctest.patch",
         "import asyncmock_plus\nimport sys\nasyncmock_plus.patch"),
        ("import abc, asynctest, sys\nasynctest.patch",
         "import asyncmock_plus\nimport abc, sys\nasyncmock_plus.patch"),
        ("import zlib\nimport asynctest\nzlib.crc32(asynctest.patch).real",
         "import zlib\nimport asyncmock_plus\nzlib.crc32(asyncmock_plus.patch).real"),
        ("import abc\nimport asynctest\nabc.ABC(asynctest.patch).real",
         "import abc\nimport asyncmock_plus\nabc.ABC(asyncmock_plus.patch).real"),
        ("import unittest\nimport asynctest\nasynctest.main",
         "import unittest\nunittest.main"),
        ("from asynctest import case, patch\n(case.TestCase).loop",
         ("import asyncloop_testcase\nfrom asyncmock_plus import patch\n"
         "(asyncloop_testcase.TestCase).loop")),
        ("from asynctest import case\ncase.TestCase",
         "import asyncloop_testcase\nasyncloop_testcase.TestCase"),
        ("if x:\n    import asynctest\n    asynctest.patch",
         "if x:\n    import asyncmock_plus\n    asyncmock_plus.patch"),
        ("import asynctest\npatch = (asynctest.mock).patch",
         "import asyncmock_plus\npatch = asyncmock_plus.patch"),
        ("try:\n    import asynctest as at\nexcept E:\n    import aiounittest as at\nat.main",
         "try:\n    import unittest\nexcept E:\n    import aiounittest as at\nunittest.main"),
        ("import asynctest\nmock = asynctest.mock", "import asyncmock_plus\nmock = asyncmock_plus"),
    ],
)  # fmt: skip
def test_import_is_rewritten(old, new):
    assert after(f"{old}\n") == f"{new}\n"
    assert notes(f"{old}\n") == []


def test_comments_of_an_import_that_is_split_stay():
    source = """\
        # the tools
        from asynctest import (
            TestCase,  # the case
            patch,  # the patch
        )  # done
        """

    assert after(source) == textwrap.dedent("""\
        # the tools
        from asyncloop_testcase import (
            TestCase,  # the case
        )
        from asyncmock_plus import (
            patch,  # the patch
        )  # done
        """)


def test_closing_bracket_of_an_import_that_is_split_stays_where_it_was():
    source = """\
        from asynctest import (
            TestCase,  # the case
            patch,  # the patch
          )
        """

    assert after(source) == textwrap.dedent("""\
        from asyncloop_testcase import (
            TestCase,  # the case
          )
        from asyncmock_plus import (
            patch,  # the patch
          )
        """)


def test_decorator_is_imported_beside_the_test_case():
    source = """\
        from asynctest import patch
        from asynctest import TestCase

        class Test(TestCase):
            pass
        """

    assert after(source) == textwrap.dedent("""\
        from asyncmock_plus import patch
        from asyncloop_testcase import lenient
        from asyncloop_testcase import TestCase

        @lenient
        class Test(TestCase):
            pass
        """)


def test_class_keeps_its_checks_by_a_decorator_below_its_own():
    source = """\
        from asynctest import ClockedTestCase, strict

        @strict
        # why
        class Tests(ClockedTestCase):
            pass

        class More(Tests):
            pass
        """

    assert after(source) == textwrap.dedent("""\
        from asyncloop_testcase import lenient
        from asyncio_fakeclock import ClockedTestCase
        from asyncloop_testcase import strict

        @strict
        @lenient
        # why
        class Tests(ClockedTestCase):
            pass

        class More(Tests):
            pass
        """)


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("import asynctest\nasynctest._fail_on.DEFAULTS\n",
         (2, ("asynctest._fail_on.DEFAULTS has no place in the four packages: "
             "asynctest stays imported for it"))),
        ("import asynctest\ndoubles(asynctest)\n",
         (2, "asynctest has no place in the four packages: asynctest stays imported for it")),
        ("from asynctest import _fail_on\n",
         (1, ("asynctest._fail_on has no place in the four packages: "
             "asynctest stays imported for it"))),
        ("from asynctest import case\ndoubles(case)\n",
         (2, "asynctest.case has no place in the four packages: asynctest stays imported for it")),
        ("from asynctest import case\nfrom asynctest import TestCase as case\ndoubles(case)\n",
         (3, "asynctest.case has no place in the four packages: asynctest stays imported for it")),
        ("from asynctest import *\n", (1, "from asynctest import *: name what is imported")),
        ("import asynctest; asynctest.TestCase\n",
         (1, "an import of asynctest beside other statements is left")),
    ],
)  # fmt: skip
def test_what_has_no_place_is_left_and_listed(source, note):
    assert after(source).count("asynctest") >= 1
    assert note in notes(source)


def test_known_names_move_although_others_stay():
    source = "import asynctest\nasynctest.patch\nasynctest.unknown\n"

    assert after(source) == (
        "import asyncmock_plus\nimport asynctest\nasyncmock_plus.patch\nasynctest.unknown\n"
    )


def test_known_names_of_one_import_move_although_others_stay():
    assert after("from asynctest import patch, _fail_on\n") == (
        "from asyncmock_plus import patch\nfrom asynctest import _fail_on\n"
    )


def test_module_of_one_import_moves_although_others_stay():
    assert after("from asynctest import case, _fail_on\ncase.TestCase\n") == (
        "import asyncloop_testcase\nfrom asynctest import _fail_on\nasyncloop_testcase.TestCase\n"
    )


def test_imports_of_other_modules_are_untouched():
    source = textwrap.dedent("""\
        import abc; import zlib
        from abc import ABC; x = 'asynctest'
        from abc import ABC
        from zlib import crc32
        """)

    assert after(source) == source
    assert notes(source) == []


def test_package_is_imported_once_for_the_module_and_again_where_a_block_does():
    source = """\
        if x:
            import asynctest
        import asynctest
        import asynctest.mock
        asynctest.patch
        """

    assert after(source) == textwrap.dedent("""\
        if x:
            import asyncmock_plus
        import asyncmock_plus
        asyncmock_plus.patch
        """)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("import asynctest.case", "asynctest.case"),
        ("import asynctest.case as c", "c"),
    ],
)
def test_import_of_a_submodule_stays_with_a_name_that_stays(statement, name):
    source = f"{statement}\n{name}.TestCase\n{name}.unknown\n"

    assert after(source) == (
        f"import asyncloop_testcase\n{statement}\nasyncloop_testcase.TestCase\n{name}.unknown\n"
    )


def test_relative_imports_and_strings_are_untouched():
    source = "from .asynctest import patch\nfrom . import asynctest\n'asynctest.patch'\n"

    assert after(source) == source


def test_attribute_of_what_a_call_returns_is_seen():
    source = """\
        import asynctest

        class Test(asynctest.TestCase):
            def setUp(self):
                asynctest.patch("module.name").start()
                self.id = asynctest.mock.Mock().a[asynctest.ANY].b
        """

    done = after(source)

    assert 'asyncmock_plus.patch("module.name").start()' in done
    assert "self.id = asyncmock_plus.coroutines.Mock().a[asyncmock_plus.ANY].b" in done
    assert "asynctest" not in done


def test_hooks_that_the_packages_do_not_call_are_listed():
    source = """\
        import asynctest

        class Test(asynctest.TestCase):
            def _init_loop(self):
                super()._init_loop()
            def test(self):
                pass
            def _tearDown(self):
                super()._tearDown()

        class Other(Base):
            def _setUp(self):
                pass
        """

    found = notes(source)

    text = "is not called by the test cases of the packages: override"
    assert found == [
        (5, f"_init_loop() {text} openLoop() and closeLoop()"),
        (9, f"_tearDown() {text} tearDown()"),
    ]
    assert notes(after(source)) == found


@pytest.mark.parametrize("name", sorted(HOMES))
def test_every_name_is_at_its_new_place_and_at_its_old(name):
    package, attribute = HOMES[name]
    owner, _, old = name.rpartition(".")

    assert hasattr(importlib.import_module(package), attribute)
    assert hasattr(importlib.import_module(owner), old)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_name_of_a_module_is_in_the_package_that_replaces_it(name):
    package = importlib.import_module(MODULES[name])

    moved = {old for old in HOMES if old.startswith(f"{name}.")}

    assert all(hasattr(package, old.rpartition(".")[2]) for old in moved)


def test_names_of_unittest_are_those_every_python_has():
    here = {name for home, name in HOMES.values() if home == "unittest"}

    assert here <= set(unittest.__all__)
