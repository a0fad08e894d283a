"""Generator-based coroutines become native ones, whole or not at all."""

import textwrap

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate._migration import Migration, migrate


def rewrite(source: str) -> Migration:
    return migrate(textwrap.dedent(source))


def lines(source: str) -> list[str]:
    return textwrap.dedent(source).strip().splitlines()


def body(source: str, *, imports: str = "import asyncio") -> tuple[list[str], list[str]]:
    """Rewrite a decorated function; return its lines, and what is left to the author."""
    done = migrate(f"{imports}\n{textwrap.dedent(source).strip()}\n")
    return done.after.splitlines()[1:], [note.text for note in done.notes]


def test_yield_from_becomes_await():
    after, notes = body("""
        @asyncio.coroutine
        def fetch(client):
            answer = yield from client.get("/")
            return answer
        """)

    assert after == lines("""
        async def fetch(client):
            answer = await client.get("/")
            return answer
        """)
    assert notes == []


def test_operand_that_binds_weaker_than_await_gets_parentheses():
    after, _ = body("""
        @asyncio.coroutine
        def either(a, b):
            return (yield from a or b)
        """)

    assert after[-1] == "    return (await (a or b))"


def test_bare_yield_becomes_one_turn_of_the_loop():
    after, _ = body("""
        @asyncio.coroutine
        def turn():
            yield
        """)

    assert after == lines("""
        async def turn():
            await asyncio.sleep(0)
        """)


def test_bare_yield_sleeps_with_the_name_asyncio_has_in_the_module():
    after, _ = body(
        """
        @aio.coroutine
        def turn():
            yield
        """,
        imports="import asyncio as aio",
    )

    assert after[-1] == "    await aio.sleep(0)"


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("import os, asyncio; from asyncio import coroutine", "coroutine"),
        ("import asyncio, asyncio.coroutines", "asyncio.coroutines.coroutine"),
    ],
)
def test_bare_yield_sleeps_with_asyncio_imported_beside(imports, decorator):
    after, notes = body(f"@{decorator}\ndef turn():\n    yield", imports=imports)

    assert after == ["async def turn():", "    await asyncio.sleep(0)"]
    assert notes == []


def test_result_of_a_function_that_takes_a_turn_is_not_awaited():
    after, notes = body("@asyncio.coroutine\ndef f(later):\n    yield\n    return later()")

    assert after == ["async def f(later):", "    await asyncio.sleep(0)", "    return later()"]
    assert notes == []


@pytest.mark.parametrize("other", ["", "import abc; ", "import zlib; ", "import asyncio as aio; "])
def test_bare_yield_is_left_where_asyncio_is_not_imported(other):
    after, notes = body(
        """
        @coroutine
        def turn():
            yield
        """,
        imports=f"{other}from asyncio import coroutine",
    )

    assert after == ["@coroutine", "def turn():", "    yield"]
    assert notes == ["a bare yield is `await asyncio.sleep(0)`: import asyncio"]


def test_lock_of_a_with_statement_becomes_async_with():
    after, _ = body("""
        @asyncio.coroutine
        def guarded(lock):
            with (yield from lock):
                pass
        """)

    assert after == lines("""
        async def guarded(lock):
            async with lock:
                pass
        """)


def test_lock_of_a_function_that_is_left_is_left():
    source = "@asyncio.coroutine\ndef f(lock):\n    with (yield from lock):\n        yield 1"

    assert body(source)[0] == source.splitlines()


def test_with_statement_that_awaits_already_stays():
    after, _ = body("@asyncio.coroutine\nasync def f(a):\n    with (await a):\n        pass")

    assert after == ["async def f(a):", "    with (await a):", "        pass"]


def test_result_used_as_a_context_manager_is_awaited_only():
    after, _ = body("""
        @asyncio.coroutine
        def get(client):
            with (yield from client.get()) as answer:
                return answer
        """)

    assert after[1] == "    with (await client.get()) as answer:"


@pytest.mark.parametrize("items", ["(yield from a), b", "(yield from f())"])
def test_other_context_managers_are_awaited_only(items):
    after, _ = body(f"@asyncio.coroutine\ndef f(a, b):\n    with {items}: pass")

    assert after[1] == f"    with {items.replace('yield from', 'await')}: pass"


def test_comments_and_layout_stay():
    done = rewrite("""\
        #!/usr/bin/env python
        import asyncio

        # what it does
        @decorate  # first
        # the old kind
        @asyncio.coroutine
        # between
        def f( a,b ):   # odd
            x = yield  from  g( a )  # one
            return   x


        # the end
        """)

    assert done.after == textwrap.dedent("""\
        #!/usr/bin/env python
        import asyncio

        # what it does
        @decorate  # first
        # the old kind
        # between
        async def f( a,b ):   # odd
            x = await  g( a )  # one
            return   x


        # the end
        """)


def test_comments_above_the_decorator_stay_above_the_next():
    after, _ = body(
        """
        @decorate
        # the old kind
        @asyncio.coroutine
        @functools.wraps(g)
        def f():
            pass
        """,
        imports="import asyncio, functools",
    )

    assert after[1:3] == ["# the old kind", "@functools.wraps(g)"]


def test_nested_functions_are_each_their_own():
    after, notes = body("""
        @asyncio.coroutine
        def outer(items):
            def numbers():
                yield 1
                yield from items
            lambda: (yield 2)
            yield from asyncio.sleep(0)
        """)

    assert after == lines("""
        async def outer(items):
            def numbers():
                yield 1
                yield from items
            lambda: (yield 2)
            await asyncio.sleep(0)
        """)
    assert notes == []


def test_first_iterable_of_a_comprehension_is_awaited():
    after, _ = body("""
        @asyncio.coroutine
        def all_of(source):
            return [x for x in (yield from source.read())]
        """)

    assert after[-1] == "    return [x for x in (await source.read())]"


@pytest.mark.parametrize(
    ("statement", "note"),
    [
        ("yield 3", "this yield has no counterpart in an async def: rewrite it by hand"),
        ("yield from [1, 2]", "this yield has no counterpart in an async def: rewrite it by hand"),
        (
            "[(yield from x) for x in y]",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "[(yield) for x in y]",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "lambda x=(yield 1): x",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "{(yield from x) for x in y}",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "((yield from x) for x in y)",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "{x: (yield from x) for x in y}",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "lambda x=(yield from y): x",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        (
            "class A(b=(yield from y)): pass",
            "this yield has no counterpart in an async def: rewrite it by hand",
        ),
        ("return later()", "@asyncio.coroutine awaits this result if it can: write an async def"),
        ("return future", "@asyncio.coroutine awaits this result if it can: write an async def"),
    ],
)
def test_function_that_is_not_understood_is_left_and_listed(statement, note):
    after, notes = body(f"@asyncio.coroutine\ndef f(y, later, future):\n    {statement}")

    assert after == ["@asyncio.coroutine", "def f(y, later, future):", f"    {statement}"]
    assert notes == [note]


@pytest.mark.parametrize(
    "statement", ["pass", "return", "return None", "return True", "return 1", "return [a, b]",
                  "return 'text'", "return a == b", "return not a", "raise OSError"]
)  # fmt: skip
def test_function_without_yield_is_rewritten_if_its_result_cannot_be_awaited(statement):
    after, notes = body(f"@asyncio.coroutine\ndef f(a, b):\n    {statement}")

    assert after == ["async def f(a, b):", f"    {statement}"]
    assert notes == []


def test_decorator_on_an_async_function_goes():
    after, _ = body("@asyncio.coroutine\nasync def f(a):\n    return a")

    assert after == ["async def f(a):", "    return a"]


def test_decorator_below_is_left_unless_it_takes_either_kind():
    unknown, notes = body("@asyncio.coroutine\n@register\ndef f():\n    pass")
    known, _ = body(
        "@asyncio.coroutine\n@functools.wraps(g)\ndef f():\n    pass",
        imports="import asyncio, functools",
    )

    assert unknown[0] == "@asyncio.coroutine"
    assert notes == ["a decorator below @asyncio.coroutine: decide what it decorates"]
    assert known == ["@functools.wraps(g)", "async def f():", "    pass"]


def test_other_use_of_the_function_is_listed():
    after, notes = body("double = CoroutineMock(side_effect=asyncio.coroutine(lambda: 1))")

    assert after == ["double = CoroutineMock(side_effect=asyncio.coroutine(lambda: 1))"]
    assert notes == ["asyncio.coroutine is gone since Python 3.11: write an async def"]


def test_awaiting_an_undecorated_generator_is_listed():
    _, notes = body("""
        def helper():
            yield from asyncio.sleep(0)

        @asyncio.coroutine
        def f():
            yield from helper()
        """)

    assert notes == [
        (
            "`helper` is a generator function without @asyncio.coroutine: "
            "make it an async def, or decorate it with types.coroutine"
        )
    ]


@pytest.mark.parametrize(
    "helper",
    [
        "def helper():\n    return asyncio.sleep(0)",
        "@types.coroutine\ndef helper():\n    yield from asyncio.sleep(0)",
        "@asyncio.coroutine\ndef helper():\n    yield from asyncio.sleep(0)",
    ],
)
def test_awaiting_what_can_be_awaited_is_fine(helper):
    _, notes = body(f"{helper}\n@asyncio.coroutine\ndef f():\n    yield from helper()")

    assert notes == []


def test_imported_name_goes_with_its_last_use():
    done = rewrite("""\
        # what is needed
        from asyncio import coroutine
        from asyncio import coroutine as co, sleep

        @coroutine
        def f():
            yield from sleep(0)

        @co
        def g():
            pass
        """)

    assert done.after.startswith("# what is needed\nfrom asyncio import sleep\n\nasync def f()")


def test_comments_above_an_import_that_goes_stay():
    done = rewrite("""\
        import sys

        # what is needed
        from asyncio import coroutine

        # what it does
        @coroutine
        def f():
            try:
                # here too
                from asyncio import coroutine
                sys.exit()
            finally:
                pass
        """)

    assert done.after == textwrap.dedent("""\
        import sys

        # what is needed

        # what it does
        async def f():
            try:
                # here too
                pass
                sys.exit()
            finally:
                pass
        """)


def test_comments_above_a_last_line_that_goes_stay():
    done = rewrite("import sys\n# the end\nfrom asyncio import coroutine\n")

    assert done.after == "import sys\n# the end\n"


def test_imported_name_stays_with_a_use():
    source = "from asyncio import coroutine\n\n@coroutine\ndef f():\n    yield 1\n"

    assert rewrite(source).after == source


def test_import_that_is_a_whole_block_becomes_pass():
    done = rewrite("""\
        try:
            from asyncio import coroutine
        except ImportError:
            pass

        @coroutine
        def f():
            pass
        """)

    assert done.after.startswith("try:\n    pass\nexcept ImportError:")


@pytest.mark.parametrize(
    "source",
    [
        "import types\n\n@types.coroutine\ndef f():\n    yield\n",
        "from tornado.gen import coroutine\n\n@coroutine\ndef f():\n    yield from g()\n",
        "def coroutine(f):\n    return f\n\n@coroutine\ndef f():\n    yield from g()\n",
        "import asyncio\n\ndef numbers():\n    yield from range(3)  # coroutine\n",
    ],
)
def test_what_is_not_of_asyncio_is_untouched(source):
    done = rewrite(source)

    assert done.after == source
    assert done.notes == ()


def one_function(statement: str) -> str:
    return (
        "import asyncio\n@asyncio.coroutine\ndef f():\n"
        f"    {statement}\n        pass\n    yield from g()\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("with (yield from locks[0]):", "async with locks[0]:"),
        ("with (yield from self.lock):", "async with self.lock:"),
        ("with (yield from a), (yield from b):", "async with a, b:"),
    ],
)
def test_locks_of_all_kinds_are_entered_by_async_with(old, new):
    done = migrate(one_function(old))

    assert new in done.after
    assert done.notes == ()


@pytest.mark.parametrize(
    "statement",
    [
        "with (yield from lock) as held:",
        "with (yield from make_lock()):",
        "with (yield from lock), open(name) as file:",
    ],
)
def test_what_may_be_no_lock_is_listed(statement):
    done = migrate(one_function(statement))

    assert "async with" not in done.after
    [note] = done.notes
    assert note.line == 3
    assert "cannot be entered so since Python 3.9: write async with" in note.text
    assert migrate(done.after).notes == done.notes


def test_awaited_lock_of_an_async_def_is_listed():
    [note] = migrate("async def f():\n    with await lock:\n        pass\n").notes

    assert note.line == 2


@pytest.mark.parametrize("name", ["__iter__", "__await__", "__next__", "__aiter__"])
def test_functions_that_return_iterators_are_left_and_listed(name):
    source = (
        "import asyncio\nclass C:\n    @asyncio.coroutine\n"
        f"    def {name}(self):\n        return (yield from self.future)\n"
    )

    done = migrate(source)
    assert done.after == source
    [note] = done.notes
    assert f"{name}() has to return an iterator" in note.text


def test_other_methods_of_protocols_are_rewritten():
    source = (
        "import asyncio\nclass C:\n    @asyncio.coroutine\n"
        "    def __aenter__(self):\n        yield from self.open()\n"
    )

    assert "    async def __aenter__(self):\n        await self.open()" in migrate(source).after
