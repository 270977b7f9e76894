"""A chat server that does nothing but answer after a while. Run as a process of its own:

    python benchmarks/_server.py 0.1

It prints its URL, then counts nothing and computes nothing: asyncio on raw HTTP/1.1, so that the two cores
of a small machine are left to what is measured. A conversation is answered with four database queries and
then a final answer, so episodes of the db task take five turns.
"""

import asyncio
import json
import sys

TURNS = 5
QUERY = "I will look at the table first.\nAction: Operation\n```sql\nSELECT 1;\n```"
ANSWER = 'I have seen enough.\nAction: Answer\nFinal Answer: ["1"]'


def answer(text: str) -> bytes:
    """The whole HTTP response."""
    said = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 700, "completion_tokens": 30, "total_tokens": 730},
    }
    body = json.dumps(said).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(latency: float) -> None:
    replies = {False: answer(QUERY), True: answer(ANSWER)}
    listing = answer("")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(h.split(b":")[1])
                        for h in head.lower().split(b"\r\n")
                        if h[:14] == b"content-length"
                    ),
                    0,
                )
                body = await reader.readexactly(length)
                if head.startswith(b"POST"):
                    await asyncio.sleep(latency)
                    writer.write(replies[body.count(b'"assistant"') >= TURNS - 1])
                else:
                    writer.write(listing)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
