"""The proxy of the stack: finds Debian's nginx, and gives it the same configuration as the containers have."""

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.stack.processes import CannotStart, Program, say

TEMPLATE = Path(__file__).resolve().parents[1] / "proxy" / "syncline.conf.template"
PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin")  # where PATH may not look
VARIABLE = re.compile(r"\$\{([A-Z_]+)\}")
FETCH_SECONDS = 120
MAIN = """\
daemon off;
{user}
pid nginx.pid;
worker_processes auto;
worker_shutdown_timeout 3s;
error_log stderr notice;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include syncline.conf;
}}
"""


def proxy(nginx: str, folder: Path, port: int, upstreams: Mapping[str, int]) -> Program:
    """Writes its configuration into `folder`; everything else that it writes is there as well."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {"NGINX_LOCAL_RESOLVERS": "127.0.0.1", "PROXY_LISTEN": f"127.0.0.1:{port}"}
    values |= {f"PROXY_TO_{name.upper()}": f"127.0.0.1:{at}" for name, at in upstreams.items()}
    (folder / "syncline.conf").write_text(filled_in(TEMPLATE.read_text(), values))
    (folder / "nginx.conf").write_text(MAIN.format(user=_user()))
    command = (nginx, "-p", f"{folder}/", "-c", str(folder / "nginx.conf"), "-e", "stderr")
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    return Program("proxy", command, environment, port, stop_with=signal.SIGQUIT)


def filled_in(template: str, values: Mapping[str, str]) -> str:
    """What the nginx image's `envsubst` does; a variable without a value is an error here."""
    return VARIABLE.sub(lambda found: values[found[1]], template)


def find_nginx(given: str | None, folder: Path) -> str:
    """The one given; else the installed one; else Debian's, unpacked beside our own files."""
    wanted = given or "nginx"
    found = shutil.which(wanted, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *PLACES]))
    if found is None and given is None:
        found = _unpacked(folder)
    if found is None:
        raise CannotStart(
            f"There is no {wanted}. Install it (Debian: apt-get install nginx-light), or --nginx PATH"
        )
    return found


def _unpacked(folder: Path) -> str | None:
    """Debian's package without installing it: that would need root, and would start a system service."""
    program = folder / "usr/sbin/nginx"
    if not program.exists():
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            return None
        say(f"unpacking Debian's nginx into {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        _try(["apt-get", "download", "-q", "nginx"], folder)
        for package in folder.glob("nginx_*.deb"):
            _try(["dpkg-deb", "-x", package.name, "."], folder)
    runs = program.exists() and _try([str(program), "-v"], folder)
    return str(program) if runs else None


def _try(command: list[str], folder: Path) -> bool:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
    )
    if done.returncode:
        say(f"{' '.join(command)}: {done.stderr.strip()[-300:]}")
    return done.returncode == 0


def _user() -> str:
    """Started as root, nginx would hand its workers to a user who can't enter our folder."""
    return f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
