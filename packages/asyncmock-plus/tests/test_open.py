"""mock_open: a file that reads, seeks, tells, iterates and closes."""

import io
import json
from pathlib import Path

import pytest
from asyncmock_plus import MagicMock, Mock, call, mock_open, patch, seal

TEXT = "one\ntwo\nthree\n"


@pytest.mark.parametrize("data", [TEXT, TEXT.encode()], ids=["text", "bytes"])
class TestReading:
    """What a real file in memory answers is what the mock answers."""

    def files(self, data):
        real = io.StringIO(data) if isinstance(data, str) else io.BytesIO(data)
        return mock_open(read_data=data)("file"), real

    @pytest.mark.parametrize(
        "read",
        [
            lambda file: file.read(),
            lambda file: [file.read(2), file.read(2), file.read(100), file.read()],
            lambda file: file.readlines(),
            lambda file: [file.readline(), file.read(3), file.readlines()],
            lambda file: [file.readline(2), file.readline(), file.tell()],
            lambda file: list(file),
            lambda file: [next(file), list(file), file.read()],
            lambda file: [line for line in file if line[0] == file.read(0)] + [file.tell()],
            lambda file: [file.read(), file.seek(4), file.readline(), file.tell()],
            lambda file: [file.seek(0, io.SEEK_END), file.tell(), file.read()],
            lambda file: [file.readline(), file.seek(0), list(file), list(file)],
        ],
    )
    def test_as_a_real_file(self, data, read):
        mocked, real = self.files(data)

        assert read(mocked) == read(real)

    def test_the_end_of_the_file(self, data):
        mocked, _ = self.files(data)
        mocked.read()

        assert mocked.readline() == type(data)()
        with pytest.raises(StopIteration):
            next(mocked)


def test_opening_again_starts_at_the_beginning():
    opened = mock_open(read_data=TEXT)

    assert [opened().read(), opened().readline(), list(opened())] == [
        TEXT,
        "one\n",
        ["one\n", "two\n", "three\n"],
    ]


def test_closed_tells_whether_the_file_is_closed():
    opened = mock_open()

    with opened("file") as file:
        assert file.closed is False
    assert file.closed is True
    assert opened("file").closed is False
    file.close()
    assert file.closed is True


def test_a_with_statement_that_fails_closes_the_file_and_raises():
    opened = mock_open()

    with pytest.raises(ZeroDivisionError), opened("file"):
        raise ZeroDivisionError

    assert opened.return_value.closed is True


def test_calls_are_recorded():
    opened = mock_open(read_data=TEXT)

    with patch("builtins.open", opened), open("file", "w") as file:
        file.write("text")
        file.read()

    opened.assert_called_once_with("file", "w")
    assert opened.mock_calls[:4] == [
        call("file", "w"),
        call().__enter__(),
        call().write("text"),
        call().read(),
    ]
    assert opened.mock_calls[4] == call().__exit__(None, None, None)


def test_return_values_of_the_user_come_first():
    file = mock_open(read_data=TEXT)()
    file.read.return_value = "read"
    file.readline.return_value = "line"
    file.readlines.return_value = ["lines"]
    file.tell.return_value = 7
    file.write.return_value = 4

    assert [file.read(), file.readline(), file.readline(), next(file)] == ["read", *["line"] * 3]
    assert (file.readlines(), file.tell(), file.write("text")) == (["lines"], 7, 4)
    assert next(iter(file)) == "line"


def test_side_effects_of_the_user_come_first():
    opened = mock_open(read_data=TEXT)
    opened.return_value.read.side_effect = OSError

    with pytest.raises(OSError):
        opened().read()


def test_iteration_can_be_configured():
    file = mock_open(read_data=TEXT)()
    file.__iter__.return_value = ["a", "b"]

    assert list(file) == ["a", "b"]


def test_both_are_magic_mocks():
    opened = mock_open()

    assert isinstance(opened, MagicMock)
    assert isinstance(opened(), MagicMock)
    assert repr(opened).startswith("<MagicMock name='open' ")
    assert repr(opened()).startswith("<MagicMock name='open()' ")
    assert repr(opened().read).startswith("<MagicMock name='open().read' ")


def test_only_what_files_have():
    file = mock_open()()

    with pytest.raises(AttributeError):
        file.raed
    assert {"read", "seek", "closed"} <= set(dir(file))


def test_a_mock_of_the_user_is_configured():
    mine = Mock()

    assert mock_open(mine, TEXT) is mine
    assert mine("file").read() == TEXT


def test_a_sealed_file_can_be_used_but_not_extended():
    opened = mock_open(read_data=TEXT)
    seal(opened)

    with opened("file") as file:
        assert file.readline() == "one\n"
    with pytest.raises(AttributeError):
        file.isatty.answer


def test_json_is_read_from_a_mock():
    with patch("builtins.open", mock_open(read_data='{"a": 1}')), open("file") as file:
        assert json.load(file) == {"a": 1}


@pytest.mark.parametrize("data", [1, ["line"], object])
def test_data_that_is_neither_text_nor_bytes_is_refused(data):
    with pytest.raises(TypeError, match=r"read_data of mock_open\(\) must be str or bytes, not "):
        mock_open(read_data=data)


def test_other_methods_of_the_file_are_mocks() -> None:
    file = mock_open()("file")
    file.truncate(3)

    assert isinstance(file.truncate, MagicMock)
    assert call.truncate(3) in file.mock_calls


FILES = {"one.txt": "1\n2\n", Path("two.bin"): b"two"}


def test_two_files_are_open_at_once_each_with_its_own_contents() -> None:
    opened = mock_open(read_data=FILES)

    with opened("one.txt") as one, opened("two.bin", "rb") as two, opened("one.txt") as again:
        assert (one.readline(), two.read(), list(again), one.readline()) == (
            "1\n",
            b"two",
            ["1\n", "2\n"],
            "2\n",
        )

    assert (one.closed, two.closed) == (True, True)
    assert opened.call_args_list[:2] == [call("one.txt"), call("two.bin", "rb")]
    assert call().readline() in opened.mock_calls


def test_what_is_written_is_read_by_who_opens_the_file_again() -> None:
    opened = mock_open(read_data=FILES)

    with opened("new.txt", "w") as new:
        assert new.write("a") == 1
    with opened(Path("one.txt"), "a", encoding="utf-8") as one:
        one.write("3\n")
    with opened("two.bin", mode="w"):
        pass

    contents = [opened(path).read() for path in ("new.txt", "one.txt", "two.bin")]
    assert contents == ["a", "1\n2\n3\n", ""]
    assert FILES["one.txt"] == "1\n2\n"


@pytest.mark.parametrize(
    ("path", "mode", "error"),
    [("missing", "r", FileNotFoundError), ("missing", "r+b", FileNotFoundError)]
    + [("one.txt", "x", FileExistsError)],
)
def test_a_file_that_the_mode_cannot_open_is_the_error_of_the_system(path, mode, error) -> None:
    with pytest.raises(error) as caught:
        mock_open(read_data=FILES)(path, mode)

    assert caught.value.filename == path


def test_contents_that_are_neither_text_nor_bytes_are_refused_with_their_path() -> None:
    with pytest.raises(TypeError, match=r"has 3 for 'a': contents must be str or bytes"):
        mock_open(read_data={"a": 3})
