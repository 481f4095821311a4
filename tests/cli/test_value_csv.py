"""Value maps as CSV: what goes out comes back, and what is no map is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_cli.failures import Misused
from syncline_cli.value_csv import read, written

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
FORMULAE = st.sampled_from(["=1+1", "'=x", "''-y", "@a", "'b", "\t", "a,b", 'say "x"', "line\r\nline"])
CELLS = TEXT | FORMULAE


@given(st.dictionaries(CELLS.filter(bool), CELLS, max_size=6))
def test_what_goes_out_comes_back(values: dict[str, str]) -> None:
    assert read(written(values), {}) == values


def test_what_is_no_text_stays_what_it_is() -> None:
    before = {"New": 1, "Active": "2", "Closed": True, "None": None}
    assert read(written(before), before) == before
    assert read("a,b\r\nOther,1\r\nText,2\r\n", before) == {"Other": 1, "Text": "2"}


def test_no_cell_is_a_formula() -> None:
    lines = written({"=1": "+2", "-3": "@4", "'=5": "plain"}).split("\r\n")
    assert lines == ["a,b", "'=1,'+2", "'-3,'@4", "''=5,plain", ""]


def test_ten_thousand_pairs() -> None:
    values = {f"value {number}": str(number) for number in range(10_000)}
    assert read(written(values), {}) == values


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "first line"),
        ("x,y\r\n", "first line"),
        ("a,b\r\nNew\r\n", "Line 2 has not two cells"),
        ("a,b\r\nNew,1,2\r\n", "Line 2 has not two cells"),
        ("a,b\r\nNew,1\r\n,2\r\n", "Line 3 has no value of side a"),
        ("a,b\r\nNew,1\r\nNew,2\r\n", "Line 3 has 'New' for the second time"),
        ('a,b\r\n"New"x,1\r\n', "Line 2"),
    ],
)
def test_what_is_no_map_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(Misused) as refused:
        read(text, {})
    assert why in str(refused.value.__dict__)


def test_what_spreadsheets_put_first_is_no_part_of_it() -> None:
    assert read("\ufeffa,b\nNew,1\n", {}) == {"New": "1"}
