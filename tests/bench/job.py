"""One measurement in a process of its own: ``python -m bench.job module:function '{"setting": 1}'``.

The function does its preparations, then the work inside ``with timed()``; what it returns is told besides.
"""

import importlib
import json
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver

SECONDS: list[float] = []
PROCESSOR: list[float] = []
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def processor() -> float:
    """Return the seconds of processor time of this process and of those it waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, WHO))


@contextmanager
def timed() -> Iterator[None]:
    """Measure the work, without the preparations before it."""
    used, began = processor(), time.perf_counter()
    yield
    SECONDS.append(time.perf_counter() - began)
    for thread in set(threading.enumerate()) - {threading.current_thread()}:
        if not thread.daemon:
            thread.join()  # those that wait for processes to end: what these used is counted
    forkserver._forkserver._stop()  # and of workers, who are its children
    PROCESSOR.append(processor() - used)


def main() -> None:
    """Run the job asked for, and print its seconds and peak memory (the largest process) as the last line."""
    module, _, function = sys.argv[1].partition(":")
    told = getattr(importlib.import_module(f"bench.{module}"), function)(**json.loads(sys.argv[2])) or {}
    peak = max(resource.getrusage(who).ru_maxrss for who in WHO) / 1024
    print("\n" + json.dumps({"seconds": sum(SECONDS), "processor": sum(PROCESSOR), "peak": peak} | told))


if __name__ == "__main__":
    from bench import job  # the timer of the jobs is that of the module, not of this script

    job.main()
