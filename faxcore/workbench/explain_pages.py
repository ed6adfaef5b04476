"""Rules on pages and their answers: phases C and D."""

from __future__ import annotations

from faxcore.workbench.evidence import Step, Way
from faxcore.workbench.evidence_call import ENDING, Call
from faxcore.workbench.explain_rules import Layer, Rule, last

_ENDS = (*ENDING, "PPS", "EOR")
_NOT_READY_S = 40.0
_BAD_SHARE = 0.15


def _lost_in_page(call: Call) -> tuple[Step, ...]:
    """NO CARRIER while a page of ours goes out."""
    lost = [
        each
        for each in call.pages
        if each.way is Way.OUT and not each.ok and each.result.upper().startswith("NO CARRIER")
    ]
    return () if call.finished else last(tuple(lost), 1)


def _lost_receiving(call: Call) -> tuple[Step, ...]:
    """A page that came, and nothing behind it."""
    if call.sending or call.finished or not call.pages:
        return ()
    page = call.pages[-1]
    after = [each for each in call.frames if each.at > page.at and each.way is Way.IN]
    return (page,) if not after else ()


def _silent_after_page(call: Call) -> tuple[Step, ...]:
    ends = call.said(*_ENDS)
    silent = call.unanswered(*_ENDS)
    if call.finished or len(silent) < 2 or ends[-1].heard:
        return ()
    return last(silent)


def _damaged_after_page(call: Call) -> tuple[Step, ...]:
    bad = [each.heard[-1] for each in call.said(*_ENDS) if each.heard and not each.heard[-1].ok]
    return () if call.finished else last(tuple(bad))


def _dcn_after_page(call: Call) -> tuple[Step, ...]:
    for each in call.said(*_ENDS):
        if "DCN" in each.names and not call.finished:
            return (each.said, each.heard[-1])
    return ()


def _dcn_to_ctc(call: Call) -> tuple[Step, ...]:
    for each in call.said("CTC"):
        if "DCN" in each.names:
            return (*last(call.heard("PPR"), 1), each.said, each.heard[-1])
    return ()


def _refused(call: Call) -> tuple[Step, ...]:
    refused = call.heard("RTN") if call.sending else call.sent("RTN")
    return last(refused) if len(refused) > 1 and not call.finished else ()


def _refused_once(call: Call) -> tuple[Step, ...]:
    refused = call.heard("RTN") if call.sending else call.sent("RTN")
    return last(refused) if len(refused) == 1 and not call.finished else ()


def _operator(call: Call) -> tuple[Step, ...]:
    return () if call.finished else last(call.heard("PIN"))


def _blocks_lost(call: Call) -> tuple[Step, ...]:
    asked = call.heard("PPR") if call.sending else call.sent("PPR")
    return last(asked) if len(asked) > 3 and not call.finished else ()


def _not_ready(call: Call) -> tuple[Step, ...]:
    busy = call.heard("RNR")
    if call.finished or len(busy) < 2 or busy[-1].at - busy[0].at < _NOT_READY_S:
        return ()
    return (busy[0], busy[-1])


def _repeats(call: Call) -> tuple[Step, ...]:
    asked = call.heard("CRP")
    return last(asked) if len(asked) > 1 and not call.finished else ()


def _received_badly(call: Call) -> tuple[Step, ...]:
    """Pages that came with many broken rows."""
    if call.sending:
        return ()
    bad = []
    for each in call.pages:
        rows, broken = each.field("rows"), each.field("bad rows")
        if rows and broken and int(broken) > _BAD_SHARE * max(1, int(rows)):
            bad.append(each)
    return () if call.finished else last(tuple(bad))


def _given_up(call: Call) -> tuple[Step, ...]:
    return last(tuple(each for each in call.steps if each.name == "page given up"))


def _caller_leaves(call: Call) -> tuple[Step, ...]:
    """DCN between pages, before the end of the document."""
    if call.sending or call.finished or not call.pages:
        return ()
    return last(call.heard("DCN"), 1)


RULES = (
    Rule("lost-in-page", Layer.LINE, 0.7, "the connection was lost in the middle of a page",
         "Send again from that page. If it happens at the same place again, ask the far end.",
         _lost_in_page),
    Rule("lost-receiving", Layer.FAR_END, 0.5, "the caller was gone in the middle of a page",
         "Wait for the next call; if it happens often, ask the caller, and try another line.",
         _lost_receiving),
    Rule("silent-after-page", Layer.FAR_END, 0.65,
         "the far end took a page and never answered for it: it may have printed it",
         "Ask the recipient what arrived before sending again: it would come twice.",
         _silent_after_page),
    Rule("damaged-after-page", Layer.LINE, 0.75, "the answers for a page arrive damaged",
         "Ask the recipient what arrived; then try another line.", _damaged_after_page),
    Rule("dcn-after-page", Layer.FAR_END, 0.75,
         "the far end hung up in place of confirming a page",
         "Ask the recipient for paper and memory, and what arrived.", _dcn_after_page),
    Rule("dcn-to-ctc", Layer.LINE, 0.72, "a block did not get through, and the far end gave up",
         "Try --fastest 9600, then another line.", _dcn_to_ctc),
    Rule("refused", Layer.LINE, 0.7, "the far end refused a page time after time (RTN)",
         "Try with error correction, --fastest 9600 and --resolution coarse; then another line.",
         _refused),
    Rule("refused-once", Layer.LINE, 0.5, "the far end refused a page (RTN)",
         "Send the page again, slower.", _refused_once),
    Rule("operator", Layer.FAR_END, 0.85, "the far end refused a page and asks for an operator",
         "Call the recipient.", _operator),
    Rule("blocks-lost", Layer.LINE, 0.85, "frames of a block are lost again and again",
         "Try --fastest 9600, then another line; a gateway for Internet telephony loses them.",
         _blocks_lost),
    Rule("not-ready", Layer.FAR_END, 0.9, "the far end is not ready for more (RNR) and stays so",
         "Ask the recipient for paper and memory.", _not_ready),
    Rule("repeats", Layer.LINE, 0.65, "the far end asks for commands again and again (CRP)",
         "Try another line.", _repeats),
    Rule("received-badly", Layer.LINE, 0.78, "pages arrive with many broken rows",
         "Offer error correction; try another line.", _received_badly),
    Rule("given-up", Layer.LINE, 0.72, "a page did not get through in spite of error correction",
         "Try a lower rate, then another line.", _given_up),
    Rule("caller-leaves", Layer.FAR_END, 0.7, "the caller hung up before the end of its document",
         "Ask the caller.", _caller_leaves),
)  # fmt: skip
