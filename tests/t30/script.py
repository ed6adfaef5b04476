"""A line that answers from a script: what is expected of the procedure, and what it hears."""

from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.line import Ended, Heard, LineOp, ReceiveFrames, SendFrames, Silence, run

DIS = Frame(FCF.DIS, bytes.fromhex("006E78"))
CSI = Frame(FCF.CSI, encode_id("+1 555 0199"), final=False)


class ScriptedLine:
    """Answers each ReceiveFrames with the next item: frames, or how it ended.

    Sending and silence always succeed, unless ``fail`` names an operation's type and an ending.
    """

    def __init__(self, answers, fail=None):
        self.answers = list(answers)
        self.fail = fail or {}
        self.ops: list[LineOp] = []
        self.now = 0.0

    def perform(self, op: LineOp) -> Heard:
        self.ops.append(op)
        began = self.now
        self.now += op.ms / 1000 if isinstance(op, Silence) else 1.0
        endings = self.fail.get(type(op), [])
        ended = endings.pop(0) if endings else Ended.DONE
        if not isinstance(op, ReceiveFrames):
            return Heard(ended, began, self.now, text="" if ended is Ended.DONE else ended.value)
        answer = self.answers.pop(0) if self.answers else Ended.TIMEOUT
        if isinstance(answer, Ended):
            self.now = began + op.within_s
            return Heard(answer, began, self.now)
        frames = answer if isinstance(answer, tuple) else (answer,)
        frames = tuple(Frame(each) if isinstance(each, FCF) else each for each in frames)
        done = Ended.DONE if frames[-1].final else Ended.NO_CARRIER
        return Heard(done, began, self.now, frames)

    def sent(self) -> list[str]:
        """The names of the frames sent, in order."""
        return [frame.name for op in self.ops if isinstance(op, SendFrames) for frame in op.frames]


def play(procedure, answers, fail=None):
    """Run a procedure against a script; the result and the line."""
    line = ScriptedLine(answers, fail)
    return run(procedure, line), line
