"""
Families of mock classes, for the modules beneath them.

A mock makes attributes and results of other classes, whose modules import its own; the classes
enter themselves here, so that no module has to import upwards. A mock knows its family by its class
(``_mock_kinds``); ``create_autospec``, which has no mock to ask, is made for one family.
"""

from __future__ import annotations

from typing import Any


class Kinds:
    """
    The classes of which the mocks of one family make others.

    Attributes:
        AsyncMock: For what is a coroutine function in the spec.
        AsyncResult: For what an autospecced coroutine function gives when it is awaited.
        create_autospec: Specifies the instances of a mocked class.
    """

    # Mixed into mocks whose spec is a coroutine function, in all families.
    AsyncCalls: Any
    AsyncMixin: Any

    AsyncGeneratorMock: Any
    AsyncIteratorMock: Any
    AsyncMock: Any
    AsyncResult: Any
    AwaitableFunctionMock: Any
    AwaitableMock: Any
    MagicMock: Any
    Mock: Any
    NonCallableMagicMock: Any
    create_autospec: Any


# As unittest.mock of the newest Python has them.
STANDARD = Kinds()

# As asynctest 0.13 had them: what is asynchronous is a CoroutineMock, its results are MagicMocks.
ASYNCTEST = Kinds()
