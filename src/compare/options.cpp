// SPDX-License-Identifier: BSD-3-Clause
#include "compare/options.hpp"

namespace infomax::compare {
namespace {

FieldTable<FoldOptions> fold_fields() {
  FieldTable<FoldOptions> table;
  table.group("Folds")
      .add("folds", &FoldOptions::count, "K",
           "the rows are dealt to K folds, and each is held out once from a training on the others",
           {[](std::size_t folds) { return folds > 1; }, "2 folds or more"})
      .add("fold-kind", &FoldOptions::kind, "KIND",
           "random; stratified, with classes in equal parts (default for `pair` target where y "
           "holds classes); grouped, so that no group is on both sides (default with `groups`; of "
           "`pair` lag, whole trajectories); or blocked, consecutive rows (default for `pair` lag, "
           "of which pairs of rows that straddle a border are left out)")
      .add("groups", &FoldOptions::groups, "PATH",
           "data set with a number or a text a row, such as /subject: rows that share it are never "
           "on both sides")
      .add("labels", &FoldOptions::labels, "PATH",
           "data set of what `score` probe predicts and `fold-kind` stratified keeps in equal "
           "parts; default y")
      .add("gap", &FoldOptions::gap, "G",
           "of blocked folds: rows on either side of a fold that are not trained on, because they "
           "are like it");
  return table;
}

}  // namespace

FieldTable<Options> option_fields() {
  FieldTable<Options> table;
  table.group("Search")
      .add("grid", &Options::grid, "NAME=VALUES",
           "an option of `infomax train` and the values that it takes, with commas between them, "
           "such as learning-rate=0.001,0.01; with bars where values have commas, such as "
           "'encoder=dense:8 | dense:64,relu,dense:8'; and with double bars, blanks around them, "
           "where values have bars, as the networks of `views` do. May be given several times: all "
           "combinations are trials. Without any, the one configuration is cross-validated")
      .add("random", &Options::random, "N",
           "draw N trials at random, keyed by `seed`: a value of each `grid` and a number of each "
           "`range`",
           one_or_more())
      .add("range", &Options::ranges, "NAME=KIND:LOW:HIGH",
           "an option and the interval that `random` draws its value from: linear, log, integer or "
           "log-integer, such as learning-rate=log:1e-4:1e-1. May be given several times")
      .add(
          "halving", &Options::halving, "ETA",
          "successive halving: all trials are trained for a fraction of `epochs` (or `steps`), the "
          "best of ETA go on with ETA times as many, anew, and so on until those that are left "
          "are trained in full",
          {[](std::size_t eta) { return eta > 1; }, "2 or more, such as 3"});
  table.include(&Options::folds, fold_fields())
      .add("seeds", &Options::seeds, "S",
           "repeat all of it with S seeds, from `seed` on: of initial parameters, orders of rows "
           "and, unless folds are blocked, the choice of folds",
           one_or_more());
  table.group("Score")
      .add("score", &Options::score, "SCORE",
           "objective: that of the held-out rows as one batch, which only trials of one objective "
           "can be compared by; fit: the same under the fit to the training rows (canonical "
           "correlations and VAMP); probe: the accuracy, or R^2 of values, of a linear model that "
           "predicts `labels` of the held-out rows from the representation, for any trials")
      .add("confidence", &Options::confidence, "C", "of intervals",
           {[](double c) { return c > 0.0 && c < 1.0; }, "a number between 0 and 1"});
  table.group("Run")
      .add("ranks-per-trial", &Options::ranks_per_trial, "R",
           "split the ranks into groups of R, which train side by side; 0 = all ranks train one "
           "after another",
           zero_or_more("all ranks together"))
      .add("time-limit", &Options::time_limit, "TIME",
           "stop so long after the program started, such as 50min or 2h, with exit code 75; the "
           "same command goes on. 0s = none");
  return table;
}

}  // namespace infomax::compare
