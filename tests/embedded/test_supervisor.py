"""The processes of a site: watched, restarted, stopped; and the instance they belong to, deleted."""

import fcntl
import json
import os
import subprocess
import sys
import time

import pytest

from skyportal.embedded import ROOT, supervise
from skyportal.embedded.children import Child
from skyportal.embedded.instance import Instance, is_free

from .conftest import Command, environment, is_open


def _until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as file:  # dead but not buried, where there is no init
        return file.read().rpartition(")")[2].split()[0] != "Z"


def test_a_child_that_dies_is_started_again_with_growing_pauses(tmp_path):
    child = Child("short", ["/bin/sh", "-c", "echo once; exit 3"])
    child.start(tmp_path)
    _until(lambda: child.look_after(tmp_path) or child.deaths == 2)
    assert child._again_at > time.monotonic()
    _until(lambda: (tmp_path / "short.log").read_text().count("once") == 2)
    assert list(child.last) == ["once", "once"]


def test_stopping_a_child_takes_what_it_forked_with_it(tmp_path):
    script = "trap '' TERM; sleep 100 & echo $!; wait; sleep 100"
    child = Child("stubborn", ["/bin/sh", "-c", script], patience=0.2)
    child.start(tmp_path)
    _until(lambda: child.last)
    child.stop()
    assert not child.is_alive
    _until(lambda: not _is_running(int(child.last[0])))


def test_a_second_site_on_the_same_data_is_told_where_the_first_one_is(bare, capsys):
    bare.mkdir()
    (bare / "running.json").write_text(json.dumps({"process": 1, "address": "http://localhost:8123"}))
    with (bare / "supervisor").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(SystemExit) as ended, supervise._alone(Instance(bare)):
            pass
    assert ended.value.code == 0
    assert "already running at http://localhost:8123" in capsys.readouterr().out


def test_a_taken_port_leads_to_the_next_free_one(monkeypatch, capsys):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setenv("PORT", str(taken))
        chosen = supervise._port()
        assert chosen > taken
        assert is_free(chosen)
    assert f"Port {taken} is taken" in capsys.readouterr().out


def test_reset_deletes_the_instance_and_nothing_else(data):
    address = Command(data, "").addresses["DATABASE_URL"]
    (data / "notes.txt").write_text("mine")
    _until(lambda: not is_open(address))
    answers = []
    for force in ("", "1"):
        env = {**environment(), "DATA": str(data), "FORCE": force}
        command = [sys.executable, "-m", "skyportal.embedded.reset"]
        answers.append(subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True))
        if not force:
            assert (data / "services").exists()
    assert [answer.returncode for answer in answers] == [1, 0]
    assert [path.name for path in data.iterdir()] == ["notes.txt"]
