"""Milliseconds until pages have loaded, by headless Chromium's own clock, and what they say on the console.

    python3 page_load.py PAGE.html… [--times 5] [--pdf FILE]

Needs Chromium and nothing else. The pages are opened in turn, with nothing cached; --pdf prints the last as it is three
seconds after it was opened.
"""

import argparse
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request


class Browser:
    """A page of Chromium, told what to do over its debugging socket."""

    def __init__(self, port=9333):
        self.profile = tempfile.mkdtemp()
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000",
             f"--remote-debugging-port={port}", "--remote-allow-origins=*",
             f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(150):
            try:
                tabs = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
                break
            except OSError:
                time.sleep(0.2)
        address = next(tab for tab in tabs if tab["type"] == "page")["webSocketDebuggerUrl"]
        host, path = address.removeprefix("ws://").split("/", 1)
        self.socket = socket.create_connection((host.split(":")[0], port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            (f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(1)
        self.calls, self.said = 0, []
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.setCacheDisabled", cacheDisabled=True)

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self, count):
        data = b""
        while len(data) < count:
            data += self.socket.recv(count - len(data))
        return data

    def _receive(self):
        text = b""
        while True:
            first, second = self._read(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", self._read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._read(8))[0]
            text += self._read(size)
            if first & 0x80:
                return json.loads(text)

    def call(self, method, **parameters):
        self.calls += 1
        data = json.dumps({"id": self.calls, "method": method, "params": parameters}).encode()
        mask, size = os.urandom(4), len(data)
        head = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack(">H", size)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self.socket.sendall(b"\x81" + head + mask + masked)
        while True:
            answer = self._receive()
            if answer.get("method") in (
                    "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
                self.said.append(json.dumps(answer["params"])[:300])
            if answer.get("id") == self.calls:
                return answer.get("result", answer)

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def open(self, page):
        """Milliseconds from the start of the navigation to the end of the load event, and broken pictures."""
        self.call("Page.navigate", url="file://" + os.path.abspath(page))
        while True:
            time.sleep(0.05)
            took = self.value("location.protocol == 'file:' ? performance.timing.loadEventEnd"
                              " - performance.timing.navigationStart : 0")
            if took and took > 0:
                break
        broken = self.value("[...document.images].filter(i => i.complete && !i.naturalWidth).length")
        return took, broken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--pdf")
    options = parser.parse_args()
    browser = Browser()
    try:
        times, broken = {page: [] for page in options.pages}, {}
        for _ in range(options.times):
            for page in options.pages:
                took, broken[page] = browser.open(page)
                times[page].append(took)
                browser.call("Page.navigate", url="about:blank")
        for page in options.pages:
            middle = sorted(times[page])[len(times[page]) // 2]
            print(f"{page}: {middle} ms, {times[page]}; {broken[page]} broken pictures")
        if options.pdf:
            browser.open(options.pages[-1])
            time.sleep(3)
            made = browser.call("Page.printToPDF", printBackground=True)
            with open(options.pdf, "wb") as file:
                file.write(base64.b64decode(made["data"]))
        print(f"{len(browser.said)} messages on the console", *browser.said[:5], sep="\n")
    finally:
        browser.close()


if __name__ == "__main__":
    main()
