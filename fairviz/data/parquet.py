"""Tables in Parquet files: one value per row and column, read within a bound on memory."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from fairviz.data.columns import check_names, told
from fairviz.errors import DataError

MAX_CELLS: Final = 200_000_000
"""A small Parquet file can unpack to any size; this many cells are about 2 GB in memory."""
MAX_UNPACKED: Final = 2 * 2**30
"""Bytes in memory: one long text may be repeated in every row of a small file."""

_BATCH_ROWS: Final = 2**14
_FLAT: Final = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_null,
    pa.types.is_temporal,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
)


def read_parquet(content: bytes) -> pa.Table:
    """Read a table that is a Parquet file; decimals become floating-point numbers.

    Raises:
        DataError: if it is damaged or too large, or a column holds more than one value per row.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        _check_schema(file)
        table = _plain(_read(file))
        table.validate(full=True)
    # Arrow's own errors, and Python's where a damaged schema names no type at all.
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, MemoryError) as error:
        # What Arrow says may hold patients' values.
        raise DataError(
            "file",
            expected="a whole Parquet file",
            found="one that cannot be read",
            remedy="Save or download it again; it may be cut short or another kind of file.",
        ) from error
    return table


def _read(file: pq.ParquetFile) -> pa.Table:
    # Index columns that pandas wrote beside the data only number the rows.
    kept = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
    batches, unpacked = [], 0
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=kept):
        unpacked += batch.nbytes
        if unpacked > MAX_UNPACKED:
            raise DataError(
                "file",
                expected=f"at most {MAX_UNPACKED / 2**30:g} GiB when unpacked",
                found="more",
                remedy="Leave out columns or rows that are not needed.",
            )
        batches.append(batch)
    schema = pa.schema([file.schema_arrow.field(name) for name in kept])
    return pa.Table.from_batches(batches, schema)


def _check_schema(file: pq.ParquetFile) -> None:
    schema, rows = file.schema_arrow, file.metadata.num_rows
    if rows * len(schema) > MAX_CELLS:
        raise DataError(
            "table",
            expected=f"at most {MAX_CELLS:,} cells",
            found=f"{rows:,} rows of {len(schema)} columns",
            remedy="Leave out columns or rows that are not needed.",
        )
    check_names([name.strip() for name in schema.names] or [""])
    for position, field in enumerate(schema, start=1):
        values = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not any(flat(values) for flat in _FLAT):
            raise DataError(
                told(field.name.strip(), position),
                expected="one value per row: a number, a text, a date, true or false",
                found=f"a {field.type}",
                remedy="Spread it over several columns, or delete it.",
            )


def _plain(table: pa.Table) -> pa.Table:
    fields = [
        pa.field(field.name.strip(), pa.float64() if pa.types.is_decimal(field.type) else field.type)
        for field in table.schema
    ]
    return table.rename_columns([field.name for field in fields]).cast(pa.schema(fields))
