"""patch, and its scopes."""

import asyncio
import functools
import inspect
import types

from asynctest_cases import case as plain_case
from asynctest_cases.coroutine_mocks import kind
from asynctest_cases.running import attempt, run


class Target:
    attribute = "original"
    table = {"a": 1}

    async def coroutine(self):
        pass

    def function(self):
        pass

    @staticmethod
    async def static():
        pass

    @classmethod
    async def of_class(cls):
        pass


class Client:
    async def get(self):
        return "real"


NAMED = __name__ + ".Target.attribute"


def case(function):
    """Add a case that finds the target as it was, whatever the one before left of it."""

    @functools.wraps(function)
    def clean(asynctest):
        Target.attribute, Target.table = "original", {"a": 1}
        return function(asynctest)

    return plain_case(clean)


@case
def mocks(asynctest):
    found = {}
    for name in ("attribute", "coroutine", "function", "static", "of_class"):
        with asynctest.patch.object(Target, name) as mock:
            found[name] = kind(mock)
    with asynctest.patch(__name__ + ".Client") as mock:
        found["Client"] = kind(mock)
    with asynctest.patch(__name__ + ".Client", autospec=True) as mock:
        found["autospec"] = [kind(mock), kind(mock.return_value.get)]
    with asynctest.patch.object(Target, "coroutine", autospec=True) as mock:
        found["autospec of a coroutine function"] = asyncio.iscoroutinefunction(mock)
    with asynctest.patch.object(Target, "coroutine", new_callable=asynctest.MagicMock) as mock:
        found["new_callable"] = kind(mock)
    with asynctest.patch.multiple(
        Target, coroutine=asynctest.DEFAULT, function=asynctest.DEFAULT
    ) as several:
        found["multiple"] = {name: kind(mock) for name, mock in sorted(several.items())}
    return found


@case
def errors(asynctest):
    patch = asynctest.patch
    return [
        attempt(patch, "nodots"),
        attempt(lambda: patch("asyncio.nothing").start()).partition(" from ")[0],
        attempt(lambda: patch(__name__ + ".Target.nothing").start()),
        attempt(patch.multiple, Target),
        attempt(lambda: patch("nowhere.at.all").start()),
    ]


@case
def decorated(asynctest):
    patch = asynctest.patch
    calls = []

    @patch(NAMED)
    def plain(mock):
        return kind(mock)

    @patch(NAMED, "patched")
    async def coroutine():
        return Target.attribute

    @patch(NAMED, "patched")
    def generator():
        yield Target.attribute

    @patch(NAMED)
    async def fresh(mock):
        calls.append(mock)

    run(fresh())
    run(fresh())
    return [
        plain(),
        run(coroutine()),
        list(generator()),
        Target.attribute,
        inspect.iscoroutinefunction(coroutine),
        inspect.isgeneratorfunction(generator),
        coroutine.__name__,
        calls[0] is calls[1],
    ]


def scoped(asynctest, scope, **options):
    """Return what is seen before, inside and outside of a suspended coroutine, and after it."""

    @asynctest.patch(NAMED, "patched", scope=scope)
    async def coroutine():
        seen.append(Target.attribute)
        await asyncio.sleep(0)
        seen.append(Target.attribute)
        if options.get("fails"):
            raise OSError("x")

    Target.attribute = "original"
    seen = []

    async def test():
        loop = asyncio.get_event_loop()
        task = loop.create_task(coroutine())
        seen.append(Target.attribute)
        await asyncio.sleep(0)
        seen.append(Target.attribute)
        if options.get("cancelled"):
            task.cancel()
        await asyncio.wait([task])
        seen.append(Target.attribute)
        task.cancelled() or task.exception()

    run(test())
    return seen


@case
def scopes(asynctest):
    return {
        scope.name + (", " + option if option else ""): scoped(
            asynctest, scope, **({option: True} if option else {})
        )
        for scope in (asynctest.GLOBAL, asynctest.LIMITED)
        for option in ("", "fails", "cancelled")
    }


@case
def scopes_of_generators(asynctest):
    found = {}
    for scope in (asynctest.GLOBAL, asynctest.LIMITED):
        for end in ("next", "close", "throw"):

            @asynctest.patch(NAMED, "patched", scope=scope)
            def generator():
                seen.append(Target.attribute)
                yield
                seen.append(Target.attribute)

            Target.attribute = "original"
            seen = []
            running = generator()
            seen.append(Target.attribute)
            next(running)
            seen.append(Target.attribute)
            if end == "close":
                running.close()
            else:
                attempt(
                    running.throw if end == "throw" else running.send,
                    OSError("x") if end == "throw" else None,
                )
            seen.append(Target.attribute)
            found[f"{scope.name}, {end}"] = seen
    return found


@case
def scopes_of_dicts(asynctest):
    found = {}
    for scope in (asynctest.GLOBAL, asynctest.LIMITED):

        @asynctest.patch.dict(Target.table, {"b": 2}, scope=scope)
        async def coroutine():
            seen.append(sorted(Target.table))
            Target.table["c"] = 3
            await asyncio.sleep(0)
            seen.append(sorted(Target.table))

        seen = []

        async def test():
            task = asyncio.get_event_loop().create_task(coroutine())
            await asyncio.sleep(0)
            seen.append(sorted(Target.table))
            await task
            seen.append(sorted(Target.table))

        run(test())
        found[scope.name] = seen
    return found


@case
def generator_coroutine(asynctest):
    @asynctest.patch(NAMED)
    @types.coroutine
    def coroutine(mock):
        yield from asyncio.sleep(0)
        return kind(mock), Target.attribute is mock

    return run(coroutine())


@case
def decorated_class(asynctest):
    @asynctest.patch(NAMED, "patched")
    class Tests:
        async def test_coroutine(self):
            return Target.attribute

        def test_function(self):
            return Target.attribute

        def other(self):
            return Target.attribute

    tests = Tests()
    return [run(tests.test_coroutine()), tests.test_function(), tests.other()]


@case
def started(asynctest):
    patcher = asynctest.patch(NAMED, "patched")
    patcher.start()
    found = [Target.attribute]
    patcher.stop()
    found.append(Target.attribute)
    asynctest.patch(NAMED, "patched").start()
    asynctest.patch.stopall()
    return [*found, Target.attribute, asynctest.patch.TEST_PREFIX]
