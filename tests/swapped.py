"""scikit-learn's own tests, run with one of skl1's classes in the place of one of theirs."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

HERE = Path(__file__).resolve().parent


def outcomes_of(folder, peer, files, selection, **settings):
    """Outcome by test of the selected tests of some files, in a process of their own; its output.

    ``peer`` is "module:class"; ``settings`` are further variables for the plugin.
    """
    report = folder / "report.xml"
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-q",
         "-p", "no:cacheprovider", "-p", "peer_plugin", "--tb=short",
         f"--junitxml={report}", "--pyargs", *files, "-k", selection],
        cwd=folder, env={**os.environ, "PEER": peer, "PYTHONPATH": path, **settings},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    cases = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        cases[case.get("classname"), case.get("name")] = kinds[0] if kinds else "passed"
    return cases, done.stdout
