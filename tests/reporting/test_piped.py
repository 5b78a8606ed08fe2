"""What a page's kernel puts out reaches its client, however much is held at the end of a cell."""

import socket

from workbench.reporting.parcels import Parcels
from workbench.reporting.piped import PIECE, Outlet


def test_a_message_that_fills_what_may_be_held_is_not_the_last():
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    outlet = Outlet(theirs)
    for message in (b"x" * PIECE, b"next"):  # the first is sent at once: nothing is held when its cell is done
        outlet.send_multipart([message])
        outlet.send_held()
    outlet.end()
    theirs.close()
    parcels, found = Parcels(), []
    while piece := ours.recv(PIECE):
        found += parcels.opened(piece)
    assert found == [[b"x" * PIECE], [b"next"]]
