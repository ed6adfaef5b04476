"""Rules on what is on our side: port, modem, this computer's speed, our data."""

from __future__ import annotations

import re

from faxcore.workbench.evidence import Kind, Step, Way
from faxcore.workbench.evidence_call import Call
from faxcore.workbench.explain_rules import Layer, Rule, last

_GONE = re.compile(
    r"went away|no such device|input/output error|device disconnected|not configured"
    r"|returned no data|port was closed|broken pipe|connection reset",
    re.IGNORECASE,
)
_UNANSWERED_S = 4.0
_LONG_DIAL_S = 100.0
_LATE_S, _VERY_LATE_S = 0.8, 2.4
_LATE_TRAINING_S = 0.25
_STARVED_S = 2.2
"""A modem's own training, up to 1.5 s, is no time in which it wants for data."""

_ON_THE_LINE = ("+FTH", "+FTM", "+FTS", "+FRS", "+FRH", "+FRM")


def _port_gone(call: Call) -> tuple[Step, ...]:
    return last(tuple(each for each in call.marks if _GONE.search(each.text)))


def _no_modem(call: Call) -> tuple[Step, ...]:
    """Commands, and never a word."""
    if any(each.result or each.fields for each in call.commands):
        return ()
    others = [each for each in call.steps if each.kind not in {Kind.COMMAND, Kind.MARK}]
    return () if others else call.commands[:3]


def _unreadable(call: Call) -> tuple[Step, ...]:
    """Answers that are rubbish: a modem at another speed."""
    noise = [each for each in call.steps if each.kind is Kind.NOISE]
    noise += [each for each in call.commands if _is_rubbish(each)]
    answered = [each for each in call.commands if each.result]
    return tuple(noise[:3]) if noise and len(answered) * 2 <= len(noise) else ()


def _is_rubbish(step: Step) -> bool:
    text = "".join(value for key, value in step.fields if key == "answer")
    odd = sum(not (each.isalnum() or each in " +-.,:;=()/\"'?") for each in text)
    return not step.result and odd * 3 > len(text) > 0


def _no_fax_class(call: Call) -> tuple[Step, ...]:
    for each in call.commands:
        if each.name == "+FCLASS=?" and each.result == "ERROR":
            return (each,)
        if each.name.startswith("+FCLASS=") and each.name[8:9].isdigit() and each.result == "ERROR":
            return (each,)
        answer = each.field("answer")
        if each.name == "+FCLASS=?" and answer and not re.search(r"[12]", answer):
            return (each,)
    return ()


def _silent_after_dialling(call: Call) -> tuple[Step, ...]:
    dialled = call.began
    if dialled is None or dialled.result or call.connected:
        return ()
    after = call.in_call[1:]
    waited = (after[0].at if after else dialled.ended) - dialled.at
    return (dialled, *after[:2]) if waited > _LONG_DIAL_S else ()


def _dies_in_call(call: Call) -> tuple[Step, ...]:
    """A command in the call that was never answered, and hanging up was not, either."""
    if not call.connected:
        return ()
    dead = [
        each
        for each, after in zip(call.in_call, (*call.in_call[1:], None), strict=True)
        if each.kind is Kind.COMMAND
        and not each.result
        and not each.fields
        and (after is None or after.at - each.at > _UNANSWERED_S)
    ]
    words = [each for each in call.in_call if each.result and dead and each.at > dead[0].at]
    return tuple(dead[:3]) if len(dead) > 1 and not words else ()


def _final_taken_for_more(call: Call) -> tuple[Step, ...]:
    """CONNECT behind a final frame: its octet 0x13 never reached the modem (XON/XOFF)."""
    return last(
        tuple(
            each
            for each in call.frames
            if each.way is Way.OUT
            and each.result.upper() == "CONNECT"
            and not each.field("more")
            and each.octets
        )
    )


def _refuses_silence(call: Call) -> tuple[Step, ...]:
    return last(
        tuple(
            each
            for each in call.commands
            if each.name.startswith(("+FTS", "+FRS", "+FTH", "+FTM", "+FRM"))
            and "?" not in each.name
            and each.result == "ERROR"
        )
    )


def _cable_loses(call: Call) -> tuple[Step, ...]:
    """The modem found frames good, and their check sums are wrong: the cable loses octets."""
    found = tuple(each for each in call.damaged if each.result.upper() == "OK")
    return last(found) if len(found) > 1 else ()


def _refused_dialling(call: Call) -> tuple[Step, ...]:
    dialled = call.dialled
    return (dialled,) if dialled is not None and dialled.result == "ERROR" else ()


def _odd_number(call: Call) -> tuple[Step, ...]:
    found = _refused_dialling(call)
    if found and re.search(r"[^0-9TPWtpw*#,+!@ABCD ().;-]|;", found[0].name[1:]):
        return found
    return ()


def _modem_refuses(call: Call) -> tuple[Step, ...]:
    dialled = call.dialled
    words = ("BLACKLIST", "BLACK LIST", "DELAYED", "DIALING DISABLED", "DIALLING DISABLED")
    refused = dialled is not None and dialled.result.upper().startswith(words)
    return (dialled,) if dialled is not None and refused else ()


def _underrun(call: Call) -> tuple[Step, ...]:
    """The modem ended a page by itself, or said so."""
    early = [
        each
        for each in call.pages
        if each.way is Way.OUT and not each.ok and each.result.upper() == "OK"
    ]
    return last(tuple(early))


def _starved(call: Call) -> tuple[Step, ...]:
    sent = sorted((*call.pages, *call.trainings), key=lambda each: each.line)
    found = [each for each in sent if each.starved_s > _STARVED_S]
    return () if call.finished else last(tuple(found))


def _late(call: Call) -> tuple[Step, ...]:
    """Silences on the line that this computer made."""
    if call.finished:
        return ()
    return last(_slow_steps(call, _LATE_S))


def _very_late(call: Call) -> tuple[Step, ...]:
    if call.finished:
        return ()
    return last(_slow_steps(call, _VERY_LATE_S))


def _late_training(call: Call) -> tuple[Step, ...]:
    """More than the 75 ms +- 20 between DCS and TCF, in a call in which training failed."""
    if call.finished or call.pages:
        return ()
    late, after_dcs = [], False
    for each in call.in_call:
        after_dcs = (each.name == "DCS" and each.way is Way.OUT) or (
            after_dcs and each.kind in {Kind.COMMAND, Kind.MARK}
        )
        if after_dcs and each.kind is Kind.COMMAND and each.reaction_s > _LATE_TRAINING_S:
            late.append(each)
    return last(tuple(late))


def _slow_steps(call: Call, least: float) -> tuple[Step, ...]:
    """What came late though the line was waiting for it."""
    return tuple(
        each
        for each in call.in_call[1:]
        if each.kind in {Kind.COMMAND, Kind.FRAME, Kind.PAGE}
        and each.reaction_s > least
        and (each.kind is not Kind.COMMAND or each.name.startswith(_ON_THE_LINE))
    )


def _bad_rows_sent(call: Call) -> tuple[Step, ...]:
    if call.finished:
        return ()
    return last(
        tuple(
            each
            for each in call.pages
            if each.way is Way.OUT and each.ok and each.field("bad rows") not in {"", "0"}
        )
    )


def _no_end_sent(call: Call) -> tuple[Step, ...]:
    if call.finished:
        return ()
    found = [each for each in call.pages if each.way is Way.OUT and each.field("end") == "missing"]
    return last(tuple(found))


def _beyond_offer(call: Call) -> tuple[Step, ...]:
    """DCS commands what DIS does not offer."""
    if call.finished or not call.sending or call.record.fax_class.startswith("2"):
        return ()
    offer = next(iter(call.heard("DIS")), None)
    if offer is None:
        return ()
    pairs = (("resolution", "resolutions"), ("coding", "codings"), ("modulation", "modulations"))
    for said in call.sent("DCS"):
        for one, many in pairs:
            asked = said.field(one)
            if asked not in {"", _V34} and asked not in offer.field(many).split():
                return (offer, said)
    return ()


_V34 = "V.34"
"""No DIS offers it: the modems have found each other before (V.8)."""

_LOOK = "Look at the power, the cable and the system log, then: faxcore modem probe PORT."

RULES = (
    Rule("port-gone", Layer.MODEM, 0.95, "the modem's port went away during the call", _LOOK,
         _port_gone),
    Rule("no-modem", Layer.MODEM, 0.9, "nothing on the port answers", _LOOK, _no_modem),
    Rule("unreadable", Layer.MODEM, 0.8, "what the modem says cannot be read",
         "Set the port speed that the modem was left at, or switch it off and on; then probe it.",
         _unreadable),
    Rule("no-fax-class", Layer.MODEM, 0.95, "the modem has no such fax class",
         "Choose the profile of a class that it has (faxcore modem probe PORT), or another modem.",
         _no_fax_class),
    Rule("silent-after-dialling", Layer.MODEM, 0.85, "the modem never told what became of the call",
         "Switch the modem off and on; if it happens again, replace it.", _silent_after_dialling),
    Rule("dies-in-call", Layer.MODEM, 0.85, "the modem stopped answering in the middle of the call",
         "Switch the modem off and on; look for heat, a weak power supply, an old firmware.",
         _dies_in_call),
    Rule("xon-xoff", Layer.MODEM, 0.85,
         "the modem waits for more behind a final frame: XON/XOFF flow control ate its octet 0x13",
         "Use hardware flow control; give the profile the flow_command of this modem.",
         _final_taken_for_more),
    Rule("refuses-commands", Layer.MODEM, 0.85, "the modem refuses commands of its fax class",
         "Choose a profile with silence_by = \"computer\", or run faxcore modem probe PORT.",
         _refuses_silence),
    Rule("cable", Layer.MODEM, 0.8,
         "octets are lost between the modem and this computer: good frames arrive damaged",
         "Look at the cable, the flow control and the port speed; a lower speed often cures it.",
         _cable_loses),
    Rule("odd-number", Layer.DATA, 0.85, "the dial string holds what no modem can dial",
         "Correct the number.", _odd_number),
    Rule("dial-refused", Layer.MODEM, 0.6, "the modem refuses to dial",
         "Dial by hand with the same string; a number that works elsewhere points at the modem.",
         _refused_dialling),
    Rule("blacklisted", Layer.MODEM, 0.95, "the modem refuses to dial this number for now",
         "Reset the modem's list (its manual names the command), or use another modem.",
         _modem_refuses),
    Rule("underrun", Layer.HOST, 0.9, "the modem ran dry in the middle of a page",
         "Free this computer of other work, or raise the port speed; use a modem with a buffer.",
         _underrun),
    Rule("starved", Layer.HOST, 0.85, "the modem was given its data too slowly",
         "Free this computer of other work, or raise the port speed.", _starved),
    Rule("very-late", Layer.HOST, 0.82,
         "this computer answered seconds late, longer than the far end waits (T4, 3 s)",
         "Look at what else runs on this computer, and at the latency timer of a USB adapter.",
         _very_late),
    Rule("late-training", Layer.HOST, 0.8,
         "between DCS and the training check there was more than 75 ms of silence",
         "Use a profile in which the modem makes the silences; look at the adapter's latency.",
         _late_training),
    Rule("late", Layer.HOST, 0.55, "this computer was late at some turns",
         "Look at what else runs on this computer.", _late),
    Rule("bad-rows", Layer.DATA, 0.85, "rows of our page are no rows of T.4",
         "Render the page again; take the picture of the file with faxcore decode.",
         _bad_rows_sent),
    Rule("no-end", Layer.DATA, 0.75, "our page went without its end (RTC)",
         "In class 2.0 set page_end = \"none\" in the profile, so that we send it.", _no_end_sent),
    Rule("beyond-offer", Layer.DATA, 0.8, "the session asks for what the far end does not offer",
         "Send with --resolution coarse, or render the page for this receiver.", _beyond_offer),
)  # fmt: skip
