"""What a task is: frozen, and the same after a round trip through JSON."""

from __future__ import annotations

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
    """

    name: str
    columns: tuple[str, ...]
    kind: ModalityKind = "table"


PARTS: Final = ("train", "validation", "test")


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
        sensitive: columns whose groups are compared; inputs only where a modality names them.
        drop: columns kept out of the inputs on purpose.
        public: declared synthetic or public, so that small groups need not be suppressed.
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
