"""What a command printed, kept in bounded memory: the head and the tail."""

_LIMIT = 1 << 20


class Output:
    """Collects bytes; of more than `limit` the middle is dropped, and the text says so."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self._half = limit // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0
        self._notes: list[str] = []

    def add(self, data: bytes) -> None:
        room = self._half - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        if len(self._tail) > 2 * self._half:  # cut seldom, not at each piece
            self._cut()

    def note(self, text: str) -> None:
        """A remark of the harness, on a line of its own at the end."""
        self._notes.append(f"[{text}]")

    def data(self) -> bytes:
        return bytes(self._head + self._tail)

    def text(self) -> str:
        self._cut()
        parts = [self._head.decode(errors="replace")]
        if self._dropped:
            parts.append(f"\n[{self._dropped} bytes left out]\n")
            parts.append(self._tail.decode(errors="replace"))
        else:
            parts = [(self._head + self._tail).decode(errors="replace")]
        text = "".join(parts)
        for note in self._notes:
            text += ("" if text.endswith("\n") or not text else "\n") + note + "\n"
        return text

    def _cut(self) -> None:
        excess = len(self._tail) - self._half
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess
