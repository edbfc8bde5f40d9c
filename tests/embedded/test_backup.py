"""A backup read into another database gives the same rows and files; a careless restore is refused."""

import os
import tarfile

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from skyportal.web import backup


@pytest.fixture
def elsewhere(db, monkeypatch):
    """A second, empty database, which `restore` takes for the site's."""
    address = backup._address()
    name = f"restored_{os.getpid()}"
    with psycopg.connect(**address, autocommit=True) as link:
        link.execute(f"drop database if exists {name}")
        link.execute(f"create database {name}")
    yield {**address, "dbname": name}
    with psycopg.connect(**address, autocommit=True) as link:
        link.execute(f"drop database {name} with (force)")


@pytest.fixture
def folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ALERT_ARCHIVE = tmp_path / "archive"
    for path in (settings.MEDIA_ROOT / "a" / "b.txt", settings.ALERT_ARCHIVE / "night.parquet"):
        path.parent.mkdir(parents=True)
        path.write_text(path.name)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_a_backup_comes_back_whole(elsewhere, folders, settings, monkeypatch):
    said = []
    get_user_model().objects.create(username="vera")
    backup.write(folders / "kept.tar", said.append)
    assert (folders / "kept.tar").stat().st_mode & 0o777 == 0o600

    settings.MEDIA_ROOT = folders / "new"
    (settings.ALERT_ARCHIVE / "night.parquet").write_text("changed")
    monkeypatch.setattr(backup, "_address", lambda: elsewhere)
    monkeypatch.setattr(backup, "_forget_old_work", lambda: None)
    backup.restore(folders / "kept.tar", force=False, say=said.append)

    with psycopg.connect(**elsewhere) as link:
        table = get_user_model()._meta.db_table
        assert link.execute(f"select username from {table} where username = 'vera'").fetchone() == ("vera",)
    assert (folders / "new" / "a" / "b.txt").read_text() == "b.txt"
    assert "  night.parquet" in said

    with pytest.raises(backup.BackupError, match="has users"):
        backup.restore(folders / "kept.tar", force=False, say=said.append)
    with psycopg.connect(**elsewhere), pytest.raises(backup.BackupError, match="stop the site first"):
        backup.restore(folders / "kept.tar", force=True, say=said.append)


def test_another_tar_is_no_backup(tmp_path):
    with tarfile.open(tmp_path / "other.tar", "w"):
        pass
    with pytest.raises(backup.BackupError, match="no backup"):
        backup.restore(tmp_path / "other.tar", force=True, say=print)


def test_files_that_point_out_of_the_folder_are_left_in_the_tar(tmp_path):
    (tmp_path / "evil").write_text("evil")
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.add(tmp_path / "evil", "files/../../escaped")
        tar.add(tmp_path / "evil", "elsewhere/file")
        tar.add(tmp_path / "evil", "files/good")
    with tarfile.open(tmp_path / "evil.tar") as tar:
        assert backup._extract(tar, tmp_path / "files") == 1
    assert (tmp_path / "files" / "good").exists()
    assert not (tmp_path.parent / "escaped").exists()


def test_the_tools_are_there(db):
    assert connection.pg_version
    assert os.access(backup._program("pg_dump"), os.X_OK)
