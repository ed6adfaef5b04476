"""Makes the simulated transcripts in ``hw-fixtures/transcripts`` anew.

    python -m tests.workbench.make_transcripts

Each is a whole call in virtual time, with pages of a few rows and numbers that nobody has. The head
says what made it and which layer is at fault.
"""

import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, caller, scenario
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import FaxDocument, FaxPage, Poll, Station
from faxcore.transport.recording import RecordingPort
from faxcore.transport.virtual_port import VirtualPort

FOLDER = Path(__file__).parents[2] / "hw-fixtures" / "transcripts"
TO, WE = "+1 555 0100", Station("+1 555 0199")
OFFERED = Capabilities(ecm=True, codings=frozenset(Coding))
LINE, MODEM, FAR, DATA, HOST, NOTHING = (
    "line", "our modem", "far end", "our data", "host too slow", "nothing",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One simulated transcript: its name, the class, who is at the other end, what is wrong."""

    name: str
    fax_class: str
    far: str
    layer: str
    cause: str
    latency_s: float = 0.0
    incoming: bool = False
    profile: str = "generic-class1"
    poll: Poll | None = None
    v34: bool = False
    retrains: int = 0


MADE = (
    Made("c1-busy", "1", "busy", FAR, "the number is busy"),
    Made("c1-no-answer", "1", "no-answer", FAR, "nobody answers"),
    Made("c1-no-dialtone", "1", "no-dialtone", LINE, "the cable to the socket is out"),
    Made("c1-voice", "1", "voice", FAR, "a person answers"),
    Made("c1-deaf-modem", "1", "deaf-modem", MODEM, "the modem never reports on the call"),
    Made("c1-ftt-always", "1", "ftt-always", LINE, "no rate gets through"),
    Made("c1-rtn-always", "1", "rtn-always", LINE, "page 1 arrives broken every time"),
    Made("c1-dcn-after-dis", "1", "dcn-after-dis", FAR, "it does not want our session"),
    Made("c1-drops-in-page", "1", "drops-in-page", LINE, "the line drops in page 1"),
    Made("c1-silent-after-eop", "1", "silent-after-eop", FAR, "it dies behind the last page"),
    Made("c1-pin-page-1", "1", "pin-page-1", FAR, "it asks for an operator"),
    Made("c1-cannot-receive", "1", "cannot-receive", FAR, "it has no paper"),
    Made("c1-ecm-damage-always", "1", "ecm-damage-always", LINE, "no frame gets through"),
    Made("c1-ecm-busy-always", "1", "ecm-busy-always", FAR, "its memory is full"),
    Made("c1-ecm-silent-after-pps", "1", "ecm-silent-after-pps", FAR, "it dies behind a block"),
    Made("c1-ecm-ctr-dcn", "1", "ecm-ctr-dcn", LINE, "a block does not get through"),
    Made("c1-ftt-twice", "1", "ftt-twice", NOTHING, "two rates fail, the third is good"),
    Made("c1-host-late", "1", "normal", HOST, "this computer is 3.2 s late", latency_s=3.2),
    Made("c1-lucent", "1", "rtn-page-2", NOTHING, "a page is sent again, and is good",
         profile="lucent-venus"),
    Made("c1-in-never-sends", "1", "never-sends", FAR, "a voice call", incoming=True),
    Made("c1-in-dcn-after-dis", "1", "dcn-after-dis", FAR, "the caller wants no such receiver",
         incoming=True),
    Made("c1-in-hangs-up", "1", "hangs-up-in-page", FAR, "the caller hangs up in page 1",
         incoming=True),
    Made("c1-in-ecm-noise", "1", "ecm-noise", NOTHING, "one frame came twice", incoming=True),
    Made("c1.0-silent-after-mps", "1.0", "silent-after-mps", FAR, "it dies behind page 1"),
    Made("c1.0-ftt-always", "1.0", "ftt-always", LINE, "no rate gets through"),
    Made("c1.0-ecm-damage-5", "1.0", "ecm-damage-5", NOTHING, "five bursts are damaged, then good"),
    Made("c2-ftt-always", "2", "ftt-always", LINE, "no rate gets through"),
    Made("c2-drops-in-page", "2", "drops-in-page", LINE, "the line drops in page 1"),
    Made("c2-cannot-receive", "2", "cannot-receive", FAR, "it has no paper"),
    Made("c2-silent-after-eop", "2", "silent-after-eop", FAR, "it dies behind the last page"),
    Made("c2-rtn-always", "2", "rtn-always", LINE, "page 1 arrives broken every time"),
    Made("c2-in-normal", "2", "normal", NOTHING, "a fax is received", incoming=True),
    Made("c2-in-bad-page-once", "2", "bad-page-once", NOTHING, "a page is refused, and then good",
         incoming=True),
    Made("c2.0-dcn-after-dis", "2.0", "dcn-after-dis", FAR, "it does not want our session"),
    Made("c2.0-drops-in-page", "2.0", "drops-in-page", LINE, "the line drops in page 1"),
    Made("c2.0-silent-after-eop", "2.0", "silent-after-eop", FAR, "it dies behind the last page"),
    Made("c2.0-normal", "2.0", "normal", NOTHING, "a fax is sent"),
    Made("c1-polled", "1", "polled-ecm", NOTHING, "a fax is fetched by polling", poll=Poll()),
    Made("c1-polled-empty", "1", "polled-empty", FAR, "it holds nothing ready", poll=Poll()),
    Made("c1-polled-without-sep", "1", "polled", FAR, "it tells no document from another",
         poll=Poll("42")),
    Made("c1-polled-password", "1", "polled-selective", FAR, "the password is another",
         poll=Poll("42", "4321")),
    Made("c1.0-v34", "1.0", "ecm", NOTHING, "a fax is sent in V.34", v34=True),
    Made("c1.0-v34-retrained", "1.0", "ecm", NOTHING, "two answers are lost in retrains", v34=True,
         retrains=2),
    Made("c1.0-v34-damaged", "1.0", "ecm-damage-always", LINE, "no frame gets through", v34=True),
    Made("c1.0-v34-silent", "1.0", "ecm-silent-after-pps", FAR, "it dies behind a block", v34=True),
    Made("c1.0-v34-in", "1.0", "ecm", NOTHING, "a fax is received in V.34", v34=True,
         incoming=True),
    Made("c2-polled", "2", "polled", NOTHING, "a fax is fetched by polling", poll=Poll()),
    Made("c2-polled-empty", "2", "polled-empty", FAR, "it holds nothing ready", poll=Poll()),
    Made("c2.0-polled-selective", "2.0", "polled-selective", NOTHING,
         "a fax is fetched by its address and password", poll=Poll("42", "1234")),
    Made("c1-in-addressed", "1", "addressed", NOTHING, "a caller names a sub-address",
         incoming=True),
    Made("c2.0-in-addressed", "2.0", "addressed", NOTHING, "a caller names a sub-address",
         incoming=True),
)  # fmt: skip


def small_page(number: int) -> FaxPage:
    """A page of a few rows, fine and coarse, in every coding."""
    forms = []
    for rows, resolution in ((24, Resolution.FINE), (12, Resolution.COARSE)):
        pixels = np.zeros((rows, 1728), dtype=bool)
        pixels[2:4] = True
        pixels[6:-2, 40 : 40 + 60 * number : 12] = True
        image = PageBitmap.from_array(pixels, resolution)
        forms += [encode_page(image, coding) for coding in Coding]
    return FaxPage(tuple(forms))


def small_document(pages: int = 2) -> FaxDocument:
    """Two pages of a few rows."""
    return FaxDocument(tuple(small_page(number) for number in range(1, pages + 1)))


def _tall(rows: int) -> FaxDocument:
    """For a line that drops in a page: the page must be longer than that."""
    pixels = np.zeros((rows, 1728), dtype=bool)
    pixels[::3, 100:1600:9] = True
    image = PageBitmap.from_array(pixels)
    return FaxDocument((FaxPage(tuple(encode_page(image, coding) for coding in Coding)),))


def record(made: Made, path: Path) -> None:
    """Play the call into ``path``, with a head that says what it is."""
    name = "generic-class1.0-v34" if made.v34 else made.profile
    profile = replace(load_profile(name), fax_class=made.fax_class, control_retrains=made.retrains)
    rates = (28800, 1200) if made.v34 else None
    if made.incoming:
        modem = SimModem(caller=replace(caller(made.far, 1), v34=rates), profile=profile)
    else:
        modem = SimModem(replace(scenario(made.far), v34=rates), profile=profile)
    port = RecordingPort(VirtualPort(modem, made.latency_s), path, profile.name)
    with FaxModem(port, profile) as fax:
        if made.incoming:
            _receive(fax, addressed=made.far == "addressed")
        elif made.poll is not None:
            fax.poll(TO, OFFERED, WE, lambda page: True, poll=made.poll)
        else:
            tall = made.far == "drops-in-page"
            fax.send(_tall(160) if tall else small_document(), TO, WE)
    _write_head(made, path, profile.name)


def _receive(fax: FaxModem, *, addressed: bool) -> None:
    fax.prepare()
    assert fax.wait_for_ring(60)
    fax.receive(replace(OFFERED, subaddress=addressed), WE, lambda page: True)


def _write_head(made: Made, path: Path, profile: str) -> None:
    text = path.read_text()
    body = text[text.index("\n\n") :]
    who = "caller" if made.incoming else "far"
    late = f"&latency={made.latency_s * 1000:.0f}" if made.latency_s else ""
    head = io.StringIO()
    head.write("faxcore transcript 1\nsource: recorded\n")
    head.write(f"port: sim://?{who}={made.far}{late}\nprofile: {profile}\n")
    head.write(f"class: {made.fax_class}\nlayer: {made.layer}\ncause: {made.cause}")
    path.write_text(head.getvalue() + body)


def main() -> None:
    """Make all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for made in MADE:
        record(made, FOLDER / f"{made.name}.txt")
    sys.stdout.write(f"{len(MADE)} transcripts in {FOLDER}\n")


if __name__ == "__main__":
    main()
