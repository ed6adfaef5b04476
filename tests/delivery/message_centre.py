"""A foreign message centre on loopback: smpp34's server, in a thread of its own."""

import asyncio
import socket
import threading
from collections import deque
from dataclasses import dataclass, field

import smpp34

RECEIPT = 0x04


@dataclass
class Centre:
    """What it took, and what it is to answer: None takes a part, a number refuses it so, "silence"
    says nothing. Receipts in ``receipts`` go to the next receiver that binds."""

    port: int = 0
    answers: deque = field(default_factory=deque)
    taken: list = field(default_factory=list)
    receipts: list = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    kept: list = field(default_factory=list)

    def __enter__(self) -> "Centre":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)
        self._loop.close()

    def name(self, number: int) -> str:
        """The name of the part that was taken as the so manieth."""
        return f"Centre-{number:08X}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._serve())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            return

    async def _serve(self) -> None:
        server = smpp34.Server("127.0.0.1", self.port, system_id="centre")
        await server.start()
        self._ready.set()
        receiving = set()
        try:
            while True:
                event = await server.next()
                if isinstance(event, smpp34.SubmitSmEvent):
                    self._answer(event)
                elif isinstance(event, smpp34.Esme) and event.can_receive:
                    receiving.add(asyncio.create_task(self._deliver(event)))
        finally:
            await server.stop()

    def _answer(self, event: smpp34.SubmitSmEvent) -> None:
        answer = self.answers.popleft() if self.answers else None
        if answer == "silence":
            self.kept.append(event)
        elif answer is None:
            self.taken.append(event)
            event.accept(self.name(len(self.taken)))
        else:
            event.reject(answer)

    async def _deliver(self, esme: smpp34.Esme) -> None:
        while self.receipts:
            text = self.receipts[0]
            answer = await esme.deliver_sm(
                "555", text.encode(), source_addr="447700900123", esm_class=RECEIPT
            )
            if not answer.is_success:
                return
            self.acknowledged.append(self.receipts.pop(0))


def receipt(name: str, word: str) -> str:
    """A receipt as SMPP 3.4 appendix B draws it."""
    return (
        f"id:{name} sub:001 dlvrd:001 submit date:2611301400 done date:2611301401 "
        f"stat:{word} err:000 text:Hello"
    )
