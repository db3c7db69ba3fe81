"""DEMO=1 make run: a community is there at the first start and still there at the second."""

from __future__ import annotations

import pytest

from tests.live import call
from tests.ops.conftest import Installation


@pytest.mark.once
@pytest.mark.timeout(240)
def test_a_demo_tells_how_to_sign_in_at_every_start(installation: Installation) -> None:
    for _start in range(2):
        running = installation.start(DEMO="1").wait()
        status, body = call(running.url, "GET", "/api/demo")
        assert status == 200
        login = {name: body["logins"][1][name] for name in ("username", "password")}
        assert call(running.url, "POST", "/api/auth/login", login)[0] == 200
        running.stop()
        assert "Sign in as xiaoyu, alex, wangwei; the password of each is look-around" in running.output()
