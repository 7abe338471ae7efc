// The ZIP of raw answers.
#include "bundle/answer_archive.hpp"

#include <doctest/doctest.h>

#include <string>

#include "bundle/zip_reader.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::bundle;

TEST_CASE("answers come out of their archive as they went in, whatever they are") {
    // If this failed, the service's own words could not be shown any more.
    const test::ScratchFolder folder;
    const auto path = folder.path() / "answers.zip";
    const std::string blanks(8U << 20U, ' ');  // unpacks to a thousand times its length
    const std::string texts[] = {R"({"contracts":[]})", "", std::string("\0\xff{", 3), blanks, std::string(3000, 'a')};
    auto archive = AnswerArchive::create(path, Timestamp{});
    REQUIRE(archive);
    int number = 0;
    for (const std::string& text : texts) {
        REQUIRE(archive->add(std::to_string(++number) + ".json", text));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    const auto written = archive->finish();
    REQUIRE(written);
    auto reader = ZipReader::open(path, ZipLimits{});
    REQUIRE(reader);
    CHECK(reader->sealed_digest() == written->sha256);
    REQUIRE(reader->entries().size() == std::size(texts));
    for (std::size_t at = 0; at < std::size(texts); ++at) {
        std::string content;
        CHECK(reader->read(reader->entries()[at], [&](std::string_view piece) { content += piece; }));
        CHECK(content == texts[at]);
    }
    CHECK(reader->entries()[4].packed_size < 100);
}

TEST_CASE("an archive that was not finished leaves nothing") {
    // If this failed, a run that was stopped would leave half of what the service said.
    const test::ScratchFolder folder;
    {
        auto archive = AnswerArchive::create(folder.path() / "answers.zip", Timestamp{});
        REQUIRE(archive);
        REQUIRE(archive->add("1.json", "{}"));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}
