"""How the command line says how groups are made: options in, groupings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairviz.data.grouping import CROSSED
from fairviz.data.specs import GroupingSpec, MergeSpec
from fairviz.errors import SettingError


@dataclass(frozen=True)
class GroupingOptions:
    """What was asked for; every option may come several times.

    Attributes:
        bands: COL=NUMBER,NUMBER: where bands of a number begin.
        merge: COL:NAME=VALUE,VALUE: values that become one group.
        cross: COL,COL: attributes whose combinations are compared.
    """

    bands: Sequence[str] = ()
    merge: Sequence[str] = ()
    cross: Sequence[str] = ()

    def groupings(self) -> tuple[GroupingSpec, ...]:
        """Groupings of single columns, then those that cross them.

        Raises:
            SettingError: an option is not written as it should be.
        """
        cuts = dict(map(_bands, self.bands))
        merges: dict[str, list[MergeSpec]] = {}
        for column, merge in map(_merge, self.merge):
            merges.setdefault(column, []).append(merge)
        single = (
            GroupingSpec(name=c, columns=(c,), cuts=cuts.get(c, ()), merged=tuple(merges.get(c, ())))
            for c in dict.fromkeys([*cuts, *merges])
        )
        return (*single, *map(_crossing, self.cross))

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that cross others: they are compared because they were asked for."""
        return tuple(_crossing(item).name for item in self.cross)


def _bands(item: str) -> tuple[str, tuple[float, ...]]:
    column, _, numbers = item.partition("=")
    try:
        cuts = tuple(float(number) for number in numbers.split(","))
    except ValueError:
        cuts = ()
    if not (column and cuts):
        raise _not_written("--bands", item, "COL=NUMBER,NUMBER", "age=45,65")
    return column, cuts


def _merge(item: str) -> tuple[str, MergeSpec]:
    place, _, values = item.partition("=")
    column, _, name = place.partition(":")
    if not (column and name and values):
        raise _not_written("--merge", item, "COL:NAME=VALUE,VALUE", "race:other=Asian,Hispanic")
    return column, MergeSpec(name=name, values=tuple(values.split(",")))


def _crossing(item: str) -> GroupingSpec:
    columns = tuple(item.split(","))
    if len(columns) < 2 or not all(columns):
        raise _not_written("--cross", item, "COL,COL", "race,sex")
    return GroupingSpec(name=CROSSED.join(columns), columns=columns)


def _not_written(option: str, item: str, form: str, example: str) -> SettingError:
    return SettingError(
        f"{option} {item}", expected=form, found=repr(item), remedy=f"Write it as in {option} {example}."
    )
