# coding: utf-8
import asyncio
import types

import asynctest
from asynctest.mock import CoroutineMock, MagicMock, call, create_autospec, patch

from . import service

SERVICE = service.__name__


@asynctest.strict
class OrdersTestCase(asynctest.TestCase):
    async def setUp(self):
        self.stock = asynctest.Mock(service.Stock)
        self.stock.available.return_value = 10
        self.database = MagicMock()
        self.transaction = MagicMock()
        self.transaction.insert = CoroutineMock(return_value=42)
        self.database.transaction.return_value.__aenter__.return_value = self.transaction
        self.bus = asynctest.Mock()
        self.orders = service.Orders(self.database, self.stock, self.bus, self.loop)
        self.orders.prices['book'] = 20

    async def tearDown(self):
        await asynctest.exhaust_callbacks(self.loop)


class Test_Placing(OrdersTestCase):
    @patch(SERVICE + '.charge')
    @types.coroutine
    def test_order_is_paid_stored_and_published(self, charge):
        number = yield from self.orders.place('card', 'book', 2)
        yield from asynctest.exhaust_callbacks(self.loop)

        self.assertEqual(42, number)
        charge.assert_awaited_once_with('card', '40 EUR')
        self.stock.available.assert_awaited_once_with('book')
        self.stock.reserve.assert_awaited_once_with('book', 2)
        self.transaction.insert.assert_awaited_once_with('orders', 'book', 2, 40)
        self.bus.publish.assert_called_once_with('ordered', 42)

    async def test_nothing_happens_without_stock(self):
        self.stock.available.return_value = 1

        with patch(SERVICE + '.charge') as charge:
            with self.assertRaisesRegex(LookupError, 'out of stock: book'):
                await self.orders.place('card', 'book', 2)

        charge.assert_not_awaited()
        self.assertFalse(self.stock.reserve.called)

    @patch(SERVICE + '.charge', side_effect=service.PaymentRefused('no money'))
    async def test_refused_payment_stores_nothing(self, charge):
        await self.assertAsyncRaises(service.PaymentRefused,
                                     self.orders.place('card', 'book', 1))

        self.assertEqual(1, charge.await_count)
        self.transaction.insert.assert_not_awaited()

    async def test_payment_is_tried_again_after_a_timeout(self):
        outcomes = [asyncio.TimeoutError(), asyncio.TimeoutError(), None]

        with patch(SERVICE + '.charge', side_effect=outcomes) as charge:
            await self.orders.place('card', 'book', 1)

        self.assertEqual([call('card', '20 EUR')] * 3, charge.await_args_list)

    @patch.dict(service.SETTINGS, attempts=1, currency='CHF')
    @patch(SERVICE + '.charge', side_effect=asyncio.TimeoutError)
    async def test_settings_are_read_when_needed(self, charge):
        with self.assertRaisesRegex(service.PaymentRefused, 'does not answer'):
            await self.orders.place('card', 'book', 1)

        charge.assert_awaited_once_with('card', '20 CHF')

    async def test_transaction_is_left_when_storing_fails(self):
        self.transaction.insert.side_effect = OSError('disk full')

        with patch(SERVICE + '.charge'):
            with self.assertRaisesRegex(OSError, 'disk full'):
                await self.orders.place('card', 'book', 1)

        leave = self.database.transaction.return_value.__aexit__
        self.assertIs(OSError, leave.call_args[0][0])

    async def test_waiting_for_a_call(self):
        self.stock.reserve.side_effect = lambda item, quantity: asyncio.sleep(0)
        with patch(SERVICE + '.charge') as charge:
            task = asyncio.ensure_future(self.orders.place('card', 'book', 1), loop=self.loop)

            await charge.awaited.wait()

            self.stock.reserve.assert_awaited_with('book', 1)
            await task


class Test_Report(OrdersTestCase):
    async def test_rows_are_added_up(self):
        rows = [('book', 2), ('pen', 1), ('book', 3)]
        self.database.rows.return_value.__aiter__.return_value = rows

        self.assertEqual({'book': 5, 'pen': 1}, (await self.orders.report()))
        self.database.rows.assert_called_once_with('orders')


class Test_Prices(OrdersTestCase):
    def test_prices_are_read_from_a_file(self):
        opened = asynctest.mock_open(read_data='{"book": 25}')

        with patch('builtins.open', opened):
            currency = self.loop.run_until_complete(self.orders.reprice('prices.json'))

        self.assertEqual(({'book': 25}, 'EUR'), (self.orders.prices, currency))
        opened.assert_called_once_with('prices.json')


class Test_Scopes(OrdersTestCase):
    """A patch of a coroutine is in force while it is suspended, or only while it runs."""

    async def seen_meanwhile(self, coroutine):
        """What the settings are while another coroutine is suspended."""
        task = self.loop.create_task(coroutine)
        await asyncio.sleep(0)
        seen = service.SETTINGS['currency']
        inside = await task
        return inside, seen, service.SETTINGS['currency']

    async def test_global_scope(self):
        @patch.dict(service.SETTINGS, {'currency': 'USD'}, scope=asynctest.GLOBAL)
        async def coroutine():
            await asyncio.sleep(0)
            return service.SETTINGS['currency']

        self.assertEqual(('USD', 'USD', 'EUR'), (await self.seen_meanwhile(coroutine())))

    async def test_limited_scope(self):
        @patch.dict(service.SETTINGS, {'currency': 'USD'}, scope=asynctest.LIMITED)
        async def coroutine():
            await asyncio.sleep(0)
            return service.SETTINGS['currency']

        self.assertEqual(('USD', 'EUR', 'EUR'), (await self.seen_meanwhile(coroutine())))

    async def test_limited_patch_keeps_its_mock(self):
        original = service.charge
        mocks = []

        @patch(SERVICE + '.charge', scope=asynctest.LIMITED)
        async def coroutine(charge):
            mocks.append(charge)
            await asyncio.sleep(0)
            mocks.append(service.charge)

        task = self.loop.create_task(coroutine())
        await asyncio.sleep(0)
        self.assertIs(original, service.charge)
        await task

        self.assertIs(mocks[0], mocks[1])
        self.assertIs(original, service.charge)


class Test_Specs(asynctest.TestCase):
    def test_methods_are_of_the_kind_of_the_class(self):
        stock = asynctest.Mock(service.Stock())

        self.assertIsInstance(stock.available, CoroutineMock)
        self.assertNotIsInstance(stock.url, CoroutineMock)
        self.assertRaises(AttributeError, lambda: stock.unknown)

    async def test_autospec_checks_the_arguments(self):
        charge = create_autospec(service.charge, return_value='paid')

        self.assertEqual('paid', (await charge('card', amount='1 EUR')))
        charge.assert_awaited_once_with('card', amount='1 EUR')
        with self.assertRaises(TypeError):
            await charge()

    @asynctest.fail_on(unused_loop=True)
    def test_loop_is_used(self):
        mock = CoroutineMock(side_effect=asynctest.return_once('first', then='then'))

        results = [self.loop.run_until_complete(mock()) for _ in range(3)]

        self.assertEqual(['first', 'then', 'then'], results)


if __name__ == '__main__':
    asynctest.main()
