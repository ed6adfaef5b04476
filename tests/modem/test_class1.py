from __future__ import annotations

from dataclasses import replace

import pytest

from faxcore.errors import PortError
from faxcore.modem.at import AtEngine
from faxcore.modem.class1 import Class1Line
from faxcore.modem.stuffing import END, stuff
from faxcore.profiles import ModemProfile, SilenceBy
from faxcore.t30.frames import FCF, Frame, fcs
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    SendPage,
    SendTraining,
    Silence,
)
from faxcore.t30.modulation import V17_14400, V27TER_2400, V29_9600
from faxcore.transport.port import LineState
from faxcore.transport.virtual_port import VirtualPort

from .script import ScriptDce, Turn

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
CONNECT, NO_CARRIER = b"\r\nCONNECT\r\n", b"\r\nNO CARRIER\r\n"
PROFILE = ModemProfile("test")
CSI = Frame(FCF.CSI, b"12345678901234567890", final=False)
DIS = Frame(FCF.DIS, b"\x00\x6e\x78")
MCF = Frame(FCF.MCF)


def on_link(frame: Frame) -> bytes:
    """A received frame as the modem hands it over: FCS, stuffed, ended."""
    return stuff(frame.octets + fcs(frame.octets)) + END


class Bench:
    """A line over a scripted modem."""

    def __init__(
        self,
        *turns: Turn | tuple[bytes, bytes],
        piecemeal: bool = False,
        profile: ModemProfile = PROFILE,
        **options: object,
    ) -> None:
        self.modem = ScriptDce(turns, piecemeal)
        self.port = VirtualPort(self.modem)
        self.line = Class1Line(AtEngine(self.port), profile, **options)  # type: ignore[arg-type]

    def perform(self, op: LineOp) -> Heard:
        heard = self.line.perform(op)
        assert self.modem.finished, f"not played: {self.modem.turns[:2]}"
        assert heard.at == self.port.now()
        return heard


def test_sends_frames_in_one_burst(piecemeal: bool) -> None:
    tsi = Frame(FCF.TSI, b"0" * 20, final=False)
    dcs = Frame(FCF.DCS, b"\x00\x10\x03")
    bench = Bench(
        (b"AT+FTH=3\r", CONNECT),
        (tsi.octets + END, CONNECT),
        (b"\xff\x13\x82\x00\x10\x10\x03" + END, OK),
        piecemeal=piecemeal,
    )
    assert bench.perform(SendFrames((tsi, dcs))).done


def test_raises_the_carrier_again_when_the_modem_dropped_it_between_frames(
    piecemeal: bool,
) -> None:
    bench = Bench(
        (b"AT+FTH=3\r", CONNECT),
        (CSI.octets + END, OK),
        (b"AT+FTH=3\r", CONNECT),
        (DIS.octets + END, OK),
        piecemeal=piecemeal,
    )
    assert bench.perform(SendFrames((CSI, DIS))).done


def test_ends_the_burst_when_the_modem_wants_more_after_the_final_frame(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FTH=3\r", CONNECT), (MCF.octets + END, CONNECT), (END, OK), piecemeal=piecemeal
    )
    assert bench.perform(SendFrames((MCF,))).done


def test_after_answering_the_first_frames_need_no_command(piecemeal: bool) -> None:
    bench = Bench((CSI.octets + END, CONNECT), (DIS.octets + END, OK), piecemeal=piecemeal)
    bench.line.answered()
    assert bench.perform(SendFrames((CSI, DIS))).done


def test_a_lost_line_is_heard_when_sending(piecemeal: bool) -> None:
    bench = Bench((b"AT+FTH=3\r", NO_CARRIER), piecemeal=piecemeal)
    assert bench.perform(SendFrames((MCF,))).ended is Ended.NO_CARRIER


def test_a_refused_carrier_is_a_fault_of_the_equipment_for_good(piecemeal: bool) -> None:
    bench = Bench(Turn(b"AT+FTH=3\r", ERROR, after_s=0.4), piecemeal=piecemeal)
    heard = bench.perform(SendFrames((MCF,)))
    assert heard.ended is Ended.EQUIPMENT
    assert heard.text == "+FTH=3: expected CONNECT, got ERROR after 0.4 s"
    later = bench.perform(Silence())
    assert (later.ended, later.text) == (Ended.EQUIPMENT, heard.text)


def test_a_port_that_goes_away_is_a_fault_of_the_equipment() -> None:
    bench = Bench((b"AT+FTH=3\r", CONNECT))

    def gone(data: bytes, now: float) -> None:
        raise PortError("/dev/ttyUSB0: the device went away")

    bench.modem.feed = gone  # type: ignore[method-assign]
    heard = bench.line.perform(SendFrames((MCF,)))
    assert heard.ended is Ended.EQUIPMENT
    assert heard.text == "/dev/ttyUSB0: the device went away"


def test_receives_a_burst(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + on_link(CSI) + OK),
        (b"AT+FRH=3\r", CONNECT + on_link(DIS) + OK),
        piecemeal=piecemeal,
    )
    heard = bench.perform(ReceiveFrames(35.0))
    assert heard.done
    assert heard.frames == (CSI, DIS)


def test_after_dialling_the_first_frame_needs_no_command(piecemeal: bool) -> None:
    bench = Bench(
        (b"ATD\r", CONNECT + on_link(CSI) + OK),
        (b"AT+FRH=3\r", CONNECT + on_link(DIS) + OK),
        piecemeal=piecemeal,
    )
    engine = bench.line._engine
    engine.command("ATD", 5.0)
    bench.line.dialled()
    assert bench.perform(ReceiveFrames(35.0)).frames == (CSI, DIS)


def test_receives_frames_full_of_dle(piecemeal: bool) -> None:
    frame = Frame(FCF.NSF, b"\x10\x10\x03\x10")
    bench = Bench((b"AT+FRH=3\r", CONNECT + on_link(frame) + OK), piecemeal=piecemeal)
    assert bench.perform(ReceiveFrames(3.0)).frames == (frame,)


def test_receives_frames_from_a_modem_that_speaks_in_numbers(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", b"1\r" + on_link(CSI) + b"0\r"),
        (b"AT+FRH=3\r", b"1\r" + on_link(DIS) + b"0\r"),
        piecemeal=piecemeal,
    )
    assert bench.perform(ReceiveFrames(35.0)).frames == (CSI, DIS)


def test_counts_frames_that_the_modem_or_the_fcs_calls_damaged(piecemeal: bool) -> None:
    broken = on_link(CSI).replace(b"123", b"124")
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + on_link(CSI) + ERROR),
        (b"AT+FRH=3\r", CONNECT + broken + OK),
        (b"AT+FRH=3\r", CONNECT + on_link(DIS) + OK),
        piecemeal=piecemeal,
    )
    heard = bench.perform(ReceiveFrames(35.0))
    assert (heard.frames, heard.damaged) == ((DIS,), 2)


def test_a_frame_that_the_modem_does_not_judge_is_judged_by_its_fcs(piecemeal: bool) -> None:
    broken = on_link(CSI).replace(b"123", b"124")
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + broken + NO_CARRIER),
        (b"AT+FRH=3\r", CONNECT + on_link(DIS) + NO_CARRIER),
        piecemeal=piecemeal,
    )
    heard = bench.perform(ReceiveFrames(35.0))
    assert (heard.frames, heard.damaged) == ((DIS,), 1)


def test_noise_that_keeps_the_carrier_up_behind_a_frame_is_waited_out_and_ended(
    piecemeal: bool,
) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + on_link(DIS)),
        (b"\x18", OK),
        piecemeal=piecemeal,
    )
    heard = bench.perform(ReceiveFrames(35.0))
    assert heard.frames == (DIS,)
    assert heard.at == pytest.approx(5.0, abs=0.5)


def test_takes_frames_without_fcs_where_the_profile_says_so(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + DIS.octets + END + OK),
        piecemeal=piecemeal,
        profile=replace(PROFILE, frames_carry_fcs=False),
    )
    assert bench.perform(ReceiveFrames(3.0)).frames == (DIS,)


def test_asks_again_when_a_wrong_carrier_has_ended(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", NO_CARRIER),
        (b"AT+FRH=3\r", ERROR),
        (b"AT+FRH=3\r", CONNECT + on_link(MCF) + OK),
        piecemeal=piecemeal,
    )
    assert bench.perform(ReceiveFrames(3.0)).frames == (MCF,)


def test_asks_again_when_connect_is_taken_back(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + NO_CARRIER),
        (b"AT+FRH=3\r", CONNECT + END + NO_CARRIER),
        (b"AT+FRH=3\r", CONNECT + on_link(MCF) + OK),
        piecemeal=piecemeal,
    )
    assert bench.perform(ReceiveFrames(3.0)).frames == (MCF,)


def test_a_burst_that_breaks_off_is_told_with_what_came(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + on_link(CSI) + OK),
        (b"AT+FRH=3\r", NO_CARRIER),
        piecemeal=piecemeal,
    )
    heard = bench.perform(ReceiveFrames(35.0))
    assert (heard.ended, heard.frames) == (Ended.NO_CARRIER, (CSI,))


def test_silence_ends_with_one_can_and_its_ok(piecemeal: bool) -> None:
    bench = Bench((b"AT+FRH=3\r", b""), (b"\x18", OK), piecemeal=piecemeal)
    heard = bench.perform(ReceiveFrames(3.0))
    assert heard.ended is Ended.TIMEOUT
    assert heard.at == pytest.approx(3.0, abs=0.01)


def test_a_frame_that_has_begun_may_end(piecemeal: bool) -> None:
    bench = Bench(
        Turn(b"AT+FRH=3\r", CONNECT, after_s=2.8),
        piecemeal=piecemeal,
    )
    take, said = bench.modem.take, []

    def take_and_say(now: float) -> bytes:
        data = take(now)
        if now >= 2.8 and not said:
            said.append(now)
            bench.modem._say(on_link(MCF) + OK, 4.3)
        return data

    bench.modem.take = take_and_say  # type: ignore[method-assign]
    assert bench.perform(ReceiveFrames(3.0)).frames == (MCF,)


def test_a_modem_that_babbles_refusals_costs_time_and_no_more(piecemeal: bool) -> None:
    bench = Bench(*[(b"AT+FRH=3\r", NO_CARRIER)] * 40, piecemeal=piecemeal)
    heard = bench.line.perform(ReceiveFrames(3.0))
    assert heard.ended is Ended.TIMEOUT
    assert heard.at == pytest.approx(3.0, abs=0.2)
    assert len(bench.modem.turns) >= 10


def test_tcf_is_a_second_and_a_half_of_zeros(piecemeal: bool) -> None:
    bench = Bench((b"AT+FTM=145\r", CONNECT), (bytes(2700) + END, OK), piecemeal=piecemeal)
    assert bench.perform(SendTraining(V17_14400)).done


def test_the_profile_may_delay_the_first_data(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FTM=24\r", CONNECT),
        (bytes(450) + END, OK),
        piecemeal=piecemeal,
        profile=replace(PROFILE, carrier_delay_ms=400),
    )
    heard = bench.perform(SendTraining(V27TER_2400))
    assert heard.done
    assert heard.at >= 0.4


def test_page_data_are_turned_stuffed_and_told_of(piecemeal: bool) -> None:
    shares: list[float] = []
    bench = Bench(
        (b"AT+FTM=146\r", CONNECT),
        (b"\x00\x80\x10\x10\x01" + END, OK),
        piecemeal=piecemeal,
        on_progress=shares.append,
    )
    assert bench.perform(SendPage(V17_14400, b"\x00\x01\x08\x80", 1)).done
    assert shares == [1.0]


def test_a_line_lost_in_a_page_ends_it(piecemeal: bool) -> None:
    page = bytes(5000)
    bench = Bench((b"AT+FTM=96\r", CONNECT), (page[:1024], NO_CARRIER), piecemeal=piecemeal)
    bench.modem.room = lambda now: 1024 if not bench.modem.finished else 0  # type: ignore[method-assign]
    heard = bench.perform(SendPage(V29_9600, page, 1))
    assert heard.ended is Ended.NO_CARRIER
    assert "NO CARRIER" in heard.text


def test_a_modem_that_runs_dry_says_ok_in_the_middle(piecemeal: bool) -> None:
    """T.31 8.3.3: a carrier without data is dropped."""
    page = bytes(range(200)) * 20
    sent = stuff(page)[:1024]
    bench = Bench((b"AT+FTM=96\r", CONNECT), (sent, OK), piecemeal=piecemeal)
    bench.modem.room = lambda now: 1024 if not bench.modem.finished else 0  # type: ignore[method-assign]
    turned = bytes(int(f"{octet:08b}"[::-1], 2) for octet in page)
    heard = bench.perform(SendPage(V29_9600, turned, 1))
    assert heard.ended is Ended.EQUIPMENT
    assert heard.text == "fast data: the modem ran dry, for this computer was too slow"


def test_a_modem_that_takes_no_data_is_given_up() -> None:
    bench = Bench((b"AT+FTM=96\r", CONNECT))
    bench.modem.room = lambda now: 20 if not bench.modem.finished else 0  # type: ignore[method-assign]
    heard = bench.perform(SendPage(V29_9600, bytes(1200), 1))
    assert heard.ended is Ended.EQUIPMENT
    assert heard.text == "the modem took 0 of 1200 octets, and then no more"
    assert heard.at == pytest.approx(61.5, abs=0.1)


@pytest.mark.parametrize(
    ("sent_first", "profile", "said"),
    [
        (True, PROFILE, b"AT+FTS=7\r"),
        (False, PROFILE, b"AT+FRS=7\r"),
        (True, replace(PROFILE, gap_ms=80), b"AT+FTS=8\r"),
        (True, replace(PROFILE, wait_frs=False), b"AT+FTS=7\r"),
    ],
)
def test_the_modem_times_silences(
    sent_first: bool, profile: ModemProfile, said: bytes, piecemeal: bool
) -> None:
    bench = Bench((said, OK), piecemeal=piecemeal, profile=profile)
    bench.line._carriers.sent_last = sent_first
    assert bench.perform(Silence()).done


@pytest.mark.parametrize(
    ("sent_first", "profile", "seconds"),
    [
        (True, replace(PROFILE, silence_by=SilenceBy.COMPUTER), 0.07),
        (False, replace(PROFILE, silence_by=SilenceBy.COMPUTER), 0.124),
        (False, replace(PROFILE, wait_frs=False), 0.124),
    ],
)
def test_the_computer_times_them_for_modems_that_cannot(
    sent_first: bool, profile: ModemProfile, seconds: float
) -> None:
    """Behind the far end's frames it lets two flags go by, which ``+FRS`` would hear."""
    bench = Bench(profile=profile)
    bench.line._carriers.sent_last = sent_first
    heard = bench.perform(Silence())
    assert heard.done
    assert heard.at == pytest.approx(seconds)


def test_a_far_end_that_goes_on_sending_ends_the_wait_for_silence(piecemeal: bool) -> None:
    bench = Bench((b"AT+FRS=7\r", b""), (b"\x18", OK), piecemeal=piecemeal)
    assert bench.perform(Silence()).ended is Ended.TIMEOUT


def test_takes_the_training_check(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRM=145\r", CONNECT + bytes(2700) + b"\x01" + END + NO_CARRIER), piecemeal=piecemeal
    )
    heard = bench.perform(ReceiveTraining(V17_14400, 6.0))
    assert heard.done
    assert heard.octets == bytes(2700) + b"\x80"


def test_hears_another_carrier(piecemeal: bool) -> None:
    bench = Bench((b"AT+FRM=146\r", b"\r\n+FCERROR\r\n"), piecemeal=piecemeal)
    assert bench.perform(ReceivePage(V17_14400, 6.0)).ended is Ended.OTHER_CARRIER


def test_takes_a_page(piecemeal: bool) -> None:
    page = bytes(range(256)) * 4
    bench = Bench(
        (b"AT+FRM=96\r", NO_CARRIER),
        (b"AT+FRM=96\r", CONNECT + stuff(page) + END + NO_CARRIER),
        piecemeal=piecemeal,
    )
    heard = bench.perform(ReceivePage(V29_9600, 6.0))
    assert heard.octets == bytes(int(f"{octet:08b}"[::-1], 2) for octet in page)


def test_a_page_that_never_begins_is_a_timeout(piecemeal: bool) -> None:
    bench = Bench((b"AT+FRM=96\r", b""), (b"\x18", OK), piecemeal=piecemeal)
    assert bench.perform(ReceivePage(V29_9600, 6.0)).ended is Ended.TIMEOUT


class Endless:
    """A modem whose far end sends on the fast carrier and never drops it."""

    def __init__(self) -> None:
        self.now, self.sends = 0.0, False
        self.said = b""

    def feed(self, data: bytes, now: float) -> None:
        self.sends = data.startswith(b"AT+FRM")
        self.said += CONNECT if self.sends else END + OK

    def due(self) -> float | None:
        return self.now if self.said else self.now + 1.0 if self.sends else None

    def take(self, now: float) -> bytes:
        assert now < 4 * 3600, "it is listened to for ever"
        said, self.said = self.said, b""
        if self.sends and not said and now >= self.now + 1.0:
            said = b"\xaa" * 1800
        self.now = now if said else self.now
        return said

    def room(self, now: float) -> int:
        return 1000

    def control(self, now: float, state: LineState) -> None:
        pass

    def carrier(self) -> bool | None:
        return None


@pytest.mark.parametrize(
    ("op", "longest_s"),
    [(ReceiveTraining(V17_14400, 4.0), 10), (ReceivePage(V17_14400, 7.0), 1800)],
)
def test_a_fast_carrier_that_never_ends_does_not_hold_us(op: LineOp, longest_s: int) -> None:
    line = Class1Line(AtEngine(VirtualPort(Endless())), PROFILE)
    heard = line.perform(op)
    assert heard.ended is Ended.TIMEOUT
    assert heard.at == pytest.approx(longest_s, abs=3)
    assert f"a carrier of more than {longest_s} s" in heard.text


@pytest.mark.parametrize(
    ("keep", "ended"),
    [(lambda op: True, Ended.DONE), (lambda op: False, Ended.REFUSED), (None, Ended.REFUSED)],
)
def test_keeping_pages_is_somebody_elses_business(keep: object, ended: Ended) -> None:
    bench = Bench(keep=keep)
    assert bench.perform(KeepPage(b"page", 1, None)).ended is ended  # type: ignore[arg-type]


def test_a_page_that_could_not_be_kept_says_why() -> None:
    def full(op: KeepPage) -> bool:
        raise OSError("no space left on device")

    heard = Bench(keep=full).perform(KeepPage(b"page", 1, None))  # type: ignore[arg-type]
    assert heard.ended is Ended.REFUSED
    assert "no space left on device" in heard.text


DCN = ((b"AT+FTH=3\r", CONNECT), (Frame(FCF.DCN).octets + END, OK))


def assert_says_dcn(bench: Bench) -> None:
    """A stopped call can still say goodbye."""
    bench.modem.turns += [Turn(*turn) for turn in DCN]
    assert bench.perform(SendFrames((Frame(FCF.DCN),))).done


def interrupt_after(bench: Bench, said: bytes) -> None:
    feed = bench.modem.feed

    def feed_and_interrupt(data: bytes, now: float) -> None:
        feed(data, now)
        if said in bench.modem.heard:
            bench.modem.feed = feed  # type: ignore[method-assign]
            bench.port.interrupt()

    bench.modem.feed = feed_and_interrupt  # type: ignore[method-assign]


def test_listening_can_be_cancelled(piecemeal: bool) -> None:
    bench = Bench((b"AT+FRH=3\r", b""), (b"\x18", OK), piecemeal=piecemeal)
    interrupt_after(bench, b"+FRH=3\r")
    heard = bench.perform(ReceiveFrames(35.0))
    assert heard.ended is Ended.CANCELLED
    assert heard.at < 0.5
    assert_says_dcn(bench)


def test_a_frame_in_hand_does_not_confuse_the_abort(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + b"\xff\x03"),
        (b"\x18", on_link(CSI)[2:] + OK),
        piecemeal=piecemeal,
    )
    interrupt_after(bench, b"+FRH=3\r")
    assert bench.perform(ReceiveFrames(35.0)).ended is Ended.CANCELLED
    assert_says_dcn(bench)


def test_a_burst_is_finished_before_it_is_cancelled(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FTH=3\r", CONNECT),
        (CSI.octets + END, CONNECT),
        (DIS.octets + END, OK),
        piecemeal=piecemeal,
    )
    interrupt_after(bench, b"+FTH=3\r")
    assert bench.perform(SendFrames((CSI, DIS))).ended is Ended.CANCELLED
    assert_says_dcn(bench)


def test_a_page_is_ended_before_it_is_cancelled(piecemeal: bool) -> None:
    page = bytes(3000)
    bench = Bench((b"AT+FTM=96\r", CONNECT), (page[:1024] + END, OK), piecemeal=piecemeal)
    interrupt_after(bench, page[:1024])
    heard = bench.perform(SendPage(V29_9600, page, 1))
    assert heard.ended is Ended.CANCELLED
    assert_says_dcn(bench)


def test_half_a_dle_is_completed_before_the_page_is_ended() -> None:
    bench = Bench((b"AT+FTM=96\r", CONNECT), (b"\x10\x10" + END, OK))
    taken = iter([20, 1])
    bench.modem.room = lambda now: next(taken, 20)  # type: ignore[method-assign]
    interrupt_after(bench, b"\r\x10")
    assert bench.perform(SendPage(V29_9600, b"\x08\x08", 1)).ended is Ended.CANCELLED
    assert_says_dcn(bench)


def test_the_time_limit_ends_listening_and_leaves_time_for_dcn(piecemeal: bool) -> None:
    bench = Bench((b"AT+FRH=3\r", b""), (b"\x18", OK), piecemeal=piecemeal, limit=2.0)
    heard = bench.perform(ReceiveFrames(35.0))
    assert heard.ended is Ended.TIME_LIMIT
    assert heard.at == pytest.approx(2.0, abs=0.01)
    assert_says_dcn(bench)


class SlowModem(ScriptDce):
    """Takes page data at 9600 bit/s and says OK to their end."""

    def __init__(self) -> None:
        super().__init__([])
        self.now = 0.0

    def feed(self, data: bytes, now: float) -> None:
        self.heard += data
        if self.heard.endswith((b"=96\r", END)):
            self._say(CONNECT if self.heard.endswith(b"\r") else OK, now)

    def take(self, now: float) -> bytes:
        self.now = now
        return super().take(now)

    def due(self) -> float:
        return self.now + 0.01

    def room(self, now: float) -> int:
        return max(0, 20 + int(now * 1200) - len(self.heard))


def test_the_time_limit_ends_a_page() -> None:
    modem = SlowModem()
    line = Class1Line(AtEngine(VirtualPort(modem)), PROFILE, limit=2.0)
    heard = line.perform(SendPage(V29_9600, bytes(30_000), 1))
    assert heard.ended is Ended.TIME_LIMIT
    assert heard.at == pytest.approx(2.0, abs=0.05)
    assert modem.heard.endswith(bytes(100) + END)


def test_each_operation_is_marked() -> None:
    marks: list[str] = []
    bench = Bench((b"AT+FTS=7\r", OK))
    bench.port.mark = marks.append  # type: ignore[method-assign]
    bench.line._carriers.sent_last = True
    bench.perform(Silence())
    assert marks == ["Silence 75 ms"]


@pytest.mark.parametrize("told", [b"+FRH:3", b"+FRH: 3"])
def test_adaptive_reception_hands_frames_over_without_a_command(
    told: bytes, piecemeal: bool
) -> None:
    bench = Bench(
        (b"AT+FRM=146\r", b"\r\n" + told + b"\r\n" + CONNECT + on_link(CSI) + OK),
        (b"AT+FRH=3\r", CONNECT + on_link(DIS) + OK),
        piecemeal=piecemeal,
    )
    assert bench.line.perform(ReceivePage(V17_14400, 6.0)).ended is Ended.OTHER_CARRIER
    assert bench.perform(ReceiveFrames(6.0)).frames == (CSI, DIS)


def test_a_modem_without_fcerror_is_asked_for_frames_after_a_while(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FRM=96\r", b""),
        (b"\x18", OK),
        piecemeal=piecemeal,
        profile=replace(PROFILE, says_fcerror=False),
    )
    heard = bench.perform(ReceivePage(V29_9600, 6.0))
    assert heard.ended is Ended.OTHER_CARRIER
    assert heard.at == pytest.approx(2.0, abs=0.01)


def test_frames_of_a_modem_that_doubles_no_dle(piecemeal: bool) -> None:
    frame = Frame(FCF.PPR, b"\x10\x10\x04" + bytes(29))
    octets = frame.octets + fcs(frame.octets)
    bench = Bench(
        (b"AT+FRH=3\r", CONNECT + octets + END + OK),
        piecemeal=piecemeal,
        profile=replace(PROFILE, doubles_dle=False),
    )
    assert bench.perform(ReceiveFrames(3.0)).frames == (frame,)


def test_a_modem_that_says_ok_too_early_is_left_alone_for_so_long(piecemeal: bool) -> None:
    bench = Bench(
        (b"AT+FTM=24\r", CONNECT),
        (bytes(450) + END, OK),
        piecemeal=piecemeal,
        profile=replace(PROFILE, early_ok_ms=300),
    )
    heard = bench.perform(SendTraining(V27TER_2400))
    assert heard.done
    assert heard.at >= 0.3
