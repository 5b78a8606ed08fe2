"""Messages come out of the stream as they went in, however it is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.session import Session

from workbench.reporting.parcels import Parcels, PlainSession, parcel


@given(st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=5), st.integers(1, 60))
def test_messages_come_out_however_the_stream_is_cut(messages, size):
    stream = b"".join(parcel(parts) for parts in messages)
    parcels = Parcels()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [parts for piece in pieces for parts in parcels.opened(piece)] == messages


def test_parts_may_be_views_of_other_things():
    assert list(Parcels().opened(parcel([memoryview(b"abc")[1:], b""]))) == [[b"bc", b""]]


@pytest.mark.parametrize("asked", [None, {"code": "é"}])
def test_a_message_says_the_same_as_over_sockets(asked):
    usual, plain = Session(key=b""), PlainSession()
    parent = usual.msg("execute_request", asked) if asked else None
    message = usual.msg("display_data", {"data": {"text/plain": "½\n", "n": 1.5}}, parent=parent)
    for _ in range(2):  # the second time what is answered was written and read before
        sent = usual.deserialize(usual.feed_identities(usual.serialize(message))[1])
        told = PlainSession.deserialize(plain, plain.feed_identities(plain.serialize(message))[1])
        assert told == sent
        assert json.dumps(told["content"]) == json.dumps(message["content"])


def test_what_is_sent_besides_comes_along():
    plain = PlainSession()
    told = plain.deserialize([*plain.serialize(plain.msg("comm_msg", {}, metadata={"version": 2})), b"\0\1"])
    assert (told["metadata"], [bytes(each) for each in told["buffers"]]) == ({"version": 2}, [b"\0\1"])


def test_messages_that_a_cell_makes_itself_come_along():
    plain = PlainSession()
    message = plain.msg("stream", {}, parent={"msg_id": "x"}) | {"content": '{"text": "é"}'}
    told = plain.deserialize(plain.serialize(message))
    assert (told["parent_header"], told["content"]) == ({"msg_id": "x"}, {"text": "é"})
