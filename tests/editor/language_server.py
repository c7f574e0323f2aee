"""yaml-language-server as an editor drives it: JSON-RPC over its standard input and output."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

ENGINES = Path(__file__).parents[2] / ".engines"
_NAME = "yaml-language-server"
_PATIENCE = 60
_SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}


def find_server():
    """The language server that `.ci/run` installs, or that of this machine; None where there is neither."""
    installed = ENGINES / "node_modules/.bin" / _NAME
    return str(installed) if installed.exists() else shutil.which(_NAME)


class Editor:
    """An editor with one workspace."""

    def __init__(self, process, folder):
        self._process = process
        self._folder = folder
        self._answers = {}
        self._inbox = queue.Queue()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        workspace = [{"uri": folder.as_uri(), "name": "project"}]
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
                "publishDiagnostics": {},
            },
        }
        self._ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": workspace,
                "capabilities": capabilities,
            },
        )
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": _SETTINGS})

    def open(self, file, text):
        """Open a file of the workspace with a text, and return the squiggles: line from 1, marked text, message."""
        uri = (self._folder / file).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        found = self._await(lambda message: _is_about(message, uri))["params"]["diagnostics"]
        return [(one["range"]["start"]["line"] + 1, _marked(text, one["range"]), one["message"]) for one in found]

    def hover(self, file, text, word):
        """What is shown over the first place of a word."""
        answer = self._ask("textDocument/hover", self._at(file, text, text.index(word) + 1))
        return answer["contents"]["value"] if answer else ""

    def complete(self, file, text, after):
        """The labels that are offered behind the first place of a piece of the text."""
        answer = self._ask("textDocument/completion", self._at(file, text, text.index(after) + len(after)))
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"] for item in items}

    def _at(self, file, text, offset):
        line = text.count("\n", 0, offset)
        return {
            "textDocument": {"uri": (self._folder / file).as_uri()},
            "position": {"line": line, "character": offset - (text.rfind("\n", 0, offset) + 1)},
        }

    def _ask(self, method, parameters):
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": parameters})
        answer = self._await(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer
        return answer["result"]

    def _tell(self, method, parameters):
        self._send({"method": method, "params": parameters})

    def _send(self, message):
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._process.stdin.flush()

    def _await(self, is_meant):
        """The next message that is meant; what the server asks meanwhile is answered, everything else passed over."""
        while True:
            message = self._inbox.get(timeout=_PATIENCE)
            if is_meant(message):
                return message
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": _answer(message)})

    def _listen(self):
        stream = self._process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._inbox.put(json.loads(stream.read(length)))


@contextmanager
def editing(folder):
    """An editor on a folder while the block runs."""
    server = find_server()
    with subprocess.Popen(
        [server, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        try:
            yield Editor(process, folder)
        finally:
            process.kill()


def _answer(message):
    """What an editor with default settings answers."""
    if message["method"] == "workspace/configuration":
        return [_SETTINGS.get(item.get("section"), {}) for item in message["params"]["items"]]
    return None


def _is_about(message, uri):
    return message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri


def _marked(text, place):
    lines = text.split("\n")
    start, end = place["start"], place["end"]
    if start["line"] == end["line"]:
        return lines[start["line"]][start["character"] : end["character"]]
    return lines[start["line"]][start["character"] :]
