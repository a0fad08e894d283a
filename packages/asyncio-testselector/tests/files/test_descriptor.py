"""Virtual descriptors are ints that no kernel hands out."""

import concurrent.futures
import os

import pytest
from asyncio_testselector import FileDescriptor, FileMock, SocketMock, fd
from asyncio_testselector._files.descriptor import is_virtual


@pytest.fixture
def next_fd():
    saved = FileDescriptor.next_fd
    yield
    FileDescriptor.next_fd = saved


def test_descriptors_count_from_two_to_the_31st(next_fd):
    first, second = FileDescriptor(), FileDescriptor()
    assert first >= 2**31
    assert second == first + 1 == FileDescriptor.next_fd - 1


def test_descriptor_of_a_value_moves_the_next_one_above_it(next_fd):
    FileDescriptor.next_fd = 0
    assert FileDescriptor(5) == 5
    assert FileDescriptor() == 6
    assert FileDescriptor(2) == 2
    assert FileDescriptor() == 8


def test_next_descriptor_can_be_set(next_fd):
    FileDescriptor.next_fd = 40
    assert FileDescriptor() == 40


def test_descriptor_is_an_int_in_every_respect():
    number = FileDescriptor()
    assert {int(number): "found"}[number] == "found"
    assert repr(number) == str(number) == f"{number}" == str(int(number))
    assert hash(number) == hash(int(number))


def test_operating_system_accepts_no_virtual_descriptor():
    with pytest.raises(OverflowError):
        os.fstat(FileDescriptor())


def test_descriptors_of_threads_differ(next_fd):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: FileDescriptor(), range(400)))
    assert len(set(numbers)) == 400


def test_fd_gives_the_descriptor_of_a_mock(next_fd):
    mock = FileMock()
    assert isinstance(fd(mock), FileDescriptor)
    assert fd(mock) is mock.fileno()
    assert fd(mock.fileno()) is mock.fileno()


def test_fd_gives_the_number_of_a_real_file(tmp_path):
    with open(tmp_path / "file", "w") as file:
        assert fd(file) == file.fileno()


def test_fd_gives_what_was_configured():
    mock = SocketMock()
    mock.fileno.return_value = 7
    assert fd(mock) == 7


@pytest.mark.parametrize("thing", [1, 2**31, "text", None, object()])
def test_fd_refuses_what_has_none(thing):
    with pytest.raises(ValueError, match="has no file descriptor: pass a mock, a file or a File"):
        fd(thing)


def test_virtual_is_what_no_kernel_knows(next_fd):
    assert is_virtual(2**31)
    assert is_virtual(FileDescriptor(3))
    assert not is_virtual(3)
