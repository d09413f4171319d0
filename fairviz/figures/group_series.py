"""What the figures of groups draw on finished runs: small frozen records.

Axis letters: L configurations, G groups of one attribute, P points of one line. NaN is "no number", with a
note that says why. Names are a user's own text; figures escape them, callers do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairviz.figures.series import Floats

Notes = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Who a number is of: the label that seeds share, and the method that decides the colour."""

    label: str
    method: str


@dataclass(frozen=True, slots=True)
class Estimates:
    """One number of every configuration and group.

    Attributes:
        title: what it is, in clinical words.
        formula: its definition and direction, shown while hovering.
        value: [L, G].
        low: [L, G] lower 95 % limit.
        high: [L, G] upper 95 % limit.
        notes: [L][G] why there is no number, in short; empty where there is one.
        marks: [L][G] a word beside the number, such as "worse"; empty where there is none.
    """

    title: str
    formula: str
    value: Floats
    low: Floats
    high: Floats
    notes: Notes
    marks: Notes = ()


@dataclass(frozen=True, slots=True)
class Forest:
    """Numbers of groups, one under another, with their intervals.

    Attributes:
        question: title of the chart.
        details: what it shows.
        unit: title of the number's axis.
        decimals: of the numbers.
        configurations: L.
        groups: G, all of the attribute in its order.
        panels: the numbers, side by side.
        is_change: whether 0 is "as before" and has a line.
    """

    question: str
    details: tuple[str, ...]
    unit: str
    decimals: int
    configurations: tuple[Configuration, ...]
    groups: tuple[str, ...]
    panels: tuple[Estimates, ...]
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group's line in a plane of shares from 0 to 1.

    Attributes:
        group: its name.
        place: among all groups of its attribute; decides mark and dash.
        x: [P].
        y: [P].
        hovers: [P] what each point says; the program's own text.
        low: [P] lower 95 % limit of y, if there are limits; of a band its lower edge.
        high: [P] upper 95 % limit of y; of a band its upper edge.
        is_band: whether these are edges of a band, not limits at each point.
    """

    group: str
    place: int
    x: Floats
    y: Floats
    hovers: tuple[str, ...]
    low: Floats | None = None
    high: Floats | None = None
    is_band: bool = False


@dataclass(frozen=True, slots=True)
class GroupPlane:
    """One configuration's lines.

    Attributes:
        configuration: whose.
        lines: of the groups that have one.
        notes: by group without a line, why, in short.
    """

    configuration: Configuration
    lines: tuple[GroupLine, ...]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crossed:
    """A metric in every combination of the groups of two attributes.

    Attributes:
        attributes: names of the first, down the page, and of the second, across.
        rows: groups of the first, R.
        columns: groups of the second, C.
        measure: name, formula and direction in words.
        configurations: L.
        value: [L, R, C].
        texts: [L][R][C] what stands in the cell: the number, or why there is none.
        hovers: [L][R][C] the program's own text about the number.
        better: "up" or "down"; None where neither is.
        split: data shown.
    """

    attributes: tuple[str, str]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    measure: tuple[str, str]
    configurations: tuple[Configuration, ...]
    value: Floats
    texts: tuple[Notes, ...]
    hovers: tuple[Notes, ...]
    better: str | None
    split: str = "test"


@dataclass(frozen=True, slots=True)
class Told:
    """One number of every modality and group, M by G.

    Attributes:
        value: [M, G].
        low: [M, G] lower 95 % limit.
        high: [M, G] upper 95 % limit.
        notes: [M][G] why there is no number, in short; empty where there is one.
    """

    value: Floats
    low: Floats
    high: Floats
    notes: Notes


@dataclass(frozen=True, slots=True)
class ModalityPanel:
    """One configuration, and what it is held against.

    Attributes:
        configuration: whose.
        own: its AUCs.
        reference: those of the baseline with the same seeds; None for the baseline, or where there is none.
    """

    configuration: Configuration
    own: Told
    reference: Told | None


@dataclass(frozen=True, slots=True)
class ModalityGroups:
    """What each modality tells by itself about each group.

    Attributes:
        attribute: whose groups.
        modalities: M.
        groups: G, all of the attribute in its order.
        panels: a configuration each.
        details: what is shown; the program's own words.
    """

    attribute: str
    modalities: tuple[str, ...]
    groups: tuple[str, ...]
    panels: tuple[ModalityPanel, ...]
    details: tuple[str, ...]
