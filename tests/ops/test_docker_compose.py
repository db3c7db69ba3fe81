"""compose.yaml and what it includes: valid, closed to the outside, and in step with the rest of the repository."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from jsonschema import Draft7Validator

from chatsite.server import GRACE_SECONDS
from tests.live import ROOT
from tests.ops.compose_files import FILES, LOCAL, Tree, project, read, variables

pytestmark = pytest.mark.once

SCHEMA = Draft7Validator(json.loads((Path(__file__).parent / "compose_spec" / "compose-spec.json").read_text("utf-8")))
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text("utf-8")
PREPARE = (ROOT / "docker" / "prepare.sh").read_text("utf-8")
SETTINGS = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
# What the files decide themselves, whatever .env says: it may be a developer's.
OURS = {"HOST", "PORT", "DATABASE_URL", "REDIS_URL", "VAR_DIR", "TRUSTED_PROXIES", "SENDFILE", "DJANGO_SETTINGS_MODULE"}
OLD_NAMES = {"MYSQL_HOST", "MYSQL_PORT", "MYSQL_USER", "MYSQL_DATABASE", "REDIS_HOST", "REDIS_PORT", "REDIS_DB"}
SECRETS = {"SECRET_KEY", "JWT_SECRET_KEY", "MYSQL_PASSWORD", "REDIS_PASSWORD"}
LASTING = ("mysql", "redis", "app", "rest", "nginx")
SERVERS = ("app", "rest")


@pytest.fixture(scope="module")
def services() -> Tree:
    found: Tree = project()["services"]
    return found


# --- the schema


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_is_a_compose_file(path: Path) -> None:
    assert [error.message for error in SCHEMA.iter_errors(read(path))] == []


@pytest.mark.parametrize("local", [False, True])
def test_so_is_the_whole(local: bool) -> None:
    assert [error.message for error in SCHEMA.iter_errors(project(local=local))] == []


@pytest.mark.parametrize("fault", [{"restart": 7}, {"healtcheck": {}}, {"stop_grace_period": ["30s"]}])
def test_a_fault_would_be_seen(fault: Tree) -> None:
    whole = project()
    whole["services"]["app"] |= fault
    assert not SCHEMA.is_valid(whole)


def test_everything_that_is_named_is_there(services: Tree) -> None:
    whole = project()
    for service in services.values():
        assert set(service.get("networks", [])) <= set(whole["networks"])
        assert set(service.get("depends_on", {})) <= set(services)
        for source, _ in mounts(service):
            assert (ROOT / source).exists() if source.startswith(".") else source in whole["volumes"], source


def mounts(service: Tree) -> list[tuple[str, str]]:
    """-> what is mounted where; not the two files that the operator names."""
    return [tuple(entry.split(":")[:2]) for entry in service.get("volumes", []) if isinstance(entry, str)]  # type: ignore[misc]


# --- closed


def test_nothing_but_nginx_is_published(services: Tree) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_for_developers_mysql_and_redis_are_published_on_this_machine_only() -> None:
    ports = {name: service["ports"] for name, service in read(LOCAL)["services"].items() if "ports" in service}
    assert ports == {"mysql": ["127.0.0.1:3306:3306"], "redis": ["127.0.0.1:6379:6379"]}


def test_mysql_and_redis_stand_in_a_network_without_a_way_out(services: Tree) -> None:
    assert project()["networks"]["back"]["internal"] is True
    assert services["mysql"]["networks"] == services["redis"]["networks"] == ["back"]
    assert services["nginx"]["networks"] == ["front"]
    assert services["prepare"]["network_mode"] == "none"


def test_everybody_runs_without_rights_on_a_file_system_that_nobody_writes(services: Tree) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        assert (service["user"] == "0:0") is (name == "prepare"), "who gives files away must own them first"
        assert service.get("cap_add", []) == (["CHOWN", "DAC_OVERRIDE"] if name == "prepare" else [])


def test_users_are_those_for_whom_the_secrets_are_made(services: Tree) -> None:
    owners = dict(re.findall(r'^(\w+_OWNER)="\$\{\w+:-([\d:]+)\}"', PREPARE, re.MULTILINE))
    assert services["mysql"]["user"] == owners["MYSQL_OWNER"]
    assert services["redis"]["user"] == owners["REDIS_OWNER"]
    for name in (*SERVERS, "manage", "nginx"):
        assert services[name]["user"] == owners["CHAT_OWNER"], "nginx reads what the server stores"
    assert f"USER {owners['CHAT_OWNER']}" in DOCKERFILE
    assert f"--uid {owners['CHAT_OWNER'].partition(':')[0]} --user-group" in DOCKERFILE


def test_each_service_sees_its_own_secrets_only(services: Tree) -> None:
    seen = {
        name: {source for source, _ in mounts(service) if source.endswith("-secrets")}
        for name, service in services.items()
        if name != "prepare"
    }
    assert seen == {
        "mysql": {"mysql-secrets"},
        "redis": {"redis-secrets"},
        "nginx": {"nginx-secrets"},
        **{key: {"app-secrets"} for key in (*SERVERS, "manage")},
    }
    for name in LASTING:
        assert all(e.endswith(":ro") for e in services[name]["volumes"] if "secrets" in str(e)), name


def test_no_secret_has_a_default_or_stands_in_what_a_service_is_told(services: Tree) -> None:
    for name, service in services.items():
        told = set(service.get("environment", {}))
        assert not told & (SECRETS | {"MYSQL_ROOT_PASSWORD"}) or name == "prepare", name
    assert {services["prepare"]["environment"][name] for name in SECRETS} == {""}


def test_nginx_sees_stored_files_and_nothing_else_of_the_chat(services: Tree) -> None:
    assert ("media", "/srv/media") in mounts(services["nginx"])
    assert "media:/srv/media:ro" in services["nginx"]["volumes"]
    assert "data" not in {source for source, _ in mounts(services["nginx"])}


# --- kept running, and stopped with care


def test_everybody_who_stays_is_looked_after(services: Tree) -> None:
    for name in LASTING:
        assert services[name]["restart"] == "unless-stopped"
        assert services[name]["healthcheck"]["test"]
        assert services[name]["logging"]["options"]["max-size"], "a log does not fill the disk"
        assert services[name]["init"] is True


def test_a_stop_waits_for_what_has_begun(services: Tree) -> None:
    for name in SERVERS:
        assert int(services[name]["stop_grace_period"].removesuffix("s")) >= GRACE_SECONDS + 10
    assert services["nginx"]["stop_signal"] == "SIGQUIT"
    assert services["mysql"]["stop_grace_period"] == "2m"


def test_the_servers_wait_for_secrets_and_services(services: Tree) -> None:
    for name in (*SERVERS, "manage"):
        assert {key: value["condition"] for key, value in services[name]["depends_on"].items()} == {
            "prepare": "service_completed_successfully",
            "mysql": "service_healthy",
            "redis": "service_healthy",
        }
    assert services["nginx"]["depends_on"]["app"] == {"condition": "service_healthy"}


def test_mysql_forgets_nothing() -> None:
    lines = (ROOT / "docker" / "mysql" / "chat.cnf").read_text("utf-8").splitlines()
    assert {"log_bin = binlog", "sync_binlog = 1", "innodb_flush_log_at_trx_commit = 1"} <= set(lines)
    assert "character_set_server = utf8mb4" in lines


# --- in step with the rest


def test_every_setting_reaches_the_servers(services: Tree) -> None:
    for name in (*SERVERS, "manage"):
        told = set(services[name]["environment"])
        expected = set(SETTINGS) - OURS - OLD_NAMES - SECRETS - {"DEMO"} | {"VAR_DIR", "TRUSTED_PROXIES", "SENDFILE"}
        assert told | {"WEB_CONCURRENCY"} == expected, name


def test_what_is_passed_on_unset_is_left_out(services: Tree) -> None:
    """An empty DATABASE_URL would win over the one of ENV_FILE; such names are not passed on at all."""
    for name in SERVERS:
        empty = {key for key, value in services[name]["environment"].items() if value == ""}
        assert empty == {"ALLOWED_HOSTS", "PUBLIC_URL"}, "both have to be set, and have no default"


def test_nginx_is_believed_and_nobody_else(services: Tree) -> None:
    for env in ({}, {"CHAT_SUBNET": "10.99.0.0/28"}):
        whole = project(env)
        (pool,) = whole["networks"]["front"]["ipam"]["config"]
        assert whole["services"]["app"]["environment"]["TRUSTED_PROXIES"] == pool["subnet"]


def test_the_image_carries_the_version(services: Tree) -> None:
    assert {services[name]["image"] for name in (*SERVERS, "manage")} == {f"chat:{settings.VERSION}"}


def test_mirrors_are_named_by_the_environment() -> None:
    mirrors = {
        "IMAGE_PREFIX": "mirror.example/library/",
        "PIP_INDEX_URL": "https://pypi.example/simple",
        "NPM_REGISTRY": "https://npm.example/",
        "DEBIAN_MIRROR": "http://debian.example",
    }
    services = project(mirrors)["services"]
    assert services["app"]["build"]["args"] == mirrors
    for name in ("prepare", "mysql", "redis", "nginx"):
        assert services[name]["image"].startswith("mirror.example/library/"), name
    defaults = dict(re.findall(r"^ARG (\w+)=(\S+)$", DOCKERFILE, re.MULTILINE))
    assert defaults == project()["services"]["app"]["build"]["args"]


def test_the_example_holds_the_urls_for_developers() -> None:
    whole = project(local=True)
    assert whole["name"] == "chat-local", "its volumes are not those of a real installation"
    made = whole["services"]["prepare"]["environment"]
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    root = f"mysql://root:{made['MYSQL_ROOT_PASSWORD']}@127.0.0.1:3306"
    assert f"# DATABASE_URL={root}/chat" in lines
    assert f"# TEST_DATABASE_URL={root}/test_chat" in lines
    assert f"# REDIS_URL=redis://:{made['REDIS_PASSWORD']}@127.0.0.1:6379/0" in lines


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_variable(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    rows = re.findall(r"^\| ((?:`[A-Z_]+` ?)+) \| [^|]+ \|$", text, re.MULTILINE)
    listed = set(re.findall(r"[A-Z_]+", " ".join(rows)))
    assert listed == variables() - (set(SETTINGS) - SECRETS) | {"PUBLIC_URL", "ALLOWED_HOSTS", "WEB_CONCURRENCY"}


# --- the image


def test_the_dockerfile_is_clean() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, "--no-color", "docker/Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_fault_in_the_dockerfile_would_be_seen(tmp_path: Path) -> None:
    broken = tmp_path / "Dockerfile"
    broken.write_text(
        DOCKERFILE.replace("USER 10001:10001", "USER root").replace("WORKDIR /srv/chat\n", "WORKDIR srv\n")
    )
    hadolint = Path(sys.executable).with_name("hadolint")
    assert subprocess.run([hadolint, broken], capture_output=True, check=False).returncode == 1


def copied() -> set[str]:
    """What goes from the repository into the image of the last stage."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    return {name for names in re.findall(r"^COPY (?!--from)(.+) \S+$", last, re.MULTILINE) for name in names.split()}


def test_the_image_holds_the_server_and_nothing_else() -> None:
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert copied() == apps | {"templates", "manage.py", "docker/healthcheck.py"}
    (compiled,) = re.findall(r"compileall .*-j 0 (.+)$", DOCKERFILE, re.MULTILINE)
    assert set(compiled.split()) == apps


def test_what_is_copied_is_there_and_sent_to_the_builder() -> None:
    """The context is named piece by piece: whatever else lies there, secrets and data too, stays out."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    first, *rest = [line for line in lines if line and not line.startswith("#")]
    assert first == "*"
    sent = {line[1:] for line in rest if line.startswith("!")}
    named = {
        name for names in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in names.split()
    }
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {name for name in named if not any(name.startswith(entry) for entry in sent)} == set()
    assert sent == copied() | {"requirements", "frontend", "frontend/electron/shared"}


def test_shells_are_asked_for_no_more_than_a_posix_one() -> None:
    for script in (ROOT / "docker").rglob("*.sh"):
        assert script.read_text("utf-8").startswith("#!/bin/sh\n")
        assert subprocess.run(["sh", "-n", script], check=False).returncode == 0


def names_in(template: Any) -> set[str]:
    return set(re.findall(r"@([A-Z_]+)@", str(template)))


def test_start_fills_every_gap_of_the_template() -> None:
    folder = ROOT / "docker" / "nginx"
    gaps = names_in((folder / "nginx.conf.template").read_text("utf-8"))
    assert gaps == names_in((folder / "start.sh").read_text("utf-8")) != set()
