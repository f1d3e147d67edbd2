"""Sessions in a Redis or Valkey server, so that several servers behind one address serve the same hall.

What must happen at once is a script there. All keys of a session end with it: Redis's own clock lets them expire.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

from explorer.hall.limits import Limits
from explorer.hall.store import FIRST, Away, Counted, Joined

TIMEOUT_S = 3.0
USED = """
local function used(code, now, idle)
  local key = 'hall:' .. code
  redis.call('EXPIRE', key, idle)
  redis.call('EXPIRE', key .. ':voters', idle)
  redis.call('EXPIRE', key .. ':ballots', idle)
  for _, ballot in ipairs(redis.call('SMEMBERS', key .. ':ballots')) do redis.call('EXPIRE', key .. ':votes:' .. ballot, idle) end
  redis.call('ZADD', 'hall:sessions', now, code)
end
local function drop(code)
  local key = 'hall:' .. code
  for _, ballot in ipairs(redis.call('SMEMBERS', key .. ':ballots')) do redis.call('DEL', key .. ':votes:' .. ballot) end
  redis.call('DEL', key, key .. ':voters', key .. ':ballots')
  redis.call('ZREM', 'hall:sessions', code)
end
local function let_in(code, voter, now, most)
  local voters = 'hall:' .. code .. ':voters'
  if not redis.call('ZSCORE', voters, voter) and redis.call('ZCARD', voters) >= tonumber(most) then return false end
  redis.call('ZADD', voters, now, voter)
  return true
end
local code, now, idle, key = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), 'hall:' .. ARGV[1]
"""
SCRIPTS = {  # each begins with the session's code, the time and the idle seconds
    "claim": """
local limit, unused = tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', 'hall:sessions', '-inf', now - idle)
if redis.call('EXISTS', key) == 1 then return 'taken' end
drop(code)
if redis.call('ZCARD', 'hall:sessions') >= limit then
  local gone = nil
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', 'hall:sessions', '-inf', now - unused)) do
    if redis.call('EXISTS', 'hall:' .. old .. ':voters') == 0 then gone = old break end
  end
  if not gone then return 'full' end
  drop(gone)
end
for at = 6, #ARGV, 2 do redis.call('HSET', key, ARGV[at], ARGV[at + 1]) end
used(code, now, idle)
return 'claimed'
""",
    "write": """
if redis.call('EXISTS', key) == 0 then return 0 end
for at = 5, #ARGV, 2 do redis.call('HSET', key, ARGV[at], ARGV[at + 1]) end
if ARGV[4] ~= '' then redis.call('HINCRBY', key, ARGV[4], 1) end
used(code, now, idle)
return 1
""",
    "swap": """
if redis.call('EXISTS', key) == 0 or (redis.call('HGET', key, ARGV[4]) or '') ~= ARGV[5] then return 0 end
redis.call('HSET', key, ARGV[4], ARGV[6])
return 1
""",
    "join": """
if redis.call('EXISTS', key) == 0 then return 'unknown' end
if not let_in(code, ARGV[4], now, ARGV[5]) then return 'full' end
redis.call('EXPIRE', key .. ':voters', math.max(redis.call('TTL', key), 1))
return 'in'
""",
    "count": """
if redis.call('EXISTS', key) == 0 then return 'unknown' end
if redis.call('HGET', key, 'accepts') ~= ARGV[6] then return 'closed' end
if not let_in(code, ARGV[4], now, ARGV[5]) then return 'full' end
local before = redis.call('HGET', key .. ':votes:' .. ARGV[6], ARGV[4])
if before and tonumber(string.match(before, ' (%d+)$')) > tonumber(ARGV[8]) then return 'counted' end
redis.call('HSET', key .. ':votes:' .. ARGV[6], ARGV[4], ARGV[7] .. ' ' .. ARGV[8])
redis.call('SADD', key .. ':ballots', ARGV[6])
redis.call('HINCRBY', key, 'ballots', 1)
used(code, now, idle)
return 'counted'
""",
    "drop": "drop(code)",
}


class Redis:
    """See `Store`. address: as in redis://localhost:6379/0. Raises `ValueError` for one that is none, or where the package
    is not installed. Every method raises `Away` where the server does not answer."""

    quick = False

    def __init__(self, address: str, limits: Limits | None = None) -> None:
        try:
            import redis
        except ImportError:
            raise ValueError("EXPLORER_VOTES: the package “redis” is not installed (pip install redis)") from None
        self._limits, self._errors = limits or Limits(), redis.exceptions.RedisError
        self._idle = max(1, int(self._limits.idle_s))
        try:
            self._db: Any = redis.Redis.from_url(
                address, decode_responses=True, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
            )
        except ValueError as error:
            raise ValueError(f"EXPLORER_VOTES={address!r}: {error}; write it as redis://host:6379/0") from None
        self._scripts = {name: self._db.register_script(USED + text) for name, text in SCRIPTS.items()}

    @staticmethod
    def _key(code: str, *rest: str) -> str:
        return ":".join(("hall", code, *rest))

    def _run(self, name: str, code: str, *arguments: str | float) -> Any:
        return self._reached(lambda: self._scripts[name](args=[code, time.time(), self._idle, *arguments]))

    def _reached(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except self._errors as error:
            raise Away(str(error)) from error

    def claim(self, code: str, fields: Mapping[str, str]) -> Literal["claimed", "taken", "full"]:
        limits = (self._limits.sessions, self._limits.unused_s)
        said = self._run("claim", code, *limits, *_pairs({**FIRST, **fields}))
        return cast(Literal["claimed", "taken", "full"], said)

    def read(self, code: str, names: tuple[str, ...]) -> tuple[str | None, ...] | None:
        version, *found = self._reached(lambda: self._db.hmget(self._key(code), ["version", *names]))
        return tuple(found) if version is not None else None

    def write(self, code: str, fields: Mapping[str, str], bump: Literal["version", "commands", ""] = "version") -> bool:
        return bool(self._run("write", code, bump, *_pairs(fields)))

    def swap(self, code: str, name: str, old: str, new: str) -> bool:
        return bool(self._run("swap", code, name, old, new))

    def join(self, code: str, voter: str) -> Joined:
        return cast(Joined, self._run("join", code, voter, self._limits.voters))

    def here(self, code: str) -> int:
        since = time.time() - self._limits.here_s
        return int(self._reached(lambda: self._db.zcount(self._key(code, "voters"), since, "+inf")))

    def count(self, code: str, ballot: str, voter: str, choice: int, turn: int) -> Counted:
        return cast(Counted, self._run("count", code, voter, self._limits.voters, ballot, choice, turn))

    def choice(self, code: str, ballot: str, voter: str) -> int | None:
        found = self._reached(lambda: self._db.hget(self._key(code, "votes", ballot), voter))
        return None if found is None else _choice(found)

    def ballots(self, code: str, ballot: str) -> dict[int, int]:
        return dict(Counter(map(_choice, self._reached(lambda: self._db.hvals(self._key(code, "votes", ballot))))))

    def voted(self, code: str, ballot: str) -> int:
        return int(self._reached(lambda: self._db.hlen(self._key(code, "votes", ballot))))

    def drop(self, code: str) -> None:
        self._run("drop", code)


def _choice(vote: str) -> int:
    """Of "3 1764340000000", the choice and its turn."""
    return int(vote.partition(" ")[0])


def _pairs(fields: Mapping[str, str]) -> list[str]:
    return [part for pair in fields.items() for part in pair]
