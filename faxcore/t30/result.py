"""How calls and pages end: hang-up status (T.32 table 25 ``+FHS``), page outcomes, results."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.timing import TimingAccount


class HangupStatus(enum.IntEnum):
    """Why a call ended. Up to 0xFF the numbers are T.32's ``+FHS``; above, ours.

    ``reason`` is a stable word for machines, ``sentence`` one for people.
    """

    reason: str
    sentence: str

    def __new__(cls, value: int, reason: str, sentence: str) -> HangupStatus:
        """Make a member of its number, its word and its sentence."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.reason = reason
        member.sentence = sentence
        return member

    NORMAL = 0x00, "ok", "normal end of the call"
    ABORTED = 0x02, "aborted", "the modem gave the call up"
    NO_LOOP_CURRENT = 0x03, "no_dialtone", "the modem found no loop current"
    NO_ANSWER = 0x04, "no_answer", "it rang and nobody answered"
    ANSWERED_NO_FAX = 0x05, "not_a_fax", "the call was answered without a fax tone"
    PHASE_A = 0x10, "not_a_fax", "the call failed before any fax signal"
    T1_EXPIRED = 0x11, "not_a_fax", "no fax machine identified itself within T1"
    PHASE_B = 0x20, "negotiation", "the session could not be agreed upon"
    CANNOT_RECEIVE = 0x21, "cannot_receive", "the far end cannot receive a fax"
    DCN_IN_PHASE_B = 0x22, "negotiation", "the far end hung up before a page"
    DCS_REJECTED = 0x24, "negotiation", "the far end disconnected in answer to our commands"
    DCS_UNANSWERED = 0x25, "negotiation", "our commands were not answered three times"
    DIS_REPEATED = 0x26, "negotiation", "the far end did not understand our commands three times"
    CANNOT_TRAIN = 0x27, "training_failed", "training failed at every rate both sides have"
    PHASE_B_INVALID = 0x28, "negotiation", "the far end gave an answer that fits no command"
    PHASE_C = 0x40, "no_carrier", "the line was lost in the middle of a page"
    PAGE_FORMAT = 0x41, "bad_page", "the far end cannot take a page of this format"
    UNDERRUN = 0x43, "underrun", "this computer was too slow to feed the modem"
    PHASE_D = 0x50, "page_unanswered", "the call failed after a page"
    DCN_IN_PHASE_D = 0x51, "page_unanswered", "the far end hung up instead of confirming a page"
    MPS_UNANSWERED = 0x52, "page_unanswered", "the far end never answered for a page"
    MPS_INVALID = 0x53, "page_unanswered", "the far end answered for a page with nonsense"
    EOP_UNANSWERED = 0x54, "page_unanswered", "the far end never answered for the last page"
    EOP_INVALID = 0x55, "page_unanswered", "the far end answered for the last page with nonsense"
    EOM_UNANSWERED = 0x56, "page_unanswered", "the far end never answered for a page"
    EOM_INVALID = 0x57, "page_unanswered", "the far end answered for a page with nonsense"
    OPERATOR_WANTED = 0x58, "page_rejected", "the far end refused a page and asked for an operator"
    RECEIVE_PHASE_B = 0x70, "negotiation", "the caller never got to sending a page"
    RECEIVE_REJECTED = 0x71, "negotiation", "the caller disconnected in answer to our signals"
    RECEIVE_T2 = 0x73, "no_carrier", "the caller fell silent (T2)"
    RECEIVE_T1 = 0x74, "not_a_fax", "no fax machine spoke within T1"
    RECEIVE_PHASE_C = 0x90, "no_carrier", "the line was lost while a page was received"
    RECEIVE_NO_EOL = 0x91, "bad_page", "a line of a page took longer than 5 s"
    RECEIVE_PHASE_D = 0xA0, "no_carrier", "the caller fell silent after a page"
    BUSY = 0x100, "busy", "the number is busy"
    NO_DIALTONE = 0x101, "no_dialtone", "there is no dial tone on the line"
    NO_CARRIER = 0x102, "no_carrier", "the connection was not made or was lost"
    VOICE = 0x103, "not_a_fax", "a person or an answering machine answered"
    BLACKLISTED = 0x104, "blacklisted", "the modem refuses to dial this number for now"
    GLARE = 0x105, "glare", "a call came in as we dialled"
    DIAL_REFUSED = 0x106, "dial_refused", "the modem did not accept the dial command"
    PAGE_REJECTED = 0x107, "page_rejected", "the far end refused a page time after time"
    NOT_KEPT = 0x108, "not_kept", "a received page could not be stored"
    CANCELLED = 0x109, "cancelled", "the call was cancelled"
    TIME_LIMIT = 0x10A, "time_limit", "the call took longer than allowed"
    EQUIPMENT = 0x10B, "equipment", "the modem or its port failed during the call"
    NO_RING = 0x10C, "no_ring", "nobody called"


class PageOutcome(enum.Enum):
    """What is known of one page. Only CONFIRMED is ok."""

    CONFIRMED = "confirmed"
    """MCF, RTP or PIP answered for it."""
    DOUBTFUL = "doubtful"
    """Refused (RTN given up, PIN): the far end has it, and thinks it bad."""
    UNCERTAIN = "uncertain"
    """All of it went out, and no valid answer came: it may or may not have been printed."""
    INFERRED = "inferred"
    """The modem hung up normally after EOP without a page status (Class 2 only)."""
    UNSENT = "unsent"
    """Not, or not wholly, sent."""


class Remade(enum.Enum):
    """What was done to a page of which the far end takes no form as it was prepared."""

    RECODED = "coded anew"
    COARSER = "made coarser"
    NARROWER = "made narrower"
    PARTED = "cut into parts"


_SEVERITY = (
    PageOutcome.CONFIRMED,
    PageOutcome.INFERRED,
    PageOutcome.DOUBTFUL,
    PageOutcome.UNCERTAIN,
    PageOutcome.UNSENT,
)


@dataclass(frozen=True, slots=True)
class PageReport:
    """What became of page ``number`` (from 1) of the document.

    ``octets`` counts what the modem took for its last sending, ``sendings`` how often it was sent,
    ``rtn`` how often the far end refused it, ``ppr`` how often it asked for frames again. ``part``
    counts the parts of a page, from 1, that was too long for the far end's paper; else it is 0.
    ``remade`` says what was done to a page that the far end takes in none of its prepared forms.
    """

    number: int
    outcome: PageOutcome
    sendings: int = 0
    rtn: int = 0
    ppr: int = 0
    octets: int = 0
    parameters: SessionParameters | None = None
    part: int = 0
    remade: tuple[Remade, ...] = ()


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of one call. ``seconds`` runs from the connection to the end of the last signal.

    ``text`` is a sentence with what was expected, what came and where; ``trainings`` counts TCFs,
    ``remote_id`` is the far end's CSI ("" when it gave none), ``parameters`` the last that both
    sides agreed upon. ``timing`` is the account of silences and reactions, where the call was
    driven by this computer's own T.30. ``subaddress`` is what a caller's SUB says ("" when none).
    """

    status: HangupStatus
    pages: tuple[PageReport, ...] = ()
    text: str = ""
    remote_id: str = ""
    parameters: SessionParameters | None = None
    trainings: int = 0
    seconds: float = 0.0
    timing: TimingAccount | None = None
    subaddress: str = ""

    @property
    def ok(self) -> bool:
        """Whether every page of the document was confirmed."""
        return bool(self.pages) and all(
            page.outcome is PageOutcome.CONFIRMED for page in self.pages
        )

    def count(self, outcome: PageOutcome) -> int:
        """How many pages ended with this outcome; a page in parts with its worst part's."""
        worst: dict[int, PageOutcome] = {}
        for page in self.pages:
            known = worst.get(page.number, page.outcome)
            worst[page.number] = max(known, page.outcome, key=_SEVERITY.index)
        return sum(each is outcome for each in worst.values())
