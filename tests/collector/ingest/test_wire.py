"""The socket beneath paho over a real pair of sockets."""

import fcntl
import resource
import select
import socket
import threading

import pytest

from collector.ingest.frames import Frames, acknowledgements, publish
from collector.ingest.wire import Subject, Wire

PINGRESP = b"\xd0\x00"


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    ours.setblocking(False)
    yield ours, theirs
    ours.close()
    theirs.close()


@pytest.fixture
def taken():
    return []


@pytest.fixture
def wire(pair, taken):
    return Wire(pair[0], 1, 5, taken.extend)


def heard(theirs, many):
    """What the broker hears, until it is so many messages."""
    frames, found = Frames(0, 5, ()), []
    while len(found) < many:
        found += frames.feed(theirs.recv(65_536)).arrivals
    return found


def receive(wire):
    select.select([wire], [], [], 5)
    return wire.recv(1)


def test_paho_gets_its_packets_and_never_a_message(wire, pair, taken):
    pair[1].sendall(publish(b"t", b"1", 5, 5) + PINGRESP + publish(b"t", b"2", 6, 5))
    assert receive(wire) == PINGRESP[:1]
    assert [one.payload for one in taken] == [b"1", b"2"]
    assert wire.pending() == 1
    assert wire.recv(9) == PINGRESP[1:]
    assert wire.pending() == 0
    with pytest.raises(BlockingIOError):
        wire.recv(1)


def test_a_piece_with_messages_alone_is_nothing_for_paho(wire, pair, taken):
    pair[1].sendall(publish(b"t", b"1", 5, 5))
    with pytest.raises(BlockingIOError):
        receive(wire)
    assert len(taken) == 1


def test_the_end_and_rubbish_are_the_end_of_the_connection(wire, pair):
    pair[1].sendall(b"\x32\x02\x00\x09")
    with pytest.raises(ConnectionError):
        receive(wire)
    pair[1].close()
    assert receive(wire) == b""


def test_acknowledgements_go_out_together(wire, pair):
    wire.acknowledge([1, 513])
    assert pair[1].recv(99) == bytes.fromhex("40020001 40020201")


def test_beyond_what_the_broker_takes_the_newest_on_a_subject_waits(wire, pair):
    wire.most_in_flight = 2
    subjects = [Subject("receipt", epoch) for epoch in ("a", "b", "c")]
    wire.publish([(subject, b"old") for subject in subjects])
    first = heard(pair[1], 2)
    assert [one.payload for one in first] == [b"old", b"old"]
    wire.publish([(subjects[2], b"new")])
    pair[1].sendall(acknowledgements([first[0].mid]))
    with pytest.raises(BlockingIOError):
        receive(wire)
    (last,) = heard(pair[1], 1)
    assert (last.topic, last.payload) == ("receipt", b"new")
    assert last.mid != first[1].mid


def test_numbers_of_what_is_on_its_way_are_not_given_again(wire, pair):
    wire.most_in_flight = 3
    wire._last_number = 2
    wire.publish([(Subject("t", str(number)), b"") for number in range(3)])
    assert [one.mid for one in heard(pair[1], 3)] == [1, 65_535, 65_534]
    wire._last_number = 1
    pair[1].sendall(acknowledgements([65_534]))
    with pytest.raises(BlockingIOError):
        receive(wire)
    wire.publish([(Subject("t", "again"), b"")])
    assert heard(pair[1], 1)[0].mid == 65_534


def test_more_than_the_line_takes_at_once_goes_out_whole(wire, pair):
    import threading

    payload = b"x" * 3_000_000
    sender = threading.Thread(target=lambda: wire.publish([(Subject("t", ""), payload)]))
    sender.start()
    assert heard(pair[1], 1)[0].payload == payload
    sender.join(5)


def test_paho_still_opens_its_socket_by_the_door_that_is_used():
    from paho.mqtt.client import Client

    assert callable(Client._create_socket)


def test_a_socket_that_is_closed_while_it_is_full_counts_as_a_lost_connection(pair):
    class ClosedMeanwhile:
        """The connection, closed by paho's thread between a send without room and the wait for room."""

        def __getattr__(self, name):
            return getattr(pair[0], name)

        def send(self, packet):
            pair[0].close()
            raise BlockingIOError

    with pytest.raises(ConnectionError, match="closed"):
        Wire(ClosedMeanwhile(), 1, 5, list).acknowledge([1])


def test_a_descriptor_beyond_1023_is_waited_for(pair):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    high = socket.socket(fileno=fcntl.fcntl(pair[0].fileno(), fcntl.F_DUPFD, 1500))
    with high:
        high.setblocking(False)
        much = Wire(high, 1, 5, list)
        sender = threading.Thread(target=much.send, args=(b"x" * 4_000_000,))
        sender.start()
        got = 0
        while got < 4_000_000 and (piece := pair[1].recv(1 << 20)):
            got += len(piece)
        sender.join()
    assert got == 4_000_000
