"""``loop=`` arguments, removed assertions and ``ignore_loop``."""

import textwrap

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate._migration import migrate


def after(source: str) -> str:
    return migrate(textwrap.dedent(source)).after


def notes(source: str) -> list[tuple[int, str]]:
    return [(note.line, note.text) for note in migrate(textwrap.dedent(source)).notes]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asyncio.Lock(loop=loop)", "asyncio.Lock()"),
        ("asyncio.sleep(1, loop=self.loop)", "asyncio.sleep(1)"),
        ("asyncio.sleep(1, loop=asyncio.get_event_loop())", "asyncio.sleep(1)"),
        ("asyncio.wait_for(f, loop=loop, timeout=1)", "asyncio.wait_for(f, timeout=1)"),
        ("asyncio.open_connection(host=h, loop=loop)", "asyncio.open_connection(host=h)"),
        ("asyncio.gather(*fs, loop=loop)", "asyncio.gather(*fs)"),
        ("asyncio.gather( a, b, loop=loop, )", "asyncio.gather( a, b, )"),
        ("asyncio.queues.Queue(0, loop=loop)", "asyncio.queues.Queue(0)"),
        ("asyncio.wait([asyncio.sleep(1, loop=l)], loop=l)", "asyncio.wait([asyncio.sleep(1)])"),
        ("asyncio.start_server(cb, 'h', loop=loop)", "asyncio.start_server(cb, 'h')"),
        ("asyncio.create_subprocess_exec('ls', loop=loop)", "asyncio.create_subprocess_exec('ls')"),
    ],
)
def test_loop_argument_that_was_removed_goes(old, new):
    assert after(f"import asyncio\nx = {old}\n") == f"import asyncio\nx = {new}\n"


@pytest.mark.parametrize(
    "call",
    [
        "asyncio.Future(loop=loop)",
        "asyncio.Task(c, loop=loop)",
        "asyncio.ensure_future(c, loop=loop)",
        "asyncio.wrap_future(f, loop=loop)",
        "asyncio.StreamReader(loop=loop)",
        "asyncio.run_coroutine_threadsafe(c, loop=loop)",
        "aiohttp.ClientSession(loop=loop)",
        "Lock(loop=loop)",
        "self.asyncio.sleep(1, loop=loop)",
        "asyncio.sleep(1, **{'loop': loop})",
    ],
)
def test_loop_argument_that_remains_is_untouched(call):
    source = f"import asyncio, aiohttp\nx = {call}\n"

    assert after(source) == source
    assert notes(source) == []


def test_loop_argument_of_a_name_imported_from_asyncio_goes():
    source = "from asyncio import sleep as nap\nnap(1, loop=loop)\n"

    assert after(source) == "from asyncio import sleep as nap\nnap(1)\n"


def test_comments_beside_a_removed_argument_stay():
    source = """\
        import asyncio
        asyncio.wait_for(
            task,  # the task
            timeout=1,  # a second
            loop=loop
        )
        """

    assert after(source) == textwrap.dedent("""\
        import asyncio
        asyncio.wait_for(
            task,  # the task
            timeout=1,  # a second
        )
        """)


@pytest.mark.parametrize(("old", "new"), [("\n)", ")"), ("\n  )", "  )"), (")", ")")])
def test_closing_bracket_stays_below_a_comment(old, new):
    head = "import asyncio\nasyncio.sleep(\n    1,  # a second\n"

    assert after(f"{head}    loop=loop{old}\n") == f"{head}{new}\n"


def test_loop_argument_that_calls_something_is_left_and_listed():
    source = "import asyncio\nasyncio.sleep(1, loop=self.make_loop())\n"

    assert after(source) == source
    text = "loop= is gone since Python 3.10, and its value is more than a name"
    assert notes(source) == [(2, text)]


def test_loop_argument_of_a_base_class_is_listed():
    source = """\
        import asyncio

        class Named(asyncio.Lock):
            def __init__(self, name, loop):
                super().__init__(loop=loop)
        """

    assert notes(source) == [(5, "the base class takes no loop= since Python 3.10")]


def test_loop_argument_belongs_to_the_base_of_the_inner_class():
    source = """\
        import asyncio

        class Outer(asyncio.Lock):
            class Plain:
                def __init__(self, loop):
                    super().__init__(loop=loop)
            class Inner(asyncio.Lock):
                def __init__(self, loop):
                    super().__init__(loop=loop)
            def __init__(self, loop):
                super().__init__(loop=loop)

        class Plain:
            def __init__(self, loop):
                super().__init__(loop=loop)
            class Inner(asyncio.Lock):
                def __init__(self, loop):
                    super().__init__(loop=loop)
        """

    assert [line for line, _ in notes(source)] == [9, 11, 18]


def test_loop_argument_of_anything_else_in_such_a_class_is_left_alone():
    source = """\
        import asyncio

        class Named(asyncio.Lock):
            def start(self, loop):
                super().start(loop=loop)
                super().__enter__(loop=loop)
                type(self).__init__(self, loop=loop)
                make().__init__(loop=loop)
                self.other.__init__(loop=loop)
                make().start(loop=loop)
        """

    assert notes(source) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assertEquals", "assertEqual"),
        ("assertNotEquals", "assertNotEqual"),
        ("assert_", "assertTrue"),
        ("assertAlmostEquals", "assertAlmostEqual"),
        ("assertNotAlmostEquals", "assertNotAlmostEqual"),
        ("assertRegexpMatches", "assertRegex"),
        ("assertNotRegexpMatches", "assertNotRegex"),
        ("assertRaisesRegexp", "assertRaisesRegex"),
        ("failUnlessEqual", "assertEqual"),
        ("failIfEqual", "assertNotEqual"),
        ("failUnlessAlmostEqual", "assertAlmostEqual"),
        ("failIfAlmostEqual", "assertNotAlmostEqual"),
        ("failUnless", "assertTrue"),
        ("failUnlessRaises", "assertRaises"),
        ("failIf", "assertFalse"),
    ],
)
def test_removed_assertion_has_its_present_name(old, new):
    assert after(f"self . {old}(a, b)\n") == f"self . {new}(a, b)\n"


def test_removed_assertion_is_renamed_on_the_class_and_on_super():
    source = "import unittest\nunittest.TestCase.assertEquals(self, 1, 1)\nsuper().failIf(0)\n"

    assert after(source) == (
        "import unittest\nunittest.TestCase.assertEqual(self, 1, 1)\nsuper().assertFalse(0)\n"
    )


def test_assertion_of_another_object_is_untouched():
    source = "checker.assertEquals(1, 1)\nassertEquals = self\n"

    assert after(source) == source


def test_assertion_the_module_defines_is_left_and_listed():
    source = """\
        class Case:
            def assertEquals(self, a, b): ...
            def test(self):
                self.assertEquals(1, 1)
        """

    assert after(source) == textwrap.dedent(source)
    assert notes(source) == [(4, "assertEquals() is defined in this module, and is left alone")]


def test_assertion_without_successor_is_listed():
    assert notes("self.assertDictContainsSubset(a, b)\n") == [
        (
            1,
            (
                "assertDictContainsSubset() is gone since Python 3.12: "
                "compare with {**whole, **part} by assertEqual"
            ),
        )
    ]


@pytest.mark.parametrize("old", ["ignore_loop", "ignore_loop()"])
def test_ignore_loop_becomes_fail_on(old):
    new = "fail_on(unused_loop=False)"

    assert after(f"import asynctest\n@asynctest.{old}\ndef f(): pass\n") == (
        f"import asynctest\n@asynctest.{new}\ndef f(): pass\n"
    )
    assert after(f"from asynctest import ignore_loop\n@{old}\ndef f(): pass\n") == (
        f"from asynctest import fail_on\n@{new}\ndef f(): pass\n"
    )


def test_ignore_loop_called_on_a_test_becomes_a_decorator_call():
    assert after("import asynctest\ntest = asynctest.ignore_loop(work)\n") == (
        "import asynctest\ntest = asynctest.fail_on(unused_loop=False)(work)\n"
    )


def test_fail_on_is_imported_once():
    source = (
        "from asynctest import (\n    fail_on,\n    ignore_loop,\n)\n@ignore_loop\ndef f(): 0\n"
    )

    assert after(source).startswith("from asynctest import (\n    fail_on,\n)\n@fail_on(unused")


def test_ignore_loop_under_another_name_keeps_that_name():
    source = "from asynctest import ignore_loop as quiet\n@quiet\ndef f(): pass\n"

    assert after(source) == (
        "from asynctest import fail_on as quiet\n@quiet(unused_loop=False)\ndef f(): pass\n"
    )
