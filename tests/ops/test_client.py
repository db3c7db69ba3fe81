"""The web client at `/`: which addresses are screens of it, what may be cached, what a browser is told to refuse."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

# The end of a request looks after the connection that an earlier test may have left open.
pytestmark = pytest.mark.django_db

PAGE = b"<!doctype html><title>Chat</title><div id=app></div>"
HASHED = "assets/index-B2x9_k3Q.js"


@pytest.fixture
def built(tmp_path: Path, settings: Any) -> Path:
    """A built client, served as `make run` serves one."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / HASHED).write_text("export {}")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    settings.CLIENT_DIR = tmp_path
    settings.WHITENOISE_AUTOREFRESH = False
    return tmp_path


class Browser:
    """Reads whole answers; those of files hold one open until then."""

    def __init__(self) -> None:
        self.client = Client(headers={"Accept": "text/html,*/*;q=0.8"})

    def get(self, path: str, **options: Any) -> Any:
        answer = self.client.get(path, **options)
        if answer.streaming:
            b"".join(answer)  # type: ignore[arg-type]
        answer.close()
        return answer


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.mark.parametrize("path", ["/", "/rooms/5", "/sign-in", "/people/john.doe", "/房间", "/invite/abc.def"])
def test_every_screen_is_the_one_page(built: Path, browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/assets/index-old12345.js", "/missing.js", "/robots.txt", "/media/avatars/none.png"])
def test_a_file_that_is_not_there_is_no_page(built: Path, browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/nothing", "/static/nothing", "/media/nothing", "/ws/", "/ws"])
def test_the_servers_own_addresses_are_no_screens(built: Path, browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.content != PAGE


def test_the_page_is_read_only(built: Path, browser: Browser) -> None:
    assert browser.client.post("/").status_code == 405


def test_what_is_named_by_its_content_is_kept_for_ever(built: Path, browser: Browser) -> None:
    assert "immutable" in browser.get(f"/{HASHED}")["Cache-Control"]
    assert "immutable" not in browser.get("/favicon.svg")["Cache-Control"]


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path, settings: Any, browser: Browser) -> None:
    settings.CLIENT_DIR = tmp_path
    answer = browser.get("/")
    assert answer.status_code == 503
    assert b"make run" in answer.content


def test_the_clients_page_runs_nothing_but_its_own_files(built: Path, browser: Browser) -> None:
    policy = directives(browser.get("/")["Content-Security-Policy"])
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "ws://testserver"]
    assert policy["img-src"] == ["'self'", "blob:", "data:"]
    assert policy["frame-ancestors"] == policy["object-src"] == ["'none'"]
    assert "unsafe" not in str(policy)


def test_over_https_sockets_are_secure_and_the_window_is_its_own(built: Path, browser: Browser) -> None:
    answer = browser.get("/", secure=True)
    assert "wss://testserver" in answer["Content-Security-Policy"]
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Cross-Origin-Opener-Policy" not in browser.get("/")


@pytest.mark.parametrize("path", ["/", f"/{HASHED}", "/api/health", "/api/docs", "/api/nothing", "/admin/login/"])
@pytest.mark.django_db
def test_every_answer_carries_the_headers(built: Path, browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "camera=(self)" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_the_api_is_no_document(browser: Browser) -> None:
    assert directives(browser.get("/api/health")["Content-Security-Policy"])["default-src"] == ["'none'"]


def test_a_foreign_host_name_gets_into_no_policy(browser: Browser, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["chat.example.com"]
    answer = browser.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_docs_need_nothing_from_elsewhere_and_nothing_inline(browser: Browser) -> None:
    answer = browser.get("/api/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert directives(answer["Content-Security-Policy"])["default-src"] == ["'self'"]
    for script in page.split("<script")[1:]:
        assert script.split(">")[1].startswith("</script"), "its policy forbids inline scripts"


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: values for name, *values in parts}


NEW = "assets/index-N3wBuild.js"


def build_anew(built: Path) -> None:
    (built / HASHED).unlink()
    (built / NEW).write_text("export const isNew = true")
    (built / "index.html").write_bytes(PAGE + b"<!-- of a longer page -->")


def test_a_running_server_notices_a_new_build(built: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatsite.client_files.LOOK_SECONDS", 0.0)
    assert browser.get("/index.html")["Content-Length"] == str(len(PAGE))
    build_anew(built)
    assert browser.get(f"/{HASHED}").status_code == 404, "gone, and no failure"
    assert browser.get(f"/{NEW}").status_code == 200
    assert "immutable" in browser.get(f"/{NEW}")["Cache-Control"]
    assert browser.get("/index.html")["Content-Length"] == str(len(PAGE) + 25)
    assert browser.get("/static/admin/css/base.css").status_code == 200


def test_a_build_that_is_being_written_does_not_count_yet(
    built: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatsite.client_files.LOOK_SECONDS", 0.0)
    monkeypatch.setattr("chatsite.client_files.STILL_SECONDS", 3600.0)
    browser.get("/")
    for number in range(3):
        (built / "assets" / f"part-{number}Abcdefg.js").write_text("export {}")
        os.utime(built / "assets", ns=(number, number))
        assert browser.get(f"/assets/part-{number}Abcdefg.js").status_code == 404
    assert browser.get("/assets/part-2Abcdefg.js").status_code == 200


def test_who_comes_first_after_a_build_gets_all_of_it(
    built: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatsite.client_files.LOOK_SECONDS", 0.0)
    browser.get("/")
    build_anew(built)
    for part in (built, built / "index.html", built / "assets"):
        os.utime(part, (1, 1))
    assert browser.get(f"/{NEW}").status_code == 200


def test_a_client_that_is_built_later_appears(built: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatsite.client_files.LOOK_SECONDS", 0.0)
    (built / "index.html").rename(built / "kept")
    assert browser.get("/").status_code == 503
    (built / "kept").rename(built / "index.html")
    assert [browser.get("/").status_code for _look in range(2)] == [200, 200]
    assert browser.get(f"/{HASHED}").status_code == 200


def test_the_disk_is_asked_once_a_second_at_most(
    built: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr("chatsite.client_files.LOOK_SECONDS", 3600.0)
    browser.get("/")
    monkeypatch.setattr("chatsite.client_files._build", lambda: looks.append(1))
    for _request in range(20):
        browser.get("/")
    assert looks == []
