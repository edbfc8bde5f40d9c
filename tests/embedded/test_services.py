"""Commands that need a database find one, share one, and leave none behind."""

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from skyportal import embedded

from .conftest import Command, is_open, kill_postgres, port

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its rights")


def test_a_command_alone_leaves_nothing_running_and_keeps_its_data(bare):
    first = Command(bare, "sql('create table kept as select 42 as n')")
    first.end()
    assert not is_open(first.addresses["DATABASE_URL"])
    assert not is_open(first.addresses["REDIS_URL"])
    second = Command(bare, "print(sql('select n from kept').fetchone()[0])")
    assert second.end() == "42"
    assert second.addresses == first.addresses
    assert (bare / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_commands_started_together_share_services_until_the_last_one_leaves(data):
    commands = [Command(data) for _ in range(3)]
    address = commands[0].addresses["DATABASE_URL"]
    assert all(command.addresses == commands[0].addresses for command in commands)
    for command in commands[:-1]:
        command.end()
        assert is_open(address)
    commands[-1].end()
    assert not is_open(address)


def test_services_of_a_killed_command_are_found_again_and_cleaned_up(data):
    killed = Command(data)
    killed.kill()
    assert is_open(killed.addresses["DATABASE_URL"])
    next_one = Command(data)
    assert next_one.addresses == killed.addresses
    next_one.end()
    assert not is_open(killed.addresses["DATABASE_URL"])
    assert not is_open(killed.addresses["REDIS_URL"])


def test_a_killed_postgres_is_started_again(data):
    witness = Command(data)
    kill_postgres(data)
    assert Command(data, "print(sql('select 1').fetchone()[0])").end() == "1"
    witness.end()


def test_a_copied_folder_has_a_database_of_its_own(data, laid_out):
    assert json.loads((data / "services.json").read_text())["home"] == str(laid_out / "an instance" / "services")
    command = Command(data, "print(sql('show data_directory').fetchone()[0])")
    assert command.end() == str(data / "services" / "postgres")


def test_a_port_taken_meanwhile_is_given_up(data):
    first = Command(data)
    first.end()
    with socket.create_server(("127.0.0.1", port(first.addresses["DATABASE_URL"]))):
        second = Command(data, "print(sql('select 1').fetchone()[0])")
        assert second.end() == "1"
    assert second.addresses["DATABASE_URL"] != first.addresses["DATABASE_URL"]


@as_root
def test_root_keeps_the_database_elsewhere_when_its_user_cannot_enter_the_folder(bare):
    bare.parent.chmod(0o700)
    command = Command(bare, "print(sql('show data_directory').fetchone()[0])")
    home = Path(json.loads((bare / "services.json").read_text())["home"])
    try:
        assert command.end() == str(home / "postgres")
        assert not home.is_relative_to(bare)
    finally:
        shutil.rmtree(home)


@as_root
def test_a_normal_user_runs_it_too(bare):
    site = sysconfig.get_path("purelib")
    python = next((path for path in (sys.executable, "/usr/bin/python3") if _runs_as_nobody(path, site)), None)
    if python is None:
        pytest.skip("no Python 3.11 or newer that the user nobody may run")
    bare.mkdir()
    shutil.chown(bare, "nobody")
    command = Command(
        bare, "print(os.getuid(), sql('select 1').fetchone()[0])", python=python, user="nobody", extra_groups=[],
        env={"PYTHONPATH": site, "HOME": str(bare)},
    )  # fmt: skip
    assert command.end().endswith(" 1")


def _runs_as_nobody(python: str, site: str) -> bool:
    """A Python under root's home, or one this venv's packages were not built for, does not."""
    code = f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}; import psycopg"
    try:
        done = subprocess.run(
            [python, "-c", code], user="nobody", extra_groups=[], cwd="/", env={"PYTHONPATH": site}, capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0


def test_given_services_are_used_and_nothing_is_started(bare, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.setenv(name, "given")
    monkeypatch.setenv("DATA", str(bare))
    embedded.ensure()
    assert os.environ["DATABASE_URL"] == "given"
    assert not bare.exists()
