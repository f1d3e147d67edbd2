"""A process that measures nothing and starts at once: it speaks as `explorer.timing.measure.child` does, without torch.

A request is what to do, step by step: words are told, a number is waited for, in seconds, and the last is the answer.
"""

from __future__ import annotations

import pickle
import sys
import time


def main() -> None:
    while True:
        *steps, answer = pickle.load(sys.stdin.buffer)
        for step in steps:
            if isinstance(step, float):
                time.sleep(step)
            else:
                say("told", None, step, None)
        say("done", answer)


def say(*message: object) -> None:
    sys.stdout.buffer.write(pickle.dumps(message))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
