"""
Suites that are checked for leaks, strictly.

An outcome that differs is a leak: `known` says for each where it is in the suite or in the library
under test, read once by a person. A report that is not true is a fault of ours.
"""

from __future__ import annotations

from suites import Suite, Switch

SWITCH = Switch(packages=("asyncloop-testcase",), on=("--fail-on=strict",))

SUITES = (
    Suite("aiojobs", "==1.4.0", requires=("pytest-aiohttp", "aiohttp"), args=("tests",)),
    Suite("janus", "==2.0.0", requires=("pytest-asyncio",), args=("tests",)),
    Suite("tenacity", "==9.1.2", requires=("pytest-asyncio", "tornado", "typeguard"), args=("tests",)),
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
    ),
    Suite(
        "anyio",
        "==4.11.0",
        requires=("pytest-mock", "hypothesis", "trustme", "psutil", "blockbuster", "exceptiongroup"),
        args=("tests", "-k", "asyncio and not uvloop and not trio"),
    ),
)  # fmt: skip
