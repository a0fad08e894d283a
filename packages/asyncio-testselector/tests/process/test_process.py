"""Scripted subprocesses, as asyncio's own subprocess API sees them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import unittest
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from asyncio_testselector import ProcessScript, ScriptError, TestProactorEventLoop, TestSelector
from capabilities import RESOLUTION

TERM = signal.SIGTERM
KILLED = 1 if sys.platform == "win32" else -9
TERMINATED = 1 if sys.platform == "win32" else -15

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "selector": lambda: asyncio.SelectorEventLoop(TestSelector()),
    "plain": asyncio.SelectorEventLoop,
    "proactor": TestProactorEventLoop,
}


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Any:
    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        loop = LOOPS[request.param]()
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    return runner


def script() -> ProcessScript:
    return ProcessScript("prog", "arg")


async def start(**options: Any) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec("prog", "arg", **options)


# -- what it plays ---------------------------------------------------------------------------


def test_output_and_exit_code_are_communicated(run: Any) -> None:
    async def main() -> None:
        with script().stdout(b"out", b"put").stderr(b"oops").exit(3):
            process = await start(stdout=PIPE, stderr=PIPE)
            assert process.returncode is None
            assert await process.communicate() == (b"output", b"oops")
            assert (process.returncode, await process.wait()) == (3, 3)

    run(main())


def test_process_exits_with_0_after_its_last_step(run: Any) -> None:
    async def main() -> None:
        with script():
            process = await start()
            assert await process.wait() == 0

    run(main())


def test_pieces_come_one_by_one_and_by_the_loops_clock(run: Any) -> None:
    async def main() -> None:
        with script().stdout(b"one", b"two").delay(0.01).stdout_line("late", b"er"):
            loop = asyncio.get_running_loop()
            process = await start(stdout=PIPE)
            assert process.stdout is not None
            assert await process.stdout.read(100) == b"one"
            assert await process.stdout.read(100) == b"two"
            before = loop.time()
            assert await process.stdout.readline() == b"late\n"
            assert loop.time() - before >= 0.005 - RESOLUTION
            assert await process.stdout.read() == b"er\n"
            await process.wait()

    run(main())


def test_input_is_expected_and_answered(run: Any) -> None:
    async def main() -> None:
        cat = script().expect_stdin(b"abc").stdout(b"1")
        cat.expect_stdin(re.compile(b"x(.)x")).stdout(lambda match: [match[1], b"!"])
        cat.expect_stdin_line("quit").stdout(lambda line: line.upper()).expect_stdin_eof().exit(7)
        with cat:
            process = await start(stdin=PIPE, stdout=PIPE)
            assert await process.communicate(b"abcxyxquit\n") == (b"1y!QUIT", None)
            assert process.returncode == 7
        assert cat.runs[0].input == b"abcxyxquit\n"

    run(main())


def test_process_can_be_talked_to(run: Any) -> None:
    async def main() -> None:
        with script().expect_stdin_line(re.compile(".+")).stdout(b"hello\n").expect_stdin_eof():
            process = await start(stdin=PIPE, stdout=PIPE)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.writelines([b"my na", b"me\n"])
            await process.stdin.drain()
            assert await process.stdout.readline() == b"hello\n"
            process.stdin.close()
            await process.stdin.wait_closed()
            assert await process.wait() == 0

    run(main())


def test_stderr_may_go_where_stdout_goes(run: Any) -> None:
    async def main() -> None:
        with script().stdout(b"a").stderr(b"b").stdout(b"c"):
            process = await start(stdout=PIPE, stderr=STDOUT)
            assert await process.communicate() == (b"abc", None)

    run(main())


def test_output_that_nobody_wants_goes_nowhere(run: Any) -> None:
    async def main() -> None:
        with script().stdout(b"a").stderr(b"b"):
            process = await start(stderr=DEVNULL)
            assert (process.stdout, process.stderr) == (None, None)
            assert await process.wait() == 0

    run(main())


def test_output_may_go_into_files(run: Any, tmp_path: Path) -> None:
    async def main() -> None:
        with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
            with script().stdout(b"a").stderr(b"b"):
                process = await start(stdout=out, stderr=err.fileno())
                await process.wait()

    run(main())
    assert [(tmp_path / name).read_bytes() for name in ("out", "err")] == [b"a", b"b"]


def test_reader_that_falls_behind_gets_everything_in_the_end(run: Any) -> None:
    async def main() -> None:
        with script().stdout(*[b"x" * 1000] * 200):
            process = await start(stdout=PIPE, limit=1000)
            await asyncio.sleep(0.01)
            assert process.stdout is not None
            assert len(await process.stdout.read()) == 200_000
            await process.wait()

    run(main())


def test_what_is_left_on_stdin_is_no_fault(run: Any) -> None:
    async def main() -> None:
        with script().stdout(b"x").exit(0):
            process = await start(stdin=PIPE, stdout=PIPE)
            assert await process.communicate(b"never read" * 1000) == (b"x", None)

    run(main())


def test_writing_to_a_process_that_is_gone_fails_as_asyncio_has_it(run: Any) -> None:
    async def main() -> None:
        with script():
            process = await start(stdin=PIPE)
            await process.wait()
            await asyncio.sleep(0)
            assert process.stdin is not None
            process.stdin.write(b"x")
            with pytest.raises(ConnectionResetError):
                await process.stdin.drain()

    run(main())


def test_shell_commands_are_scripted(run: Any) -> None:
    async def main() -> None:
        with ProcessScript.shell("ls | wc -l").stdout(b"3\n"):
            process = await asyncio.create_subprocess_shell("ls | wc -l", stdout=PIPE)
            assert await process.communicate() == (b"3\n", None)

    run(main())


def test_low_level_protocols_are_called_as_asyncio_does(run: Any) -> None:
    class Protocol(asyncio.SubprocessProtocol):
        def __init__(self) -> None:
            self.calls: list[Any] = []
            self.done = asyncio.get_running_loop().create_future()

        def connection_made(self, transport: Any) -> None:
            self.calls.append("made")

        def pipe_data_received(self, fd: int, data: bytes) -> None:
            self.calls.append((fd, data))

        def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
            self.calls.append((fd, exc))

        def process_exited(self) -> None:
            self.calls.append("exited")

        def connection_lost(self, exc: Exception | None) -> None:
            self.calls.append("lost")
            self.done.set_result(None)

    async def main() -> None:
        with script().stdout(b"a").stderr(b"b"):
            loop = asyncio.get_running_loop()
            transport, protocol = await loop.subprocess_exec(Protocol, "prog", "arg")
            await protocol.done
            assert protocol.calls[0] == "made"
            assert protocol.calls[-1] == "lost"
            assert set(protocol.calls[1:-1]) == {
                (1, b"a"), (2, b"b"), (0, None), (1, None), (2, None), "exited",
            }  # fmt: skip
            assert transport.get_returncode() == 0
            assert transport.get_protocol() is protocol
            with pytest.raises(ProcessLookupError):
                transport.send_signal(TERM)
            transport.close()
            assert transport.is_closing()

    run(main())


# -- signals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "code"), [("terminate", TERMINATED), ("kill", KILLED)])
def test_process_that_never_ends_is_ended(run: Any, end: str, code: int) -> None:
    async def main() -> None:
        with script().stdout(b"x").forever() as prog:
            process = await start(stdout=PIPE)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), 0.01)
            getattr(process, end)()
            assert await process.communicate() == (b"x", None)
            assert process.returncode == code
        assert prog.runs[0].signals == [-code if code < 0 else prog.runs[0].signals[0]]
        assert prog.runs[0].returncode == code

    run(main())


def test_process_may_take_its_time_to_terminate(run: Any) -> None:
    async def main() -> None:
        with script().forever().on_signal(TERM, exits=4, delay=0.01):
            process = await start()
            process.terminate()
            process.send_signal(TERM)
            await asyncio.sleep(0)
            assert process.returncode is None
            assert await process.wait() == 4

    run(main())


def test_process_may_ignore_a_signal_but_not_the_last_one(run: Any) -> None:
    async def main() -> None:
        with script().forever().on_signal(TERM) as prog:
            process = await start()
            process.terminate()
            await asyncio.sleep(0.001)
            assert process.returncode is None
            process.kill()
            assert await process.wait() == KILLED
        assert prog.runs[0].signals == [15, 9]

    run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_signals_that_end_no_process_end_none(run: Any) -> None:
    async def main() -> None:
        with script().forever():
            process = await start()
            process.send_signal(signal.SIGCHLD)
            process.send_signal(signal.SIGWINCH)
            await asyncio.sleep(0)
            assert process.returncode is None
            process.send_signal(signal.SIGHUP)
            assert await process.wait() == -signal.SIGHUP

    run(main())


def test_number_is_that_of_no_process(run: Any) -> None:
    async def main() -> None:
        with script().forever():
            process = await start()
            with pytest.raises(OSError):
                os.kill(process.pid, 0 if sys.platform != "win32" else TERM)
            process.kill()
            await process.wait()

    run(main())


def test_process_that_is_closed_while_it_runs_is_killed(run: Any) -> None:
    async def main() -> None:
        with script().forever() as prog:
            process = await start(stdout=PIPE)
            process._transport.close()  # type: ignore[attr-defined]
            await process.wait()
        assert prog.runs[0].returncode == KILLED

    run(main())


# -- which commands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (("a", "b"), ("a", "b")),
        ((b"a", Path("b")), (Path("a"), b"b")),
        (("a", re.compile("-+x")), ("a", "--x")),
        (("a", mock.ANY), ("a", "whatever")),
        (("a", ...), ("a",)),
        (("a", ...), ("a", "b", "c")),
    ],
)
def test_command_is_the_one_that_is_scripted(command: Any, given: Any) -> None:
    async def main() -> None:
        with ProcessScript(*command) as prog:
            process = await asyncio.create_subprocess_exec(*given, cwd="/", env={"A": "1"})
            assert await process.wait() == 0
        assert prog.runs[0].args == given
        assert prog.runs[0].options == {"cwd": "/", "env": {"A": "1"}}
        assert prog.runs[0].pid == process.pid

    asyncio.run(main())


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (("a",), ("a", "b")),
        (("a", "b"), ("a",)),
        (("a", re.compile("x")), ("a", "xx")),
        (("a", "b", ...), ("a", "c")),
        (("a", "b"), ("a", "c")),
    ],
)
def test_other_command_is_refused(command: Any, given: Any) -> None:
    async def main() -> None:
        with (
            ProcessScript(*command),
            pytest.raises(ScriptError, match="was started, which is unex"),
        ):
            await asyncio.create_subprocess_exec(*given)

    with pytest.raises(ScriptError):
        asyncio.run(main())


def test_refusal_tells_the_place_and_what_was_offered() -> None:
    async def main() -> None:
        with ProcessScript("git", "status", times=None), ProcessScript.shell(re.compile("ls .*")):
            await asyncio.create_subprocess_exec("git", "commit", "-m", "two words")

    with pytest.raises(ScriptError) as caught:
        asyncio.run(main())

    assert re.fullmatch(
        r"git commit -m 'two words' was started, which is unexpected, at .*test_process.py:\d+\n"
        r"  offered: git status, written at .*test_process.py:\d+\n"
        r"           the shell command /ls \.\*/ \(0 of 1 were started\), written at .*:\d+",
        str(caught.value),
    )


def test_refusal_that_the_code_swallows_fails_the_test_nevertheless() -> None:
    async def main() -> None:
        with script():
            await (await start()).wait()
            try:
                await asyncio.create_subprocess_exec("other")
            except AssertionError:
                pass

    with pytest.raises(ScriptError, match="^other was started, which is unexpected"):
        asyncio.run(main())


def test_refusal_that_the_code_swallows_is_told_by_the_check_of_an_installed_script() -> None:
    async def main() -> None:
        prog = script()
        prog.install()
        await (await start()).wait()
        try:
            await asyncio.create_subprocess_exec("other")
        except AssertionError:
            pass
        prog.uninstall()
        with pytest.raises(ScriptError, match="^other was started, which is unexpected"):
            prog.check()

    asyncio.run(main())


def test_refusal_that_has_failed_a_test_is_not_told_again_by_its_cleanup() -> None:
    class Tests(unittest.IsolatedAsyncioTestCase):
        async def test_command(self) -> None:
            prog = script()
            prog.install()
            self.addCleanup(prog.check)
            self.addCleanup(prog.uninstall)
            await (await start()).wait()
            await asyncio.create_subprocess_exec("other")

    result = unittest.TestResult()
    Tests("test_command").run(result)

    ((_, text),) = result.failures
    assert "other was started, which is unexpected" in text
    assert result.errors == []


def test_script_is_played_as_often_as_it_says() -> None:
    async def main() -> None:
        with ProcessScript("prog", "arg", times=2) as prog:
            for _ in range(2):
                assert await (await start()).wait() == 0
            with pytest.raises(ScriptError, match=r"offered: prog arg \(2 of 2 were started\)"):
                await start()
        assert len(prog.runs) == 2

    with pytest.raises(ScriptError):
        asyncio.run(main())


def test_several_scripts_of_one_command_are_played_in_their_order() -> None:
    async def main() -> None:
        with script().exit(1), script().exit(2):
            first, second = await start(), await start()
            assert (await second.wait(), await first.wait()) == (2, 1)

    asyncio.run(main())


def test_program_that_is_not_there() -> None:
    async def main() -> None:
        with ProcessScript("nosuch", error=FileNotFoundError(2, "No such file", "nosuch")):
            with pytest.raises(FileNotFoundError, match="nosuch"):
                await asyncio.create_subprocess_exec("nosuch")

    asyncio.run(main())


# -- what it says ----------------------------------------------------------------------------


def test_other_input_fails_where_the_test_waits(run: Any) -> None:
    async def main() -> None:
        with script().expect_stdin(b"abc").stdout(b"x"):
            process = await start(stdin=PIPE, stdout=PIPE)
            await process.communicate(b"abd")

    with pytest.raises(ScriptError) as caught:
        run(main())

    assert re.fullmatch(
        r"process prog arg, step 1 of 2, expect_stdin\(b'abc'\), written at .*test_process.py:\d+: "
        r"the code under test sent something else\n"
        r"  expected: b'abc'\n  got:      b'abd'\n  the first difference is at byte 2",
        str(caught.value),
    )
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("options", [{}, {"stdin": PIPE}, {"stdin": DEVNULL}])
def test_input_that_ends_too_early_fails(run: Any, options: Any) -> None:
    async def main() -> None:
        with script().expect_stdin(b"abc"):
            process = await start(**options)
            if process.stdin is not None:
                process.stdin.close()
            await process.wait()

    with pytest.raises(ScriptError, match="the code under test closed stdin too early"):
        run(main())


def test_process_that_waits_for_input_that_never_comes_fails_after_its_timeout(run: Any) -> None:
    async def main() -> None:
        with ProcessScript("prog", "arg", timeout=0.01).expect_stdin(b"abc"):
            process = await start(stdin=PIPE)
            await process.wait()

    with pytest.raises(ScriptError, match=r"sent nothing more for 0.01 s \(timeout=\)"):
        run(main())


def test_process_that_nobody_ended_is_told() -> None:
    async def main() -> None:
        with script().forever():
            await start()

    with pytest.raises(ScriptError, match=r"is unfinished, it stopped at step 1 of 1, forever\(\)"):
        asyncio.run(main())


def test_command_that_was_never_started_is_told() -> None:
    async def main() -> None:
        with script():
            pass

    with pytest.raises(ScriptError, match="^prog arg was never started; its script was written at"):
        asyncio.run(main())


def test_script_is_a_remark_on_the_tests_own_error(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        with script():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(main())

    remark = "\n".join(getattr(caught.value, "__notes__", [])) + capsys.readouterr().err
    assert remark.startswith("prog arg was never started")


def test_output_that_cannot_be_computed_fails(run: Any) -> None:
    async def main() -> None:
        with script().expect_stdin(b"a").stdout(lambda got: got[5]):
            process = await start(stdin=PIPE, stdout=PIPE)
            await process.communicate(b"a")

    with pytest.raises(ScriptError, match=r"the output could not be computed\n  IndexError"):
        run(main())


# -- everything is put back ------------------------------------------------------------------


def test_real_processes_run_before_and_after() -> None:
    async def real() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "exit(5)")
        return await process.wait()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        before = dict(vars(loop))
        with script().exit(1):
            assert await (await start()).wait() == 1
        assert vars(loop).keys() == before.keys()
        assert await real() == 5

    asyncio.run(main())


def test_everything_is_put_back_also_when_the_test_fails() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        before = set(vars(loop))
        with pytest.raises(ZeroDivisionError):
            with script().forever(), ProcessScript("other"):
                await start()
                raise ZeroDivisionError
        assert set(vars(loop)) == before

    asyncio.run(main())


def test_script_can_be_installed_on_a_loop_that_does_not_run() -> None:
    prog = script().exit(2)
    loop = asyncio.SelectorEventLoop()
    prog.install(loop)

    async def main() -> int:
        return await (await start()).wait()

    assert loop.run_until_complete(main()) == 2
    prog.uninstall()
    prog.check()
    loop.close()


def test_timers_end_with_the_script() -> None:
    async def main() -> None:
        loop: Any = asyncio.get_running_loop()
        with pytest.raises(ScriptError, match="unfinished"):
            with script().delay(1000).on_signal(TERM, exits=1, delay=1000):
                (await start()).terminate()
                await asyncio.sleep(0)
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []

    asyncio.run(main())


# -- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ProcessScript(), TypeError, "^a ProcessScript is for a command"),
        (lambda: ProcessScript(...), TypeError, "^a ProcessScript is for a command"),
        (lambda: ProcessScript("a", 1), TypeError, "^1 is no argument of a command"),
        (lambda: ProcessScript(["a", "b"]), TypeError, "is no argument of a command"),
        (lambda: ProcessScript("a", re.compile(b"x")), TypeError, "is a pattern of bytes"),
        (lambda: ProcessScript("a", ..., "b"), ValueError, r"has \.\.\. in the middle"),
        (lambda: ProcessScript("a", times=0), ValueError, "^times is 0"),
        (lambda: ProcessScript("a", times=True), ValueError, "^times is True"),
        (lambda: ProcessScript("a", times="2"), ValueError, "^times is '2'"),
        (lambda: ProcessScript("a", timeout=0), ValueError, "^timeout is 0 s"),
        (lambda: script().stdout(), TypeError, r"^stdout\(\) without bytes"),
        (lambda: script().stdout("x"), TypeError, r"^stdout\(\) takes bytes, not 'x'"),
        (lambda: script().stderr(b""), ValueError, r"^stderr\(\) of no bytes at all"),
        (lambda: script().stdout_line(), TypeError, r"^stdout_line\(\) without lines"),
        (lambda: script().stdout_line("a\n"), ValueError, r"^stdout_line\(\) takes one line"),
        (lambda: script().stdout(len), ValueError, r"^stdout\(len\): it takes a plain function"),
        (lambda: script().expect_stdin(re.compile("x")), TypeError, "compile a pattern of bytes"),
        (lambda: script().expect_stdin("x"), TypeError, r"^expect_stdin\(\) takes bytes"),
        (lambda: script().delay(-1), ValueError, "^cannot delay by -1 s"),
        (lambda: script().exit("0"), ValueError, "^code is '0'"),
        (lambda: script().exit(0).stdout(b"x"), ValueError, r"^cannot add .* after exit\(0\)"),
        (lambda: script().forever().exit(0), ValueError, r"^cannot add exit\(0\) after forever"),
        (lambda: script().on_signal("TERM"), ValueError, "^number is 'TERM': give a whole"),
        (lambda: script().on_signal(TERM, exits="0"), ValueError, "^exits is '0'"),
        (lambda: ProcessScript("a", error=5), TypeError, "^error is 5: give an exception"),
        (lambda: script().on_signal(9), ValueError, "^cannot handle signal 9: no process can"),
        (lambda: script().on_signal(TERM, delay=-1), ValueError, "^cannot delay by -1 s"),
        (lambda: ProcessScript("a", error=OSError()).exit(1), ValueError, "and never runs$"),
        (lambda: script().uninstall(), RuntimeError, "install it before you uninstall it"),
        (lambda: script().install(), RuntimeError, "^cannot install a ProcessScript: no loop"),
    ],
)
def test_script_that_makes_no_sense_is_refused(make: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_loop_of_uvloop_is_served_as_well() -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()

    async def main() -> None:
        with script().stdout(b"x").exit(3):
            process = await start(stdout=PIPE)
            assert await process.communicate() == (b"x", None)
            assert process.returncode == 3

    loop.run_until_complete(main())
    loop.close()


def test_script_is_installed_once_and_written_before_it_is_started() -> None:
    async def main() -> None:
        with script() as prog:
            with pytest.raises(RuntimeError, match="uninstall it first"):
                prog.install()
            await (await start()).wait()
            with pytest.raises(RuntimeError, match="write all steps before it is started"):
                prog.exit(1)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": True}, "text must be False"),
        ({"encoding": "utf-8"}, "encoding must be None"),
        ({"bufsize": 1}, "bufsize must be 0"),
        ({"shell": True}, "shell must be False"),
    ],
)
def test_options_that_asyncio_refuses_are_refused(options: Any, message: str) -> None:
    async def main() -> None:
        with script():
            await start(**options)

    with pytest.raises(ValueError, match=message):
        asyncio.run(main())
