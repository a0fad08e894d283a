"""asyncio's own tests pass over the loops and the mocks of this package."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "support" / "conformance.py"

HAS_TESTS = find_spec("test") is not None and find_spec("test.test_asyncio") is not None
EVERYTHING = bool(os.environ.get("ALL_CONFORMANCE_TESTS"))

pytestmark = [
    pytest.mark.skipif(not HAS_TESTS, reason="this interpreter comes without its tests"),
    pytest.mark.skipif(sys.platform == "win32", reason="written against the Unix loops"),
]

# What no proactor loop has. The tests of pipes, and those that add readers, are skipped by asyncio
# itself in Windows or for its ProactorEventLoop.
NOT_OF_PROACTORS = [
    "*unix*",  # no Unix sockets
    "*pipe*",
    "*pty*",
    "*signal*",
    "*_callback",  # add_reader() and add_writer()
    "test_remove_fds_after_closing",
    "test_sock_accept_racing",  # a client accepted by what was cancelled is lost
]
# A transport that has read EOF is held by nobody: it is collected, and warns, with its writer.
WARNS_TWICE = "test_unclosed_resource_warnings"
# The peer closes right after it spoiled the connection. The read ahead of a proactor finds this
# end before the error of what was read before it has closed the connection.
READS_AHEAD = "test_start_tls_client_corrupted_ssl"
# os.sendfile() does not move the file; in Windows asyncio's test does not ask for it.
DOES_NOT_TELL = "test_sendfile_close_peer_in_the_middle_of_receiving"

QUICK = [
    ("selector", "test_streams", "StreamTests", []),
    ("proactor", "test_streams", "StreamTests", [*NOT_OF_PROACTORS, WARNS_TWICE]),
    ("selector", "test_sslproto", "SslProtoHandshakeTests", []),
    ("proactor", "test_sslproto", "SelectorStartTLSTests", [READS_AHEAD]),
    ("selector", "test_sock_lowlevel", "BaseSockTestsMixin", []),
    ("proactor", "test_sock_lowlevel", "BaseSockTestsMixin", NOT_OF_PROACTORS),
    ("mocks", "test_selector_events", "SelectorTransportTests", []),
    ("mocks", "test_selector_events", "SelectorSocketTransportTests", []),
    ("mocks", "test_selector_events", "SelectorSocketTransportBufferedProtocolTests", []),
    ("mocks", "test_selector_events", "SelectorDatagramTransportTests", []),
    ("mocks", "test_proactor_events", "ProactorSocketTransportTests", []),
    ("mocks", "test_proactor_events", "ProactorDatagramTransportTests", []),
    ("mocks", "test_proactor_events", "BaseProactorEventLoopTests", []),
]
SLOW = [
    ("selector", "test_sslproto", "SelectorStartTLSTests", []),
    ("selector", "test_buffered_proto", "BufferedProtocolSelectorTests", []),
    ("proactor", "test_buffered_proto", "BufferedProtocolSelectorTests", []),
    ("selector", "test_server", "SelectorStartServerTests", []),
    ("proactor", "test_server", "SelectorStartServerTests", NOT_OF_PROACTORS),
    ("selector", "test_sendfile", "SendfileTestsBase", []),
    ("proactor", "test_sendfile", "SendfileTestsBase", [DOES_NOT_TELL]),
    ("selector", "test_events", "EventLoopTestsMixin", []),
    ("proactor", "test_events", "EventLoopTestsMixin", NOT_OF_PROACTORS),
]
UNLESS_ASKED = pytest.mark.skipif(
    not EVERYTHING, reason="takes long: set ALL_CONFORMANCE_TESTS=1 to run it"
)


@pytest.mark.parametrize(
    ("kind", "module", "name", "excluded"),
    [*QUICK, *(pytest.param(*row, marks=UNLESS_ASKED) for row in SLOW)],
)
def test_asyncios_own_tests_pass(kind, module, name, excluded, tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, kind, module, name, *excluded],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["bad"] == {}, "\n".join(report["bad"].values())
    assert report["run"] > 0
