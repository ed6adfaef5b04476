"""The local page of ``faxcore preview``: rendered anew when a file changes or a field is edited.

It listens on the loopback address only and answers requests that name it so: a page elsewhere that
has its name point here gets nothing. What it shows is rendered by the worker, like any message.
"""

from __future__ import annotations

import http.server
import threading
import urllib.parse
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faxcore.cli.message import message, now
from faxcore.errors import ContentError, FaxcoreError, SettingsError
from faxcore.render import AUTO_TONE, Content, CoverFields, Tone, WarmWorker
from faxcore.render.coverpage import home_of
from faxcore.render.preview import Preview, error_page, preview

_HOST = "127.0.0.1"
_LONGEST_FIELD = 2000


@dataclass
class Watched:
    """What is shown: a cover page by name or path, or files; and the values of its tokens."""

    what: Sequence[str]
    header: str | None
    fields: dict[str, str] = field(default_factory=dict)
    paper: str = "a4"
    tone: Tone = AUTO_TONE

    def content(self, fields: dict[str, str]) -> Content:
        """The message as it is now."""
        filled = CoverFields(moment=now(), **fields)
        covers = [name for name in self.what if self._is_cover(name)]
        files = [Path(name) for name in self.what if name not in covers]
        if len(covers) > 1:
            raise SettingsError(f"one cover page at a time: {', '.join(covers)}")
        return message(filled, files, covers[0] if covers else None, self.paper)

    def render(self, fields: dict[str, str], warm: WarmWorker | None = None) -> Preview:
        """The preview as it is now. Raises ContentError for what cannot be faxed."""
        content = self.content(fields)
        return preview(content, header=self.header, tone=self.tone, draft=True, warm=warm)

    def state(self) -> str:
        """A text that changes when a watched file does."""
        return " ".join(f"{path}:{_stamp(path)}" for path in sorted(self._files()))

    def _is_cover(self, name: str) -> bool:
        """A bare name is one of ours; an HTML file with tokens is a designer's own."""
        path = Path(name)
        if not path.exists():
            return path.suffix in {"", ".html"}
        return path.suffix == ".html" and b"$[" in path.read_bytes()

    def _files(self) -> Iterator[Path]:
        for name in self.what:
            path = Path(name)
            if not path.exists():
                path = home_of(path.stem) / f"{path.stem}.html"
            yield path
            if self._is_cover(name):
                yield from (each for each in path.parent.iterdir() if each.is_file())


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def serve(watched: Watched, port: int, *, open_browser: bool) -> None:
    """Serve until Ctrl-C. Raises SettingsError where the port is taken."""
    watched.content(watched.fields)  # what is wrong with the command is told at once
    try:
        server = PreviewServer(watched, port)
    except OSError as error:
        raise SettingsError(f"port {port}: {error.strerror}") from error
    with server:
        print(f"{server.url}  (Ctrl-C ends it)", flush=True)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


class PreviewServer(http.server.ThreadingHTTPServer):
    """The server of one preview; one rendering at a time, by a worker that is kept."""

    daemon_threads = True

    def __init__(self, watched: Watched, port: int) -> None:
        super().__init__((_HOST, port), _Handler)
        self.watched = watched
        self.rendering = threading.Lock()
        self._warm = WarmWorker()

    def server_close(self) -> None:
        """End the worker as well."""
        super().server_close()
        self._warm.close()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{_HOST}:{self.server_address[1]}/"

    def page(self, asked: dict[str, str]) -> str:
        """The page for these fields, or the sentence why there is none."""
        fields = self.watched.fields | {
            name: value[:_LONGEST_FIELD]
            for name, value in asked.items()
            if name in self.watched.fields
        }
        with self.rendering:
            try:
                shown = self.watched.render(fields, self._warm)
            except (ContentError, FaxcoreError) as error:
                return error_page(str(error), fields=fields)
            return shown.html(live=True, fields=fields)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: PreviewServer

    def do_GET(self) -> None:
        """The page, or whether a file has changed."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in {_HOST, "localhost"}:
            self.send_error(421, "this is a local page")
            return
        parts = urllib.parse.urlsplit(self.path)
        if parts.path == "/changed":
            self._answer("text/plain", self.server.watched.state())
        elif parts.path == "/":
            asked = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            self._answer("text/html", self.server.page(asked))
        else:
            self.send_error(404)

    def _answer(self, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
            "script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'",
        )
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing: the terminal belongs to the designer."""
