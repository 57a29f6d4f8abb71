"""deploy/README.md, "Without Docker", followed to the letter by a user without rights, in folders of its own."""

import os
import re
import shlex
import subprocess
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.pages import ROOT
from tests.support.proxy import listening, nginx
from tests.support.server import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.slow
GUIDE = (ROOT / "deploy/README.md").read_text()
SECTION = GUIDE.partition("### Without Docker")[2].partition("\n## ")[0]
INSTALL, TLS, BARE = (
    [line.strip() for line in re.findall("(?:^    .*\n)+", SECTION, re.MULTILINE)[i].splitlines()] for i in range(3)
)
# The environment is made by the same steps as this one (.ci/run makes that anew), and takes minutes.
GIVEN = ("python3 -m venv", "/opt/vetro/venv/bin/pip", "/opt/vetro/venv/bin/vetro models --fetch")


@pytest.fixture
def followed(tmp_path):
    """The guide's commands, run but for those of root: a function that says what a path is here, and the ports."""
    ports = {"8501": free_port(), "8502": free_port(), "80": free_port()}
    (tmp_path / "etc").mkdir()
    (tmp_path / "opt").mkdir()

    def there(text):
        text = text.replace("/opt/vetro", f"{tmp_path}/opt").replace("/etc/vetro", f"{tmp_path}/etc")
        text = text.replace("git clone …", f"git clone --quiet --depth 1 file://{ROOT}")
        return re.sub(r"\b(8501|8502)\b", lambda found: str(ports[found[0]]), text)

    for line in INSTALL:
        if line.startswith(GIVEN):
            (tmp_path / "opt/venv").is_symlink() or (tmp_path / "opt/venv").symlink_to(ROOT / ".venv")
        elif not line.startswith(("sudo ", "cd ", "sh ")):
            subprocess.run(there(line), shell=True, check=True, cwd=ROOT)
    for name in ("site", "replicas"):
        file = tmp_path / f"etc/{name}.conf"
        file.write_text(there(file.read_text()).replace("listen 80;", f"listen 127.0.0.1:{ports['80']};"))
    return there, ports


@contextmanager
def running(command, **more):
    with subprocess.Popen(command, shell=True, start_new_session=True, **more) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, 15)


def test_the_guide_says_which_steps_need_root():
    """Root's steps are packages, folders and units, and the files that they name are there."""
    steps = [shlex.split(line, comments=True)[1:] for line in INSTALL + TLS if line.startswith("sudo ")]
    assert {step[0] for step in steps} == {"apt-get", "systemctl", "install", "cp"}
    files = [word for line in INSTALL + TLS for word in shlex.split(line, comments=True) if word.startswith("deploy/")]
    assert len(files) > 8 and all((ROOT / file).is_file() for file in files)
    started = " ".join(word for step in steps if "enable" in step for word in step[3:])
    assert started == "vetro@8501 vetro@8502 vetro-nginx"


def test_what_the_guide_installs_runs(followed, tmp_path):
    """As the units start it: two replicas and nginx, whose log is syslog's, if there is one."""
    there, ports = followed
    (tmp_path / "run").mkdir()
    units = [(ROOT / f"deploy/systemd/{name}.service").read_text() for name in ("vetro@", "vetro-nginx")]
    replica, proxy = (re.search("^ExecStart=(.*)", unit, re.MULTILINE)[1] for unit in units)
    assert replica.replace("%i", "8501") == BARE[0]
    proxy = there(proxy).replace("/usr/sbin/nginx", nginx()).replace("/run/vetro-nginx", f"{tmp_path}/run")
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    out = (tmp_path / "out.txt").open("w")
    with ExitStack() as stack:
        for port in (ports["8501"], ports["8502"]):
            command = there(replica).replace("%i", str(port))
            stack.enter_context(running(command, env=home, cwd=tmp_path / "run", stdout=out, stderr=out))
        stack.enter_context(running(proxy, env=home, stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        until(lambda: all(map(listening, ports.values())))
        smoke = there(INSTALL[-1]).replace("http://localhost", f"http://127.0.0.1:{ports['80']}")
        found = subprocess.run(smoke, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0 and len(re.findall("^ok ", found.stdout, re.MULTILINE)) == 12, found.stdout
    assert "emerg" not in (tmp_path / "out.txt").read_text() and "Traceback" not in (tmp_path / "out.txt").read_text()
