# ruff: noqa: E501 (what is expected is written on one line)
"""``--to-packages``: imports of asynctest become imports of the four packages."""

import importlib
import textwrap
import unittest

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

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
        import asyncmock_plus.coroutines
        import unittest

        @asyncloop_testcase.lenient
        class Test(asyncloop_testcase.TestCase):
            @asyncmock_plus.coroutines.patch("module.function")
            @asyncmock_plus.coroutines.patch.object(thing, "name")
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
        ("from asynctest import mock", "import asyncmock_plus.coroutines as mock"),
        ("from asynctest import mock as m", "import asyncmock_plus.coroutines as m"),
        ("import asynctest.mock as amock", "import asyncmock_plus.coroutines as amock"),
        ("from asynctest.mock import patch", "from asyncmock_plus.coroutines import patch"),
        ("from asynctest.mock import (\n    patch,  # a\n    call\n)",
         "from asyncmock_plus.coroutines import (\n    patch,  # a\n    call\n)"),
        ("from asynctest import patch as p, call", "from asyncmock_plus.coroutines import patch as p, call"),
        ("from asynctest import TestCase, patch, fail_on",
         "from asyncloop_testcase import TestCase, fail_on\nfrom asyncmock_plus.coroutines import patch"),
        ("from asynctest.helpers import exhaust_callbacks",
         "from asyncloop_testcase import exhaust_callbacks"),
        ("from asynctest import skip", "from unittest import skip"),
        ("from asynctest.case import ClockedTestCase",
         "from asyncio_fakeclock import ClockedTestCase"),
        ("import asynctest as at\nat.patch", "import asyncmock_plus.coroutines\nasyncmock_plus.coroutines.patch"),
        ("import asynctest, sys\nasynctest.patch",
         "import asyncmock_plus.coroutines\nimport sys\nasyncmock_plus.coroutines.patch"),
        ("import abc, asynctest, sys\nasynctest.patch",
         "import asyncmock_plus.coroutines\nimport abc, sys\nasyncmock_plus.coroutines.patch"),
        ("import zlib\nimport asynctest\nzlib.crc32(asynctest.patch).real",
         "import zlib\nimport asyncmock_plus.coroutines\nzlib.crc32(asyncmock_plus.coroutines.patch).real"),
        ("import abc\nimport asynctest\nabc.ABC(asynctest.patch).real",
         "import abc\nimport asyncmock_plus.coroutines\nabc.ABC(asyncmock_plus.coroutines.patch).real"),
        ("import unittest\nimport asynctest\nasynctest.main",
         "import unittest\nunittest.main"),
        ("from asynctest import case, patch\n(case.TestCase).loop",
         ("import asyncloop_testcase\nfrom asyncmock_plus.coroutines import patch\n"
         "(asyncloop_testcase.TestCase).loop")),
        ("from asynctest import case\ncase.TestCase",
         "import asyncloop_testcase\nasyncloop_testcase.TestCase"),
        ("if x:\n    import asynctest\n    asynctest.patch",
         "if x:\n    import asyncmock_plus.coroutines\n    asyncmock_plus.coroutines.patch"),
        ("import asynctest\npatch = (asynctest.mock).patch",
         "import asyncmock_plus.coroutines\npatch = asyncmock_plus.coroutines.patch"),
        ("try:\n    import asynctest as at\nexcept E:\n    import aiounittest as at\nat.main",
         "try:\n    import unittest\nexcept E:\n    import aiounittest as at\nunittest.main"),
        ("import asynctest\nmock = asynctest.mock", "import asyncmock_plus.coroutines\nmock = asyncmock_plus.coroutines"),
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
        from asyncmock_plus.coroutines import (
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
        from asyncmock_plus.coroutines import (
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
        from asyncmock_plus.coroutines import patch
        from asyncloop_testcase import TestCase, lenient

        @lenient
        class Test(TestCase):
            pass
        """)


def test_class_with_a_decorator_for_all_checks_gets_no_other():
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
        from asyncio_fakeclock import ClockedTestCase
        from asyncloop_testcase import strict

        @strict
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
        "import asyncmock_plus.coroutines\nimport asynctest\nasyncmock_plus.coroutines.patch\nasynctest.unknown\n"
    )


def test_known_names_of_one_import_move_although_others_stay():
    assert after("from asynctest import patch, _fail_on\n") == (
        "from asyncmock_plus.coroutines import patch\nfrom asynctest import _fail_on\n"
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
            import asyncmock_plus.coroutines
        import asyncmock_plus.coroutines
        asyncmock_plus.coroutines.patch
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

    assert 'asyncmock_plus.coroutines.patch("module.name").start()' in done
    assert "self.id = asyncmock_plus.coroutines.Mock().a[asyncmock_plus.coroutines.ANY].b" in done
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


def changes(source: str) -> list[tuple[int, str]]:
    done = migrate(textwrap.dedent(source), to_packages=True)
    again = migrate(done.after, to_packages=True)
    assert (again.after, again.changes) == (done.after, ())
    compile(done.after, "after", "exec")
    return [(change.line, change.text) for change in done.changes]


@pytest.mark.parametrize("decorator", ["@lenient", "@lenient()", "@strict()", "@at.lenient"])
def test_decorator_for_all_checks_is_not_given_twice(decorator):
    source = f"""\
        import asynctest as at
        from asynctest import TestCase, lenient, strict

        {decorator}
        class Tests(TestCase):
            pass
        """

    assert after(source).count("@") == 1


BRANCHES = {
    "branch": """\
        import sys
        if sys.version_info >= (3, 8):
            from unittest import IsolatedAsyncioTestCase as TestCase
        else:
            from asynctest import TestCase
        """,
    "try": """\
        try:
            from asynctest import TestCase
        except ImportError:
            from unittest import TestCase
        """,
    "own class": """\
        try:
            from asynctest import ClockedTestCase as TestCase
        except ImportError:
            TestCase = object
        """,
    "module": """\
        try:
            import asynctest
        except ImportError:
            import unittest as asynctest
        TestCase = asynctest.TestCase
        """,
}


@pytest.mark.parametrize("name", BRANCHES)
def test_base_class_of_a_branch_is_listed_and_not_decorated(name):
    base = "asynctest.TestCase" if name == "module" else "TestCase"
    source = textwrap.dedent(BRANCHES[name]) + f"\nclass Tests({base}):\n    pass\n"

    assert "lenient" not in after(source)
    told = [(line, text) for line, text in changes(source) if "the base class may be" in text]
    assert [line for line, _ in told] == [
        after(source)
        .splitlines()
        .index(next(line for line in after(source).splitlines() if line.startswith("class Tests")))
        + 1
    ]


@pytest.mark.parametrize("own", ["def lenient(x): ...", "from mine import lenient", "lenient = 1"])
def test_name_of_the_decorator_may_be_taken(own):
    done = after(f"from asynctest import TestCase\n{own}\nclass Tests(TestCase):\n    pass\n")

    assert "import asyncloop_testcase\n" in done
    assert "@asyncloop_testcase.lenient\nclass Tests(TestCase):" in done


def test_comment_of_a_name_that_moves_away_goes_with_it():
    done = after("""\
        from asynctest import (
            TestCase,
            patch,  # why
        )
        class Tests(TestCase):
            pass
        """)

    assert done.count("# why") == 1
    assert "patch,  # why" in done


def test_patches_make_the_mocks_they_made():
    done = after("import asynctest\nfrom asynctest import mock\nasynctest.patch('a.b')\n")

    assert done == (
        "import asyncmock_plus.coroutines\nimport asyncmock_plus.coroutines as mock\n"
        "asyncmock_plus.coroutines.patch('a.b')\n"
    )


@pytest.mark.parametrize(
    ("use", "text"),
    [
        ("@asynctest.strict\nclass Tests: ...", "switches on more checks"),
        ("asynctest.SocketMock()", "its fileno() is -1 when it is closed"),
        ("asynctest.selector.FileMock()", "its fileno() is -1 when it is closed"),
        ("asynctest.set_read_ready(sock, loop)", "calls the reader in the next iteration"),
        ("asynctest.TestSelector()", "has a real selector for real files"),
        ("class Tests(asynctest.TestCase): ...", "its tasks are cancelled"),
        ("class Tests(asynctest.ClockedTestCase): ...", "its time is a float"),
    ],
)
def test_what_does_something_else_is_listed(use, text):
    source = f"import asynctest\n\n{use}\n"
    done = migrate(source, to_packages=True)

    [change] = done.changes
    assert text in change.text
    named = done.after.splitlines()[change.line - 1]
    assert named.strip() in (use.splitlines()[0].replace("asynctest", "x"), named.strip())
    assert change.text.split()[1].rstrip(":") in named
    [before] = done.before_it()[1]
    assert source.splitlines()[before.line - 1] in use


def test_nothing_is_listed_twice_or_without_the_option():
    source = "from asynctest import SocketMock\nSocketMock()\n"

    assert migrate(source).changes == ()
    assert [line for line, _ in changes(source)] == [2]
