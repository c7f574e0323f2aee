"""A proxy in front of a server, which can fall silent or cut the line at a chosen moment."""

import contextlib
import select
import socket
import threading


class Proxy:
    """Forwards every connection to a port of this machine; `on_request(data)` and `on_answer(data)` decide its fate.

    Either returns what becomes of the data: `forward`, `cut` (both ends are closed), `cut after` (forwarded, then the
    line is cut once the server has answered, without a byte of the answer), or `hang` (nothing passes any more).
    """

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.verdict_on = lambda _: "forward"
        self.connections = 0
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self):
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self):
        while not self._closing.is_set():
            if not select.select([self._listener], [], [], 0.05)[0]:
                continue
            client, _ = self._listener.accept()
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as server:
            self._pass_on(client, server)

    def _pass_on(self, client, server):
        while not self._closing.is_set():
            ready = select.select([client, server], [], [], 0.05)[0]
            for end in ready:
                data = end.recv(65536)
                if not data:
                    return
                if end is server:
                    client.sendall(data)
                    continue
                verdict = self.verdict_on(data)
                if verdict == "cut":
                    return
                if verdict == "hang":
                    self._closing.wait()
                    return
                server.sendall(data)
                if verdict == "cut after":
                    server.recv(1)
                    return


class Once:
    """A verdict on the first request that holds some bytes; every other is forwarded. `seen` counts the first."""

    def __init__(self, verdict, mark, *, times=1):
        self.seen = 0
        self._verdict = verdict
        self._mark = mark
        self._times = times

    def __call__(self, data):
        if self._mark not in data or self.seen >= self._times:
            return "forward"
        self.seen += 1
        return self._verdict
