"""A bare Faust application that does nothing: for each message in, one of a set size out, under the same key.

Run as `python -m benchmarks.serving.passing BROKER IN OUT SIZE`.
"""

import sys
from typing import Any

from benchmarks.serving.bare_faust import application

if __name__ == "__main__":
    *places, size = sys.argv[1:]
    app, arriving, leaving = application(*places)
    answer = b"x" * int(size)

    @app.agent(arriving)
    async def answering(stream: Any) -> None:  # noqa: ANN401 - Faust's stream
        """Answer each message."""
        async for event in stream.events():
            await leaving.send(key=event.key, value=answer)

    sys.argv = ["passing", "worker", "--without-web", "-l", "error"]
    app.main()
