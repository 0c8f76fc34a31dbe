"""Tests an agent against the sandbox, with Python's standard library only.

The response is lost after the message was delivered, and the agent must not send it again. The "agent" here is one
function; replace it with yours. Run it with:

    python3 examples/agent_test.py [command and arguments that start the server]
"""

import json
import re
import subprocess
import sys
import urllib.request

COMMAND = sys.argv[1:] or ["node", "dist/manychat-mcp.js"]
MARIA = "24958501110451908"


class Server:
    """The server over stdio: one JSON-RPC message per line."""

    def __init__(self):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            COMMAND + ["--sandbox"], stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
        )
        self.count = 0
        client = {"name": "agent-test", "version": "1.0.0"}
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        self.write({"method": "notifications/initialized"})
        # The first line on stderr contains the address of the sandbox.
        self.sandbox = re.search(r'"sandbox":"([^"]+)"', self.process.stderr.readline()).group(1)

    def write(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def request(self, method, params):
        self.count += 1
        self.write({"id": self.count, "method": method, "params": params})
        while True:
            response = json.loads(self.process.stdout.readline())
            if response.get("id") == self.count:
                return response["result"]

    def call(self, tool, arguments):
        """Calls a tool and returns its result, or {"error": {...}}."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        return json.loads(result["content"][0]["text"])

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()


def agent(server, subscriber_id, text):
    """Sends a text, and repeats the call only if the failure says that it can be repeated."""
    result = server.call("manychat_send_text", {"subscriber_id": subscriber_id, "text": text})
    if "error" not in result:
        return "sent"
    error = result["error"]
    return agent(server, subscriber_id, text) if error["retryable"] else error["performed"]


def main():
    server = Server()
    fault = {"match": {"path": "sendContent"}, "perform": True, "reset": "before_headers"}
    request = urllib.request.Request(server.sandbox + "/sandbox/faults", json.dumps(fault).encode())
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request)

    assert agent(server, MARIA, "Your order has shipped!") == "unknown"
    with urllib.request.urlopen(server.sandbox + "/sandbox/messages?subscriber_id=" + MARIA) as response:
        assert len(json.load(response)["messages"]) == 1, "Maria got the message once"
    server.close()
    print("Maria got the message once, although the response was lost.")


main()
