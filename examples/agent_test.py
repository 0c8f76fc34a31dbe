"""An agent's test against the sandbox, with nothing but Python's standard library.

An answer is lost after the message was delivered, and it must not be sent again. Here the "agent" is one function; put
yours in its place. Run it with: python3 agent_test.py [command and arguments that start the server]
"""

import json
import re
import subprocess
import sys
import urllib.request

COMMAND = sys.argv[1:] or ["npx", "-y", "manychat-mcp"]
MARIA = "24958501110451908"


class Server:
    """The server over stdio: one JSON-RPC message a line."""

    def __init__(self):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            COMMAND + ["--sandbox"], stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
        )
        self.count = 0
        client = {"name": "agent-test", "version": "1.0.0"}
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        self.write({"method": "notifications/initialized"})
        # The first line on stderr tells where the sandbox listens.
        self.sandbox = re.search(r'"sandbox":"([^"]+)"', self.process.stderr.readline()).group(1)

    def write(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def request(self, method, params):
        self.count += 1
        self.write({"id": self.count, "method": method, "params": params})
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.count:
                return answer["result"]

    def call(self, tool, arguments):
        """The parsed answer of a tool: its result, or {"error": {...}}."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        return json.loads(result["content"][0]["text"])

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()


def agent(server, subscriber_id, text):
    """Sends a text; repeats only what the failure says can be repeated."""
    answer = server.call("manychat_send_text", {"subscriber_id": subscriber_id, "text": text})
    if "error" not in answer:
        return "sent"
    error = answer["error"]
    return agent(server, subscriber_id, text) if error["retryable"] else error["performed"]


def main():
    server = Server()
    fault = {"match": {"path": "sendContent"}, "perform": True, "reset": "before_headers"}
    order = urllib.request.Request(server.sandbox + "/sandbox/faults", json.dumps(fault).encode())
    order.add_header("Content-Type", "application/json")
    urllib.request.urlopen(order)

    assert agent(server, MARIA, "Your order has shipped!") == "unknown"
    with urllib.request.urlopen(server.sandbox + "/sandbox/messages?subscriber_id=" + MARIA) as seen:
        assert len(json.load(seen)["messages"]) == 1, "Maria got it once"
    server.close()
    print("Maria got it once, although its answer was lost.")


main()
