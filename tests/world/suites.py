"""The entries of the tables: a suite, and how something of ours is switched on for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """
    A public test suite.

    Attributes:
        name: The distribution, as the package index knows it.
        version: A specifier; one version, so that what is known stays true.
        requires: What its tests need beside the distribution itself.
        args: Arguments of pytest; the tests by their paths in the source distribution.
        known: Why an outcome may differ, by the name of the test as pytest writes it into its
            JUnit file: ``module.Class.test``, without parameters it stands for all of them.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    known: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Switch:
    """
    How something of ours is switched on for a suite that knows nothing of it.

    Attributes:
        packages: Those of the folder ``packages/`` that are installed, in both runs.
        on: Arguments of pytest for the run with ours.
        off: Arguments of pytest for the run without.
    """

    packages: tuple[str, ...]
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
