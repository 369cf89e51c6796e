# SPDX-License-Identifier: BSD-3-Clause
"""launch/mpijob.yaml and launch/infomax.def, which no test can run: that they are what the MPI operator and
Apptainer take, and that what they name exists: scripts, files, and options of infomax."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import support

try:
    import yaml
except ImportError:
    print("skipped: not installed: python3-yaml (launch/setup.sh --cluster-tests)")
    sys.exit(77)

ROOT = pathlib.Path(os.environ["INFOMAX_SOURCE"])
IMAGE_ROOT = "/opt/infomax/"
# Of the operator's v2beta1 API, and of Kubernetes' pods and containers, what a manifest like this may say.
JOB = {"slotsPerWorker", "sshAuthMountPath", "runPolicy", "mpiReplicaSpecs", "mpiImplementation",
       "launcherCreationPolicy", "runLauncherAsWorker"}
RUN_POLICY = {"cleanPodPolicy", "backoffLimit", "ttlSecondsAfterFinished", "activeDeadlineSeconds",
              "suspend", "schedulingPolicy", "managedBy"}
REPLICA = {"replicas", "restartPolicy", "template"}
POD = {"containers", "volumes", "terminationGracePeriodSeconds", "nodeSelector", "tolerations"}
CONTAINER = {"name", "image", "workingDir", "command", "args", "resources", "volumeMounts", "env"}


def options_of(command):
    """The options that a command of infomax has, by its own help."""
    done = support.run(command, "--help")
    assert done.code == 0, done.err
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", done.out))


class MpiJob(unittest.TestCase):
    def setUp(self):
        self.job = yaml.safe_load((ROOT / "launch/mpijob.yaml").read_text())
        self.spec = self.job["spec"]
        self.replicas = self.spec["mpiReplicaSpecs"]

    def check_keys(self, mapping, allowed):
        self.assertLessEqual(set(mapping), allowed)

    def test_is_an_mpijob_of_the_operator(self):
        self.assertEqual((self.job["apiVersion"], self.job["kind"]), ("kubeflow.org/v2beta1", "MPIJob"))
        self.assertRegex(self.job["metadata"]["name"], r"^[a-z]([a-z0-9-]*[a-z0-9])?$")
        self.check_keys(self.job, {"apiVersion", "kind", "metadata", "spec"})
        self.check_keys(self.spec, JOB)
        self.check_keys(self.spec["runPolicy"], RUN_POLICY)
        self.assertIn(self.spec["runPolicy"]["cleanPodPolicy"], ("None", "Running", "All"))
        self.assertEqual(set(self.replicas), {"Launcher", "Worker"})
        self.assertEqual(self.replicas["Launcher"]["replicas"], 1)
        self.assertEqual(self.replicas["Launcher"]["restartPolicy"], "OnFailure")
        self.assertGreaterEqual(self.replicas["Worker"]["replicas"], 1)

    def test_has_pods_that_kubernetes_takes(self):
        for replica in self.replicas.values():
            self.check_keys(replica, REPLICA)
            pod = replica["template"]["spec"]
            self.check_keys(pod, POD)
            container, = pod["containers"]
            self.check_keys(container, CONTAINER)
            for words in (container["command"], container["args"]):
                self.assertTrue(all(isinstance(word, str) for word in words), words)
            self.assertLessEqual({mount["name"] for mount in container["volumeMounts"]},
                                 {volume["name"] for volume in pod["volumes"]})

    def test_ranks_have_the_cpus_of_their_worker(self):
        container, = self.replicas["Worker"]["template"]["spec"]["containers"]
        resources = container["resources"]
        self.assertEqual(resources["requests"], resources["limits"])
        self.assertEqual(int(resources["limits"]["cpu"]), self.spec["slotsPerWorker"])

    def test_all_pods_are_of_one_image_and_see_the_data(self):
        containers = [replica["template"]["spec"]["containers"][0]
                      for replica in self.replicas.values()]
        self.assertEqual(len({container["image"] for container in containers}), 1)
        for container in containers:
            self.assertIn("/data", [mount["mountPath"] for mount in container["volumeMounts"]])

    def test_runs_a_command_line_of_infomax(self):
        container, = self.replicas["Launcher"]["template"]["spec"]["containers"]
        script, *options = container["command"]
        script = ROOT / script.removeprefix(IMAGE_ROOT)
        self.assertTrue(os.access(script, os.X_OK), script)
        # Another host file, and what is asked for is --help: the script's own options are parsed.
        refused = subprocess.run([script, *options[:-1], "--help"], capture_output=True, text=True,
                                 timeout=60, check=False)
        self.assertEqual(refused.returncode, 0, refused.stderr)
        self.assertEqual(options[-1], "/etc/mpi/hostfile")

        command, *words = container["args"]
        given = [word for word in words if word.startswith("--")]
        self.assertIn("--resume", given)
        self.assertLessEqual(set(given), options_of(command))
        # Accepted as a whole: all that infomax finds wrong is that the data are not here.
        done = support.run(command, *words)
        self.assertEqual((done.code, len(done.complaints)), (3, 1), done.err)
        self.assertIn("/data/mine.h5", done.complaints[0])


class Apptainer(unittest.TestCase):
    def setUp(self):
        self.text = (ROOT / "launch/infomax.def").read_text()
        self.sections = {}
        name = "header"
        for line in self.text.splitlines():
            if line.startswith("%"):
                name = line[1:].strip()
            elif line.strip() and not line.startswith("#"):
                self.sections.setdefault(name, []).append(line.strip())

    def test_is_built_from_debian_by_the_scripts_of_this_repository(self):
        self.assertEqual(self.sections["header"], ["Bootstrap: docker", "From: debian:12"])
        self.assertLessEqual({"files", "post", "test", "runscript", "help", "labels"},
                             set(self.sections))
        for line in self.sections["files"]:
            source, target = line.split()
            self.assertTrue((ROOT / source).exists(), source)
            self.assertEqual(target, IMAGE_ROOT + source)
        self.assertIn("/opt/infomax/launch/setup.sh --only-build", self.sections["post"])
        self.assertEqual(self.sections["runscript"], ['exec infomax "$@"'])

    def test_its_scripts_are_those_of_a_shell(self):
        for name in ("post", "test", "runscript"):
            script = "\n".join(self.sections[name])
            done = subprocess.run(["sh", "-n", "-c", script], capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_all_that_cmake_needs_without_tests_is_copied(self):
        copied = {line.split()[0] for line in self.sections["files"]}
        for file in re.findall(r"\b(?:FILES|include|add_subdirectory|DIRECTORY)[ (]([\w./]+)",
                               (ROOT / "CMakeLists.txt").read_text()):
            if (ROOT / file).exists() and file != "tests":
                self.assertIn(file.split("/")[0], copied)

    def test_tests_the_image_by_commands_of_infomax(self):
        commands = [shlex.split(line) for line in self.sections["test"] if line.startswith("infomax ")]
        self.assertEqual([words[1] for words in commands], ["generate", "train"])
        for _, command, *words in commands:
            given = {word for word in words if word.startswith("--")}
            self.assertLessEqual(given, options_of(command))


if __name__ == "__main__":
    unittest.main()
