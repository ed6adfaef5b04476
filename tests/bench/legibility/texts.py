"""What the pages say: sentences of letters, with figures in them, the same every time."""

from __future__ import annotations

import random
from collections.abc import Sequence

LETTERS = tuple(
    """
Thank you for your letter of {day} {month}, which reached our office this morning.
The laboratory has finished the examination of sample {number} and found no change.
Please sign both copies of the agreement and return one of them before {day} {month}.
Our driver will deliver the parts on Thursday between nine and eleven in the morning.
The patient should take two tablets of the new medicine after every meal for {small} days.
We have paid {amount} into the account that you named, under reference {number}.
If the goods arrive damaged, keep the packing and call us at once on extension {small}.
The court has set the hearing for {day} {month} at half past ten in room {small}.
Blood pressure was {small} over 85, and the pulse was regular throughout the visit.
Invoice {number} for {amount} remains open; kindly let us know when it will be settled.
The insurer asks for a certificate that shows the date of birth and the policy number.
All prices are net of tax and hold until the end of {month} unless we agree otherwise.
Mr. Whitfield will be away from {day} {month}; his colleague Mrs. Okafor will help you.
The pump was replaced last week, and the pressure has been steady at {small} bar since.
Please confirm the booking of {small} rooms with breakfast for our guests from Norway.
An answer by return of fax would help us to keep the schedule of the building site.
The enclosed drawing shows the position of the valves and the length of every pipe.
Keep this page with your records, because the warranty depends on the serial number.
Her temperature fell during the night and she was able to eat a little soup at noon.
The shipment of {number} boxes left Rotterdam on {day} {month} and is due on Monday.
We regret that the colour you have chosen is no longer made and suggest a darker one.
The bank will release the guarantee of {amount} as soon as the surveyor has reported.
Two witnesses have to be present when the document is signed before the notary.
The allergy test was negative for grass, wheat and milk, but positive for walnuts.
""".strip().splitlines()
)
REPORTS = tuple(
    """
The committee met on {day} {month} and heard the treasurer's account of the year.
Water was found in basement {small}, although the new drain had been tested twice.
Mrs. Vandermeer sold the orchard for {amount} and moved to the coast in {month}.
A crack of {small} millimetres runs from the window sill down to the foundation.
Case {number} was closed because neither party appeared before the judge.
The choir will sing in the old town hall on {day} {month}; tickets are at the door.
Every fifth bottle from the second line had to be thrown away on {day} {month}.
Our engineers measured {small} decibels beside the road and {small} in the garden.
He was admitted with fever and a cough, and left the ward after {small} days.
The lease on the warehouse ends in {month}, and the owner asks {amount} a year.
Please quote file {number} whenever you write or telephone about this claim.
Visitors must leave umbrellas and large bags in the cloakroom on the ground floor.
The X-ray of the left knee shows no fracture, but some fluid behind the joint.
We enclose a cheque for {amount} in full settlement of your account {number}.
Heavy rain delayed the flight from Zurich, and the crates arrived a day too late.
The jury looked at {small} drafts and chose the one with the glass staircase.
Apply the ointment thinly at night and keep the bandage dry for {small} hours.
Both parents agree that the school may publish pictures of the winter play.
The auditors question whether item {number} was delivered before {day} {month}.
Without a valid permit the excavation behind the quarry has to stop immediately.
Her lawyer proposes {amount} and an apology in the next number of the journal.
The kitchen serves soup, fish and a dessert between twelve and half past two.
Keys to rooms {small} and {small} are missing since the inspection in {month}.
Just before midnight the guard noticed smoke above the eastern exit.
""".strip().splitlines()
)

_MONTHS = ("January", "March", "April", "June", "August", "October", "December")


def sentences(seed: int, count: int, bank: Sequence[str] = LETTERS) -> list[str]:
    """So many sentences, none twice before all have come once."""
    chance = random.Random(seed)
    order: list[str] = []
    while len(order) < count:
        order += chance.sample(bank, len(bank))
    return [
        sentence.format(
            day=chance.randint(2, 28),
            month=chance.choice(_MONTHS),
            number=chance.randint(10_000, 99_999),
            small=chance.randint(12, 98),
            amount=f"{chance.randint(2, 9)},{chance.randint(100, 999)}.{chance.randint(10, 99)}",
        )
        for sentence in order[:count]
    ]


def wrapped(seed: int, lines: int, letters: int, bank: Sequence[str] = LETTERS) -> list[str]:
    """So many lines of running text, none longer than so many letters."""
    words = " ".join(sentences(seed, lines * letters // 60 + 4, bank)).split()
    made: list[str] = []
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > letters:
            made.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return made[:lines]
