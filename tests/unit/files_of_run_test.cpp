// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/files_of_run.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/scratch.hpp"

namespace infomax::train {
namespace {

namespace fs = std::filesystem;

class FilesOfRun : public test::Scratch {
 protected:
  void SetUp() override {
    Scratch::SetUp();
    before_ = fs::current_path();
    fs::create_directories(file("project/sets"));
    fs::create_directories(file("project/runs/first"));
    fs::create_directories(file("elsewhere"));
    std::ofstream(file("project/sets/train.h5")) << "rows";
    fs::current_path(file("elsewhere"));
  }
  void TearDown() override {
    fs::current_path(before_);
    Scratch::TearDown();
  }

  [[nodiscard]] std::string path(const std::string& name) const { return file(name).string(); }

 private:
  fs::path before_;
};

TEST_F(FilesOfRun, KeepsAbsolutePathsAndWhatIsNoPath) {
  Config config;
  config.data = "../project/sets/train.h5";
  config.output = "runs/new";
  config.validation = ValidationData{"held.h5", 0.0};
  const std::string ini = to_ini(kept_texts(config));
  EXPECT_NE(ini.find("data = " + path("project/sets/train.h5") + "\n"), std::string::npos) << ini;
  EXPECT_NE(ini.find("output = " + path("elsewhere/runs/new") + "\n"), std::string::npos) << ini;
  EXPECT_NE(ini.find("validation = " + path("elsewhere/held.h5") + "\n"), std::string::npos) << ini;
  config.validation = ValidationData{"", 0.25};
  EXPECT_NE(to_ini(kept_texts(config)).find("validation = 0.25\n"), std::string::npos);
}

TEST_F(FilesOfRun, FindsTheDataOfAnOldRunWithRelativePaths) {
  const std::string ini = "data = sets/train.h5\noutput = runs/first\nvalidation = 0.5\n";
  EXPECT_EQ(
      locate_files(ini, "../project/runs/first"),
      "data = " + path("project/sets/train.h5") + "\noutput = runs/first\nvalidation = 0.5\n");
  fs::current_path(file("project"));
  EXPECT_EQ(locate_files(ini, "runs/first"), "data = " + path("project/sets/train.h5") +
                                                 "\noutput = runs/first\nvalidation = 0.5\n");
}

TEST_F(FilesOfRun, FindsTheDataOfARunThatMoved) {
  const std::string ini = "data = " + path("project/sets/train.h5") +
                          "\nvalidation = " + path("project/sets/train.h5") +
                          "\noutput = " + path("project/runs/first") + "\n";
  fs::rename(file("project"), file("archive"));
  EXPECT_EQ(locate_files(ini, "../archive/runs/first"),
            "data = " + path("archive/sets/train.h5") + "\nvalidation = " +
                path("archive/sets/train.h5") + "\noutput = " + path("project/runs/first") + "\n");
}

TEST_F(FilesOfRun, LeavesWhatIsNowhereAsItWas) {
  const std::string ini = "data = sets/gone.h5\noutput = runs/first\n";
  EXPECT_EQ(locate_files(ini, "../project/runs/first"), ini);
  EXPECT_EQ(locate_files("batch = 3\n", "runs/first"), "batch = 3\n");
}

}  // namespace
}  // namespace infomax::train
