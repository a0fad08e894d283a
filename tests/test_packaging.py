"""What the distributions say of themselves."""

import importlib
import re
from importlib import metadata, resources

import pytest

PACKAGES = [
    "asyncmock_plus",
    "asyncloop_testcase",
    "asyncio_testselector",
    "asyncio_fakeclock",
    "asynctest",
]
each_package = pytest.mark.parametrize("package", PACKAGES)


def distribution(package: str) -> metadata.Distribution:
    return metadata.distribution(
        "asynctest-suite" if package == "asynctest" else package.replace("_", "-")
    )


@each_package
def test_installed_version_is_the_package_s(package: str) -> None:
    assert distribution(package).version == importlib.import_module(package).__version__


@each_package
def test_python_versions_are_declared(package: str) -> None:
    info = distribution(package).metadata
    versions = [
        text.rpartition(" ")[2]
        for text in info.get_all("Classifier")
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", text)
    ]

    assert info["Requires-Python"] == ">=3.10"
    assert versions == ["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]


@each_package
def test_package_is_marked_as_typed(package: str) -> None:
    assert resources.files(package).joinpath("py.typed").is_file()


@each_package
def test_public_names_exist_and_are_sorted_out(package: str) -> None:
    module = importlib.import_module(package)

    missing = [name for name in module.__all__ if not hasattr(module, name)]

    assert not missing
    assert len(module.__all__) == len(set(module.__all__))
