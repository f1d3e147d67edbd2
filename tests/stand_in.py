"""A process that computes nothing and starts at once: it speaks as `explorer.apart.child` does, without torch.

A work is what to do, step by step: words are told, a number is waited for, in seconds, and the last is the answer.
"""

from __future__ import annotations

import pickle
import sys
import time


def main() -> None:
    while True:
        _, key, pickled, _ = pickle.load(sys.stdin.buffer)
        *steps, answer = pickle.loads(pickled)
        for step in steps:
            if isinstance(step, float):
                time.sleep(step)
            else:
                say(key, "told", None, step, None)
        say(key, "done", answer)


def say(*message: object) -> None:
    sys.stdout.buffer.write(pickle.dumps(message))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
