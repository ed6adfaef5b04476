"""``faxcore preview``: files for programs, a local page for designers."""

import http.client
import threading
import urllib.parse

import pytest

from faxcore.cli.preview_server import PreviewServer, Watched

FIELDS = {"sender_name": "Ada", "subject": "One"}


@pytest.fixture
def own_cover(tmp_path):
    path = tmp_path / "own.html"
    path.write_text("<!DOCTYPE html><title>f</title><p>To $[TO]: <b>$[SUBJECT]</b>")
    return path


@pytest.fixture
def server(own_cover):
    with PreviewServer(Watched([str(own_cover)], None, dict(FIELDS)), 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def get(server, path, host=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


def test_writes_a_page_and_pictures(faxcore, tmp_path, own_cover):
    run = faxcore("preview", own_cover, "--html", tmp_path / "p.html", "--png", tmp_path / "png")
    assert run.code == 0, run.err
    assert "data:image/png" in (tmp_path / "p.html").read_text()
    assert sorted(path.name for path in (tmp_path / "png").iterdir()) == [
        "page-001-coarse.png",
        "page-001-designed.png",
        "page-001-fine.png",
    ]


def test_strict_makes_hints_an_exit_code(faxcore, tmp_path):
    page = tmp_path / "pale.html"
    page.write_text('<!DOCTYPE html><p style="color:#bbb">pale')
    run = faxcore("preview", page, "--html", tmp_path / "p.html", "--strict")
    assert run.code == 1
    assert "page 1: text of 27 % ink is pale" in run.out


def test_without_a_name_it_is_the_standard_cover(faxcore, tmp_path):
    run = faxcore("preview", "--html", tmp_path / "p.html")
    assert run.code == 0, run.err
    assert "cover page 1" in (tmp_path / "p.html").read_text()


def test_a_draft_with_unknown_tokens_is_shown_and_hinted_at(faxcore, tmp_path, own_cover):
    own_cover.write_text("<!DOCTYPE html><p>$[NONESUCH]")
    run = faxcore("preview", own_cover, "--png", tmp_path, "--strict")
    assert run.code == 1
    assert "page 1: unknown token $[NONESUCH] in line 1" in run.out
    assert (tmp_path / "page-001-fine.png").exists()


def test_an_unknown_cover_is_named(faxcore):
    run = faxcore("preview", "nonesuch", "--html", "/dev/null")
    assert run.code == 2
    assert "nonesuch" in run.err


def test_the_page_shows_the_fields_and_takes_others(server):
    status, page, headers = get(server, "/")
    assert status == 200
    assert 'value="One"' in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    asked = urllib.parse.urlencode({"subject": "<Two>", "nonesuch": "x"})
    status, page, _ = get(server, f"/?{asked}")
    assert status == 200
    assert 'value="&lt;Two&gt;"' in page
    assert "nonesuch" not in page


def test_a_change_of_the_file_is_told(server, own_cover):
    before = get(server, "/changed")[1]
    assert get(server, "/changed")[1] == before
    own_cover.write_text("<!DOCTYPE html><p>$[NONESUCH]")
    assert get(server, "/changed")[1] != before
    status, page, _ = get(server, "/")
    assert status == 200
    assert "unknown token $[NONESUCH]" in page


def test_a_page_elsewhere_gets_nothing(server):
    assert get(server, "/", host="evil.example:80")[0] == 421
    assert get(server, "/other")[0] == 404
