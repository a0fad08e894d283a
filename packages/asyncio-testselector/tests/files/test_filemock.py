"""A FileMock is a Mock with a descriptor, and with defaults that give way."""

import unittest.mock

import asyncmock_plus
import pytest
from asyncio_testselector import FileDescriptor, FileMock, SocketMock, SSLSocketMock, isfilemock

KINDS = [FileMock, SocketMock, SSLSocketMock]


@pytest.mark.parametrize("kind", KINDS)
def test_mock_is_a_mock_of_both_libraries(kind):
    assert isinstance(kind(), asyncmock_plus.Mock)
    assert isinstance(kind(), unittest.mock.Mock)


@pytest.mark.parametrize("kind", KINDS)
def test_attributes_are_plain_mocks(kind):
    child = kind().makefile if kind is not FileMock else kind().anything
    assert isinstance(child, unittest.mock.Mock)
    assert not isinstance(child, FileMock)
    assert not isinstance(kind().fileno.side_effect, FileMock)


@pytest.mark.parametrize("kind", KINDS)
def test_attributes_of_the_methods_are_plain_mocks_too(kind):
    mock = kind()
    child = mock.close.anything
    assert isinstance(child, asyncmock_plus.Mock)
    assert not isinstance(child, type(mock.close))


@pytest.mark.parametrize("kind", KINDS)
def test_descriptors_differ(kind):
    first, second = kind(), kind()
    assert isinstance(first.fileno(), FileDescriptor)
    assert first.fileno() != second.fileno()
    assert first.fileno() is first.fileno()


@pytest.mark.parametrize("kind", KINDS)
def test_closed_mock_has_no_descriptor(kind):
    mock = kind()
    mock.close()
    assert mock.fileno() == -1
    mock.close.assert_called_once_with()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["return_value", "side_effect", "attribute", "keyword"])
def test_configured_descriptor_replaces_the_default(kind, how):
    mock = kind()
    if how == "return_value":
        mock.fileno.return_value = 5
    elif how == "side_effect":
        mock.fileno.side_effect = lambda: 5
    elif how == "attribute":
        mock.fileno = lambda: 5
    else:
        mock = kind(**{"fileno.return_value": 5})
    assert mock.fileno() == 5


def test_reset_brings_the_default_back():
    mock = FileMock()
    mock.fileno.return_value = 5
    mock.reset_mock(return_value=True)
    assert isinstance(mock.fileno(), FileDescriptor)
    assert mock.fileno.call_count == 1


def test_wrapped_object_comes_before_the_default(tmp_path):
    with open(tmp_path / "file", "w") as file:
        assert FileMock(wraps=file).fileno() == file.fileno()


def test_buffers_are_recorded_as_they_were():
    mock = FileMock()
    buffer = bytearray(b"before")
    mock.write(buffer)
    mock.write(memoryview(buffer)[:3])
    buffer.clear()
    assert mock.write.call_args_list == [unittest.mock.call(b"before"), unittest.mock.call(b"bef")]
    assert mock.mock_calls == [
        unittest.mock.call.write(b"before"),
        unittest.mock.call.write(b"bef"),
    ]


def test_exhausted_side_effect_says_so():
    mock = SocketMock(name="peer")
    mock.recv.side_effect = [b"only"]
    mock.recv(10)
    with pytest.raises(
        RuntimeError,
        match=r"name='peer.recv' id='\d+'> was called more often than its side_effect has items: "
        r"2 calls; add an item, or call set_read_ready\(\) less often",
    ):
        mock.recv(10)


def test_isfilemock_tells_mocks_from_the_rest(tmp_path):
    assert all(map(isfilemock, [FileMock(), SocketMock(), FileDescriptor(), FileMock().fileno()]))
    with open(tmp_path / "file", "w") as file:
        assert not any(map(isfilemock, [1, "text", None, object(), file, unittest.mock.Mock()]))


def test_closed_mock_is_still_a_file_mock():
    mock = FileMock()
    mock.close()
    assert isfilemock(mock)


def test_file_mock_leaves_no_garbage_in_its_defaults():
    mock = FileMock()
    defaults = mock._file_defaults
    assert defaults.mock is mock
