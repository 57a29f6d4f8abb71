"""The files of deploy/ agree with one another, and every container runs with as little as it can. That the Kubernetes
files fit its schema and that containers start is no matter for these tests: see deploy/README.md."""

import re
import tomllib

import yaml

from tests.support.pages import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OBJECTS = {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes/app.yaml").read_text())}
POD = OBJECTS["Deployment"]["spec"]["template"]["spec"]
INCLUDED = set(re.findall(r"include (\S+);", (DEPLOY / "nginx.conf").read_text()))
PORT = int(re.search(r"listen (\d+);", (DEPLOY / "listen.conf").read_text())[1])


def test_compose_runs_the_replicas_that_nginx_knows():
    services = COMPOSE["services"]
    addresses = {service["networks"]["inside"]["ipv4_address"] for name, service in services.items() if name != "nginx"}
    assert set(re.findall(r"server ([\d.]+):8501", (DEPLOY / "replicas.conf").read_text())) == addresses
    mounted = {volume.split(":")[1].rpartition("/")[2] for volume in services["nginx"]["volumes"]}
    assert mounted == {"nginx.conf", *INCLUDED}
    assert services["nginx"]["ports"][0].endswith(f":{PORT}")
    for name, service in services.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["tmpfs"] == ["/tmp"], name
    assert COMPOSE["networks"]["inside"]["internal"]
    tls = yaml.safe_load((DEPLOY / "compose.tls.yaml").read_text())["services"]["nginx"]
    assert tls["volumes"][0] == "./listen-tls.conf:/etc/vetro/listen.conf:ro"


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
    outside = filter(str.isalpha, ignored)
    code = "\n".join(
        file.read_text()
        for folder in ("model", "ui", "viz", "pages", "content", "vetro")
        for file in (ROOT / folder).rglob("*.py")
    )
    assert not [folder for folder in outside if re.search(rf"^\s*(from|import) {folder}\b", code, re.MULTILINE)]
