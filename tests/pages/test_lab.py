"""A researcher opens explore.ipynb in JupyterLab, runs everything, and sees pictures and no error."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

READY_WITHIN = 120  # seconds
RUN_WITHIN = 240_000  # milliseconds


@pytest.fixture
def lab(own_region, tmp_path):
    """JupyterLab on the notebooks of the small region, as ``make lab`` starts it; gives the address of the tour."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, folder = secrets.token_hex(8), tmp_path / "jupyter"
    command = [sys.executable, "-m", "workbench", "lab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}", "--allow-root", "--LabApp.expose_app_in_browser=True"]
    here = {"WORKBENCH_ROOT": str(own_region.root)}
    here |= {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    here |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(folder / "work")}
    log = tmp_path / "lab.log"
    with log.open("wb") as told:
        server = subprocess.Popen(
            command, env=os.environ | here, stdout=told, stderr=told, cwd=own_region.root, start_new_session=True
        )
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and server.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        else:
            pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")
        yield f"{address}/lab/tree/explore.ipynb?token={token}", own_region.root / "notebooks" / "explore.ipynb"
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # JupyterLab and its kernels too
        server.wait(20)


READY = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
DONE = """() => {
    const code = window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code');
    const failed = code.some(cell => cell.model.outputs.toJSON().some(output => output.output_type === 'error'));
    return failed || code.every(cell => cell.model.executionCount);
}"""


def run_all(page):
    """Run every cell, wait until all have run, save; return what is to be seen at the place of a question."""
    page.wait_for_function(READY, timeout=RUN_WITHIN)
    page.click('li.lm-MenuBar-item:has-text("Run")')
    page.click('li.lm-Menu-item[data-command="runmenu:run-all"]')
    page.wait_for_function(DONE, timeout=RUN_WITHIN)
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=RUN_WITHIN)
    drawing = page.locator(".jp-OutputArea .drawing svg").first
    drawing.scroll_into_view_if_needed()
    return {"drawing": drawing.bounding_box(), "title": page.title(), "asked": page.requested}


def test_the_tour_runs_in_jupyterlab_from_top_to_bottom(lab, browse):
    address, notebook = lab
    seen = browse(address, run_all)
    saved = nbformat.read(notebook, as_version=4)
    code = [cell for cell in saved.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert all(cell.execution_count for cell in code)
    assert not (notebook.parent.parent / "reports" / "sample" / "2026" / "exports").exists(), "nothing leaves unasked"
    kinds = [out.get("data", {}) for out in outputs]
    pictures = [data for data in kinds if "<svg" in str(data.get("text/html", "")) or "image/png" in data]
    assert len(pictures) >= 7
    assert seen["drawing"]["width"] > 300 and seen["drawing"]["height"] > 100
    assert re.search("explore", seen["title"])
    home = address.partition("/lab")[0]
    assert all(each.startswith((home, home.replace("http", "ws"), "data:", "blob:")) for each in seen["asked"])
