// Whether a bundle that stands there may stay: only when it is what would be written, byte for byte.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "sample.hpp"

namespace {

using namespace moisson;
using bundle_test::noise;
using bundle_test::put_file;
using bundle_test::Scratch;

const bundle::BagInfo info{{{"Source-Organization", "test"}}, parse_timestamp("2026-11-03T05:06:08Z").value()};

struct Scene {
    Scratch scratch;
    std::vector<bundle::Payload> payload;

    Scene() {
        put_file(scratch / "a", noise(700'000, 1));
        put_file(scratch / "b", std::string(3'000, 'b'));
        payload.push_back({"documents/z.pdf", scratch / "a", {}, sha256_of_file(scratch / "a").value(), 700'000});
        payload.push_back({"documents/b.csv", scratch / "b", {}, sha256_of_file(scratch / "b").value(), 3'000});
        payload.push_back({"summary.json", {}, "{}\n", {}, 0});
    }
    [[nodiscard]] std::optional<bundle::WrittenBundle> find(const std::string& top = "bag", const bundle::BagInfo& about = info) const {
        return bundle::find_same_bundle(scratch / "bundle.zip", top, about, payload);
    }
};

}  // namespace

TEST_CASE("a bundle of the same payload is found, with the digest that writing it would give: else every run packs every month again") {
    Scene scene;
    CHECK_FALSE(scene.find());
    const auto written = bundle::write_bundle(scene.scratch / "bundle.zip", "bag", info, scene.payload);
    REQUIRE(written);
    std::reverse(scene.payload.begin(), scene.payload.end());
    const auto found = scene.find();
    REQUIRE(found);
    CHECK(found->sha256 == written->sha256);
    CHECK(found->size_bytes == written->size_bytes);
    CHECK(found->files == written->files);
}

TEST_CASE("a bundle of anything else is not taken for it: a new document would be missing from the archive") {
    Scene scene;
    REQUIRE(bundle::write_bundle(scene.scratch / "bundle.zip", "bag", info, scene.payload));
    CHECK_FALSE(scene.find("other"));
    bundle::BagInfo other = info;
    other.fields[0].second = "another";
    CHECK_FALSE(scene.find("bag", other));
    const auto with = [&](const std::function<void(std::vector<bundle::Payload>&)>& change) {
        const auto before = scene.payload;
        change(scene.payload);
        const bool found = scene.find().has_value();
        scene.payload = before;
        return found;
    };
    CHECK(with([](auto&) {}));
    CHECK_FALSE(with([](auto& payload) { payload.pop_back(); }));
    CHECK_FALSE(with([](auto& payload) { payload.push_back({"x", {}, "x", {}, 0}); }));
    CHECK_FALSE(with([](auto& payload) { payload[2].bytes = "[]\n"; }));
    CHECK_FALSE(with([](auto& payload) { payload[0].path = "documents/y.pdf"; }));
    CHECK_FALSE(with([](auto& payload) { payload[1].sha256 = payload[0].sha256; }));
}

TEST_CASE("further tag files stand behind bag-info.txt, are listed, and another text of one is another bundle") {
    Scene scene;
    put_file(scene.scratch / "page", "<html>");
    bundle::BagInfo about = info;
    about.tags.push_back({"README.txt", {}, "read me\n", {}, 0});
    about.tags.push_back({"index.html", scene.scratch / "page", {}, sha256_of_file(scene.scratch / "page").value(), 6});
    REQUIRE(bundle::write_bundle(scene.scratch / "bundle.zip", "bag", about, scene.payload));
    CHECK(scene.find("bag", about));
    CHECK_FALSE(bundle::write_bundle(scene.scratch / "plain.zip", "bag", info, scene.payload)->sha256 ==
                sha256_of_file(scene.scratch / "bundle.zip").value());
    bundle::BagInfo other = about;
    other.tags[0].bytes = "read it\n";
    CHECK_FALSE(scene.find("bag", other));
    other = about;
    other.tags[1].sha256 = std::string(64, '0');
    CHECK_FALSE(scene.find("bag", other));
}

TEST_CASE("a damaged bundle is not kept: the next run would publish it once more") {
    Scene scene;
    const auto path = scene.scratch / "bundle.zip";
    const auto written = bundle::write_bundle(path, "bag", info, scene.payload);
    REQUIRE(written);
    for (const std::uint64_t at : {std::uint64_t{40}, written->size_bytes / 2, written->size_bytes - 1}) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        const auto place = static_cast<std::streamoff>(at);
        file.seekg(place);
        const char before = static_cast<char>(file.get());
        file.seekp(place).put(static_cast<char>(before ^ 1)).flush();
        CHECK_FALSE(scene.find());
        file.seekp(place).put(before).flush();
    }
    CHECK(scene.find());
    std::filesystem::resize_file(path, written->size_bytes - 1);
    CHECK_FALSE(scene.find());
    std::filesystem::remove(path);
    std::filesystem::create_symlink(scene.scratch / "a", path);
    CHECK_FALSE(scene.find());
}
