"""Rules on dialling and on agreeing upon a session: phases A and B."""

from __future__ import annotations

from faxcore.modem.driver import POLLING_ONE
from faxcore.workbench.evidence import Step, Way
from faxcore.workbench.evidence_call import Call
from faxcore.workbench.explain_rules import Layer, Look, Rule, last


def _dial_result(*words: str) -> Look:
    def look(call: Call) -> tuple[Step, ...]:
        dialled = call.dialled
        if dialled is None or call.connected:
            return ()
        said = dialled.result.upper()
        return (
            (dialled,) if any(said == word or said.startswith(f"{word} ") for word in words) else ()
        )

    return look


def _data_modem(call: Call) -> tuple[Step, ...]:
    dialled = call.dialled
    if dialled is None:
        return ()
    words = dialled.result.upper().split()
    is_data = words[:1] == ["DATA"] or (words[:1] == ["CONNECT"] and len(words) > 1)
    return (dialled,) if is_data else ()


def _no_dis(call: Call) -> tuple[Step, ...]:
    """The call was answered, and no frame ever came."""
    if call.dialled is None or not call.connected or call.heard("DIS", "DTC", "DCN"):
        return ()
    if call.damaged or call.hung_up is not None or not _listened(call):
        return ()
    return (call.dialled, *last(_listened(call), 2))


def _listened(call: Call) -> tuple[Step, ...]:
    """Commands and marks of listening, behind a call that was connected."""
    return tuple(
        each
        for each in call.in_call[1:]
        if each.name in {"+FRH=3", "CAN"} or each.text.startswith("ReceiveFrames")
    )


def _only_damaged(call: Call) -> tuple[Step, ...]:
    good = [each for each in call.frames if each.way is Way.IN and each.ok]
    bad = tuple(each for each in call.damaged if each.result.upper() != "OK")
    return last(bad) if len(bad) > 1 and len(bad) > 2 * len(good) else ()


def _cannot_receive(call: Call) -> tuple[Step, ...]:
    found = [each for each in call.heard("DIS") if each.field("can receive") == "no"]
    return () if call.pages else last(tuple(found))


def _nothing_to_poll(call: Call) -> tuple[Step, ...]:
    """We polled, and the DIS has no document; a modem of class 2 says so in its own code."""
    if not call.polls or call.pages or call.sent("DTC"):
        return ()
    found = [each for each in call.heard("DIS") if each.field("has a document") != "yes"]
    told = call.hung_up if call.hung_up is not None and call.hung_up.field("code") == "21" else None
    return last(tuple(found)) if found else (told,) if told is not None else ()


def _one_of_none(call: Call) -> tuple[Step, ...]:
    """We wanted one document by its address, and the DIS knows no such addresses."""
    wanted = any(each.text == POLLING_ONE for each in call.marks)
    if not wanted or call.pages or call.sent("DTC"):
        return ()
    found = [each for each in call.heard("DIS") if each.field("SEP") != "yes"]
    return last(tuple(found))


def _dcn_to_dtc(call: Call) -> tuple[Step, ...]:
    for each in call.said("DTC"):
        if "DCN" in each.names:
            return (each.said, *each.heard[-1:])
    return ()


def _dcn_to_dcs(call: Call) -> tuple[Step, ...]:
    for each in call.said("DCS"):
        if "DCN" in each.names:
            return (each.said, *each.heard[-1:])
    return ()


def _dcn_to_dis(call: Call) -> tuple[Step, ...]:
    for each in call.said("DIS"):
        if "DCN" in each.names and not call.heard("DCS"):
            return (each.said, *each.heard[-1:])
    return ()


def _dis_again(call: Call) -> tuple[Step, ...]:
    if call.pages:
        return ()
    repeated = [each for each in call.said("DCS") if "DIS" in each.names]
    return last(tuple(each.heard[-1] for each in repeated)) if len(repeated) > 1 else ()


def _training_failed(call: Call) -> tuple[Step, ...]:
    refused = call.heard("FTT") if call.sending else call.sent("FTT")
    succeeded = call.heard("CFR") if call.sending else call.sent("CFR")
    return last(refused) if len(refused) > 1 and not succeeded else ()


def _dcs_unanswered(call: Call) -> tuple[Step, ...]:
    if call.record.fax_class.startswith("2") or call.pages:
        return ()
    return last(call.unanswered("DCS")) if len(call.unanswered("DCS")) > 1 else ()


def _dcs_answered_damaged(call: Call) -> tuple[Step, ...]:
    if call.pages:
        return ()
    bad = [each.heard[-1] for each in call.said("DCS") if each.heard and not each.heard[-1].ok]
    return last(tuple(bad)) if len(bad) > 1 else ()


def _caller_silent(call: Call) -> tuple[Step, ...]:
    """We identified ourselves again and again, and nobody spoke."""
    if call.sending or call.hung_up is not None:
        return ()
    identified = call.sent("DIS")
    heard = [each for each in call.frames if each.way is Way.IN]
    return last(identified) if len(identified) > 2 and not heard else ()


def _cancelled(call: Call) -> tuple[Step, ...]:
    found = [
        each
        for each in call.marks
        if each.text in {"interrupted", "cancelled"} or each.text.startswith("cancelled")
    ]
    return () if call.finished else last(tuple(found))


def _success(call: Call) -> tuple[Step, ...]:
    if not call.finished or (call.hung_up is not None and not call.hung_up.ok):
        return ()
    end, answer = call.confirmations[-1]
    return (end, answer)


def _no_call(call: Call) -> tuple[Step, ...]:
    """Only commands, and the modem took them all."""
    if call.began is not None or not call.commands:
        return ()
    answered = [each for each in call.commands if each.result and each.result != "ERROR"]
    silent = [each for each in call.commands if not each.result]
    return last(tuple(answered)) if answered and not silent else ()


def _rang_out(call: Call) -> tuple[Step, ...]:
    """We answered, and the modem found no fax."""
    answered = call.answered
    if answered is None or call.connected:
        return ()
    lost = answered.result.upper() in {"NO CARRIER", "NO ANSWER", "OK", "ERROR"}
    return (answered,) if lost else ()


RULES = (
    Rule("success", Layer.NOTHING, 0.97, "the whole document was confirmed",
         "Nothing is to be done.", _success),
    Rule("no-call", Layer.NOTHING, 0.6, "the record holds no call, and the modem took its commands",
         "Record a call: faxcore modem record PORT --out FILE --to NUMBER PAGE.", _no_call),
    Rule("cancelled", Layer.NOTHING, 0.85, "the call was cancelled at this computer",
         "Send again if the fax is still wanted.", _cancelled),
    Rule("busy", Layer.FAR_END, 0.95, "the number is busy", "Try again in some minutes.",
         _dial_result("BUSY")),
    Rule("no-answer", Layer.FAR_END, 0.9, "nobody answered",
         "Call the number by voice: is a fax machine switched on?",
         _dial_result("NO ANSWER", "RINGING", "RRING")),
    Rule("voice", Layer.FAR_END, 0.9, "a person or an answering machine answered",
         "Check the number with the recipient.", _dial_result("VOICE", "VCON")),
    Rule("no-dialtone", Layer.LINE, 0.92, "there is no dial tone on our line",
         "Look at the cable to the telephone socket; behind a PBX use ATX3 (profile: init).",
         _dial_result("NO DIALTONE", "NO DIAL TONE", "NODIALTONE", "NO LINE")),
    Rule("glare", Layer.LINE, 0.8, "a call came in at the moment of dialling",
         "Dial again at once, or use a line for sending only.", _dial_result("RING")),
    Rule("no-fax", Layer.FAR_END, 0.7, "the call was answered, or cut off, without a fax tone",
         "Call the number by voice: a fax machine answers with a tone of 2100 Hz.",
         _dial_result("NO CARRIER", "OK", "+FCERROR")),
    Rule("data-modem", Layer.FAR_END, 0.9, "a data modem answered",
         "Check the number with the recipient.", _data_modem),
    Rule("no-dis", Layer.FAR_END, 0.75,
         "the call was answered, and no fax machine identified itself within T1 (35 s)",
         "Call the number by voice; an answering machine or a person points at a wrong number.",
         _no_dis),
    Rule("only-damaged", Layer.LINE, 0.8, "hardly any frame of the far end arrives whole",
         "Try another line; a gateway for Internet telephony needs T.38, or G.711 without "
         "silence suppression.", _only_damaged),
    Rule("cannot-receive", Layer.FAR_END, 0.95, "the far end says that it cannot receive",
         "Ask the recipient for paper, toner and memory.", _cannot_receive),
    Rule("nothing-to-poll", Layer.FAR_END, 0.95, "the far end holds no document ready to be polled",
         "Ask there for the document to be put ready.", _nothing_to_poll),
    Rule("no-sep", Layer.FAR_END, 0.95, "the far end tells no document from another (SEP)",
         "Poll without --selective, if it holds the right one.", _one_of_none),
    Rule("dcn-to-dtc", Layer.FAR_END, 0.85, "the far end hung up in answer to what we polled for",
         "Ask for the selective address and the password that it wants.", _dcn_to_dtc),
    Rule("dcn-to-dcs", Layer.FAR_END, 0.82, "the far end hung up in answer to our session",
         "Try --no-ecm and --resolution coarse; ask whether it accepts our number.",
         _dcn_to_dcs),
    Rule("dcn-to-dis", Layer.FAR_END, 0.85, "the caller hung up when it heard who we are",
         "Offer less: --no-ecm, --finest fine.", _dcn_to_dis),
    Rule("dis-again", Layer.LINE, 0.5, "the far end does not hear our commands and repeats DIS",
         "Try another line and a lower sending level; in the profile, early_ok_ms.", _dis_again),
    Rule("training-failed", Layer.LINE, 0.75, "training failed at one rate after the other",
         "Try --fastest 9600 and another line; a delay behind CONNECT (carrier_delay_ms) helps "
         "modems that say it too early.", _training_failed),
    Rule("dcs-unanswered", Layer.FAR_END, 0.5, "the far end fell silent behind its DIS",
         "Try again; if it stays so, another modem or another line tells which side it is.",
         _dcs_unanswered),
    Rule("dcs-answered-damaged", Layer.LINE, 0.75, "the answers to our session arrive damaged",
         "Try another line.", _dcs_answered_damaged),
    Rule("caller-silent", Layer.FAR_END, 0.8, "the caller never spoke as a fax machine does",
         "Nothing, if it was a voice call; else ask the caller.", _caller_silent),
    Rule("rang-out", Layer.FAR_END, 0.6, "the caller was gone, or no fax, when we answered",
         "Nothing, if it happens once in a while.", _rang_out),
)  # fmt: skip
