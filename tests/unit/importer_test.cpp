// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/importers/importer.hpp"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"

namespace infomax::importers {
namespace {

using testing::HasSubstr;

void append_big_endian(std::string& bytes, std::uint64_t value, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift & 0xFFU));
  }
}

std::string header(char code, const std::vector<std::uint32_t>& shape) {
  std::string bytes{'\0', '\0', code, static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape) {
    append_big_endian(bytes, extent, 4);
  }
  return bytes;
}

class Importer : public test::Scratch {
 protected:
  std::filesystem::path plain(const std::string& name, const std::string& bytes) {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }

  std::filesystem::path gzipped(const std::string& name, const std::string& bytes) {
    gzFile out = gzopen(file(name).c_str(), "wb");
    gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(out);
    return file(name);
  }

  /// What the import says; it must leave nothing behind.
  std::string complaint(const std::filesystem::path& x, const std::filesystem::path& y = {}) {
    const std::string said = test::message_of<DataError>([&] {
      (void)import_dataset({x, y, file("out.h5")});
    });
    for (const auto& entry : std::filesystem::directory_iterator(file("."))) {
      EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("out.h5")));
    }
    return said;
  }

  /// Imports elements of one type, whose code in IDX is `code`, and compares them.
  template <class T, class Bits>
  void comes_back(char code, const std::vector<T>& values) {
    std::string bytes = header(code, {static_cast<std::uint32_t>(values.size())});
    for (const T value : values) {
      Bits bits{};
      std::memcpy(&bits, &value, sizeof(T));
      append_big_endian(bytes, bits, sizeof(T));
    }
    (void)import_dataset({plain("x.idx", bytes), {}, file("out.h5")});
    const hdf5::File opened = hdf5::File::open(file("out.h5"));
    EXPECT_EQ(opened.dataset("/x").element_type(), hdf5::element_type_of<T>());
    EXPECT_EQ(opened.dataset("/x").template read_all<T>(), values);
    EXPECT_FALSE(opened.exists("/y"));
  }
};

TEST_F(Importer, MakesADataSetOfImagesAndLabels) {
  const std::string images = header(8, {3, 2, 2}) + "abcdefghijkl";
  const std::string labels = header(8, {3}) + std::string{7, 0, 9};
  const std::vector<std::pair<std::filesystem::path, std::filesystem::path>> inputs{
      {plain("x.idx", images), plain("y.idx", labels)},
      {gzipped("x.gz", images), gzipped("y.gz", labels)}};
  for (const auto& [x, y] : inputs) {
    const Imported imported = import_dataset({x, y, file("out.h5")});

    EXPECT_EQ(imported.x.shape, (std::vector<std::size_t>{3, 2, 2}));
    ASSERT_TRUE(imported.y.has_value());
    const hdf5::File opened = hdf5::File::open(file("out.h5"));
    const std::string expected = "abcdefghijkl";
    EXPECT_EQ(opened.dataset("/x").shape(), (std::vector<std::size_t>{3, 2, 2}));
    EXPECT_EQ(opened.dataset("/x").read_all<std::uint8_t>(),
              std::vector<std::uint8_t>(expected.begin(), expected.end()));
    EXPECT_EQ(opened.dataset("/y").read_all<std::uint8_t>(), (std::vector<std::uint8_t>{7, 0, 9}));
  }
}

TEST_F(Importer, ReadsEveryElementType) {
  comes_back<std::uint8_t, std::uint8_t>(0x08, {0, 200});
  comes_back<std::int8_t, std::uint8_t>(0x09, {-3, 100});
  comes_back<std::int16_t, std::uint16_t>(0x0B, {-300, 258});
  comes_back<std::int32_t, std::uint32_t>(0x0C, {-70'000, 16'909'060});
  comes_back<float, std::uint32_t>(0x0D, {-1.5F, 3.25F});
  comes_back<double, std::uint64_t>(0x0E, {-1.5, 1e300});
}

TEST_F(Importer, GoesInSlabs) {
  // Above 8 MiB and no multiple of it.
  const std::uint32_t rows = 10'007;
  std::string bytes = header(8, {rows, 1000});
  std::vector<std::uint8_t> values(rows * 1000U);
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = static_cast<std::uint8_t>(k * 31 % 251);
  }
  bytes.append(values.begin(), values.end());
  (void)import_dataset({plain("x.idx", bytes), {}, file("out.h5")});
  EXPECT_EQ(hdf5::File::open(file("out.h5")).dataset("/x").read_all<std::uint8_t>(), values);
}

TEST_F(Importer, RefusesWhatIsNoWholeIdxFile) {
  const std::string whole = header(8, {3, 2}) + "abcdef";
  const std::string cut = whole.substr(0, whole.size() - 1);
  std::string noise(1000, '\0');
  for (std::size_t k = 0; k < noise.size(); ++k) {
    noise[k] = static_cast<char>(k * k * 37 % 253);
  }
  const auto cut_gz = gzipped("cut.gz", header(8, {1000}) + noise);
  std::filesystem::resize_file(cut_gz, std::filesystem::file_size(cut_gz) / 2);

  EXPECT_THAT(complaint(plain("a", cut)), HasSubstr("ends before"));
  EXPECT_THAT(complaint(gzipped("b", cut)), HasSubstr("ends before"));
  EXPECT_THAT(complaint(cut_gz), HasSubstr("ends before"));
  EXPECT_THAT(complaint(plain("c", whole.substr(0, 7))), HasSubstr("ends before"));
  EXPECT_THAT(complaint(plain("d", whole + "g")), HasSubstr("more data"));
  EXPECT_THAT(complaint(plain("e", std::string("\0\0\b", 3))), HasSubstr("not an IDX file"));
  EXPECT_THAT(complaint(plain("f", "")), HasSubstr("is empty"));
  EXPECT_THAT(complaint(plain("g", header(0x0A, {1}) + "a")), HasSubstr("element type 10"));
  EXPECT_THAT(complaint(plain("h", header(8, {0, 2}))), HasSubstr("no elements"));
  EXPECT_THAT(complaint(file("missing")), HasSubstr("No such file"));
  EXPECT_THAT(complaint(plain("x", whole), plain("y", header(8, {2}) + "ab")),
              HasSubstr("has 3 rows"));
}

TEST_F(Importer, LeavesTheOldFileWhereTheNewOneFails) {
  (void)import_dataset({plain("x", header(8, {2}) + "ab"), {}, file("old.h5")});
  EXPECT_THROW((void)import_dataset({plain("cut", header(8, {9}) + "ab"), {}, file("old.h5")}),
               DataError);
  EXPECT_EQ(hdf5::File::open(file("old.h5")).dataset("/x").rows(), 2U);
}

TEST_F(Importer, SaysWhereItCannotWrite) {
  EXPECT_THROW(
      (void)import_dataset({plain("x", header(8, {2}) + "ab"), {}, file("no/directory/out.h5")}),
      SystemError);
}

}  // namespace
}  // namespace infomax::importers
