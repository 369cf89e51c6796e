// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/importers/importer.hpp"
#include "support/scratch.hpp"

// What importers make of files that are cut, overwritten, doubled and filled in at random: a data
// set, or a DataError of one line; never a crash, another error or a file half written.
namespace infomax::importers {
namespace {

constexpr std::uint64_t cases = 1500;

class ImporterDamage : public test::Scratch {
 protected:
  /// One to four random changes.
  static std::string damaged(std::string bytes, std::uint64_t number) {
    using namespace std::string_literals;
    static const std::string signs = "\0\xFF\"\n\r,;\t(){}'-9e."s;  // a NUL among them
    const CounterRandom random(number, RandomStream::generation);
    std::uint64_t drawn = 0;
    const auto below = [&](std::size_t bound) { return random.below(bound, drawn++); };
    for (std::uint64_t change = below(4) + 1; change > 0 && !bytes.empty(); --change) {
      const std::size_t at = below(bytes.size());
      switch (below(5)) {
        case 0:
          bytes.resize(at);
          break;
        case 1:
          bytes[at] = static_cast<char>(below(256));
          break;
        case 2:
          bytes[at] = signs[below(signs.size())];
          break;
        case 3:
          bytes.insert(at, 1, signs[below(signs.size())]);
          break;
        default:
          bytes += bytes.substr(at);
      }
    }
    return bytes;
  }

  /// How many of the damaged files were refused. Those of one row are not split.
  std::uint64_t refused(const std::string& whole, const TableOptions& table, bool split = true) {
    std::uint64_t count = 0;
    for (std::uint64_t number = 0; number < cases; ++number) {
      std::ofstream(file("in"), std::ios::binary) << damaged(whole, number);
      try {
        (void)import_dataset(
            {.x = file("in"),
             .y = "",
             .output = file("out.h5"),
             .table = table,
             .test = split ? std::optional(TestSplit{0.5, file("test.h5"), 1}) : std::nullopt,
             .like = ""});
        EXPECT_TRUE(std::filesystem::exists(file("out.h5")));
        std::filesystem::remove(file("test.h5"));
        std::filesystem::remove(file("out.h5"));
      } catch (const DataError& error) {
        ++count;
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << number;
      } catch (const UsageError& error) {
        ++count;  // the damage makes another format of it, which has no labels
        EXPECT_TRUE(!table.labels.empty()) << error.what();
      } catch (const std::exception& error) {
        ADD_FAILURE() << "case " << number << ": " << error.what();
      }
      EXPECT_FALSE(std::filesystem::exists(file("out.h5")));
      EXPECT_FALSE(std::filesystem::exists(file("test.h5")));
    }
    return count;
  }
};

TEST_F(ImporterDamage, OfTables) {
  std::string whole = "a,b,\"c, d\",kind\r\n";
  for (int row = 0; row < 12; ++row) {
    whole +=
        std::to_string(row) + ",-0.25,1e-3," + (row % 2 == 0 ? "\"x \"\"y\"\"\"" : "z") + "\r\n";
  }
  const auto count = refused(whole, {.labels = {"4"}, .dropped = {}, .element = {}, .header = {}});
  EXPECT_GT(count, cases / 3);
  EXPECT_LT(count, cases);
}

TEST_F(ImporterDamage, OfArrays) {
  const std::string text = "{'descr': '<i2', 'fortran_order': False, 'shape': (6, 5), }   \n";
  std::string whole = "\x93NUMPY\x01";
  whole += '\0';
  whole += static_cast<char>(text.size());
  whole += '\0';
  whole += text + std::string(60, 'x');
  const auto count = refused(whole, {});
  EXPECT_GT(count, cases / 3);
  EXPECT_LT(count, cases);
}

/// A number, the byte of lowest value first.
std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) {
    text += k < 8 ? static_cast<char>(value >> 8U * static_cast<unsigned>(k) & 0xFFU) : '\0';
  }
  return text;
}

std::string npy(const std::string& shape, const char* fortran, std::size_t data_bytes) {
  const std::string text =
      "{'descr': '<i2', 'fortran_order': " + std::string(fortran) + ", 'shape': " + shape + ", }\n";
  return "\x93NUMPY\x01" + little(0, 1) + little(text.size(), 2) + text +
         std::string(data_bytes, 'x');
}

std::uint32_t checksum(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<unsigned>(bytes.size())));
}

TEST_F(ImporterDamage, OfArraysInFortranOrder) {
  const auto count = refused(npy("(6, 5)", "True", 60), {});
  EXPECT_GT(count, cases / 3);
  EXPECT_LT(count, cases);
}

TEST_F(ImporterDamage, OfArchives) {
  const std::string name = "x.npy";
  const std::string data = npy("(6, 5)", "False", 60);
  const std::string sizes =
      little(checksum(data), 4) + little(data.size(), 4) + little(data.size(), 4);
  const std::string local = "PK\x03\x04" + little(20, 2) + little(0, 8) + sizes +
                            little(name.size(), 2) + little(0, 2) + name + data;
  const std::string entry = "PK\x01\x02" + little(20, 2) + little(20, 2) + little(0, 8) + sizes +
                            little(name.size(), 2) + little(0, 12) + little(0, 4) + name;
  const std::string whole = local + entry + "PK\x05\x06" + little(0, 4) + little(1, 2) +
                            little(1, 2) + little(entry.size(), 4) + little(local.size(), 4) +
                            little(0, 2);
  const auto count = refused(whole, {});
  EXPECT_GT(count, cases / 3);
  EXPECT_LT(count, cases);
}

TEST_F(ImporterDamage, OfSounds) {
  const std::string samples(120, 'x');
  const std::string format = little(1, 2) + little(1, 2) + little(8000, 4) + little(16000, 4) +
                             little(2, 2) + little(16, 2);
  const std::string whole = "RIFF" + little(36 + samples.size(), 4) + "WAVEfmt " + little(16, 4) +
                            format + "data" + little(samples.size(), 4) + samples;
  const auto count = refused(whole, {}, false);
  EXPECT_GT(count, cases / 10);
  EXPECT_LT(count, cases);
}

// Bytes of HDF5 files are not damaged at random, because HDF5 1.10 never returns from some of
// these; what the arrays say is.
TEST_F(ImporterDamage, OfWhatSparseMatricesSay) {
  const std::vector<std::int64_t> indices{3, 0, 2, 1};
  const std::vector<std::int64_t> places{0, 1, 2, 3, 4};
  const std::vector<double> shape{4, 4};
  std::uint64_t accepted = 0;
  constexpr std::uint64_t matrices = 400;
  for (std::uint64_t number = 0; number < matrices; ++number) {
    const CounterRandom random(number, RandomStream::generation);
    std::uint64_t drawn = 0;
    const auto damaged = [&](auto numbers) {
      constexpr std::array<std::int64_t, 12> wrong{-1,
                                                   0,
                                                   1,
                                                   4,
                                                   5,
                                                   1'000'000,
                                                   1LL << 31U,
                                                   1LL << 40U,
                                                   1LL << 52U,
                                                   1LL << 61U,
                                                   std::numeric_limits<std::int64_t>::max(),
                                                   std::numeric_limits<std::int64_t>::min()};
      if (random.below(3, drawn++) == 0) {
        auto& one = numbers[random.below(numbers.size(), drawn++)];
        one = static_cast<std::remove_reference_t<decltype(one)>>(
            wrong.at(random.below(wrong.size(), drawn++)));
      }
      return numbers;
    };
    {
      hdf5::File made = hdf5::File::create(file("in.h5"));
      made.create_dataset("/X/data", hdf5::ElementType::f32, {4})
          .write<float>(0, 4, std::vector<float>(4, 1.0F));
      made.create_dataset("/X/indices", hdf5::ElementType::i64, {4})
          .write<std::int64_t>(0, 4, damaged(indices));
      made.create_dataset("/X/indptr", hdf5::ElementType::i64, {5})
          .write<std::int64_t>(0, 5, damaged(places));
      made.write_attribute("/X", "encoding-type",
                           std::string_view(number % 2 == 0 ? "csr_matrix" : "csc_matrix"));
      const auto said = damaged(shape);
      made.write_attribute("/X", "shape", std::span<const double>(said));
      made.close();
    }
    try {
      (void)import_dataset({.x = file("in.h5").string() + ":/X", .output = file("out.h5")});
      ++accepted;
      EXPECT_LT(std::filesystem::file_size(file("out.h5")), std::uintmax_t{1} << 28U);
      std::filesystem::remove(file("out.h5"));
    } catch (const DataError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << number;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "case " << number << ": " << error.what();
    }
  }
  EXPECT_GT(accepted, matrices / 10);
  EXPECT_LT(accepted, matrices / 2);
}

std::string big(std::uint64_t value, int bytes);

/// A FLAC file of one channel whose header claims so many samples; behind it lies no frame.
std::string flac(std::uint64_t samples) {
  const std::uint64_t fields = std::uint64_t{8000} << 44U | std::uint64_t{15} << 36U | samples;
  return "fLaC" + big(0x80, 1) + big(34, 3) + big(4096, 2) + big(4096, 2) + big(0, 6) +
         big(fields, 8) + little(0, 16) + std::string(500, 'x');
}

TEST_F(ImporterDamage, OfCompressedSounds) {
  const auto count = refused(flac(4000), {}, false);
  EXPECT_EQ(count, cases);  // there is no frame
}

TEST_F(ImporterDamage, ClaimsOfManySamples) {
  const Frames frames{400, 400, {}};
  const Frames mel{0, 0, MelFrames{}};
  for (const std::uint64_t samples : {std::uint64_t{1} << 30U, (std::uint64_t{1} << 36U) - 1}) {
    std::ofstream(file("in.flac"), std::ios::binary) << flac(samples);
    for (const std::optional<Frames>& cut :
         {std::optional<Frames>(), std::optional(frames), std::optional(mel)}) {
      ImportRequest request{.x = file("in.flac"), .y = "", .output = file("out.h5"), .like = ""};
      request.reading.frames = cut;
      const std::string message =
          test::message_of<DataError>([&] { (void)import_dataset(request); });
      EXPECT_NE(message.find("samples that its header declares"), std::string::npos) << message;
    }
  }
  std::ofstream(file("in.flac"), std::ios::binary) << flac(0);  // which stands for unknown
  const std::string message = test::message_of<DataError>([&] {
    (void)import_dataset({.x = file("in.flac"), .y = "", .output = file("out.h5"), .like = ""});
  });
  EXPECT_NE(message.find("does not say how many samples"), std::string::npos) << message;
}

std::string big(std::uint64_t value, int bytes) {
  std::string text = little(value, bytes);
  std::reverse(text.begin(), text.end());
  return text;
}

std::string chunk(const std::string& kind_and_data) {
  return big(kind_and_data.size() - 4, 4) + kind_and_data + big(checksum(kind_and_data), 4);
}

TEST_F(ImporterDamage, OfImages) {
  const std::string rows(std::size_t{9} * 31,
                         '\0');  // of 30 pixels, each after the filter's number
  std::string packed(compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  const std::string whole = "\x89PNG\r\n\x1a\n" +
                            chunk("IHDR" + big(30, 4) + big(9, 4) + big(8, 1) + big(0, 4)) +
                            chunk("IDAT" + packed) + chunk("IEND");
  const auto count = refused(whole, {}, false);
  EXPECT_GT(count, cases / 3);
  EXPECT_LT(count, cases);
}

TEST_F(ImporterDamage, OfCompressedTables) {
  std::string text;
  for (int row = 0; row < 300; ++row) {
    text += std::to_string(row * row % 97) + "," + std::to_string(row) + "\n";
  }
  {
    gzFile out = gzopen(file("whole.gz").c_str(), "wb");
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
  }
  std::ifstream in(file("whole.gz"), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto count = refused(whole, {});
  EXPECT_GT(count, cases / 3);
  EXPECT_LT(count, cases);
}

}  // namespace
}  // namespace infomax::importers
