"""Settings of one installation, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fairviz.errors import SettingError

MEBIBYTE = 2**20
GIBIBYTE = 2**30


class Settings(BaseModel):
    """Where things are kept and how much may be used.

    Each field is set by an environment variable: ``home`` by FAIRVIZ_HOME, ``upload_limit_mb`` by
    FAIRVIZ_UPLOAD_LIMIT_MB and so on. ``upload_limit_mb`` is for what comes through a browser,
    ``file_limit_mb`` for files of this machine. ``workers`` threads train; by default one core is left to
    the pages. Tables and folders below ``data_folder`` can be chosen on the pages. ``models_folder`` holds
    pretrained models, a folder each, as `transformers` saves them; by default it is "models" in the home
    folder. Images of a folder become ``image_side`` by ``image_side`` pixels, of a volume at most
    ``image_slices`` slices.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: user_data_path("fairviz", appauthor=False))
    database_url: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["single", "mixed"] = "single"
    workers: int = Field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1), ge=1, le=64)
    upload_limit_mb: int = Field(200, ge=1)
    data_folder: Path | None = None
    models_folder: Path | None = None
    folder_limit_gb: int = Field(500, ge=1)
    image_side: int = Field(64, ge=16, le=256)
    image_slices: int = Field(8, ge=1, le=64)
    file_limit_mb: int = Field(2048, ge=1)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings with every FAIRVIZ_* variable applied.

        Raises:
            SettingError: for a value outside its bounds.
        """
        names = {name: f"FAIRVIZ_{name.upper()}" for name in cls.model_fields}
        given = {name: environment[variable] for name, variable in names.items() if environment.get(variable)}
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            variable = names[str(first["loc"][0])]
            raise SettingError(
                variable,
                expected=first["msg"].removeprefix("Input should be "),
                found=repr(first["input"]),
                remedy=f"Correct or unset {variable}.",
            ) from error

    @property
    def models_path(self) -> Path:
        """Where pretrained models are, if there are any."""
        return self.models_folder or self.home / "models"

    @property
    def store_url(self) -> str:
        """Address of the database: the given one, or a file in the home folder."""
        return self.database_url or f"sqlite:///{self.home / 'fairviz.db'}"
