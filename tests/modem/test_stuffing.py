from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from faxcore.modem.stuffing import END, Unstuffer, stuff
from faxcore.t4 import reverse_bits

PIECES = st.lists(st.integers(1, 5), max_size=40)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


@given(st.binary() | st.lists(st.sampled_from([0x10, 0x03, 0x1A, 0])).map(bytes), PIECES)
def test_unstuffing_gives_back_what_was_stuffed_in_any_pieces(
    data: bytes, sizes: list[int]
) -> None:
    unstuffer = Unstuffer()
    plain = b"".join(unstuffer.feed(each) for each in cut(stuff(data) + END + b"\r\nOK", sizes))
    assert plain == data
    assert unstuffer.ended
    assert unstuffer.rest == b"\r\nOK"


@given(PIECES)
def test_dle_sub_stands_for_two_dle(sizes: list[int]) -> None:
    unstuffer = Unstuffer()
    plain = b"".join(unstuffer.feed(each) for each in cut(b"a\x10\x1ab\x10\x03", sizes))
    assert plain == b"a\x10\x10b"


def test_a_single_dle_before_other_octets_is_data() -> None:
    unstuffer = Unstuffer()
    assert unstuffer.feed(b"\xff\x10\x55\x10\x03") == b"\xff\x10\x55"
    assert unstuffer.ended


@given(st.binary() | st.lists(st.sampled_from([0x10, 0x1A, 0])).map(bytes), PIECES)
def test_frames_of_a_modem_that_doubles_no_dle_are_as_they_are(
    data: bytes, sizes: list[int]
) -> None:
    assume(END not in data)
    unstuffer = Unstuffer(doubled=False)
    plain = b"".join(unstuffer.feed(each) for each in cut(data + END + b"\r\nOK", sizes))
    assert plain == data
    assert unstuffer.rest == b"\r\nOK"


@given(st.binary())
def test_bits_turned_twice_are_as_they_were(data: bytes) -> None:
    assert reverse_bits(reverse_bits(data)) == data


def test_the_first_bit_becomes_the_least_significant() -> None:
    assert reverse_bits(b"\x80\x01\x21") == b"\x01\x80\x84"
