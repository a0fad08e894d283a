"""Suites whose mocks are replaced by ours."""

from __future__ import annotations

from suites import Suite, Switch

SWITCH = Switch(
    packages=("asyncmock-plus",),
    on=("--asyncmock=on",),
    off=("--asyncmock=off",),
)

# Suites with mocks in most of their tests.
SUITES = (
    Suite("amqp", "==5.3.1", requires=("pytest-rerunfailures",), args=("t/unit",)),
    Suite(
        "kombu",
        "==5.6.1",
        requires=("boto3", "hypothesis", "msgpack", "pytest-freezer", "pytz", "PyYAML"),
        args=("t/unit",),
    ),
    Suite("pytest-mock", "==3.15.1", requires=("pytest-asyncio",), args=("tests",)),
    Suite(
        "python-engineio",
        "==4.12.3",
        requires=("aiohttp", "pytest-asyncio", "requests", "tornado", "websocket-client"),
        args=("tests/async", "tests/common"),
    ),
    Suite("tenacity", "==9.1.2", requires=("tornado", "typeguard"), args=("tests",)),
)
