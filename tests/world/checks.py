"""
Suites that are checked for leaks, strictly.

An outcome that differs is a finding; `known` says of each where it is true, as read once by a
person. A report that is not true is a fault of ours, and has no place here.
"""

from __future__ import annotations

from suites import Suite, Switch

SWITCH = Switch(packages=("asyncloop-testcase",), on=("--fail-on=strict",))

TIMER = "the timer of the request's timeout stays, as the mocks never release the connection"
CLEANUP = "a connector that is not closed keeps the timer by which it closes idle connections"
THREAD = "the thread is started and never joined"

SUITES = (
    Suite(
        "aiojobs",
        "==1.4.0",
        requires=("pytest-aiohttp", "aiohttp"),
        args=("-o", "asyncio_mode=auto", "tests"),
        known={
            "tests.test_job.test_job_wait_closed": (
                "test_job.py:212 raises what the job hands to the loop's exception handler"
            ),
            "tests.test_job.test_job_close_closed": (
                "test_job.py:230 raises what the job hands to the loop's exception handler"
            ),
        },
    ),
    Suite("janus", "==2.0.0", requires=("pytest-asyncio", "pytest-codspeed"), args=("tests",)),
    Suite(
        "tenacity",
        "==9.1.2",
        requires=("pytest-asyncio", "tornado", "typeguard"),
        args=("tests",),
    ),
    Suite(
        "httpcore",
        "==1.0.9",
        requires=("anyio", "trio", "pytest-trio", "h2", "socksio", "hpack", "pytest-httpbin"),
        args=("tests",),
    ),
    Suite(
        "uvicorn",
        "==0.38.0",
        requires=(
            "httpx", "websockets<14", "wsproto", "httptools", "a2wsgi", "trustme", "cryptography",
            "pytest-mock", "python-dotenv", "PyYAML", "watchfiles", "typing_extensions", "anyio",
        ),
        args=("tests",),
        known={
            "tests.supervisors.test_multiprocess.test_process_ping_pong": (
                f"test_multiprocess.py:54: {THREAD}"
            ),
            "tests.supervisors.test_multiprocess.test_multiprocess_run": (
                f"test_multiprocess.py:73: {THREAD}"
            ),
        },
    ),
    Suite(
        "anyio",
        "==4.11.0",
        requires=(
            "pytest-mock", "hypothesis", "trustme", "psutil", "blockbuster", "exceptiongroup",
        ),
        args=("tests", "-k", "asyncio and not uvloop and not trio"),
        known={
            "tests.test_sockets.TestTCPStream.test_receive_timeout": (
                f"test_sockets.py:457: {THREAD}, and sleeps for a second"
            ),
        },
    ),
    Suite(
        "aiohttp",
        "==3.12.15",
        requires=(
            "pytest-mock", "pytest-xdist", "proxy.py", "re-assert", "trustme", "freezegun",
            "isal", "zlib-ng", "blockbuster", "gunicorn", "brotli",
        ),
        args=(
            "-W", "ignore",
            *(
                f"tests/test_{name}.py"
                for name in (
                    "client_session", "connector", "web_app", "web_server",
                    "web_websocket_functional", "helpers", "streams", "web_runner", "test_utils",
                )
            ),
        ),
        known={
            "tests.test_client_session.test_ws_connect_allowed_protocols": (
                f"aiohttp/helpers.py:587: {TIMER}"
            ),
            "tests.test_client_session.test_ws_connect_unix_socket_allowed_protocols": (
                f"aiohttp/helpers.py:587: {TIMER}"
            ),
            "tests.test_connector.test_exception_during_connection_reuse_tracing": (
                f"aiohttp/helpers.py:526: {CLEANUP}"
            ),
            "tests.test_connector.test_cleanup_close_ssl_transport": (
                f"aiohttp/helpers.py:526: {CLEANUP}"
            ),
            "tests.test_connector.test_cleanup_closed": f"aiohttp/helpers.py:526: {CLEANUP}",
            "tests.test_web_websocket_functional.test_normal_closure_while_client_sends_msg": (
                "test_web_websocket_functional.py:1277 makes a task that sleeps on"
            ),
        },
    ),
)  # fmt: skip
