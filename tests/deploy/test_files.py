"""The files of deploy/ agree with one another, and every container runs with as little as it can. That the Kubernetes
files fit its schema and that containers start is no matter for these tests: see deploy/README.md."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from importlib.metadata import version as version_of

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.pages import ROOT
from ui.server.limits import HOSTED

DEPLOY = ROOT / "deploy"
LOCK = (DEPLOY / "requirements.lock").read_text()
BUILD = {"hatchling", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}  # which make the package
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OBJECTS = {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes/app.yaml").read_text())}
POD = OBJECTS["Deployment"]["spec"]["template"]["spec"]
INCLUDED = set(re.findall(r"include (\S+);", (DEPLOY / "nginx.conf").read_text()))
PORT = int(re.search(r"listen (\d+);", (DEPLOY / "site.conf").read_text())[1])
DIGEST = re.compile(r"\S+:[\w.-]+@sha256:[0-9a-f]{64}")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def test_compose_runs_the_replicas_that_nginx_knows():
    services = COMPOSE["services"]
    addresses = {service["networks"]["inside"]["ipv4_address"] for name, service in services.items() if name != "nginx"}
    assert set(re.findall(r"server ([\d.]+):8501", (DEPLOY / "replicas.conf").read_text())) == addresses
    mounted = {volume.split(":")[1].rpartition("/")[2] for volume in services["nginx"]["volumes"]}
    assert mounted == {"nginx.conf", *INCLUDED}
    assert services["nginx"]["ports"][0].endswith(f":{PORT}")
    for name, service in services.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["mem_limit"], name
        assert re.fullmatch(r"/tmp:size=\d+m", *service["tmpfs"]) and service["ulimits"]["nofile"] >= 16384, name
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
    assert COMPOSE["networks"]["inside"]["internal"]
    tls = yaml.safe_load((DEPLOY / "compose.tls.yaml").read_text())["services"]["nginx"]
    assert tls["volumes"][0] == "./site-tls.conf:/etc/vetro/site.conf:ro"


def test_pods_are_locked_and_probed():
    generated = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())["configMapGenerator"][0]["files"]
    assert {file.partition("=")[0] for file in generated} == {"nginx.conf", *INCLUDED}
    assert all((DEPLOY / file.rpartition("=")[2]).is_file() for file in generated)
    assert POD["securityContext"]["runAsNonRoot"] and POD["automountServiceAccountToken"] is False
    app, nginx = POD["containers"]
    for container in (app, nginx):
        assert container["securityContext"] == container["securityContext"] | {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
    assert all(volume["emptyDir"]["sizeLimit"] for volume in POD["volumes"] if "emptyDir" in volume)
    alive = app["livenessProbe"]
    assert alive["periodSeconds"] * alive["failureThreshold"] >= 180, "a busy pod is not killed with all its sessions"
    probes = app["startupProbe"], app["livenessProbe"], nginx["readinessProbe"]
    assert {probe["httpGet"]["path"] for probe in probes} == {"/_stcore/health"}
    assert nginx["ports"][0]["containerPort"] == PORT
    assert OBJECTS["Service"]["spec"]["sessionAffinity"] == "ClientIP"
    scaler = OBJECTS["HorizontalPodAutoscaler"]["spec"]
    assert scaler["scaleTargetRef"]["name"] == OBJECTS["Deployment"]["metadata"]["name"]
    assert scaler["metrics"][0]["containerResource"]["container"] == app["name"]


def test_the_image_holds_what_runs_and_no_more():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines and any(line.startswith("HEALTHCHECK") for line in lines)
    assert any("VETRO_HOSTED=1" in line for line in lines)
    ignored = re.findall(r"^[^#\s]+", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert not {*packed["only-include"], *packed["force-include"]} & set(ignored), "the image is made from the wheel"
    assert "!deploy/requirements.lock" in ignored
    outside = filter(str.isalpha, ignored)
    code = "\n".join(
        file.read_text()
        for folder in ("model", "ui", "viz", "pages", "content", "vetro")
        for file in (ROOT / folder).rglob("*.py")
    )
    assert not [folder for folder in outside if re.search(rf"^\s*(from|import) {folder}\b", code, re.MULTILINE)]


def test_images_are_named_by_their_digests():
    (base,) = re.findall(r"^ARG PYTHON=(.*)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    nginx = {POD["containers"][1]["image"], COMPOSE["services"]["nginx"]["image"]}
    assert len(nginx) == 1 and all(DIGEST.fullmatch(image) for image in (base, *nginx))
    assert re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE) == ["$PYTHON"] * 2


def test_the_lock_holds_every_package_with_its_hashes():
    """What is asked for, in the same versions; what that needs, by what is installed here; and a hash for each."""
    locked = {}
    for name, version, rest in re.findall(r"^([\w.-]+)==(\S+) \\\n((?:    --hash=.*\n)+)", LOCK, re.MULTILINE):
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", rest), name
        locked[canonicalize_name(name)] = version.removesuffix("+cpu")
    assert len(locked) == len(re.findall(r"^[^\s#]", LOCK, re.MULTILINE))
    asked = "".join((ROOT / file).read_text() for file in ("requirements.txt", "deploy/requirements-build.txt"))
    pins = [Requirement(line.partition("#")[0]) for line in asked.splitlines() if line.partition("#")[0].strip()]
    assert {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins
    }.items() <= locked.items()
    for name in locked.keys() - BUILD:
        assert version_of(name).partition("+")[0] == locked[name], f"{name}: the lock is older than requirements.txt"
        needed = [Requirement(text) for text in requires(name) or ()]
        for other in needed:
            if other.marker is None or other.marker.evaluate({"extra": ""}):
                assert canonicalize_name(other.name) in locked, f"{name} needs {other.name}"
    assert not re.search(r"https?:|file:|--(index|find)", re.sub(r"^#.*", "", LOCK, flags=re.MULTILINE))


def test_the_numbers_of_nginx_and_of_a_replica_agree():
    text = (DEPLOY / "limits.conf").read_text()
    of_seat, of_address = (int(re.search(rf"limit_conn socket_of_{of} (\d+);", text)[1]) for of in ("seat", "address"))
    assert HOSTED.sockets_of_a_seat < of_seat, "the replica refuses first: it says why"
    assert of_address < 2 * HOSTED.sockets, "one address cannot fill the two replicas"
    descriptors = 4 * HOSTED.sockets + 3 * 128
    assert all(service["ulimits"]["nofile"] > 2 * descriptors for service in COMPOSE["services"].values())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_units(unit, tmp_path):
    """A misspelled setting is a warning, and then simply not there."""
    if shutil.which("systemd-analyze") is None:
        reason = "systemd-analyze is not installed (Debian: apt-get install systemd)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    copy = tmp_path / unit.name
    text = (
        unit.read_text().replace("/opt/vetro/venv/bin/vetro", sys.executable).replace("/usr/sbin/nginx", sys.executable)
    )
    copy.write_text(re.sub("^Documentation=.*\n", "", text, flags=re.MULTILINE))
    found = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True)
    assert found.returncode == 0 and not found.stderr, found.stderr
    assert {"Restart=always", "LimitNOFILE=65536", "DynamicUser=yes", "PrivateTmp=yes"} <= set(text.splitlines())
    assert "MemoryMax=" in text
