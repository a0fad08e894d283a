"""
What the standard library's patch and mock_open get wrong, or did.

A claim is a function of the module under test, and holds here. Which releases of Python it fails
on is no matter of tests, as any of them may put it right: ``docs/differences_seen.py`` writes that
into the documentation.
"""

import asyncio
import functools
import inspect

import asyncmock_plus as ours
import pytest

CLAIMS = []


def claim(check):
    CLAIMS.append(check)
    return check


class Backend:
    limit = 10

    def send(self, method, url): ...

    post = functools.partialmethod(send, "POST")


@pytest.fixture(autouse=True)
def _original():
    yield
    Backend.limit = 10


@claim
def generators_run_patched(mock):
    @mock.patch.object(Backend, "limit", 20)
    def generator():
        yield Backend.limit

    assert inspect.isgeneratorfunction(generator)
    assert list(generator()) == [20]


@claim
def async_generators_run_patched(mock):
    @mock.patch.dict({}, a=1)
    @mock.patch.object(Backend, "limit", 20)
    async def generator():
        yield Backend.limit

    async def main():
        return [each async for each in generator()]

    assert inspect.isasyncgenfunction(generator)
    assert asyncio.run(main()) == [20]


@claim
def decorated_functions_may_call_themselves(mock):
    @mock.patch.object(Backend, "limit", 20)
    def recurse(depth):
        return depth and recurse(depth - 1)

    recurse(2)
    assert Backend.limit == 10


@claim
def a_decorated_coroutine_may_run_in_several_tasks(mock):
    @mock.patch.object(Backend, "limit")
    async def task(turns, limit):
        for _ in range(turns):
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(task(1), task(3), task(2))

    asyncio.run(main())
    assert Backend.limit == 10


@claim
def patches_may_end_in_any_order(mock):
    first = mock.patch.object(Backend, "limit", 20)
    second = mock.patch.object(Backend, "limit", 30)
    first.start()
    second.start()
    first.stop()
    assert Backend.limit == 30
    second.stop()
    assert Backend.limit == 10


@claim
def patches_of_one_dictionary_may_end_in_any_order(mock):
    settings = {}
    first, second = mock.patch.dict(settings, a=1), mock.patch.dict(settings, b=2)
    first.start()
    second.start()
    first.stop()
    assert settings == {"b": 2}
    second.stop()
    assert settings == {}


@claim
def a_patch_of_a_dictionary_may_be_entered_twice(mock):
    settings = {}
    patcher = mock.patch.dict(settings, a=1)
    with patcher, patcher:
        pass
    assert settings == {}


@claim
def a_patch_in_force_is_not_started_again(mock):
    patcher = mock.patch.object(Backend, "limit", 20)
    with patcher:
        with pytest.raises(RuntimeError):
            patcher.start()
    assert Backend.limit == 10


@claim
def decorating_a_subclass_leaves_the_base_class_alone(mock):
    @mock.patch.object(Backend, "limit", 20)
    class Base:
        def test(self):
            return Backend.limit

    mock.patch.object(Backend, "limit", 30)(type("Derived", (Base,), {}))
    assert Base().test() == 20


@claim
def static_and_class_methods_of_a_decorated_class_stay_such(mock):
    @mock.patch.object(Backend, "limit", 20)
    class Tests:
        @staticmethod
        def test_static():
            return Backend.limit

        @classmethod
        def test_class(cls):
            return Backend.limit

    assert (Tests().test_static(), Tests().test_class()) == (20, 20)


@claim
def what_the_code_deleted_from_an_instance_is_no_error(mock):
    backend = Backend()
    with mock.patch.object(backend, "limit", 20):
        del backend.limit
    assert backend.limit == 10


@claim
def a_created_attribute_of_a_proxy_is_restored(mock):
    class Proxy:
        def __getattr__(self, name):
            return getattr(Backend, name)

        def __setattr__(self, name, value):
            setattr(Backend, name, value)

        def __delattr__(self, name):
            delattr(Backend, name)

    with mock.patch.object(Proxy(), "limit", 20, create=True):
        pass
    assert Backend.limit == 10


@claim
def a_partial_method_is_autospecced_as_the_method_it_is(mock):
    with mock.patch.object(Backend, "post", autospec=True):
        Backend().post("url")
        with pytest.raises(TypeError):
            Backend().post("url", "more")


@claim
def mocked_files_seek_and_tell(mock):
    file = mock.mock_open(read_data="text")()
    file.read(2)
    assert file.tell() == 2
    assert file.seek(0) == 0
    assert file.read() == "text"


@claim
def mocked_files_know_whether_they_are_closed(mock):
    with mock.mock_open()() as file:
        assert file.closed is False
    assert file.closed is True


@claim
def mocked_files_read_a_part_of_a_line(mock):
    assert mock.mock_open(read_data="text\n")().readline(2) == "te"


@claim
def sealed_mocks_of_open_can_be_used(mock):
    opened = mock.mock_open(read_data="text")
    mock.seal(opened)
    with opened() as file:
        file.close()
        assert file.read() == "text"


@pytest.mark.parametrize("check", CLAIMS, ids=lambda check: check.__name__)
def test_claim_holds(check) -> None:
    check(ours)
