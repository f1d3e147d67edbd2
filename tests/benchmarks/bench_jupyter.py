"""The recipe for JupyterHub, tried: the app behind jupyter-server-proxy, under a user's address, in a real browser.

    .venv/bin/python -m tests.benchmarks.bench_jupyter [ENVIRONMENT]

Jupyter's server is some seventy packages, so it gets an environment of its own: ENVIRONMENT, else one that is made for this try
from PyPI. JupyterHub itself is not there: its proxy passes /user/ann/… on to this very server, which has that as its base.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.bench_load import machine
from tests.conftest import ROOT, Visit, free_port, headless

BASE = "/user/ann/"
START_S = 120.0


def made(folder: Path) -> Path:
    """An environment with the proxy."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", "jupyter-server-proxy"], check=True)
    return folder


@contextlib.contextmanager
def jupyter(environment: Path, folder: Path) -> Iterator[str]:
    """Its address, with the project's recipe: only where the app and its command are is put in."""
    recipe = (ROOT / "assets/hosting/jupyter_server_config.py").read_text()
    for written, ours in (
        ('"streamlit"', repr(str(Path(sys.executable).parent / "streamlit"))),
        ("/path/to/explorer/app.py", str(ROOT / "explorer" / "app.py")),
    ):
        assert written in recipe
        recipe = recipe.replace(written, ours)
    (folder / "jupyter_server_config.py").write_text(recipe)
    port = free_port()
    options = {"port": port, "base_url": BASE, "open_browser": False, "allow_root": True}
    given = [f"--ServerApp.{key}={value}" for key, value in options.items()]
    command = [environment / "bin" / "jupyter-server", "--config", folder / "jupyter_server_config.py", *given]
    with (folder / "jupyter.log").open("wb") as log:
        process = subprocess.Popen([*command, "--IdentityProvider.token="], cwd=folder, stdout=log, stderr=log)
    url = f"http://localhost:{port}{BASE}"
    try:
        deadline = time.monotonic() + START_S
        for address in (f"{url}api", f"{url}resnet-explorer/_stcore/health"):  # whoever asks first starts the app
            while True:
                try:
                    urllib.request.urlopen(address, timeout=START_S)
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError((folder / "jupyter.log").read_text()[-2000:]) from None
                    time.sleep(0.2)
        yield f"{url}resnet-explorer"
    finally:
        process.terminate()  # and what it started ends with it
        process.wait(START_S)


def main() -> None:
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        environment = Path(sys.argv[1]) if len(sys.argv) > 1 else made(folder / "environment")
        with jupyter(environment, folder) as address:
            visit = Visit(headless(playwright), address)
            visit.goto("/?depth=34", "21.80 M params").check()
            visit.page.locator(".st-key-depth").get_by_role("radio", name="18", exact=True).click()
            visit.settle("11.69 M params")
            visit.page.locator('[data-testid="stTopNavLink"]').filter(has_text="Cost").click()
            visit.page.wait_for_url(f"**{BASE}resnet-explorer/cost*")
            visit.settle("11.69 M params").check()
            visit.page.reload()
            visit.settle("11.69 M params").check()
            print(f"under {BASE}: a link, a control, another page and a reload, all served", flush=True)
            visit.context.close()


if __name__ == "__main__":
    main()
