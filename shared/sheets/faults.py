"""What is wrong with a file, in words for whoever made it: a whole file refused, or one cell of it."""

from dataclasses import dataclass

from shared.values import Refused

BROKEN = 400
TOO_LARGE = 413
NOT_OURS = 415
UNUSABLE = 422


class FileRefused(Refused):
    """Nothing of the file can be taken. `status` is what a door answers."""

    def __init__(self, status: int, code: str, text: str, /, **facts: object) -> None:
        super().__init__(code, text, **facts)
        self.status = status


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, or odd, at one place of a sheet. `code` is for programs, `text` says what to do."""

    sheet: str
    row: int
    column: str
    """The column's letter, empty where it is about the whole row."""
    heading: str
    code: str
    text: str

    @property
    def address(self) -> str:
        """The cell as Excel names it: C7."""
        return f"{self.column}{self.row}"

    def __str__(self) -> str:
        place = f"“{self.sheet}”{self.address if self.column else f'第{self.row}行'}"
        return f"{place}{f'（{self.heading}）' if self.heading else ''}：{self.text}"
