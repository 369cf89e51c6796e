#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""infomax.sklearn: estimators as scikit-learn wants them, alone, in pipelines and in grid searches."""

import pickle
import unittest
import warnings

import infomax
import numpy
import package

package.need("sklearn")

# pylint: disable=wrong-import-position
from infomax.sklearn import VAMP, DeepCCA, Encoder, SelfSupervised
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator


class Estimators(package.PackageTest):
    def check(self, estimator):
        """Every check passes, and there are as many as scikit-learn has for transformers."""
        count = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for made, check in check_estimator(estimator, generate_only=True):
                name = getattr(check, "func", check).__name__
                with self.subTest(estimator=type(estimator).__name__, check=name):
                    check(made)
                    count += 1
        self.assertGreater(count, 30)

    def test_encoder_passes_check_estimator(self):
        self.check(Encoder())

    def test_self_supervised_passes_check_estimator(self):
        self.check(SelfSupervised())

    def test_vamp_passes_check_estimator(self):
        self.check(VAMP())

    def test_deep_cca_passes_check_estimator(self):
        self.check(DeepCCA())

    def test_integers_are_values_where_they_are_said_to_be(self):
        x = package.rows()
        classes = numpy.digitize(x[:, 0], [-0.5, 0.5])
        values = numpy.array([10, 20, 1000])[classes]
        keywords = {"pair": "target", "objective": "mse", "encoder": "dense:1", "epochs": 3}
        by_integers, by_floats = (Encoder(target="values", **keywords).fit(x, y) for y in (values, values * 1.0))
        self.assertEqual(by_integers.transform(x).tobytes(), by_floats.transform(x).tobytes())
        self.assertEqual(by_integers.score(x, values), by_floats.score(x, values * 1.0))
        self.assertFalse(hasattr(by_integers, "classes_"))
        estimator = Encoder(pair="target", objective="dcca", encoder="dense:2", epochs=1).fit(x, values)
        self.assertEqual(estimator.classes_.tolist(), [10, 20, 1000])
        self.assertEqual(estimator.score(x, values.astype(float)), estimator.score(x, values))
        self.assertFalse(hasattr(estimator.fit(x, values * 1.0), "classes_"))
        with self.assertRaisesRegex(ValueError, "give classes of one type"):
            estimator.fit(x, numpy.array(["a", None] * 200, dtype=object))

    def test_parameters_are_the_options_of_the_library(self):
        for kind in (Encoder, SelfSupervised, VAMP, DeepCCA):
            known = set(kind().get_params())
            self.assertLessEqual(known, set(infomax.options()))
            self.assertLessEqual({"encoder", "temperature", "early_stop", "lambda_", "threads"}, known)
            self.assertFalse({"data", "output", "resume"} & known)
        self.assertEqual(clone(Encoder(lambda_=0.5)).lambda_, 0.5)
        self.assertIn("epochs=50 -- passes over the data", Encoder.__init__.__doc__)

        class Own(Encoder):
            def __init__(self, epochs=2):
                super().__init__(epochs=epochs, encoder="dense:1")

        self.assertEqual(Own().fit_transform(package.rows()).shape, (400, 1))
        with self.assertRaisesRegex(TypeError, "did you mean epochs"):
            Encoder(epoch=3)
        with self.assertRaisesRegex(ValueError, "epochs"):
            Encoder(epochs=-1).fit(package.rows())

    def test_grid_search_finds_what_predicts_best(self):
        x = package.rows(300)
        y = numpy.where(x[:, 0] * x[:, 1] > 0, "one", "other")
        steps = make_pipeline(StandardScaler(), Encoder(pair="target", objective="dcca", batch=0, seed=2),
                              LogisticRegression())
        search = GridSearchCV(steps, {"encoder__encoder": ["dense:1", "dense:32,tanh,dense:1"],
                                      "encoder__epochs": [150]}, cv=2)
        search.fit(x, y)
        self.assertEqual(search.best_params_["encoder__encoder"], "dense:32,tanh,dense:1")
        self.assertGreater(search.best_score_, 0.8)
        best = pickle.loads(pickle.dumps(search.best_estimator_))
        self.assertEqual(best.predict(x).tolist(), search.predict(x).tolist())
        self.assertEqual(best[1].classes_.tolist(), ["one", "other"])
        self.assertEqual(best[:2].get_feature_names_out().tolist(), ["encoder0"])
        with self.assertRaisesRegex(ValueError, "classes that fit has not seen"):
            best[1].score(x, numpy.full(300, "third"))

    def test_encoder_trains_as_the_library_does(self):
        x = package.rows()
        fitted = Encoder(encoder="dense:3", epochs=3, batch=100, precision=None).fit(x)
        alike = infomax.train(x=x, encoder="dense:3", epochs=3, batch=100, learning_rate=0.003)
        self.assertEqual(fitted.transform(x).tobytes(), alike.encode(x).tobytes())
        self.assertEqual(fitted.score(x), alike.evaluate(x)["objective"])
        self.assertEqual(fitted.n_iter_, 12)

    def test_deep_cca_finds_what_views_share(self):
        random = numpy.random.default_rng(0)
        shared = random.normal(size=(500, 1))
        x = numpy.hstack([numpy.tanh(shared), random.normal(size=(500, 2))])
        y = numpy.hstack([shared ** 3, random.normal(size=(500, 1))])
        fitted = DeepCCA(encoder="dense:32,tanh,dense:1", epochs=200, learning_rate=0.01).fit(x, y)
        self.assertGreater(fitted.score(x, y), 0.9)
        first, second = fitted.transform(x, y)
        self.assertEqual(fitted.transform(x).tobytes(), first.tobytes())
        self.assertGreater(abs(numpy.corrcoef(first[:, 0], second[:, 0])[0, 1]), 0.9)

    def test_vamp_scores_other_trajectories_under_its_fit(self):
        def trajectory(seed, count=1500):
            random = numpy.random.default_rng(seed)
            well = numpy.where(numpy.cumsum(random.random(count) < 0.02) % 2 == 0, -1.0, 1.0)
            return numpy.column_stack([well + 0.3 * random.normal(size=count), random.normal(size=count)])

        fitted = VAMP(encoder="dense:16,tanh,dense:2").fit(trajectory(1), lengths=[700, 800])
        self.assertGreater(fitted.score(trajectory(2)), 1.5)
        self.assertLess(fitted.score(numpy.random.default_rng(3).normal(size=(1500, 2))), 1.5)
        self.assertEqual(fitted.model_.summary["samples"], 1498 * 100)


if __name__ == "__main__":
    unittest.main()
