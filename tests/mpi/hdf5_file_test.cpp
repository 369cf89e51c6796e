// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/file.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "infomax/core/error.hpp"
#include "support/scratch.hpp"

namespace infomax::hdf5 {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A file as another program may write it: /x of 5 elements of `type`, from `values` in memory as
/// `memory_type`.
void write_foreign(const std::filesystem::path& path, hid_t type, hid_t memory_type,
                   const void* values) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t extent = 5;
  const hid_t space = H5Screate_simple(1, &extent, nullptr);
  const hid_t set = H5Dcreate2(file, "/x", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (values != nullptr) {
    ASSERT_GE(H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
  }
  H5Dclose(set);
  H5Sclose(space);
  ASSERT_GE(H5Fclose(file), 0);
}

hid_t half_precision() {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  return type;
}

hid_t boolean() {
  const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
  const std::int8_t no = 0;
  const std::int8_t yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  return type;
}

class Hdf5File : public test::SharedScratch {
 protected:
  /// Collective. What opening the file and its /x says, which must be the same on every rank.
  std::string complaint(const std::string& name, const std::string& object = "/x") {
    const std::string said = test::message_of<DataError>([&] {
      File opened = File::open_parallel(world_, file(name));
      try {
        (void)opened.dataset(object);
      } catch (const Error&) {
        opened.close();
        throw;
      }
      opened.close();
    });
    EXPECT_EQ(said, world_.broadcast(said, 0));
    EXPECT_THAT(said, AllOf(HasSubstr(file(name).string()), Not(HasSubstr("\n"))));
    return said;
  }

  /// Reads all five elements of /x on every rank.
  template <class T>
  std::vector<T> read_foreign(const std::string& name, ElementType expected) {
    File opened = File::open_parallel(world_, file(name));
    std::vector<T> values(5);
    {
      const Dataset x = opened.dataset("/x");
      EXPECT_EQ(x.element_type(), expected);
      x.read<T>(0, 5, values);
    }
    opened.close();
    return values;
  }
};

TEST_F(Hdf5File, NamesWhatIsWrongWithAFile) {
  on_root([&] {
    std::ofstream(file("text.h5")) << "x,y\n1,2\n";
    File created = File::create(file("whole.h5"));
    created.create_dataset("/x", ElementType::f64, {1000})
        .write<double>(0, 1000, std::vector<double>(1000, 1.0));
    created.close();
    std::filesystem::copy_file(file("whole.h5"), file("cut.h5"));
    std::filesystem::resize_file(file("cut.h5"), 3000);
  });

  EXPECT_THAT(complaint("missing.h5"), HasSubstr("No such file"));
  EXPECT_THAT(complaint("text.h5"), HasSubstr("not an HDF5 file"));
  EXPECT_THAT(complaint("cut.h5"), HasSubstr("truncated file"));
  EXPECT_THAT(complaint("."), HasSubstr("not a file"));
  EXPECT_THROW((void)File::open(file("missing.h5")), DataError);
  EXPECT_THROW((void)File::create(file("no/such/directory.h5")), SystemError);
}

TEST_F(Hdf5File, ListsTheDataSetsWhereOneIsMissing) {
  on_root([&] {
    File created = File::create(file("f.h5"));
    created.create_dataset("/images", ElementType::u8, {2, 3});
    created.create_dataset("/labels", ElementType::u8, {2});
    created.create_group("/empty/inner");
    created.close();
  });

  EXPECT_THAT(complaint("f.h5", "/x"), HasSubstr("/images 2 x 3 u8, /labels 2 u8"));
  EXPECT_THAT(complaint("f.h5", "/x"), HasSubstr("did you mean /images?"));
  EXPECT_THAT(complaint("f.h5", "/no/such/label"), HasSubstr("did you mean /labels?"));
  EXPECT_THAT(complaint("f.h5", "/empty"), HasSubstr("not a data set"));
  const File opened = File::open(file("f.h5"));
  EXPECT_TRUE(opened.exists("/"));
  EXPECT_TRUE(opened.exists("/empty/inner"));
  EXPECT_FALSE(opened.exists("/empty/other"));
  EXPECT_FALSE(opened.exists("/images/inside"));
  EXPECT_THAT(opened.dataset_names(), ElementsAre("images", "labels"));
  EXPECT_EQ(opened.dataset("/images").features(), 3U);
  EXPECT_EQ(opened.dataset("/labels").features(), 1U);
}

TEST_F(Hdf5File, ConvertsForeignNumbers) {
  const std::vector<std::int32_t> integers{-3, 0, 1, 70'000, -70'000};
  const std::vector<double> halves{-1.5, 0.0, 0.25, 2.0, 1024.0};
  const std::vector<std::int8_t> truths{1, 0, 0, 1, 1};
  on_root([&] {
    const hid_t half = half_precision();
    const hid_t truth = boolean();
    write_foreign(file("be32.h5"), H5T_STD_I32BE, H5T_NATIVE_INT32, integers.data());
    write_foreign(file("be64.h5"), H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, halves.data());
    write_foreign(file("half.h5"), half, H5T_NATIVE_DOUBLE, halves.data());
    write_foreign(file("long.h5"), H5T_NATIVE_LDOUBLE, H5T_NATIVE_DOUBLE, halves.data());
    write_foreign(file("bool.h5"), truth, truth, truths.data());
    H5Tclose(half);
    H5Tclose(truth);
  });

  EXPECT_EQ(read_foreign<std::int32_t>("be32.h5", ElementType::i32), integers);
  EXPECT_EQ(read_foreign<double>("be64.h5", ElementType::f64), halves);
  EXPECT_EQ(read_foreign<float>("half.h5", ElementType::f32),
            std::vector<float>(halves.begin(), halves.end()));
  EXPECT_EQ(read_foreign<double>("long.h5", ElementType::f64), halves);
  EXPECT_EQ(read_foreign<std::int8_t>("bool.h5", ElementType::i8), truths);
}

TEST_F(Hdf5File, RefusesWhatAreNotRowsOfNumbers) {
  on_root([&] {
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 8);
    const hid_t record = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(record, "a", 0, H5T_NATIVE_INT32);
    H5Tinsert(record, "b", 4, H5T_NATIVE_FLOAT);
    write_foreign(file("text.h5"), text, text, nullptr);
    write_foreign(file("record.h5"), record, record, nullptr);
    H5Tclose(text);
    H5Tclose(record);
    const hid_t made =
        H5Fcreate(file("scalar.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate(H5S_SCALAR);
    H5Dclose(H5Dcreate2(made, "/x", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(made);
  });

  EXPECT_THAT(complaint("text.h5"), HasSubstr("holds strings"));
  EXPECT_THAT(complaint("record.h5"), HasSubstr("holds compound records"));
  EXPECT_THAT(complaint("scalar.h5"), HasSubstr("scalar"));
}

TEST_F(Hdf5File, AttributesComeBack) {
  const std::vector<std::string> many(20'000, "gene");  // above 64 KiB
  on_root([&] {
    File created = File::create(file("a.h5"));
    created.create_group("/networks/b");
    created.write_attribute("/", "format", "infomax-model");
    created.write_attribute("/", "version", 1);
    created.write_attribute("/networks/b", "spec", std::string("dense:4,tanh"));
    created.write_attribute("/networks/b", "empty", "");
    created.write_attribute("/networks/b", "rate", 0.1);
    created.write_attribute("/networks/b", "rhos", std::vector<double>{0.9, 0.5});
    created.write_attribute("/networks/b", "names", std::vector<std::string>{"a", "", "ä, b"});
    created.write_attribute("/networks/b", "many", many);
    created.write_attribute("/", "version", std::uint64_t{2});
    created.close();
  });

  File opened = File::open_parallel(world_, file("a.h5"));
  EXPECT_EQ(opened.string_attribute("/", "format"), "infomax-model");
  EXPECT_EQ(opened.integer_attribute("/", "version"), 2);
  EXPECT_EQ(opened.string_attribute("/networks/b", "spec"), "dense:4,tanh");
  EXPECT_EQ(opened.string_attribute("/networks/b", "empty"), "");
  EXPECT_EQ(opened.real_attribute("/networks/b", "rate"), 0.1);
  EXPECT_THAT(opened.reals_attribute("/networks/b", "rhos"), ElementsAre(0.9, 0.5));
  EXPECT_THAT(opened.strings_attribute("/networks/b", "names"), ElementsAre("a", "", "ä, b"));
  EXPECT_EQ(opened.strings_attribute("/networks/b", "many"), many);
  EXPECT_THAT(opened.strings_attribute("/", "format"), ElementsAre("infomax-model"));
  EXPECT_THROW((void)opened.strings_attribute("/networks/b", "rhos"), DataError);
  EXPECT_THROW((void)opened.string_attribute("/networks/b", "names"), DataError);
  EXPECT_TRUE(opened.has_attribute("/", "format"));
  EXPECT_FALSE(opened.has_attribute("/", "spec"));
  EXPECT_THROW((void)opened.string_attribute("/", "spec"), DataError);
  EXPECT_THROW((void)opened.string_attribute("/", "version"), DataError);
  EXPECT_THROW((void)opened.integer_attribute("/", "format"), DataError);
  EXPECT_THROW((void)opened.real_attribute("/networks/b", "rhos"), DataError);
  opened.close();
}

TEST_F(Hdf5File, ThatSomeRanksCannotOpenIsNotCreated) {
  if (world_.size() == 1) {
    GTEST_SKIP() << "one rank cannot differ";
  }
  on_root([&] { std::filesystem::create_directory(file("own")); });
  const auto path = file(world_.is_root() ? "own" : "other") / "out.h5";
  EXPECT_THAT(test::message_of<SystemError>([&] { (void)File::create_parallel(world_, path); }),
              AllOf(testing::StartsWith("rank 1: "), HasSubstr("other/out.h5"),
                    HasSubstr("all ranks share")));
}

TEST_F(Hdf5File, ClosingReportsADataSetStillOpen) {
  on_root([&] {
    File created = File::create(file("open.h5"));
    const Dataset x = created.create_dataset("/x", ElementType::f32, {1});
    EXPECT_THROW(created.close(), SystemError);
  });
}

}  // namespace
}  // namespace infomax::hdf5
