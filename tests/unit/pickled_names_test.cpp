// SPDX-License-Identifier: BSD-3-Clause
#include "importers/pickled_names.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace infomax::importers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The texts are what pickle.dumps(..., protocol=0) returns of Python 3.11.

TEST(PickledNames, ReadsListsAndTuples) {
  EXPECT_THAT(pickled_names("(lp0\nVa\np1\naVb c\np2\na."), ElementsAre("a", "b c"));
  EXPECT_THAT(pickled_names("(lp0\n."), IsEmpty());
  EXPECT_THAT(pickled_names("(lp0\nI3\naI-4\na."), ElementsAre("3", "-4"));
  // [(1, ['x', 'y', 'x'])]
  EXPECT_THAT(pickled_names("(lp0\n(I1\n(lp1\nVx\np2\naVy\np3\nag2\natp4\na."),
              ElementsAre("1", "x", "y", "x"));
}

TEST(PickledNames, DecodesCharacters) {
  EXPECT_THAT(pickled_names("(lp0\nVgr\xFCn \\u4e16\np1\naV\\U0001f600\np2\na."),
              ElementsAre("grün 世", "\xF0\x9F\x98\x80"));
  EXPECT_THAT(pickled_names("(lp0\nVa\\u005cb\np1\na."), ElementsAre("a\\b"));
}

TEST(PickledNames, ReadsNothingElse) {
  for (const char* text : {"", ".", "(lp0\nVa\np1\na", "cos\nsystem\n(Vls\ntR.", "(dp0\nVa\nI1\ns.",
                           "a.", "l.", "g7\n.", "(lp0\nS'a\\n'\na.", "\x80\x04]\x94."}) {
    EXPECT_THAT(pickled_names(text), IsEmpty()) << text;
  }
  // A list that is appended to itself again and again.
  std::string bomb = "(lp0\nVa\np1\na";
  for (int k = 0; k < 100; ++k) {
    bomb += "p0\ng0\na";
  }
  EXPECT_THAT(pickled_names(bomb + "."), IsEmpty());
}

TEST(PickledNames, CopyNoMoreThanMemoryHolds) {
  // Lists of two copies of the list before: 2^40 names.
  std::string doubled = "(lp0\nVa\np1\na";
  for (int k = 0; k < 40; ++k) {
    doubled += "(g0\ng0\nlp0\n";
  }
  EXPECT_THAT(pickled_names(doubled + "."), IsEmpty());
  // Copies of a long text that stay on the stack: 30 GB.
  std::string copies = "V" + std::string(60'000, 'a') + "\np0\n";
  for (int k = 0; k < 500'000; ++k) {
    copies += "g0\n";
  }
  EXPECT_THAT(pickled_names(copies + "."), IsEmpty());
}

TEST(PickledNames, MakeNoInvalidText) {
  EXPECT_THAT(pickled_names("(lp0\nVa\\uD800b\\UFFFFFFFFc\np1\na."), ElementsAre("a\xEF\xBF\xBD"
                                                                                 "b\xEF\xBF\xBD"
                                                                                 "c"));
}

}  // namespace
}  // namespace infomax::importers
