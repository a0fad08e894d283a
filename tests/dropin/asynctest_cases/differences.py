"""
Where the drop-in differs from asynctest 0.13, and the sentence of the migration page that says so.

The key is what the page says, word for word; the values are patterns of paths into the outcomes of
the cases. A difference that is in no pattern fails the test, and so does a pattern without one.
"""

DIFFERENCES = {
    "An exhausted `side_effect` of a `CoroutineMock` raises an error that is both StopIteration "
    "and StopAsyncIteration": ["coroutine_mocks.iterable_side_effect/3"],
    "A decorated coroutine function gets a new mock for each call": ["patches.decorated/7"],
    "Messages of `assert_awaited*` are worded as those of `unittest.mock`": [
        "coroutine_mocks.assertions_*"
    ],
    "Errors of mocks begin as before and go on: with the signature, or the spec": [
        "mocks.autospec/1",
        "mocks.autospec/9",
        "mocks.autospec/10",
        "mocks.unknown_attribute/*",
        "selectors.socket_mocks/2",
    ],
    "`assert_awaited_once()` takes no arguments": [
        "names.signatures/CoroutineMock.assert_awaited_once"
    ],
    "`reset_mock()` takes the arguments of `unittest.mock`": [
        "names.signatures/CoroutineMock.reset_mock"
    ],
    "`scope` of `patch` is given by name": ["names.signatures/patch", "names.signatures/patch.*"],
    "`is_coroutine` is given by name": ["names.signatures/NonCallable*Mock"],
    "A `MagicMock` is a `NonCallableMock`": ["mocks.instances/MagicMock/0"],
    "An exception thrown into a patched generator puts the original back": [
        "patches.scopes_of_generators/GLOBAL, throw/3"
    ],
    "`create_autospec(coroutine_function, instance=True)` is refused in other words": [
        "mocks.autospec/8"
    ],
    "Methods of a `FileMock` or `SocketMock` that are not configured do what a file would do": [
        "selectors.file_mocks/1"
    ],
    "`FileDescriptor.next_fd` starts at 2**31": ["selectors.file_descriptors/4"],
    "The selector inside a `TestSelector` may have one file more": [
        "selectors.selector_over_another/2",
        "selectors.selector_over_another/3",
        "selectors.selector_over_another/5",
    ],
    "`assertAsyncRaises` returns the exception": [
        "tests.async_assertions/0",
        "tests.async_assertions/3",
    ],
    "A `FunctionTestCase` runs coroutine functions": ["tests.function_test_case/0"],
    "`forbid_get_event_loop` is reported in other words": ["tests.forbidden_get_event_loop/0/1"],
    "`fail_on()` of an unknown check goes on to list the known ones": ["checks.unknown_check"],
    "`fail_on` of a subclass counts, whichever class ran a test first": ["checks.precedence/2/2"],
    "Names that were importable by accident, or how the mocks were built, are gone": [
        "names.all_names/*/TimerHandle",
        "names.all_names/*/AsyncMagicMixin",
        "names.all_names/*/*Meta",
        "names.all_names/*/MockMetaMixin",
        "names.all_names/*/async_magic_coroutines",
        "names.all_names/*/fail_on_*active_selector_callbacks",
    ],
}
