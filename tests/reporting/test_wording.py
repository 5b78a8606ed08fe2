"""Numbers stand on a page as its language writes them."""

from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from workbench.reporting import wording


@given(st.floats(-1e12, 1e12), st.integers(0, 2), st.sampled_from(wording.LANGUAGES))
def test_a_number_is_written_as_its_language_does(value, decimals, language):
    rounded = round(value, decimals) + 0.0
    pattern = "#,##0" + "." * bool(decimals) + "0" * decimals
    expected = format_decimal(abs(rounded), pattern, locale={"nl": "nl_NL", "en": "en_GB"}[language])
    assert wording.number(value, language, decimals) == "\N{MINUS SIGN}" * (rounded < 0) + expected
