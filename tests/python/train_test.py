#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""infomax.train: from arrays to the same bits as the program from a file, callbacks, options and errors."""

import unittest

import infomax
import numpy
import package


class Training(package.PackageTest):
    def test_has_the_bits_of_the_program_at_any_number_of_ranks(self):
        x = package.rows()
        data = self.write("x.h5", x=x)
        numpy.save(self.scratch / "x.npy", x)
        for ranks, comm in ((1, "None"), (3, "mpi4py.MPI.COMM_WORLD")):
            if comm != "None":
                package.need("mpi4py")
            with self.subTest(ranks=ranks):
                self.run_program("train", "--data", data, "--output", f"run{ranks}", "--progress", "none",
                                 *package.options(package.SETTINGS), ranks=ranks)
                self.run_script(f"""
                    import numpy
                    {'import mpi4py.MPI' if comm != 'None' else ''}
                    import infomax
                    x = numpy.load({str(self.scratch / 'x.npy')!r})
                    model = infomax.train(x=x, comm={comm}, **{package.SETTINGS!r})
                    alike = model.encode(x, comm={comm})
                    assert infomax.ranks() == {ranks}
                    if infomax.rank() == 0:
                        numpy.savez({str(self.scratch / 'found.npz')!r}, parameters=model.parameters,
                                    objective=model.metrics["objective"], rows=alike)
                    """, ranks=ranks)
                found = numpy.load(self.scratch / "found.npz")
                run = infomax.Model.load(self.scratch / f"run{ranks}")
                self.assertEqual(found["parameters"].tobytes(), run.parameters.tobytes())
                self.assertEqual(found["objective"].tobytes(), run.metrics["objective"].tobytes())
                self.assertEqual(found["rows"].shape, (400, 3))
                self.assertLess(numpy.abs(found["rows"] - run.encode(x)).max(), 1e-5)

    def test_trains_from_a_file_and_by_a_configuration(self):
        x = package.rows()
        data = self.write("x.h5", x=x, other=x)
        parameters = infomax.train(x=x, **package.SETTINGS).parameters.tobytes()
        by_path = infomax.train(x=data, output=self.scratch / "run", **package.SETTINGS)
        self.assertEqual(by_path.parameters.tobytes(), parameters)
        named = infomax.train(package.SETTINGS, data=data, x="/other")
        self.assertEqual(named.parameters.tobytes(), parameters)
        again = infomax.train(self.scratch / "run", x=x, output=None, overwrite=True)
        self.assertEqual(again.parameters.tobytes(), parameters)
        shorter = infomax.train(self.scratch / "run" / "config.ini", x=x, output=self.scratch / "two", epochs=1)
        self.assertEqual(shorter.summary["steps"], 5)

    def test_takes_arrays_of_any_numbers_and_layout(self):
        x = package.rows()
        expected = infomax.train(x=x, **package.SETTINGS).parameters.tobytes()
        for same in (numpy.asfortranarray(x), numpy.repeat(x, 2, axis=0)[::2], x.astype(">f4")):
            self.assertEqual(infomax.train(x=same, **package.SETTINGS).parameters.tobytes(), expected)
        for other in (x.astype(numpy.float16), x > 0, (100 * x).astype(numpy.int16), x.tolist()):
            infomax.train(x=other, **package.SETTINGS)
        labelled = infomax.train(x=x, y=(x[:, 0] > 0).astype(int), pair="target", **package.SETTINGS)
        self.assertEqual(labelled.settings["pair"], "target")
        lagged = infomax.train(x=x, lengths=[150, 250], pair="lag", objective="vamp2", batch=0,
                               encoder=["dense:8", "tanh", "dense:2"], epochs=3)
        self.assertEqual(lagged.summary["samples"], 3 * 398)
        views = infomax.train(x=x, y=x[:, :2] ** 2, pair="views", objective="dcca", batch=0, encoder="dense:2",
                              epochs=3, lambda_=None)
        self.assertEqual([network["name"] for network in views.networks], ["a", "b"])
        steps = x.reshape(100, 4, 6)
        self.assertEqual(infomax.train(x=steps, x_lengths=[1, 2, 3, 4] * 25, encoder="gru:4,last", epochs=1)
                         .encode(steps, x_lengths=[4] * 100).shape, (100, 4))

    def test_metrics_are_those_of_metrics_jsonl(self):
        model = infomax.train(x=package.rows(), output=self.scratch / "run", lambda_=0.1, **package.SETTINGS)
        loaded = infomax.Model.load(self.scratch / "run").metrics
        self.assertEqual(len(model.metrics), 20)
        self.assertEqual(model.metrics["step"].tolist(), list(range(1, 21)))
        for name in ("objective", "dependence", "entropy_a", "gradient_norm", "samples", "seconds"):
            self.assertEqual(model.metrics[name].tolist(), loaded[name].tolist(), name)
        self.assertEqual(model.config["lambda"], "0.1")

    def test_callback_sees_steps_and_ends_the_run_in_order(self):
        seen = []

        def stop_at_seven(step):
            seen.append(step)
            return step["step"] == 7

        for output in ("", self.scratch / "run"):
            seen.clear()
            model = infomax.train(x=package.rows(), callback=stop_at_seven, output=output or None,
                                  **package.SETTINGS)
            self.assertEqual(model.summary["steps"], 7)
            self.assertIn("ended by the caller after step 7 of 20", model.summary["ending"])
            self.assertEqual([step["objective"] for step in seen], model.metrics["objective"].tolist())
            self.assertEqual((seen[-1]["epoch"], type(seen[-1]["step"])), (2, int))
        kept = infomax.Model.load(self.scratch / "run")
        self.assertEqual(kept.parameters.tobytes(), model.parameters.tobytes())
        resumed = infomax.train(x=package.rows(), output=self.scratch / "run", resume=True)
        self.assertEqual((resumed.summary["steps"], resumed.metrics["step"].tolist()), (20, list(range(8, 21))))
        whole = infomax.train(x=package.rows(), **package.SETTINGS)
        self.assertEqual(resumed.parameters.tobytes(), whole.parameters.tobytes())

    def test_callback_may_raise(self):
        class Own(Exception):
            pass

        def fail(step):
            raise Own("enough")

        for output in (None, self.scratch / "run"):
            with self.assertRaisesRegex(Own, "enough"):
                infomax.train(x=package.rows(), callback=fail, output=output, **package.SETTINGS)

    def test_exceptions_are_of_the_kind_that_exit_codes_stand_for(self):
        x = package.rows()
        text = self.scratch / "text.h5"
        text.write_text("not HDF5")
        for kind, code, words, keywords in (
                (infomax.UsageError, 2, "dense", {"x": x, "encoder": "dens:3"}),
                (infomax.UsageError, 2, "`epochs` is \"many\"", {"x": x, "epochs": "many"}),
                (infomax.UsageError, 2, "there are no rows", {}),
                (infomax.UsageError, 2, "sparse", {"x": package.need("scipy.sparse").eye(50)}),
                (infomax.UsageError, 2, "numpy.unique", {"x": x, "y": ["a"] * 400, "pair": "target"}),
                (infomax.UsageError, 2, "leave one out", {"x": x, "data": text}),
                (infomax.UsageError, 2, "as arrays", {"x": x, "y": text}),
                (infomax.UsageError, 2, "mpi4py", {"x": x, "comm": 1}),
                (infomax.DataError, 3, "not an HDF5 file", {"x": text}),
                (infomax.DataError, 3, "nan at row 0", {"x": numpy.full_like(x, numpy.nan)}),
                (infomax.DataError, 3, "rows", {"x": x, "y": x[:50], "pair": "views"}),
                (infomax.NumericError, 4, "is not a number", {"x": x, "learning_rate": 1e300, "optimizer": "sgd"}),
                (infomax.SystemError, 5, "cannot", {"x": x, "output": "/proc/none"}),
                (infomax.Stopped, 75, "time", {"x": x, "time_limit": "1e-9s"})):
            with self.subTest(words), self.assertRaises(kind) as caught:
                infomax.train(**{**package.SETTINGS, **keywords})
            self.assertEqual((caught.exception.exit_code, caught.exception.__class__.__module__), (code, "infomax"))
            self.assertIn(words, str(caught.exception))

    def test_unknown_keywords_are_type_errors_that_name_what_was_meant(self):
        for keyword, meant in (("epoch", "epochs"), ("learning_rte", "learning_rate"), ("calback", "callback")):
            with self.assertRaisesRegex(TypeError, f"no option `{keyword}`; did you mean {meant}"):
                infomax.train(x=package.rows(), **package.SETTINGS, **{keyword: 1})
        with self.assertRaisesRegex(infomax.UnknownOption, "layer"):
            infomax.train(x=package.rows(), encoder="dense:2", epochs=0).encode(package.rows(), layr=0)

    def test_options_are_those_of_the_program(self):
        told = self.run_program("help", "train")
        for option in infomax.options().values():
            self.assertIn(f"--{option.field}", told)
        self.assertEqual(infomax.options()["lambda_"].field, "lambda")
        self.assertIn("layer", infomax.options("encode"))
        self.assertIn("folds", infomax.options("probe"))


if __name__ == "__main__":
    unittest.main()
