"""Programs that use a store from processes of their own, and the processes they run in."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_OPENING = """
import os, sys
from pathlib import Path
from tests.backend.stores import LASTING_LOCKS, STORES, lock, number_in, put

kind, folder, *arguments = sys.argv[1:]
store = STORES[kind](Path(folder))

def say(word):
    print(word, flush=True)

def confirm(number):
    # In place and with one write: a reader finds the old number or the new one.
    os.pwrite(counter, b"%12d" % number, 0)

def open_counter(path):
    return os.open(path, os.O_RDWR | os.O_CREAT)

"""

#: Holds the lock until its input ends.
HOLD = """
with lock(store, "hold"):
    say("held")
    sys.stdin.read()
say("freed")
"""

#: Adds one to the number, so many times, each under a lock of its own.
COUNT = """
say("ready")
sys.stdin.readline()
for _ in range(int(arguments[0])):
    with lock(store, "count", timeout=60) as session:
        session.record([put(number_in(session.state) + 1)])
        session.save()
"""

#: Records one number after the other and confirms each in a file once it is recorded; saves now and then.
RECORD = """
counter = open_counter(arguments[0])
with lock(store, "record") as session:
    say("ready")
    for number in range(number_in(session.state) + 1, 10**9):
        session.record([put(number)])
        confirm(number)
        if number % 3 == 0:
            session.save()
"""

#: For every line of input, a process that does as RECORD does until it is killed.
RECORD_AND_DIE = """
say("ready")
counter, mother = open_counter(arguments[0]), os.getpid()
for line in sys.stdin:
    child = os.fork()
    if child:
        say(child)
        os.waitpid(child, 0)
        say("dead")
        continue
    if kind in LASTING_LOCKS:
        store.unlock()
    with lock(store, "record") as session:
        number = number_in(session.state)
        confirm(number)
        while os.getppid() == mother:
            number += 1
            session.record([put(number)])
            confirm(number)
            if number % 3 == 0:
                session.save()
"""

#: Records ever more with no room for it on the disk: no file may grow beyond a limit.
RECORD_WITHOUT_ROOM = """
import resource
from rcsplan.errors import StateUnwritable

session = lock(store, "record")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(arguments[0]), resource.RLIM_INFINITY))
recorded = 0
try:
    for number in range(1, 10**9):
        session.record([put(number)])
        recorded = number
except StateUnwritable as error:
    say(recorded)
    say(error.detail)
session.release()
"""

#: Tries twice to lock with no room at all on the disk.
LOCK_WITHOUT_ROOM = """
import resource
from rcsplan.errors import StateUnwritable

resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        lock(store, "record")
    except StateUnwritable as error:
        say(f"{error.summary}: {error.detail}")
"""


def confirmed(path):
    """The number that a program confirmed last, 0 before the first."""
    return int(path.read_bytes() or 0) if path.exists() else 0


class Programs(contextlib.ExitStack):
    """Starts programs, and ends each of them by its id."""

    def start(self, program, kind, folder, *arguments):
        """A process that runs the program, with its input and output as text."""
        command = [sys.executable, "-c", _OPENING + program, kind, folder, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = self.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        )
        self.callback(process.kill)
        return process
