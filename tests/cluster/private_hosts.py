# SPDX-License-Identifier: BSD-3-Clause
"""Two hosts of the test's own on this machine: network namespaces joined by a veth pair, each with its
own host name, /dev/shm, sshd and keys. What is written lies in a temporary directory."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import daemons

PROGRAMS = {"ip": "iproute2", "sshd": "openssh-server", "ssh": "openssh-client",
            "ssh-keygen": "openssh-client", "setpriv": "util-linux", "unshare": "util-linux"}
ADDRESSES = ("198.18.77.1", "198.18.77.2")
NOBODY = "198.18.77.9"  # of the same network, and no host's

SSHD = """\
Port 22
ListenAddress {address}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
"""
SSH = """\
IdentityFile {folder}/user_key
IdentitiesOnly yes
UserKnownHostsFile {folder}/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
"""

# In namespaces of its own: what is mounted here nobody else sees. sshd wants /run/sshd.
HOST = """
set -e
hostname "$1"
mount --make-rprivate /
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mkdir /run/sshd
[ -z "$4" ] || mount -t tmpfs tmpfs "$4"
exec "$2" -D -e -f "$3"
"""


def run(*command):
    subprocess.run([*map(str, command)], check=True, capture_output=True, text=True, timeout=60)


def delete_stale():
    """Namespaces of tests that were killed; what still ran in them ends too."""
    for file in pathlib.Path("/run/netns").glob("infomax-*"):
        owner = file.name.split("-")[1]
        if owner.isdigit() and not pathlib.Path("/proc", owner).exists():
            delete(file.name)


def delete(namespace):
    found = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True,
                           check=False).stdout.split()
    if found:
        subprocess.run(["kill", "-KILL", *found], check=False, capture_output=True)
    subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)


def missing():
    """What keeps such hosts from running here, in words, or nothing."""
    if reason := daemons.missing_programs(PROGRAMS):
        return reason
    if os.getuid() != 0:
        return "network namespaces need root: sudo ctest -L cluster"
    probe = f"infomax-{os.getpid()}"
    tried = [("ip", "netns", "add", probe),
             ("ip", "netns", "exec", probe, "unshare", "--mount", "--uts", "mount", "-t", "tmpfs",
              "tmpfs", "/dev/shm"),
             ("ip", "-n", probe, "link", "add", "probe0", "type", "veth", "peer", "name", "probe1")]
    try:
        for command in tried:
            run(*command)
    except (subprocess.CalledProcessError, OSError) as error:
        text = getattr(error, "stderr", "") or str(error)
        return f"this machine does not allow \"{' '.join(command)}\": {text.strip()}"
    finally:
        delete(probe)
    return None


class Hosts:
    """`hidden` is a directory that the second host does not see."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="infomax-hosts-"))
        self.hidden = self.folder / "hidden"
        self.hidden.mkdir()
        self.namespaces = [f"infomax-{os.getpid()}-{name}" for name in ("a", "b")]
        self.names = ["infomax-a", "infomax-b"]
        self.daemons = daemons.Daemons()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self):
        delete_stale()
        for key in ("host_key", "user_key"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key)
        key = (self.folder / "host_key.pub").read_text()
        (self.folder / "known_hosts").write_text(
            "".join(f"{address} {key}" for address in ADDRESSES))
        (self.folder / "ssh_config").write_text(SSH.format(folder=self.folder))
        for namespace in self.namespaces:
            run("ip", "netns", "add", namespace)
        first, second = self.namespaces
        run("ip", "-n", first, "link", "add", "veth0", "type", "veth", "peer", "name", "veth0",
            "netns", second)
        for namespace, address in zip(self.namespaces, ADDRESSES):
            run("ip", "-n", namespace, "address", "add", f"{address}/24", "dev", "veth0")
            for device in ("lo", "veth0"):
                run("ip", "-n", namespace, "link", "set", device, "up")
        for namespace, name, address, hidden in zip(self.namespaces, self.names, ADDRESSES,
                                                    ("", self.hidden)):
            configuration = self.folder / f"sshd-{name}"
            configuration.write_text(SSHD.format(folder=self.folder, address=address))
            self.daemons.start("ip", "netns", "exec", namespace, "unshare", "--mount", "--uts",
                               "sh", "-c", HOST, "sh", name, shutil.which("sshd"), configuration,
                               hidden, output=self.folder / f"{name}.log")
        self.wait_for_sshd()

    def wait_for_sshd(self):
        end = time.monotonic() + 20
        logs = [self.folder / f"{name}.log" for name in self.names]
        while not all("Server listening" in log.read_text() for log in logs):
            if time.monotonic() > end:
                raise AssertionError("no sshd: " + " ".join(log.read_text() for log in logs))
            time.sleep(0.05)

    @property
    def ssh(self):
        return f"ssh -F {self.folder}/ssh_config"

    def command_on_first(self, *command):
        """A command line that runs on the first host, in its namespaces."""
        return ["nsenter", "--target", str(self.daemons.started[0].pid), "--net", "--uts", "--mount",
                f"--wd={os.getcwd()}", *map(str, command)]

    def stop(self):
        self.daemons.stop()
        for namespace in self.namespaces:
            delete(namespace)
        shutil.rmtree(self.folder, ignore_errors=True)
