# ruff: noqa: E501 (the messages are as long as they are)
"""
What mocks and patches say.

Where the standard library has a message for the same thing it is that one, word for word: its own
test suite asks for it.
"""

import asyncmock_plus as mock

from messages.said import says, warned


class Service:
    __module__ = "app"

    limit = 3

    async def fetch(self, key):
        """Fetch."""

    def close(self):
        """Close."""


@says(
    "AttributeError: Mock object has no attribute 'fetsch', nor has its spec, Service. Did you mean: 'fetch'?"
)
def test_attribute_that_is_not_in_the_spec():
    mock.Mock(spec=Service).fetsch


@says(
    "AttributeError: Mock object has no attribute 'fetsch', nor has its spec, Service. Did you mean: 'fetch'?"
)
def test_attribute_that_cannot_be_set():
    mock.Mock(spec_set=Service).fetsch = 1


@says("AttributeError: Mock object has no attribute '__len__', nor has its spec, Service")
def test_magic_method_that_is_not_in_the_spec():
    mock.MagicMock(spec_set=Service).__len__ = lambda self: 1


@says("AttributeError: Attempting to set unsupported magic method '__getattr__'.")
def test_magic_method_that_is_not_supported():
    mock.Mock().__getattr__ = 1


@says(
    "AttributeError: 'assert_awaited_twice' is not a valid assertion. Use a spec for the mock if 'assert_awaited_twice' is meant to be an attribute"
)
def test_misspelt_assertion():
    mock.Mock().assert_awaited_twice()


@says("AttributeError: name")
def test_deleted_attribute():
    m = mock.Mock()
    del m.name
    m.name


@says("AttributeError: service.fetch")
def test_attribute_of_a_sealed_mock():
    m = mock.Mock(name="service")
    mock.seal(m)
    m.fetch


@says("AttributeError: Cannot set service.fetch")
def test_attribute_set_on_a_sealed_mock():
    m = mock.Mock(name="service")
    mock.seal(m)
    m.fetch = 1


@says("TypeError: too many positional arguments: Service.close()")
def test_call_with_other_arguments():
    mock.create_autospec(Service, instance=True).close(1)


@says("TypeError: missing a required argument: 'key': Service.fetch(key)")
async def test_coroutine_called_with_other_arguments():
    await mock.create_autospec(Service, instance=True).fetch()


@says("InvalidSpecError: Cannot spec a Mock object. [object=<Mock name='service' id='...'>]")
def test_spec_that_is_a_mock():
    mock.Mock(spec=mock.Mock(name="service"))


@says("InvalidSpecError: Cannot autospec a Mock object. [object=<Mock name='service' id='...'>]")
def test_autospec_of_a_mock():
    mock.create_autospec(mock.Mock(name="service"))


@says(
    "RuntimeError: Instance can not be True when create_autospec is mocking an async function: <function Service.fetch at 0x...>"
)
def test_autospec_of_an_instance_of_a_coroutine_function():
    mock.create_autospec(Service.fetch, instance=True)


@says("RuntimeError: 'set_spec' might be a typo; use unsafe=True if this is intended")
def test_misspelt_argument_of_an_autospec():
    mock.create_autospec(Service, set_spec=True)


@says(
    "InvalidSpecError: Cannot autospec attr 'close' from target <MagicMock spec='Service' id='...'> as it has already been mocked out. [target=<MagicMock spec='Service' id='...'>, attr=<MagicMock name='close' id='...'>]"
)
def test_autospec_of_a_class_that_is_mocked_in_part():
    with mock.patch.object(Service, "close"):
        mock.create_autospec(Service).close()


@says(
    "TypeError: read_data of mock_open() must be str or bytes, not 3; or a mapping from paths to these"
)
def test_data_that_cannot_be_read():
    mock.mock_open(read_data=3)()


@says("Exhausted: side_effect of 'fetch' is exhausted: it had 0 results")
def test_exhausted_coroutine():
    m = mock.CoroutineMock(name="fetch", side_effect=[])
    m()


@says("StopAsyncIteration: side_effect of 'fetch' is exhausted: it had 0 results")
async def test_exhausted_async_mock():
    m = mock.AsyncMock(name="fetch", side_effect=[])
    await m()


@says("TypeError: 'int' object is not an iterator")
def test_side_effect_that_is_no_effect():
    mock.Mock(side_effect=3)()


@says("AssertionError: Expected fetch to have been awaited.")
def test_never_awaited():
    mock.CoroutineMock(name="fetch").assert_awaited()


@says("AssertionError: Expected fetch to have been awaited once. Awaited 0 times.")
def test_never_awaited_once():
    mock.CoroutineMock(name="fetch").assert_awaited_once()


@says("AssertionError: Expected fetch to have been awaited once. Awaited 2 times.")
async def test_awaited_twice():
    m = mock.CoroutineMock(name="fetch")
    await m(1)
    await m(2)
    m.assert_awaited_once_with(2)


@says(
    """
    AssertionError: expected await not found.
    Expected: fetch(2)
    Actual: fetch(1)
    """
)
async def test_awaited_with_others():
    m = mock.CoroutineMock(name="fetch")
    await m(1)
    m.assert_awaited_with(2)


@says(
    """
    AssertionError: Expected await: fetch(2)
    Not awaited
    """
)
def test_never_awaited_with():
    mock.CoroutineMock(name="fetch").assert_awaited_with(2)


@says("AssertionError: fetch(2) await not found")
async def test_not_among_the_awaits():
    m = mock.CoroutineMock(name="fetch")
    await m(1)
    m.assert_any_await(2)


@says(
    """
    AssertionError: Awaits not found.
    Expected: [call(1), call(2)]
    Actual: [call(1)]
    """
)
async def test_awaits_that_were_not():
    m = mock.CoroutineMock(name="fetch")
    await m(1)
    m.assert_has_awaits([mock.call(1), mock.call(2)])


@says("AssertionError: (call(2),) not all found in await list")
async def test_awaits_that_were_not_in_any_order():
    m = mock.CoroutineMock(name="fetch")
    await m(1)
    m.assert_has_awaits([mock.call(1), mock.call(2)], any_order=True)


@says("AssertionError: Expected fetch to not have been awaited. Awaited 1 times.")
async def test_awaited_though_it_should_not():
    m = mock.CoroutineMock(name="fetch")
    await m(1)
    m.assert_not_awaited()


@says("AssertionError: fetch was not awaited within 0 s as expected: awaited 0 times: []")
async def test_wait_for_an_await_that_does_not_come():
    m = mock.CoroutineMock(name="fetch")
    await m.awaited.wait(timeout=0)


@says(
    "AssertionError: fetch was not awaited within 0 s as expected: awaited 1 times: [call('key')]"
)
async def test_wait_for_another_await():
    m = mock.CoroutineMock(name="fetch")
    await m("key")
    await m.awaited.wait(skip=1, timeout=0)


@says(
    "AssertionError: fetch was not awaited within 0 s as expected: awaited 1 times: [call('key')]"
)
async def test_wait_for_the_next_await():
    m = mock.CoroutineMock(name="fetch")
    await m("key")
    await m.awaited.wait_next(timeout=0)


@says(
    "AssertionError: fetch was not awaited within 0 s as expected: awaited 20 times: [call(0), call(1), call(2), call(3), call(4), call(5), call(6), call(7), call(8), call(9), call(10), call(11), call(12), call(13), call(14), call(15), call(16), call(17), call(18), call(19)]"
)
async def test_wait_for_an_await_of_a_kind():
    m = mock.CoroutineMock(name="fetch")
    for key in range(20):
        await m(key)
    await m.awaited.wait_for(lambda m: m.await_count > 99, timeout=0)


@says("RuntimeWarning: coroutine 'service.fetch' was never awaited")
def test_coroutine_of_a_mock_that_is_not_awaited():
    service = mock.Mock(name="service", spec=Service)
    return warned(lambda: service.fetch(1) and None)


@says("AssertionError: work was not called before timeout(0).")
def test_wait_for_a_call_that_does_not_come():
    mock.ThreadingMock(name="work", timeout=0).wait_until_called()


@says("AssertionError: work(1) call not found")
def test_wait_for_a_call_with_arguments():
    mock.ThreadingMock(name="work", timeout=0).wait_until_any_call_with(1)


@says("ValueError: unknown scope 'global': a patch is GLOBAL or LIMITED (asyncmock_plus.LIMITED)")
def test_unknown_scope():
    mock.patch("os.getcwd", scope="global")


@says("TypeError: Need a valid target to patch. You supplied: 'getcwd'")
def test_patch_of_a_name_without_a_module():
    mock.patch("getcwd")


@says("TypeError: Need a valid target to patch. You supplied: 3")
def test_patch_of_no_name():
    mock.patch(3)


@says("AttributeError: <class 'app.Service'> does not have the attribute 'fetsch'")
def test_patch_of_what_is_not_there():
    mock.patch.object(Service, "fetsch").start()


@says("ModuleNotFoundError: No module named 'no_such_module'")
def test_patch_of_a_module_that_is_not_there():
    mock.patch("no_such_module.name").start()


@says("TypeError: 'os' must be the actual object to be patched, not a str")
def test_patch_of_a_name_as_an_object():
    mock.patch.object("os", "getcwd")


@says("ValueError: Must supply at least one keyword argument with patch.multiple")
def test_patch_of_nothing():
    mock.patch.multiple("os")


@says(
    "RuntimeError: Patch is already started: <patch of 'getcwd', started>. Stop it first, or make a copy() of it"
)
def test_patch_that_is_started_already():
    patcher = mock.patch("os.getcwd")
    with patcher:
        patcher.start()


@says("AttributeError: 'temp_original' of a patch is known only while it is in force")
def test_original_of_a_patch_that_is_not_in_force():
    mock.patch("os.getcwd").temp_original


@says("TypeError: Can't specify spec and autospec")
def test_patch_with_spec_and_autospec():
    mock.patch("os.getcwd", spec=True, autospec=True).start()


@says("TypeError: Can't provide explicit spec_set *and* spec or autospec")
def test_patch_with_spec_set_and_spec():
    mock.patch("os.getcwd", spec=True, spec_set=Service).start()


@says("TypeError: Can't pass kwargs to a mock we aren't creating: 'return_value' with new=3")
def test_patch_with_something_new_and_arguments():
    mock.patch("os.getcwd", new=3, return_value="/").start()


@says("ValueError: Cannot use 'new' and 'new_callable' together")
def test_patch_with_new_and_new_callable():
    mock.patch("os.getcwd", new=3, new_callable=mock.Mock)


@says("ValueError: Cannot use 'autospec' and 'new_callable' together")
def test_patch_with_autospec_and_new_callable():
    mock.patch("os.getcwd", autospec=True, new_callable=mock.Mock)


@says("TypeError: autospec creates the mock for you. Can't specify autospec and new.")
def test_patch_with_autospec_and_new():
    mock.patch("os.getcwd", new=3, autospec=True).start()


@says("TypeError: Can't use 'spec' with create=True")
def test_patch_that_creates_with_a_spec():
    mock.patch("os.getcvd", create=True, spec=True).start()


@says("TypeError: Can't use 'autospec' with create=True")
def test_patch_that_creates_with_autospec():
    mock.patch("os.getcvd", create=True, autospec=True).start()


@says("RuntimeError: 'autospect' might be a typo; use unsafe=True if this is intended")
def test_misspelt_argument_of_a_patch():
    mock.patch("os.getcwd", autospect=True)


@says(
    "InvalidSpecError: Cannot spec attr 'getcwd' as the spec has already been mocked out. [spec=<Mock name='service' id='...'>]"
)
def test_patch_with_a_spec_that_is_a_mock():
    mock.patch("os.getcwd", spec=mock.Mock(name="service"))


@says(
    "InvalidSpecError: Cannot spec attr 'getcwd' as the spec_set target has already been mocked out. [spec_set=<Mock name='service' id='...'>]"
)
def test_patch_with_a_spec_set_that_is_a_mock():
    mock.patch("os.getcwd", spec_set=mock.Mock(name="service"))


@says(
    "InvalidSpecError: Cannot autospec attr 'close' from target 'Service' as it has already been mocked out. [target=<class 'app.Service'>, attr=<MagicMock name='close' id='...'>]"
)
def test_autospec_of_what_is_patched():
    with mock.patch.object(Service, "close"):
        mock.patch.object(Service, "close", autospec=True).start()


@says(
    "InvalidSpecError: Cannot autospec attr 'close' as the patch target has already been mocked out. [target=<MagicMock name='Service' spec='Service' id='...'>, attr=<MagicMock name='Service.close' id='...'>]"
)
def test_autospec_in_what_is_patched():
    with mock.patch(f"{__name__}.Service", spec=Service):
        mock.patch.object(Service, "close", autospec=True).start()
