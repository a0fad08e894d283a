"""Suites whose mocks are replaced by ours."""

from __future__ import annotations

from suites import Suite, Switch

SWITCH = Switch(
    packages=("asyncmock-plus",),
    on=("--asyncmock=on",),
    off=("--asyncmock=off",),
)

SUITES = (
    Suite(
        "kombu",
        "==5.6.1",
        requires=("pytz", "pytest-freezer", "msgpack", "PyYAML", "hypothesis", "boto3"),
        args=("t/unit",),
    ),
    Suite("pytest-mock", "==3.15.1", requires=("pytest-asyncio",), args=("tests",)),
    Suite(
        "python-socketio",
        "==5.14.3",
        requires=(
            "pytest-asyncio",
            "aiohttp",
            "msgpack",
            "redis",
            "requests",
            "simple-websocket",
            "uvicorn",
            "valkey",
        ),
        args=("tests",),
    ),
)
