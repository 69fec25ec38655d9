"""How much of a file is taken, so that every upload is answered in seconds and in little memory."""

MEBIBYTE = 1024 * 1024

FILE_BYTES_MAX = 20 * MEBIBYTE
MEMBERS_MAX = 500
"""Parts of a workbook."""
INFLATED_BYTES_MAX = 200 * MEBIBYTE
"""All parts together; counted again while they are read."""
INFLATION_MAX = 200
"""How many times larger a part may be than it is in the file."""
INFLATION_FREE_BYTES = MEBIBYTE
"""Parts up to this size may be as repetitive as they like."""

PARSED_BYTES_MAX = 64 * MEBIBYTE
"""Of one part, by the parser; the empty rows at a sheet's end are passed by without it."""
TOKEN_BYTES_MAX = MEBIBYTE
"""A single tag with its attributes, which a parser holds as a whole."""

ROWS_MAX = 50_000
COLUMNS_MAX = 100
CELLS_MAX = 1_000_000
EMPTY_ROWS_MAX = 1_000
"""After so many empty rows in a row a sheet is taken to have ended."""
HEADER_ROWS_MAX = 10
"""Within how many rows with content the headings stand."""
MERGES_MAX = 50_000
SHARED_STRINGS_MAX = 250_000
STRINGS_CHARACTERS_MAX = 5_000_000
CELL_CHARACTERS_MAX = 2_000

LINE_CHARACTERS_MAX = 100_000
RECORD_LINES_MAX = 1_000
"""How many lines one record of a CSV file may span."""

FAULTS_MAX = 1_000
"""What is listed of each file; what follows is only counted."""
