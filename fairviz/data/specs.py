"""What a task is: frozen, and the same after a round trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from fairviz.errors import TaskError

ModalityKind = Literal["table", "text", "image"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModalitySpec(_Frozen):
    """What one encoder reads together.

    Attributes:
        columns: of the table; of images the one that names the image of each row, empty where it has none.
        kind: "table" for numbers and categories, "text" for free text, "image" for images or slices.
        pretrained: of text or images, the pretrained model that reads them in place of FairViz's own way; a
            folder in that of models (see `fairviz.config.Settings`).
    """

    name: str
    columns: tuple[str, ...]
    kind: ModalityKind = "table"
    pretrained: str | None = None

    @property
    def has_pixels(self) -> bool:
        """Whether an encoder is trained on its images themselves."""
        return self.kind == "image" and self.pretrained is None


PARTS: Final = ("train", "validation", "test")


class MergeSpec(_Frozen):
    """Values that become one group.

    Attributes:
        name: of the group; it may be that of one of the values, or of another group.
        values: texts of the values (see `fairviz.data.values.value_text`), or names of bands or crossings.
    """

    name: str
    values: tuple[str, ...]


class GroupingSpec(_Frozen):
    """How the groups of one sensitive attribute are made.

    The steps follow each other in the order of the fields: numbers are cut into bands, several attributes are
    crossed, missing values become a group, groups are merged, small ones are left out.

    Attributes:
        name: of the attribute, as `TaskSpec.sensitive` lists it.
        columns: one column, or two or more columns or earlier groupings whose groups are crossed.
        cuts: of one column of numbers, where a band ends and the next begins, which holds the cut itself;
            ascending. 45 and 65 make "under 45", "45 to under 65" and "65 and over".
        missing: whether rows without a value are left out of the groups, or are a group of their own.
        merged: values that become one group.
        fewest: groups with fewer patients are left out of the comparison. Their rows stay in training and in
            overall figures.
    """

    name: str
    columns: tuple[str, ...]
    cuts: tuple[float, ...] = ()
    missing: Literal["left out", "own group"] = "left out"
    merged: tuple[MergeSpec, ...] = ()
    fewest: int = 0


def columns_of(name: str, groupings: Sequence[GroupingSpec]) -> tuple[str, ...]:
    """The columns that tell the groups of an attribute, also where it crosses groupings before it."""
    columns: dict[str, tuple[str, ...]] = {}
    for grouping in groupings:
        own = (column for source in grouping.columns for column in columns.get(source, (source,)))
        columns[grouping.name] = tuple(dict.fromkeys(own))
    return columns.get(name, (name,))


class SplitSpec(_Frozen):
    """Shares of the three parts, or the column that tells the part of each row.

    Rows with the same value of `group_id` are of one patient: they stay in one part, and intervals, noise
    floors and tests count them once.

    Attributes:
        column: of the table, with train, validation or test in every row; shares and seed then count for
            nothing.
    """

    train: float = 0.6
    validation: float = 0.2
    test: float = 0.2
    seed: int = 0
    group_id: str | None = None
    column: str | None = None


class TaskSpec(_Frozen):
    """A question put to a dataset: what to predict, from what, and between which groups to compare.

    Attributes:
        dataset: sha256 of the file's content.
        positive: text of the outcome's positive value (see `fairviz.data.values.value_text`), against
            which all its other values stand; None where every value is a class of its own.
        sensitive: columns whose groups are compared, or names of `groupings`; columns among them are inputs
            only where a modality names them.
        drop: columns kept out of the inputs on purpose.
        public: declared synthetic or public, so that small groups need not be suppressed.
        groupings: how groups are made where they are not simply the values of a column.
        external: sha256 of a second dataset whose rows, all of them, are the test rows in place of the first
            one's own; these are then left aside, so that training is the same with and without it.
        measured_alike: the person's answer to whether the outcome was measured in the same way for every
            group. A gap between groups may lie in the measuring.
    """

    name: str
    dataset: str
    outcome: str
    positive: str | None
    sensitive: tuple[str, ...]
    modalities: tuple[ModalitySpec, ...]
    drop: tuple[str, ...] = ()
    split: SplitSpec = SplitSpec()
    public: bool = False
    groupings: tuple[GroupingSpec, ...] = ()
    external: str | None = None
    measured_alike: Literal["yes", "no", "unknown"] = "unknown"

    def grouping(self, name: str) -> GroupingSpec | None:
        """How the groups of an attribute are made; None where they are the values of the column."""
        return next((grouping for grouping in self.groupings if grouping.name == name), None)

    @property
    def sensitive_columns(self) -> tuple[str, ...]:
        """The columns that tell the groups of any sensitive attribute."""
        told = (columns_of(name, self.groupings) for name in self.sensitive)
        return tuple(dict.fromkeys(column for columns in told for column in columns))

    def with_models(self, models: Mapping[str, str | None]) -> TaskSpec:
        """The task with other pretrained models, by the name of the modality; none where it is not named."""
        modalities = tuple(
            own.model_copy(update={"pretrained": models.get(own.name)}) for own in self.modalities
        )
        return self.model_copy(update={"modalities": modalities})

    def to_json(self) -> str:
        """Return the task as indented JSON, the form of the task files."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> TaskSpec:
        """Read a task file.

        Raises:
            TaskError: the text is not JSON or a field is missing, unknown or of the wrong type.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "task file"
            raise TaskError(
                f'field "{place}"' if first["loc"] else place,
                expected="a task as FairViz writes it",
                found=first["msg"],
                remedy="Correct the field, or download the task again from the Report page.",
            ) from error


class TaskNote(_Frozen):
    """Something a person should know about a task that can be trained."""

    severity: Literal["info", "warning"]
    text: str
    column: str | None = None
