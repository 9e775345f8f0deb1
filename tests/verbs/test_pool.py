"""Children: order, nothing lost, nothing twice, and what a hanging, crashing or greedy file costs."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verbs.pretend import Asked, ask, work
from tianbao.verbs.pool import CHUNK, Pool


def alive(pid: int) -> bool:
    """Whether the process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def results(items: list[Asked], size: int = 1, seconds: float = 1.0, memory: int = 200) -> list[str]:
    """What children say of the items."""
    with Pool(work(seconds, memory), size) as pool:
        return [result for result in pool.run(iter(items)) if result is not None]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_results_are_in_the_order_of_the_pile(size: int) -> None:
    pile = [ask(number, "sleep:0.002" if number % 97 == 0 else "fine", odd=number % 61 == 0) for number in range(400)]
    assert results(pile, size) == [f"{number}/0" for number in range(400)]


def test_members_of_one_item_stay_together_and_in_order() -> None:
    pile = [ask(0, "fine fine fine", odd=True), ask(1), ask(2, "fine fine", odd=True)]
    assert results(pile, 2) == ["0/0", "0/1", "0/2", "1/0", "2/0", "2/1"]


@pytest.mark.parametrize("odd", [True, False])
@pytest.mark.parametrize(
    ("does", "rule"),
    [("hang", "FILE-TIMEOUT"), ("crash:segfault", "FILE-CRASHED"), ("exit", "FILE-CRASHED"), ("eat", "FILE-MEMORY")],
)
def test_a_bad_file_costs_itself_only(does: str, rule: str, odd: bool) -> None:
    pile = [ask(number, does if number == 5 else "fine", odd=odd and number == 5) for number in range(12)]
    expected = [f"{number}/0" for number in range(12)]
    expected[5] += f" {rule}"
    assert results(pile, seconds=1.5 if does == "hang" else 60, memory=64) == expected


def test_a_bad_member_costs_itself_only() -> None:
    pile = [ask(0, "fine hang fine crash fine", odd=True), ask(1)]
    expected = ["0/0", "0/1 FILE-TIMEOUT", "0/2", "0/3 FILE-CRASHED", "0/4", "1/0"]
    assert results(pile, seconds=1.5) == expected


def test_what_hangs_while_it_is_opened_is_blamed_as_a_whole_and_keeps_what_came_before() -> None:
    pile = [ask(0, "fine opening-hang fine", odd=True), ask(1, "opening-crash", odd=True), ask(2)]
    assert results(pile, seconds=1.5) == ["0/0", "0 FILE-TIMEOUT", "1 FILE-CRASHED", "2/0"]


def test_one_item_does_not_hang_for_ever() -> None:
    said = results([ask(0, " ".join(["hang"] * 50), odd=True), ask(1)], seconds=0.8)
    assert said == ["0/0 FILE-TIMEOUT", "0/1 FILE-TIMEOUT", "0/2 FILE-TIMEOUT", "0 FILE-GIVEN-UP", "1/0"]


def test_a_fault_of_ours_is_one_result_with_its_trace() -> None:
    assert results([ask(0, "fail:x"), ask(1, "fine fail:x", odd=True), ask(2)]) == [
        "0 FILE-OUR-BUG with trace",
        "1/0",
        "1 FILE-OUR-BUG with trace",
        "2/0",
    ]


def test_what_a_library_prints_disturbs_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    assert results([ask(0, "print"), ask(1)]) == ["0/0", "1/0"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("odd", [True, False])
def test_a_child_that_somebody_else_ends_costs_nothing(odd: bool, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    pile = [ask(number, f"once:{flag}" if number == 70 else "fine", odd=odd and number == 70) for number in range(150)]
    assert results(pile, 2) == [f"{number}/0" for number in range(150)]
    assert flag.exists()


def test_children_killed_again_and_again_lose_and_repeat_nothing() -> None:
    pile = [ask(number, "sleep:0.004") for number in range(4 * CHUNK)]
    said: list[str] = []
    kill_at = [20, 80, 140]
    with Pool(work(seconds=5), 2) as pool:
        for result in pool.run(iter(pile)):
            if result is not None:
                said.append(result)
            if kill_at and len(said) >= kill_at[0]:
                kill_at.pop(0)
                for pid in pool.pids:
                    os.kill(pid, signal.SIGKILL)
    assert said == [f"{number}/0" for number in range(4 * CHUNK)]


def test_no_child_outlives_its_pool(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    with Pool(work(seconds=30), 2) as pool:
        running = pool.run(iter([*(ask(number, f"note:{notes}") for number in range(120)), ask(120, "hang")]))
        said = [next(running) for _ in range(100)]
        pids = pool.pids
        assert said
        assert len(pids) == 2
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)


def test_a_child_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "from tests.verbs.pretend import *; from tianbao.verbs.pool import Pool\n"
        "import os\n"
        "pool = Pool(work(seconds=60), 1)\n"
        "running = pool.run(iter([ask(0), *[ask(n, 'sleep:0.3') for n in range(1, 5)]]))\n"
        "while next(running) is None: pass\n"
        "print(*pool.pids, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_only_what_is_needed_is_taken_from_the_pile() -> None:
    """Back-pressure: a pile without end is not read ahead while nobody takes results."""
    taken = 0

    def endless() -> Iterator[Asked]:
        nonlocal taken
        while True:
            taken += 1
            yield ask(taken)

    with Pool(work(), 2) as pool:
        running = pool.run(endless())
        while next(running) is None:
            pass
        time.sleep(0.5)
        assert taken <= 12 * CHUNK
