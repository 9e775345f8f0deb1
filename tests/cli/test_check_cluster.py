"""tianbao check --engine dask: the same answer from a cluster, also when a worker is killed half-way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli import bulk
from tests.cli.run import tianbao
from tests.intake import made

pytestmark = [
    pytest.mark.skipif(find_spec("distributed") is None, reason="needs tianbao[dask]"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

CLUSTER = """
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50,
                      local_directory="scratch") as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""


def workers(pid: int) -> list[int]:
    """Processes below a process that dask started to work."""
    found = bulk.children(pid)
    below = [deeper for child in found for deeper in workers(child)]
    return [child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()] + below


@contextmanager
def cluster(folder: Path, env: dict[str, str]) -> Iterator[str]:
    """The address of a cluster that stands in a folder where no file of the pile can be seen."""
    folder.mkdir()
    (folder / "cluster.py").write_text(CLUSTER, "utf-8")
    command = [sys.executable, "cluster.py"]
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate("\n", timeout=60)


def test_a_cluster_of_the_run_survives_the_loss_of_a_worker(tmp_path: Path) -> None:
    where, folder = bulk.place(tmp_path), bulk.pile(tmp_path / "pile", 1000)
    (folder / "00500.zip").write_bytes(made.zipped(("a.json", b"[1]"), ("b.json", b"[2]")))
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    assert tianbao("check", folder, "-q", "--json", here, env=where.env).code == 1
    arguments = ("check", folder, "--engine", "dask", "-j", "2", "--json", there, "--jsonl", "-")
    with bulk.running(*arguments, env=where.env) as process:
        bulk.lines(process, 30)
        killed = workers(process.pid)
        os.kill(killed[0], signal.SIGKILL)
        _, err = process.communicate(timeout=120)
    assert killed
    assert process.returncode == 1, err
    assert there.read_bytes() == here.read_bytes()
    assert json.loads(there.read_text("utf-8"))["summary"]["files"] == 1002
    assert bulk.gone(killed)
    where.check_clean()


def test_bytes_travel_to_a_cluster_that_is_there(tmp_path: Path) -> None:
    where = bulk.place(tmp_path)
    bulk.pile(tmp_path / "pile", 60)
    ran = tianbao("check", "pile", "-q", "--json", "here.json", cwd=tmp_path, env=where.env)
    assert ran.code == 1
    with cluster(tmp_path / "elsewhere", where.env) as address:
        arguments = ("check", "pile", "-q", "--json", "there.json", "--engine", f"dask={address}")
        assert tianbao(*arguments, cwd=tmp_path, env=where.env).code == 1
    assert (tmp_path / "there.json").read_bytes() == (tmp_path / "here.json").read_bytes()


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    folder = bulk.pile(tmp_path / "pile", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        ran = tianbao("check", folder, "--engine", f"dask={address}")
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1), ran.err
