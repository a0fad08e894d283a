"""
asyncio's own tests pass on loops that are born with an automatic clock.

What passes on a plain loop and not on a clock's is in the table KNOWN with its reason. A test that
fails is run once more, then without a clock: some give a real server a second or so, which on a
busy machine may be too little.
"""

import functools
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from asyncio_fakeclock._world import syscalls

SCRIPT = Path(__file__).parent / "support" / "asyncio_suite.py"
HAS_TESTS = find_spec("test") is not None and find_spec("test.test_asyncio") is not None
EVERYTHING = bool(os.environ.get("ALL_CONFORMANCE_TESTS"))

pytestmark = [
    pytest.mark.skipif(not HAS_TESTS, reason="this interpreter comes without its tests"),
    pytest.mark.skipif(
        sys.platform == "win32" or not syscalls.is_known(),
        reason="what they wait for in threads and children is known in Linux alone",
    ),
    # The tests of older versions were not written for a loop that was made elsewhere.
    pytest.mark.skipif(sys.version_info < (3, 13), reason="tried with 3.13 and later"),
]

LIMITED = "the server in a thread has a limit of real seconds, and might answer until then"
ALIVE = "the child that is to be killed after a while is alive, and might answer until then"
PATIENT = "counts the real seconds that a child is stopped for"

# By the name of the test: that of its class differs.
KNOWN = {
    "test_create_connection_memory_leak": LIMITED,
    "test_create_connection_ssl_slow_handshake": LIMITED,
    "test_handshake_timeout": LIMITED,
    "test_ssl_handshake_timeout": LIMITED,
    "test_start_tls_client_buf_proto_1": LIMITED,
    "test_start_tls_client_reg_proto_1": LIMITED,
    "test_start_tls_slow_client_cancel": LIMITED,
    "test_kill_issue43884": ALIVE,
    "test_stopped_child_does_not_block_event_loop": PATIENT,
}

QUICK = [
    "test_base_events", "test_locks", "test_queues", "test_runners", "test_sendfile", "test_server",
    "test_sock_lowlevel", "test_streams", "test_taskgroups", "test_timeouts", "test_waitfor",
]  # fmt: skip
SLOW = [
    "test_buffered_proto", "test_context", "test_eager_task_factory", "test_events",
    "test_futures", "test_futures2", "test_pep492", "test_protocols", "test_selector_events",
    "test_ssl", "test_sslproto", "test_staggered", "test_subprocess", "test_tasks", "test_threads",
    "test_transports", "test_unix_events",
]  # fmt: skip
UNLESS_ASKED = pytest.mark.skipif(
    not EVERYTHING, reason="takes long: set ALL_CONFORMANCE_TESTS=1 to run it"
)


def suite(folder: Path, kind: str, *names: str) -> Any:
    done = subprocess.run(
        [sys.executable, SCRIPT, kind, *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "module", [*QUICK, *(pytest.param(name, marks=UNLESS_ASKED) for name in SLOW)]
)
def test_asyncios_own_tests_pass(module: str, tmp_path: Path) -> None:
    run = functools.partial(suite, tmp_path)
    report = run("clock", module, *(f"-{name}" for name in KNOWN))
    bad = report["bad"]
    if bad:
        bad = run("clock", *bad)["bad"]
    if bad:
        passing = bad.keys() - run("plain", *bad)["bad"].keys()
        bad = {name: text for name, text in bad.items() if name in passing}

    assert not bad, "\n".join(bad.values())
    assert report["run"] > 0


def test_everything_in_the_table_is_a_test_of_asyncio() -> None:
    found = find_spec("test.test_asyncio")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0])
    text = "".join(path.read_text("utf-8") for path in folder.glob("test_*.py"))
    gone = [name for name in KNOWN if f"def {name}(" not in text]

    assert gone in ([], ["test_stopped_child_does_not_block_event_loop"])  # new in a 3.14
