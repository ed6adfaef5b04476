"""Pages wider than A4 and denser than superfine, received by option; and how well time was kept."""

import numpy as np
import pytest

from faxcore import receiving
from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, caller
from faxcore.sim.callers import Caller
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t4.tiff import read_tiff
from faxcore.t30.capabilities import Capabilities, pels_across
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.result import HangupStatus
from faxcore.transport.virtual_port import VirtualPort

PROFILE = load_profile("generic-class1")


def wide_page(width, resolution):
    pixels = np.zeros((400, pels_across(width, resolution)), dtype=bool)
    pixels[5:20] = pixels[:, :9] = pixels[:, -9:] = True
    pixels[40:200:3, 100:-100:11] = True
    return PageBitmap.from_array(pixels, resolution)


def take(folder, page, coding, finest, widest):
    ecm = coding is Coding.MMR
    form = FaxPage((encode_page(page, coding),))
    calling = Caller(FaxDocument((form,)), options=CallOptions(ecm=ecm))
    modem = SimModem(caller=calling)
    inbox = receiving.Inbox(folder)
    with FaxModem(VirtualPort(modem), PROFILE) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        offered = receiving.capabilities(fax.receivable(), finest, widest, ecm=True)
        result = fax.receive(offered, Station("+1 2"), inbox.keep)
    return result, inbox, modem


@pytest.mark.parametrize("coding", [Coding.MH, Coding.MMR])
@pytest.mark.parametrize("width", receiving.WIDTHS)
@pytest.mark.parametrize("resolution", receiving.RESOLUTIONS)
def test_every_width_and_resolution_arrives_pixel_for_pixel(tmp_path, coding, width, resolution):
    page = wide_page(width, resolution)
    result, inbox, modem = take(tmp_path, page, coding, Resolution.R400X400, 2432)
    assert result.ok, result.text
    assert [each.bitmap for path in inbox.pages for each in read_tiff(path)] == [page]
    assert modem.notes == []
    assert modem.far_result.ok


@pytest.mark.parametrize(
    ("width", "resolution", "finest", "widest", "came"),
    [
        (2048, Resolution.FINE, Resolution.FINE, 1728, (1728, Resolution.FINE)),
        (2432, Resolution.FINE, Resolution.R400X400, 2048, (2048, Resolution.FINE)),
        (2432, Resolution.R400X400, Resolution.R400X400, 1728, (3456, Resolution.R400X400)),
        (1728, Resolution.R300X300, Resolution.SUPERFINE, 2432, None),
        (1728, Resolution.R400X400, Resolution.R408X391, 1728, None),
    ],
)
def test_what_was_not_offered_is_not_sent(tmp_path, width, resolution, finest, widest, came):
    page = wide_page(width, resolution)
    result, inbox, modem = take(tmp_path, page, Coding.MH, finest, widest)
    assert result.ok is (came is not None)
    kept = [each.bitmap for path in inbox.pages for each in read_tiff(path)]
    assert [(each.width, each.resolution) for each in kept] == [came] * bool(came)
    if came is None:
        assert modem.far_result.status is HangupStatus.PAGE_FORMAT


def receive(keep, latency_s=0.0):
    modem = SimModem(caller=caller("normal", 2))
    with FaxModem(VirtualPort(modem, latency_s), PROFILE) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        return fax.receive(Capabilities(), Station("+1 2"), lambda op: keep(fax.port))


def test_receiving_tells_how_well_time_was_kept():
    result = receive(lambda port: True)
    assert result.ok
    assert result.timing.slowest_reaction_ms == 0
    assert result.timing.least_ahead_ms is None


def test_the_time_that_keeping_a_page_takes_is_a_reaction():
    def slow_disk(port):
        port.read(port.now() + 0.3)
        return True

    assert receive(slow_disk).timing.slowest_reaction_ms == pytest.approx(300, abs=1)
