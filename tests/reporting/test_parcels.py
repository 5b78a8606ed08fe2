"""Messages come out of the stream as they went in, however it is cut."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.reporting.parcels import Parcels, parcel


@given(st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=5), st.integers(1, 60))
def test_messages_come_out_however_the_stream_is_cut(messages, size):
    stream = b"".join(parcel(parts) for parts in messages)
    parcels = Parcels()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [parts for piece in pieces for parts in parcels.opened(piece)] == messages


def test_parts_may_be_views_of_other_things():
    assert list(Parcels().opened(parcel([memoryview(b"abc")[1:], b""]))) == [[b"bc", b""]]
