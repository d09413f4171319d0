"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairviz.config import Settings
from fairviz.errors import SettingError


def test_defaults_need_no_environment() -> None:
    settings = Settings.from_environment({})
    assert settings.store_url == f"sqlite:///{settings.home / 'fairviz.db'}"
    assert settings.home.name == "fairviz"


def test_variables_are_read() -> None:
    settings = Settings.from_environment(
        {"FAIRVIZ_HOME": "there", "FAIRVIZ_WORKERS": "2", "FAIRVIZ_DEVICE": ""}
    )
    assert settings == Settings(home=Path("there"), workers=2)


def test_a_database_elsewhere() -> None:
    url = "postgresql+psycopg://host/fairviz"
    assert Settings.from_environment({"FAIRVIZ_DATABASE_URL": url}).store_url == url


def test_models_are_in_the_home_folder_unless_another_one_is_named() -> None:
    there = {"FAIRVIZ_HOME": "there"}
    assert Settings.from_environment(there).models_path == Path("there/models")
    elsewhere = Settings.from_environment(there | {"FAIRVIZ_MODELS_FOLDER": "elsewhere"})
    assert elsewhere.models_path == Path("elsewhere")


def test_a_wrong_value_names_its_variable() -> None:
    with pytest.raises(
        SettingError, match=r"FAIRVIZ_WORKERS: expected .* found 'many'.*unset FAIRVIZ_WORKERS"
    ):
        Settings.from_environment({"FAIRVIZ_WORKERS": "many"})


def test_files_of_this_machine_may_be_larger_than_uploads() -> None:
    settings = Settings.from_environment({"FAIRVIZ_FILE_LIMIT_MB": "500"})
    assert (settings.file_limit_mb, settings.upload_limit_mb) == (500, 200)
    assert Settings().file_limit_mb > 400
