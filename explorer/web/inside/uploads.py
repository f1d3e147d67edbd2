"""Files that visitors upload lie in the server's memory: few of each, and together no more than there is room for."""

from __future__ import annotations

from functools import cache

from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from explorer.facts.memory.host import host_free_bytes

FILES = 8  # of a visit: one for each place where a page takes one, and what is being replaced
SHARE = 0.4  # of the memory that is free, or holds uploads already


@cache
def bounded() -> None:
    """Streamlit 1.67 keeps whatever a socket sends until its session has ended, each up to `server.maxUploadSize`, and as many
    as it likes. Here the oldest of one visit makes way, and what does not fit is refused as too large."""
    plain = MemoryUploadedFileManager.add_file

    def add(self: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
        mine = [one for one in self.file_storage.get(session_id, {}) if one != file.file_id]
        for oldest in mine[: max(0, len(mine) - FILES + 1)]:
            self.remove_file(session_id, oldest)
        if self._total_bytes + len(file.data) > SHARE * (host_free_bytes() + self._total_bytes):
            raise HTTPException(413, "File too large for what this server has left")
        plain(self, session_id, file)

    MemoryUploadedFileManager.add_file = add  # type: ignore[method-assign]
