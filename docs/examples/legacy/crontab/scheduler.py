# coding: utf-8
"""Jobs that run every so often, with retries, timeouts and a history."""
import asyncio
import collections
import types

Run = collections.namedtuple('Run', 'job started ended outcome')


class Job:
    def __init__(self, name, function, every, timeout=None, retries=0, backoff=1):
        if every <= 0:
            raise ValueError('a job cannot run every {!r} seconds'.format(every))
        self.name = name
        self.function = function
        self.every = every
        self.timeout = timeout
        self.retries = retries
        self.backoff = backoff


class Scheduler:
    """Runs jobs on a loop. A run that takes longer than the interval delays the next one."""

    def __init__(self, loop, on_error=None):
        self.history = []
        self._loop = loop
        self._on_error = on_error or (lambda job, error: None)
        self._handles = {}
        self._tasks = set()

    def add(self, job, delay=None):
        if job.name in self._handles:
            raise KeyError('there is a job {!r} already'.format(job.name))
        self._schedule(job, self._loop.time() + (job.every if delay is None else delay))

    def remove(self, name):
        at, handle = self._handles.pop(name)
        handle.cancel()

    def next_run(self, name):
        at, handle = self._handles[name]
        return at

    def _schedule(self, job, at):
        self._handles[job.name] = at, self._loop.call_at(at, self._start, job)

    def _start(self, job):
        task = self._loop.create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job):
        started = self._loop.time()
        try:
            await self._attempts(job)
        except asyncio.CancelledError:
            self.history.append(Run(job.name, started, self._loop.time(), 'cancelled'))
            raise
        except Exception as error:
            self._on_error(job, error)
            outcome = type(error).__name__
        else:
            outcome = 'ok'
        self.history.append(Run(job.name, started, self._loop.time(), outcome))
        if job.name in self._handles:
            self._schedule(job, max(started + job.every, self._loop.time()))

    @types.coroutine
    def _attempts(self, job):
        """Call the function until it succeeds, waiting twice as long each time."""
        pause = job.backoff
        for attempt in range(job.retries + 1):
            try:
                return (yield from asyncio.wait_for(job.function(), job.timeout))
            except Exception:
                if attempt == job.retries:
                    raise
            yield from asyncio.sleep(pause)
            pause *= 2

    async def close(self):
        """Cancel all jobs, and wait for those that run."""
        for name in list(self._handles):
            self.remove(name)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
