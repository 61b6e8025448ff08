"""A bounded share of what `make fuzz` does on demand."""

import subprocess
import sys
from pathlib import Path

import pytest

RUNS = 20_000


@pytest.mark.timeout(300)
def test_no_mutation_escapes_its_bounds(tmp_path: Path) -> None:
    """Alerts and verdicts of every format, changed by a fuzzer that follows the code's branches."""
    pytest.importorskip("atheris", reason="atheris has no build for this Python or processor")
    command = [sys.executable, "-m", "tests.fuzz.reading", f"-runs={RUNS}", "-seed=7", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
