#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Ranks, signals and the end of a process: what one rank meets ends all, Ctrl-C ends a run, and MPI ends
without complaint whoever began it."""

import signal
import subprocess
import time
import unittest

import package

ROWS = """
    import sys
    import numpy
    import infomax
    x = numpy.random.default_rng(0).normal(size=(200, 5))
    rank = infomax.rank()
    """


class Ranks(package.PackageTest):
    def test_raise_together(self):
        said = self.run_script(ROWS + """
    def raised(kind, words, **keywords):
        try:
            infomax.train(**{"x": x, "encoder": "dense:2", "batch": 50, **keywords})
        except kind as error:
            assert words in str(error), error
            return
        raise AssertionError(words)

    raised(infomax.UsageError, "dense", encoder="dens:2")
    raised(infomax.UsageError, "holds <U32", x=x.astype(str) if rank == 1 else x)
    raised(infomax.UsageError, "did you mean", **({"epoch": 1} if rank == 1 else {}))
    raised(infomax.UsageError, "give every rank the same", x=x[:100] if rank == 1 else x)

    def fail(step):
        raise KeyError("mine")
    raised(KeyError if rank == 0 else infomax.SystemError, "mine", callback=fail)
    model = infomax.train(x=x, encoder="dense:2", batch=50, callback=lambda step: step["step"] == 3)
    assert model.summary["steps"] == len(model.metrics) == 4  # the epoch's last
    by_lbfgs = infomax.train(x=x, encoder="dense:2", batch=0, optimizer="lbfgs", steps=5)
    assert by_lbfgs.summary["steps"] == len(by_lbfgs.metrics) == 5 and by_lbfgs.summary["objective"] > 0
    print(f"all of {rank}\\n", end="", flush=True)
    """, ranks=2)
        self.assertEqual(sorted(said.split("\n")), ["", "all of 0", "all of 1"])

    def test_that_make_unequal_calls_are_told(self):
        said = self.run_script(ROWS + """
    model = infomax.train(x=x, encoder="dense:2", batch=50, epochs=1)

    def refused(words, call):
        try:
            call()
        except infomax.UsageError as error:
            assert words in str(error), error
            return
        raise AssertionError(words)

    refused("train, seed = '2' where rank 0 has train, seed = '1'",
            lambda: infomax.train(x=x, encoder="dense:2", seed=1 + rank))
    refused("epochs", lambda: infomax.train(x=x, encoder="dense:2", epochs=1 + rank))
    refused("the checksum", lambda: infomax.train(x=x + rank, encoder="dense:2"))
    refused("float32", lambda: model.encode(x.astype("f4") if rank else x))
    refused("evaluate, x = an array", lambda: model.evaluate(x, fit=x if rank else None))
    refused("must be a whole number", lambda: model.evaluate(x, micro_batch=-1 if rank else 10))
    refused("probe, folds", lambda: model.probe(x, x[:, 0], folds=3 + rank))
    try:
        infomax.Model.load(None if rank else "model.h5")
        raise AssertionError("loaded")
    except (TypeError, infomax.Error):
        pass
    assert model.evaluate(x)["ranks"] == 2
    print(f"all of {rank}\\n", end="", flush=True)
    """, ranks=2)
        self.assertEqual(sorted(said.split("\n")), ["", "all of 0", "all of 1"])

    def test_that_end_do_not_let_others_wait(self):
        said = self.run_script(ROWS + """
    model = infomax.train(x=x, encoder="dense:2", batch=50, epochs=1)
    if rank == 0:
        for _ in range(2):
            try:
                model.encode(x)
            except infomax.SystemError as error:
                print(error, flush=True)
    """, ranks=2)
        self.assertEqual(said.count("rank 1: the script has ended, and all ranks must make each call"), 2, said)

    def test_of_a_part_of_the_job_train_by_themselves(self):
        package.need("mpi4py")
        said = self.run_script("""
            from mpi4py import MPI
            """ + ROWS.replace("\n    ", "\n            ") + """
            half = MPI.COMM_WORLD.Split(rank % 2)
            model = infomax.train(x=x, encoder="dense:2", comm=half, seed=rank % 2 + 1)
            for _ in range(3):
                assert model.evaluate(x, comm=half)["ranks"] == half.size
            seeds = MPI.COMM_WORLD.allgather(model.parameters.tobytes())
            assert seeds[0] == seeds[2] and seeds[0] != seeds[1], rank
            half.Free()
            alone = infomax.train(x=x, encoder="dense:2", comm=MPI.COMM_SELF, epochs=rank)
            print(f"done {rank}\\n", end="", flush=True)
            """, ranks=3)
        self.assertEqual(sorted(said.split("\n")), ["", "done 0", "done 1", "done 2"])

    def test_that_fail_alone_end_the_job(self):
        said = self.run_script(ROWS + """
    if rank == 1:
        raise RuntimeError("here alone")
    infomax.train(x=x, encoder="dense:2")
    """, ranks=2, code=5)
        self.assertIn("rank 1: RuntimeError: here alone", said)

    def test_that_nobody_catches_an_error_of_end_with_it(self):
        said = self.run_script(ROWS + "infomax.train(x=x, encoder='dense:0')", code=1)
        self.assertIn("infomax.UsageError", said)
        self.assertNotIn("MPI", said)


class Alone(package.PackageTest):
    def test_starts_jobs_and_searches_in_parallel(self):
        package.need("sklearn")
        said = self.run_script(f'''
            import subprocess
            import infomax
            from infomax.sklearn import Encoder
            from sklearn.model_selection import cross_val_score
            import numpy
            x = numpy.random.default_rng(0).normal(size=(90, 3))
            infomax.train(x=x, encoder="dense:1", epochs=1)
            # Without env=, a program gets what MPI has put into the environment.
            subprocess.run([{package.MPIEXEC!r}, "-n", "2", {package.PROGRAM!r}, "generate", "random", "--output",
                            {str(self.scratch / 'x.h5')!r}], check=True, stderr=subprocess.DEVNULL)
            print(len(cross_val_score(Encoder(epochs=1), x, cv=2, n_jobs=2)))
            ''', alone=False)
        self.assertEqual(said, "2\n")


class CtrlC(package.PackageTest):
    def interrupted(self, keywords):
        command, environment = self.command(ROWS + f"""
    import threading
    def told(step):
        if step["step"] == 5:
            print("begun", flush=True)
    callback = told
    alive = [0]
    def count():
        while True:
            alive[0] += 1
            threading.Event().wait(0.001)
    threading.Thread(target=count, daemon=True).start()
    try:
        infomax.train(x=x, encoder="dense:64,tanh,dense:2", epochs=10**9, callback=told, {keywords})
    except KeyboardInterrupt as error:
        print(type(error).__name__, error, flush=True)
    try:
        print("others ran", alive[0] > 2, flush=True)
        for _ in range(600):  # a signal just before a long wait would not end it
            threading.Event().wait(0.05)
    except KeyboardInterrupt:
        print("Python's own again")
    """)
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            self.addCleanup(process.kill)
            self.assertEqual(process.stdout.readline(), "begun\n")
            time.sleep(0.2)  # in which the other thread runs
            process.send_signal(signal.SIGINT)
            said = [process.stdout.readline() for _ in range(2)]
            process.send_signal(signal.SIGINT)
            said.append(process.stdout.read())
            self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(said[1:], ["others ran True\n", "Python's own again\n"])
        return said[0]

    def test_ends_a_run(self):
        self.assertEqual(self.interrupted(""), "KeyboardInterrupt \n")

    def test_ends_a_run_with_a_checkpoint(self):
        run = self.scratch / "run"
        said = self.interrupted(f"output={str(run)!r}")
        self.assertTrue(said.startswith("Interrupted stopped by Ctrl-C (SIGINT) after step"), said)
        self.assertTrue(list((run / "checkpoints").iterdir()))


if __name__ == "__main__":
    unittest.main()
