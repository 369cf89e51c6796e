# SPDX-License-Identifier: BSD-3-Clause
"""A Slurm of the test's own: a controller and two nodes on this machine, with ports, keys, sockets and
files of their own in a temporary directory. Nothing of the system's configuration is read or written."""

import os
import pathlib
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time

import daemons

PROGRAMS = {"munged": "munge", "slurmctld": "slurm-wlm", "slurmd": "slurm-wlm",
            "sbatch": "slurm-wlm", "scontrol": "slurm-wlm", "setpriv": "util-linux"}
NODES = ("n1", "n2")
CPUS = 2

# Jobs of the partition "urgent" preempt those of "usual", which get a minute to stop. A requeued job
# waits for its old credentials to expire: two minutes, were it not said here. Nodes are said to have
# two cores whatever they have.
CONFIGURATION = """\
ClusterName=infomax
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
TmpFS={folder}/tmp-%n
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/slurmd-%n
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=10
ReturnToService=2
MinJobAge=3600
{nodes}
PartitionName=usual Nodes=ALL Default=YES PriorityTier=1 GraceTime=60 State=UP
PartitionName=urgent Nodes=ALL PriorityTier=2 PreemptMode=OFF State=UP
"""


def missing():
    """What keeps a Slurm of our own from running here, in words, or nothing."""
    if reason := daemons.missing_programs(PROGRAMS):
        return reason
    if not list(pathlib.Path("/usr/lib").glob("*/slurm-wlm/mpi_pmix.so")) \
            and "pmix" not in subprocess.run(["srun", "--mpi=list"], capture_output=True, text=True,
                                             check=False).stderr:
        return "this Slurm is built without PMIx"
    return None


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Slurm:
    def __init__(self):
        # munged wants a place that others can reach and not write to.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="infomax-slurm-"))
        self.daemons = daemons.Daemons()
        self.controller = None
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self):
        self.folder.chmod(0o755)
        for name in ("munge", "log", "state", *(f"{kind}-{node}" for kind in ("spool", "tmp")
                                                for node in NODES)):
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge/key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        controller_port, *node_ports = free_ports(1 + len(NODES))
        host = socket.gethostname().partition(".")[0]
        configuration = self.folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(
            host=host, user=pwd.getpwuid(os.getuid()).pw_name, folder=self.folder,
            controller_port=controller_port,
            nodes="\n".join(f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
                            f"CPUs={CPUS}" for node, port in zip(NODES, node_ports))))
        self.environment = {**{name: value for name, value in os.environ.items()
                               if not name.startswith(("SLURM_", "SBATCH_", "INFOMAX_MPIEXEC"))},
                            "SLURM_CONF": str(configuration),
                            # Both nodes are this machine: their ranks meet by TCP, as those of two
                            # machines do, and not in the shared memory whose names they would share.
                            "OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo",
                            "OMPI_MCA_mpi_yield_when_idle": "1"}
        munge = self.folder / "munge"
        self.daemon("munged", "--foreground", f"--key-file={key}", f"--socket={munge}/socket",
                    f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.wait_until(lambda: (munge / "socket").exists(), 20, "munged did not start")
        self.controller = self.daemon("slurmctld", "-D", "-f", configuration)
        for node in NODES:
            self.daemon("slurmd", "-D", "-N", node, "-f", configuration)
        self.wait_until(lambda: self.ask("sinfo", "-h", "-o", "%D %T", "-p", "usual").strip()
                        == f"{len(NODES)} idle", 30, "the nodes did not come up")

    def daemon(self, *command):
        return self.daemons.start(*command, output=self.folder / "log" / "output",
                                  environment=self.environment)

    def stop(self):
        """Ends all jobs, then the daemons, and removes what they wrote."""
        if self.controller and self.controller.poll() is None:
            self.end_jobs()
        self.daemons.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end_jobs(self):
        self.ask("scancel", "--user", pwd.getpwuid(os.getuid()).pw_name)
        end = time.monotonic() + 30
        while self.ask("squeue", "--noheader").strip() and time.monotonic() < end:
            time.sleep(0.1)

    def wait_until(self, condition, limit_s, what):
        end = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end:
                logs = [f"{file.name}:\n{file.read_text(errors='replace')[-1500:]}"
                        for file in sorted((self.folder / "log").iterdir())]
                raise AssertionError("\n".join([f"{what} within {limit_s} s", *logs]))
            time.sleep(0.1)

    def ask(self, *command):
        """What a command of Slurm's prints; nothing where it fails."""
        done = subprocess.run([*map(str, command)], env=self.environment, capture_output=True,
                              text=True, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else ""

    def submit(self, *arguments, folder):
        """The number of a new job."""
        done = subprocess.run(["sbatch", "--parsable", *map(str, arguments)], env=self.environment,
                              cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return int(done.stdout)

    def job(self, number):
        """The fields of a job: JobState, ExitCode, Restarts, NodeList ..."""
        return dict(re.findall(r"(\w+)=(\S+)", self.ask("scontrol", "show", "job", number)))

    def wait_for(self, number, states, limit_s):
        """The job's fields once it is in one of these states."""
        self.wait_until(lambda: self.job(number).get("JobState") in states, limit_s,
                        f"job {number}: {self.job(number).get('JobState')}, not {' or '.join(states)}")
        return self.job(number)
