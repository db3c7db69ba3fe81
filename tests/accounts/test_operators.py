"""What the operator of a server does with accounts, and what the address document says of them."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.conftest import Api


def test_createsuperuser_makes_an_administrator_who_can_sign_in(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "an operators password")
    call_command("createsuperuser", "--no-input", "--username_key", "Root", verbosity=0)
    root = User.objects.get()
    assert (root.username, root.username_key, root.is_superuser, root.is_staff) == ("Root", "root", True, True)
    answer = api.post("/api/auth/login", {"username": "ROOT", "password": "an operators password"})
    assert answer.json()["user"]["is_staff"] is True
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--no-input", "--username_key", "root", verbosity=0)


def test_the_django_admin_knows_the_same_password(client: Any) -> None:
    User.objects.create_superuser("Root", password="an operators password")
    assert client.login(username="ROOT", password="an operators password")
    assert not client.login(username="ROOT", password="a wrong one")


def test_people_without_an_address_do_not_stand_in_each_others_way() -> None:
    for name in ("ann", "bob"):
        User.objects.create_user(name, password="x")
    assert User.objects.filter(email_key=None).count() == 2


def test_an_address_of_an_interface_is_kept_without_it(api: Api) -> None:
    User.objects.create_user("ann", password="a long password")
    api.client.defaults["REMOTE_ADDR"] = "fe80::1234:5678:9abc:def0%enp0s31f6"
    access = api.post("/api/auth/login", {"username": "ann", "password": "a long password"}).json()["access"]
    (session,) = Api(access).get("/api/auth/sessions").json()["results"]
    assert session["ip"] == "fe80::1234:5678:9abc:def0"


def test_the_schema_names_every_address_once_and_how_to_sign_in(api: Api, capsys: Any) -> None:
    import yaml

    document = yaml.safe_load(api.get("/api/schema").content)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    ids = [call["operationId"] for calls in document["paths"].values() for call in calls.values()]
    own = [i for i in ids if i.startswith(("auth_", "users_"))]
    assert len(own) == len(set(own))
    login = next(calls["post"] for path, calls in document["paths"].items() if path.rstrip("/") == "/api/auth/login")
    assert login["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Login")
    assert "security" not in login or login["security"] == [{}]
    assert "collisions" not in capsys.readouterr().err
