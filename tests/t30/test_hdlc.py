"""HDLC against a bit-by-bit model, and against damage."""

from hypothesis import given
from hypothesis import strategies as st

from faxcore.t30.frames import fcs
from faxcore.t30.hdlc import burst, frames_in

FRAMES = st.lists(st.binary(min_size=4, max_size=70), max_size=12)
DENSE = st.lists(
    st.lists(st.sampled_from([0xFF, 0x7E, 0x1F, 0xFC]), min_size=4, max_size=40), max_size=6
)


def plain_burst(frames, flags):
    """One bit after the other, as T.30 5.3.4 words it."""
    flag = [0, 1, 1, 1, 1, 1, 1, 0]
    bits = flag * flags
    for frame in frames:
        ones = 0
        for octet in frame + fcs(frame):
            for place in range(8):
                bit = octet >> place & 1
                bits.append(bit)
                ones = ones + 1 if bit else 0
                if ones == 5:
                    bits.append(0)
                    ones = 0
        bits += flag
    bits += flag * 2
    bits += [1] * (-len(bits) % 8)
    return bytes(int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8))


@given(FRAMES)
def test_burst_is_that_of_the_words(frames):
    assert burst(frames, 3) == plain_burst(frames, 3)


@given(DENSE)
def test_burst_of_many_ones_is_that_of_the_words(frames):
    frames = [bytes(frame) for frame in frames]
    assert burst(frames, 1) == plain_burst(frames, 1)


@given(FRAMES)
def test_frames_survive_the_line(frames):
    assert frames_in(burst(frames, 5)) == frames


@given(st.binary(max_size=400))
def test_noise_raises_nothing(octets):
    assert isinstance(frames_in(octets), list)


@given(st.lists(st.binary(min_size=8, max_size=40), min_size=3, max_size=3), st.data())
def test_one_flipped_bit_costs_at_most_two_frames(frames, data):
    octets = bytearray(burst(frames, 4))
    place = data.draw(st.integers(0, len(octets) * 8 - 1))
    octets[place // 8] ^= 0x80 >> place % 8
    assert len(set(frames) - set(frames_in(bytes(octets)))) <= 2


def test_a_whole_block_survives():
    block = [bytes((255, 3, 6, number)) + bytes((number,)) * 256 for number in range(256)]
    assert frames_in(burst(block, 360)) == block
