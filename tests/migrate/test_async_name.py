"""``asyncio.async``, which is a syntax error since Python 3.7."""

import textwrap

import pytest

pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")

from asynctest.migrate._async_name import rename
from asynctest.migrate._migration import Migration, migrate


def rewrite(source: str) -> Migration:
    return migrate(textwrap.dedent(source))


def test_function_of_3_4_named_async_is_renamed():
    done = rewrite("""\
        import asyncio
        import asyncio as aio
        from asyncio import async, sleep

        asyncio.async(f())  # asyncio.async(f())
        aio . async(f(), loop=loop)
        async(f())
        "asyncio.async(f())"
        """)

    assert done.after == textwrap.dedent("""\
        import asyncio
        import asyncio as aio
        from asyncio import ensure_future, sleep

        asyncio.ensure_future(f())  # asyncio.async(f())
        aio . ensure_future(f(), loop=loop)
        ensure_future(f())
        "asyncio.async(f())"
        """)


def test_import_of_async_under_another_name_keeps_that_name():
    source = """\
        try:
            from asyncio import ensure_future
        except ImportError: from asyncio import (  # old
            async as ensure_future)
        """

    assert "    ensure_future as ensure_future)" in rewrite(source).after


def test_async_of_something_else_is_not_parsed():
    with pytest.raises(SyntaxError, match="not parsed") as caught:
        rewrite("import asyncio\nasyncio.async(f())\npool.async(f())\n")

    assert caught.value.lineno == 3


def test_async_that_is_neither_imported_nor_called_is_left():
    for source in ("async = 1\n", "from asyncio import sleep\nasync(f())\n"):
        assert rename(source) == source
    assert rename("from asyncio import async\nx = async\n").endswith("x = async\n")
