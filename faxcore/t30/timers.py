"""The timers and retry counts of T.30, in one table (T.30 5.4, 5.3.6).

Each has its nominal value in seconds and, beside it, the tolerance and what it is for.
"""

from __future__ import annotations

T1 = 35.0
"""+- 5 s: how long two stations may take to identify each other (T.30 5.4.3.1)."""

T2 = 7.0
"""6 s +- 1 s: how long a receiver waits for the next command or page (T.30 5.4.3.1).

It is taken at its longest: a caller whose DCS was lost sends TCF, waits T4 and speaks again 6.04 s
after that DCS, unless it is as patient as ours. Flags begin it anew.
"""

LATE_ANSWER_S = 0.6
"""What begins when T2 has run out is heard so much later: flags, and a modem that tells of them."""

RETRAIN_S = T2 + 3.0
"""How long our receiver waits for the DCS after FTT, RTN or RTP, where others wait for T2.

A caller whose DCS was lost sends TCF, waits for the answer as long as a receiver's T2 may make it,
and speaks again T2 + ``LATE_ANSWER_S`` after that DCS, of which not even flags need have come.
"""

T4 = 3.0
"""+- 15 %: how long a sender waits for an answer before it repeats a command (T.30 5.4.3.1)."""

LONGEST_LINE_S = 5.0
"""A coded line takes no longer; a receiver that has no EOL after it disconnects (T.4 4.1.3)."""

T5 = 60.0
"""+- 5 s: how long a sender asks a receiver that is not ready (T.30 A.5.4.1)."""

MAX_PPR = 4
"""So many refusals of a block, and the sender decides anew how to go on (T.30 A.4.3)."""

TURN_ROUND_MS = 75
"""+- 20 ms: the silence between two carriers (T.30 5.3.6, note to figure 5-2)."""

COMMAND_TRIES = 3
"""A command is sent three times before the sender gives up (T.30 5.3.6)."""

MAX_CRP = 3
"""How often one command is repeated because the far end asks for it (T.30 5.3.6.1.8)."""

MAX_RTN = 2
"""How often one page is sent again after RTN: our policy, T.30 leaves it open (5.3.6.1.6).

The third refusal ends the call: among real machines RTN also means "do not bother".
"""
