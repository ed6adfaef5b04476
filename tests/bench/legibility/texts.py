"""What the pages say: sentences of letters, with figures in them, the same every time."""

from __future__ import annotations

import random

_SENTENCES = """
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

_MONTHS = ("January", "March", "April", "June", "August", "October", "December")


def sentences(seed: int, count: int) -> list[str]:
    """So many sentences, none twice before all have come once."""
    chance = random.Random(seed)
    order: list[str] = []
    while len(order) < count:
        order += chance.sample(_SENTENCES, len(_SENTENCES))
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


def wrapped(seed: int, lines: int, letters: int) -> list[str]:
    """So many lines of running text, none longer than so many letters."""
    words = " ".join(sentences(seed, lines * letters // 60 + 4)).split()
    made: list[str] = []
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > letters:
            made.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return made[:lines]
