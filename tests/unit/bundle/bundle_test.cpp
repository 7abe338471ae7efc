/// The writing of bags: the same bytes everywhere, every source read whole or not at all.

#include <doctest/doctest.h>


#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>

#include "base/deflate.hpp"
#include "bundle/sample.hpp"
#include "bundle/zip_reader.hpp"

using namespace moisson;
using namespace moisson::bundle_test;

namespace {

std::map<std::string, std::string> contents_of(const std::filesystem::path& path) {
    const auto zip = bundle::ZipReader::open(path, {});
    REQUIRE(zip.has_value());
    std::map<std::string, std::string> files;
    for (const auto& entry : zip->entries()) {
        std::string& content = files[entry.name];
        REQUIRE(zip->read(entry, [&](std::string_view piece) { content += piece; }).has_value());
    }
    return files;
}

bundle::Payload in_memory(std::string path, std::string bytes) {
    bundle::Payload payload;
    payload.path = std::move(path);
    payload.bytes = std::move(bytes);
    return payload;
}

bundle::Payload from_file(std::string path, const std::filesystem::path& source) {
    bundle::Payload payload;
    payload.path = std::move(path);
    payload.source = source;
    return payload;
}

}  // namespace

TEST_CASE("a file that packs to next to nothing is read to its last byte, wherever the pieces end") {
    // An honest report of zeros would be called damaged.
    const Scratch scratch;
    for (std::size_t more = 0; more < 40; ++more) {
        bundle::Payload payload;
        payload.path = "documents/zeros.csv";
        payload.bytes = std::string(more % 3, 'x') + std::string((16U << 16U) + 13 * more, '0');
        const auto written = bundle::write_bundle(scratch / "b.zip", "bag", {}, {payload});
        REQUIRE(written);
        const auto zip = bundle::ZipReader::open(scratch / "b.zip", {});
        REQUIRE(zip);
        for (const bundle::ZipEntry& entry : zip->entries()) {
            CHECK(zip->read(entry, [](std::string_view) {}).has_value());
        }
    }
}

TEST_CASE("a bag has its tag files, in order, as RFC 8493 asks") {
    // No other BagIt program would accept the archive.
    const Scratch scratch;
    write_sample(scratch / "bundle.zip");
    auto files = contents_of(scratch / "bundle.zip");
    const std::string top = "moisson-2026-10/";
    CHECK(files.at(top + "bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    std::uint64_t octets = 0;
    for (const auto& payload : SampleMonth{}.payload()) {
        octets += payload.bytes.size();
        CHECK(files.at(top + "data/" + payload.path) == payload.bytes);
        CHECK(files.at(top + "manifest-sha256.txt").find(sha256_hex(payload.bytes) + "  data/" + payload.path + "\n") != std::string::npos);
    }
    const std::string info = files.at(top + "bag-info.txt");
    CHECK(info.starts_with("Contact-Name: moisson\nExternal-Identifier: moisson-2026-10\n"));
    CHECK(info.find("\nBag-Software-Agent: moisson ") != std::string::npos);
    CHECK(info.ends_with(fmt::format("\nPayload-Oxum: {}.6\n", octets)));
    for (const std::string name : {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt"}) {
        CHECK(files.at(top + "tagmanifest-sha256.txt").find(sha256_hex(files.at(top + name)) + "  " + name + "\n") != std::string::npos);
    }
    CHECK(files.size() == 12);
}

TEST_CASE("percent signs in paths are encoded in manifests, and no day is said to be that of the bagging") {
    // A BagIt program would look for another file.
    const Scratch scratch;
    const bundle::BagInfo info{{{"Contact\nName", "a\r\nb"}}, parse_timestamp("2026-02-28T23:59:59Z").value()};
    REQUIRE(bundle::write_bundle(scratch / "b.zip", "bag", info, {in_memory("50%.txt", "x")}).has_value());
    auto files = contents_of(scratch / "b.zip");
    CHECK(files.at("bag/manifest-sha256.txt") == sha256_hex("x") + "  data/50%25.txt\n");
    CHECK(files.contains("bag/data/50%.txt"));
    CHECK(files.at("bag/bag-info.txt").starts_with("Contact Name: a  b\nBag-Software-Agent: "));
    CHECK(files.at("bag/bag-info.txt").find("Bagging-Date") == std::string::npos);
}

TEST_CASE("a stop would wait for the bundle of a large month") {
    const Scratch scratch;
    std::stop_source stop;
    stop.request_stop();
    for (const std::string& text : {std::string("x"), std::string(3U << 20U, 'x')}) {
        const auto written = bundle::write_bundle(scratch / "b.zip", "bag", bag_info(), {in_memory("a.csv", text)}, stop.get_token());
        REQUIRE_FALSE(written);
        CHECK(written.error().code == ErrorCode::cancelled);
        CHECK(scratch.names().empty());
    }
}

TEST_CASE("the bytes depend on the payload alone: not on order, threads, time zone or day") {
    // A month published again would look changed.
    const Scratch scratch;
    std::vector<bundle::Payload> payload;
    for (unsigned at = 0; at < 60; ++at) {
        std::string bytes = at % 3 == 0 ? noise(at * 700, at) : std::string(at * 2111, 'a') + noise(at, at);
        put_file(scratch / ("source" + std::to_string(at)), bytes);
        const std::string path = fmt::format("documents/{:02}.{}", at, at % 4 == 0 ? "pdf" : "csv");
        payload.push_back(at % 2 == 0 ? in_memory(path, bytes) : from_file(path, scratch / ("source" + std::to_string(at))));
    }
    bundle::WriteOptions options;
    options.piece_bytes = 10'000;
    std::string first;
    const char* zone = std::getenv("TZ");
    const std::string before = zone == nullptr ? "" : zone;
    for (const auto& [name, threads] : {std::pair("UTC", 1U), std::pair("Pacific/Auckland", 2U), std::pair("America/St_Johns", 8U)}) {
        ::setenv("TZ", name, 1);
        ::tzset();
        options.threads = threads;
        std::rotate(payload.begin(), payload.begin() + 11, payload.end());
        const auto written = bundle::write_bag(scratch / "b.zip", "bag", bag_info(), payload, options);
        REQUIRE(written.has_value());
        const std::string bytes = read_file(scratch / "b.zip").value();
        first = first.empty() ? bytes : first;
        CHECK(bytes == first);
        CHECK(written->sha256 == sha256_hex(bytes));
    }
    ::setenv("TZ", before.c_str(), 1);
    ::tzset();
    for (const auto& entry : payload) {
        const std::string bytes = entry.source.empty() ? entry.bytes : read_file(entry.source).value();
        CHECK(contents_of(scratch / "b.zip").at("bag/data/" + entry.path) == bytes);
    }
}

TEST_CASE("what is compressed already is stored, what pays is deflated") {
    // Archives would grow, or take minutes for nothing.
    const Scratch scratch;
    const std::string text(100'000, 'a');
    REQUIRE(bundle::write_bundle(scratch / "b.zip", "bag", bag_info(),
                                 {in_memory("a.PDF", text), in_memory("b.csv", text), in_memory("c.bin", noise(5000, 3)),
                                  in_memory("d.txt", ""), in_memory("e.xlsx", text), in_memory("f.bin", noise(2'000'000, 3)),
                                  in_memory("g.csv", std::string(2'000'000, 'b'))})
                .has_value());
    const auto zip = bundle::ZipReader::open(scratch / "b.zip", {});
    REQUIRE(zip.has_value());
    std::map<std::string, bundle::Method> methods;
    for (const auto& entry : zip->entries()) {
        methods[entry.name.substr(entry.name.rfind('/') + 1)] = entry.method;
    }
    for (const char* stored : {"a.PDF", "c.bin", "d.txt", "e.xlsx", "f.bin"}) {
        CAPTURE(stored);
        CHECK(methods.at(stored) == bundle::Method::stored);
    }
    CHECK(methods.at("b.csv") == bundle::Method::deflated);
    CHECK(methods.at("g.csv") == bundle::Method::deflated);
}

TEST_CASE("a source that is not what was stored stops the bundle, and nothing is left") {
    // A changed file would be archived under the right name.
    const Scratch scratch;
    for (const std::size_t size : {std::size_t{100}, std::size_t{3'000'000}}) {
        const std::string bytes = noise(size, 7);
        put_file(scratch / "source", bytes);
        bundle::Payload right = from_file("a.pdf", scratch / "source");
        right.sha256 = sha256_hex(bytes);
        right.size_bytes = size;
        CHECK(bundle::write_bundle(scratch / "right.zip", "bag", bag_info(), {right}).has_value());
        bundle::Payload digest = right;
        digest.sha256[0] = digest.sha256[0] == '0' ? '1' : '0';
        bundle::Payload longer = right;
        longer.size_bytes = size + 1;
        bundle::Payload shorter = right;
        shorter.size_bytes = size - 1;
        for (const auto& wrong : {digest, longer, shorter}) {
            const auto written = bundle::write_bundle(scratch / "out/wrong.zip", "bag", bag_info(), {wrong});
            REQUIRE_FALSE(written.has_value());
            CHECK(written.error().code == ErrorCode::verification);
            CHECK(written.error().where == "a.pdf");
        }
        const auto missing = bundle::write_bundle(scratch / "out/wrong.zip", "bag", bag_info(), {from_file("a.pdf", scratch / "nowhere")});
        REQUIRE_FALSE(missing.has_value());
        CHECK(missing.error().code == ErrorCode::disk);
        CHECK(std::filesystem::is_empty(scratch / "out"));
    }
}

TEST_CASE("paths that cannot be unpacked everywhere are refused") {
    // The archive would open on one machine and fail on the next.
    const Scratch scratch;
    for (const std::string path : {"", "/a", "a//b", "../a", "a/..", "a.", "a ", " a", "a\\b", "a:b", "a\nb", "a\x01", "é", "a?"}) {
        CAPTURE(path);
        CHECK_FALSE(bundle::write_bundle(scratch / "b.zip", "bag", bag_info(), {in_memory(path, "x")}).has_value());
    }
    CHECK_FALSE(bundle::write_bundle(scratch / "b.zip", "bag", bag_info(), {in_memory("a", "x"), in_memory("A", "x")}).has_value());
    CHECK_FALSE(bundle::write_bundle(scratch / "b.zip", "bag", bag_info(), {in_memory("a", "x"), in_memory("A/b", "x")}).has_value());
    CHECK_FALSE(bundle::write_bundle(scratch / "b.zip", "a/b", bag_info(), {}).has_value());
    CHECK(bundle::write_bundle(scratch / "b.zip", "bag", bag_info(), {}).has_value());
}

TEST_CASE("an instant outside what ZIP can hold is clamped, not wrapped") {
    // A document of 1979 would be stamped 2107.
    const auto at = [](const char* text) { return bundle::dos_instant(parse_timestamp(text).value()); };
    CHECK(at("1970-01-01T00:00:00Z") == (0U << 25U | 1U << 21U | 1U << 16U));
    CHECK(at("2026-11-03T10:11:13Z") == (46U << 25U | 11U << 21U | 3U << 16U | 10U << 11U | 11U << 5U | 6U));
    CHECK(at("2200-01-01T00:00:00Z") == (127U << 25U | 12U << 21U | 31U << 16U | 23U << 11U | 59U << 5U | 29U));
}

TEST_CASE("the CRC of pieces joined is that of the whole") {
    // Every unzip program would report a long file as damaged.
    const std::string text = std::string(50'000, 'a') + noise(3000, 1) + std::string(50'000, 'b');
    for (const std::size_t piece : {std::size_t{7}, std::size_t{4096}, std::size_t{40'000}, text.size()}) {
        std::uint32_t crc = 0;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            const std::string_view bytes = std::string_view(text).substr(at, piece);
            crc = crc_joined(crc, crc_of(bytes), bytes.size());
        }
        CHECK(crc == crc_of(text));
    }
}
