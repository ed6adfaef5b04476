"""Mail servers that fail where a real one hardly can be made to, and an IMAP server of one box."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Quiet(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def served(handler: type[socketserver.StreamRequestHandler], **told: object) -> Iterator[_Quiet]:
    """A server on a loopback port; ``told`` are its attributes, for the handler."""
    server = _Quiet(("127.0.0.1", 0), handler)
    for name, value in told.items():
        setattr(server, name, value)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class CuttingSmtp(socketserver.StreamRequestHandler):
    """SMTP that hangs up: ``server.cut`` is ``data`` (amid the message) or ``dot`` (behind it).

    ``server.bodies`` are the messages that came with their final dot. Where nothing is cut,
    ``server.at_dot`` gives the answer to it.
    """

    def handle(self) -> None:
        self._say("220 hello")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word != b"DATA":
                self._say("221 bye" if word == b"QUIT" else "250 OK")
                continue
            self._say("354 go on")
            if self.server.cut == "data":
                self.rfile.read(100)
                return
            body = b""
            while not body.endswith(b"\r\n.\r\n"):
                body += self.rfile.read1(65536)
            self.server.bodies.append(body)
            if self.server.cut:
                return
            self._say(self.server.at_dot())

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class ImapBox(socketserver.StreamRequestHandler):
    """As much of IMAP4rev1 as one reader of one folder needs.

    ``server.mails`` are its mails by UID, ``server.seen`` the UIDs that are read.
    """

    def handle(self) -> None:
        self._say(b"* OK IMAP4rev1 ready")
        while line := self.rfile.readline():
            tag, _, command = line.rstrip(b"\r\n").partition(b" ")
            words = command.split(b" ", 2)
            act = getattr(self, f"_{words[0].decode().lower()}", None)
            answer = b"BAD unknown" if act is None else act(words)
            self._say(tag + b" " + answer)
            if words[0].upper() == b"LOGOUT":
                return

    def _capability(self, words: list[bytes]) -> bytes:
        self._say(b"* CAPABILITY IMAP4rev1")
        return b"OK done"

    def _login(self, words: list[bytes]) -> bytes:
        right = words[1:] == [b"us", b'"secret"']
        return b"OK welcome" if right else b"NO [AUTHENTICATIONFAILED] no"

    def _select(self, words: list[bytes]) -> bytes:
        if words[1] != b'"INBOX"':
            return b"NO there is no such folder"
        self._say(b"* %d EXISTS" % len(self.server.mails))
        return b"OK [READ-WRITE] selected"

    def _uid(self, words: list[bytes]) -> bytes:
        if words[1] == b"SEARCH":
            unseen = sorted(set(self.server.mails) - self.server.seen)
            self._say(b" ".join([b"* SEARCH", *(b"%d" % uid for uid in unseen)]))
            return b"OK found"
        uid = int(re.match(rb"\d+", words[2])[0])
        if words[1] == b"FETCH":
            mail = self.server.mails[uid]
            self._say(b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)" % (uid, len(mail), mail))
            return b"OK fetched"
        self.server.seen.add(uid)
        return b"OK stored"

    def _logout(self, words: list[bytes]) -> bytes:
        self._say(b"* BYE")
        return b"OK bye"

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")
