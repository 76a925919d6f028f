"""An HTTP proxy in front of a database that misbehaves by script."""
import base64
import http.client
import http.server
import socket
import struct
import threading
import urllib.parse


class FaultProxy:
    """Forwards to `target`. `fault(number, body)` is asked for each POST (counted from 1) and returns None (forward), or
    ("status", code, headers, text)      answered without the database
    ("reset", percent)                   the connection is reset when that much of the body has gone to the database
    ("forward then reset",)              the database takes it, its answer is lost
    ("forward then", code, headers)      the database takes it, and another answer is given
    What ends the series of an import is no sample: it is not counted; `ends` is the fault for it.
    `bearer`: (token, user and password): who shows that token is let through as that user, anybody else gets 401."""

    def __init__(self, target, fault=lambda number, body: None, ends=None, bearer=None):
        self.target = urllib.parse.urlsplit(target)
        self.fault = fault
        self.ends = ends
        self.bearer = bearer
        self.posts = 0
        self.imports = False  # seen
        self.requests = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.pass_on("GET", None) if self.is_known() else self.reply(401, {}, b"who are you")

            def is_known(self):
                return not proxy.bearer or self.headers.get("Authorization") == "Bearer " + proxy.bearer[0]

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if not self.is_known():
                    return self.reply(401, {}, b"who are you")
                proxy.imports = proxy.imports or self.path.endswith("/api/v1/import")
                if proxy.imports and self.path.endswith("/api/v1/write"):
                    return self.reply(*proxy.ends[1:3], proxy.ends[3].encode()) if proxy.ends else self.pass_on("POST", body)
                proxy.posts += 1
                fault = proxy.fault(proxy.posts, body) or ("forward",)
                if fault[0] == "status":
                    self.reply(fault[1], fault[2], fault[3].encode())
                elif fault[0] == "reset":
                    proxy.send_part(self, body, fault[1])
                    self.reset()
                elif fault[0] == "forward then reset":
                    self.ask("POST", body)
                    self.reset()
                elif fault[0] == "forward then":
                    self.ask("POST", body)
                    self.reply(fault[1], fault[2], b"the answer of a proxy")
                else:
                    self.pass_on("POST", body)

            def head(self):
                head = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
                if proxy.bearer:
                    head["Authorization"] = "Basic " + base64.b64encode(proxy.bearer[1].encode()).decode()
                return head

            def ask(self, method, body):
                connection = http.client.HTTPConnection(proxy.target.hostname, proxy.target.port, timeout=20)
                try:
                    connection.request(method, self.path, body, self.head())
                    answer = connection.getresponse()
                    return answer.status, answer.read(), answer.getheader("Content-Type")
                finally:
                    connection.close()

            def pass_on(self, method, body):
                try:
                    status, text, kind = self.ask(method, body)
                except OSError:
                    return self.reset()
                self.reply(status, {"Content-Type": kind} if kind else {}, text)

            def reply(self, status, headers, text):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(text)

            def reset(self):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                self.wfile = self.rfile = open("/dev/null", "r+b")  # nothing more to flush

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def send_part(self, handler, body, percent):
        """The database gets the head of the request and a part of its body, and then nothing."""
        with socket.create_connection((self.target.hostname, self.target.port), 10) as connection:
            head = f"POST {handler.path} HTTP/1.1\r\nHost: x\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in handler.head().items())
            connection.sendall(head.encode() + b"\r\n" + body[:len(body) * percent // 100])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
