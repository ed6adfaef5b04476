"""Selects every fax class a modem may have and reads what it can do in it (T.31 8.2, T.32 8.2)."""

from __future__ import annotations

from faxcore.modem.dialect import DIALECTS
from faxcore.modem.link import CLASSES_1
from faxcore.modem.lists import parse_classes, parse_speeds
from faxcore.modem.t32 import parse_ranges
from faxcore.workbench.probe_ask import Asker, Trial
from faxcore.workbench.probe_report import ClassTest

FAX_CLASSES = ("1", "1.0", "2", "2.0", "2.1")

V34_QUESTION = "AT+F34=?"
_QUESTIONS_1 = ("AT+FTM=?", "AT+FRM=?", "AT+FTH=?", "AT+FRH=?")
_QUESTIONS_1_0 = ("AT+FAR=?", "AT+FCL=?", "AT+FDD=?", "AT+FIT=?", "AT+FAR=1", "AT+FCL=2",
                  "AT+FDD=1", V34_QUESTION)  # fmt: skip
"""The parameters of class 1.0 (T.31 8.5), and V.34 (its Annex B); each may be refused."""

_BIT_ORDER = {"2": "AT+FBOR", "2.0": "AT+FBO", "2.1": "AT+FBO"}


def claimed_classes(asker: Asker) -> tuple[str, ...]:
    """What ``+FCLASS=?`` names; empty where the modem refuses to tell."""
    told = asker.ask("AT+FCLASS=?")
    return parse_classes(told.text) if told.ok else ()


def try_class(asker: Asker, name: str, claimed: bool) -> ClassTest:
    """Select one class, ask for it back, and read what the modem can do in it."""
    selected = asker.ask(f"AT+FCLASS={name}")
    if not selected.ok:
        return ClassTest(name, claimed, works=False, tried=(selected,))
    back = asker.ask("AT+FCLASS?")
    tried = [selected, back]
    told = {each.lstrip("0") or "0" for each in parse_classes(back.text)}
    works = name in told or not back.ok  # some refuse to tell; none says OK and nothing
    if not works:
        return ClassTest(name, claimed, works=False, tried=tuple(tried))
    if name in CLASSES_1:
        return _class_1(asker, name, claimed, tried)
    return _class_2(asker, name, claimed, tried)


def _class_1(asker: Asker, name: str, claimed: bool, tried: list[Trial]) -> ClassTest:
    answers = {question: asker.ask(question) for question in _QUESTIONS_1}
    tried += answers.values()
    if name == "1.0":
        tried += [asker.ask(question) for question in _QUESTIONS_1_0]
    sends, receives = (
        tuple(sorted(parse_speeds(told.text))) if told.ok else ()
        for told in (answers["AT+FTM=?"], answers["AT+FRM=?"])
    )
    return ClassTest(name, claimed, works=True, sends=sends, receives=receives, tried=tuple(tried))


def _class_2(asker: Asker, name: str, claimed: bool, tried: list[Trial]) -> ClassTest:
    dialect = DIALECTS[name]
    told = asker.ask(f"AT{dialect.capabilities}=?")
    tried += [told, asker.ask(f"AT{dialect.capabilities}?")]
    tried += [asker.ask(f"{_BIT_ORDER[name]}{rest}") for rest in ("=?", "=0")]
    text = told.text.partition(":")[2] or told.text
    most = parse_ranges(text, dialect.base) if told.ok else None
    return ClassTest(name, claimed, works=True, most=most, tried=tuple(tried))


def bit_order(classes: tuple[ClassTest, ...]) -> str:
    """What can be said of the order of bits without a call."""
    for each in classes:
        command = _BIT_ORDER.get(each.name, "-")
        settings = [trial for trial in each.tried if trial.command == f"{command}=0"]
        if settings and each.works:
            obeys = "is obeyed" if settings[0].ok else "is refused"
            return (
                f"class {each.name}: {command.removeprefix('AT')}=0 {obeys}; what the modem does "
                "with received pages shows in a call only (faxcore modem doctor)"
            )
    return "class 1 has one order, the line's (T.31 8.3); a call shows it"
