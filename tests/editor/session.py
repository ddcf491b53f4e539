"""One session of rust-analyzer in kudos' front-end: what it completes, and that it sees a catalog that changes meanwhile.

Usage: session.py RUST_ANALYZER COPY_OF_THE_REPOSITORY
"""

import json
import pathlib
import subprocess
import sys
import threading

SECONDS = 300  # For the whole session: a build of kudos is within.
NEEDED = {"get", "post", "put", "patch", "delete", "head", "request", "client", "url", "base_url", "authority"}


class Session:
    """The server, spoken to as an editor does: https://microsoft.github.io/language-server-protocol/."""

    def __init__(self, server, root):
        self.process = subprocess.Popen([server], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ids = 0
        self.request("initialize", {
            "processId": None,
            "rootUri": root.as_uri(),
            "capabilities": {"experimental": {"serverStatusNotification": True}},
            # What cargo finds comes from the macro as well: here the macro's own answer is looked at.
            "initializationOptions": {"checkOnSave": False, "linkedProjects": [str(root / "Cargo.toml")]},
        })
        self.notify("initialized", {})

    def send(self, **message):
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send(method=method, params=params)

    def request(self, method, params):
        self.ids += 1
        self.send(id=self.ids, method=method, params=params)
        answer = self.until(lambda message: message.get("id") == self.ids and "method" not in message)
        return answer.get("result")

    def until(self, wanted):
        """Reads on to the first message that is wanted; what the server asks meanwhile gets an empty answer."""
        while True:
            length = 0
            while line := self.process.stdout.readline().strip():
                name, value = line.split(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if length == 0:
                sys.exit("rust-analyzer has ended, or took too long")
            message = json.loads(self.process.stdout.read(length))
            if "method" in message and "id" in message:
                self.send(id=message["id"], result=None)
            if wanted(message):
                return message

    def rest(self):
        """Until all is loaded and nothing is left to do."""
        self.until(lambda message: message.get("method") == "experimental/serverStatus"
                   and message["params"]["quiescent"])

    def macro_process(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/children")
        ids = {int(id) for file in children for id in file.read_text().split()}
        return {id for id in ids if "proc-macro" in pathlib.Path(f"/proc/{id}/cmdline").read_text()}


def main():
    server, root = sys.argv[1], pathlib.Path(sys.argv[2])
    kudos = root / "examples/kudos"
    file = kudos / "front-end/src/main.rs"
    uri, text = file.as_uri(), file.read_text()

    session = Session(server, root)
    watchdog = threading.Timer(SECONDS, session.process.kill)
    watchdog.start()
    try:
        session.rest()
        version = 1
        typed = text + "\nfn typed() { Api:: }\n"
        session.notify("textDocument/didOpen", {
            "textDocument": {"uri": uri, "languageId": "rust", "version": version, "text": typed}})
        line = typed[:typed.index("Api:: }")].count("\n")
        items = session.request("textDocument/completion", {
            "textDocument": {"uri": uri}, "position": {"line": line, "character": len("fn typed() { Api::")}})
        names = {item["label"].split("(")[0] for item in items["items"]}
        if missing := NEEDED - names:
            sys.exit(f"after `Api::` it does not complete {sorted(missing)}, but {sorted(names)}")
        print(f"after `Api::` it completes {', '.join(sorted(NEEDED))}")

        before = session.macro_process()
        manifest = kudos / "copilot/api/manifest.yml"
        manifest.write_text(manifest.read_text().replace("connect: true", "connect: false"))
        # What an editor starts when a file is saved. It writes the catalog.
        subprocess.run(["cargo", "check", "--workspace", "--all-targets"], cwd=root, capture_output=True)
        version += 1
        changed = text.replace("struct Calls;", "struct Calling;").replace("Calls::", "Calling::")
        session.notify("textDocument/didChange", {
            "textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": changed}]})
        off = "Service Connect is off for service `api`"
        # It is asked for, not waited for: of its own accord it sends what cargo finds only.
        report = session.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        found = [problem["message"] for problem in report["items"]]
        if not any(off in problem for problem in found):
            sys.exit(f"the changed catalog is not seen: {found}")
        if not before or before != session.macro_process():
            sys.exit("the process of the macros is not the one of before: this says nothing of a changed catalog")
        print(f"the catalog changes under the macros' process: {off}")
    finally:
        session.process.kill()
        watchdog.cancel()


main()
