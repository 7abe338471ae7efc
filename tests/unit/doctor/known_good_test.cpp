#include <doctest/doctest.h>

#include <algorithm>

#include "doctor/known_good.hpp"

using namespace moisson::doctor;
using Kind = LibraryVerdict::Kind;

namespace {

const KnownGood& row_of(std::string_view library) {
    const auto& rows = known_good_libraries();
    return *std::find_if(rows.begin(), rows.end(), [&](const KnownGood& row) { return row.library == library; });
}

SystemFacts system_with(std::string id, std::string version, std::string package, std::string package_version) {
    return {std::move(id), std::move(version), {{std::move(package), std::move(package_version)}}};
}

}  // namespace

TEST_CASE("an old library would pass for a new one, or the other way round, by the order of its version") {
    // Each line's order is what `dpkg --compare-versions` says.
    const std::vector<std::pair<std::string_view, std::string_view>> ascending{{"2.5.0-1+deb12u1", "2.5.0-1+deb12u5"},
                                                                               {"2.5.0-1+deb12u9", "2.5.0-1+deb12u10"},
                                                                               {"2.5.0-1", "2.5.0-1+deb12u1"},
                                                                               {"3.0.19-1~deb12u2", "3.0.20-1~deb12u1"},
                                                                               {"3.0.20-1~deb12u2", "3.0.20-1"},
                                                                               {"9:1.0", "10:0.1"},
                                                                               {"1.2.13", "1:1.2.11.dfsg-4.1"},
                                                                               {"1.0~~", "1.0~"},
                                                                               {"1.0~", "1.0"},
                                                                               {"1.0", "1.0a"},
                                                                               {"1.0a", "1.0+"},
                                                                               {"1.9", "1.10"},
                                                                               {"1.0-1", "1.0-2"},
                                                                               {"", "0.1"},
                                                                               {"2.7.1", "2.8.2"},
                                                                               {"1.2.9-rc1-1", "1.2.9-rc1-2"},
                                                                               {"1.0Z", "1.0a"},
                                                                               {"1.0.", "1.0.1"}};
    for (const auto& [low, high] : ascending) {
        CAPTURE(low);
        CAPTURE(high);
        CHECK(compare_debian_versions(low, high) == -1);
        CHECK(compare_debian_versions(high, low) == 1);
        CHECK(compare_debian_versions(high, high) == 0);
    }
    CHECK(compare_debian_versions("1.02", "1.2") == 0);
    CHECK(compare_debian_versions("0:1.0-0", "1.0") == 0);
}

TEST_CASE("a Debian that mended a fault without a new number would be called weak, and one that did not would pass") {
    const KnownGood& expat = row_of("expat");
    const LibraryVerdict old = judge_library(expat, "2.5.0", system_with("debian", "12", "libexpat1", "2.5.0-1+deb12u1"));
    CHECK(old.kind == Kind::old);
    CHECK(old.version == "2.5.0-1+deb12u1");
    CHECK(old.text ==
          "older than 2.5.0-1+deb12u5, which mends CVE-2026-56132 and CVE-2026-56403, by which an XML text writes outside of its memory");
    CHECK(old.remedy == "apt-get update && apt-get install --only-upgrade libexpat1");
    CHECK(judge_library(expat, "2.5.0", system_with("debian", "12", "libexpat1", "2.5.0-1+deb12u5")).kind == Kind::good);
    CHECK(judge_library(expat, "2.5.0", system_with("debian", "12", "libexpat1", "2.5.0-1+deb12u12")).kind == Kind::good);
    const KnownGood& zlib = row_of("zlib");
    CHECK(judge_library(zlib, "1.2.13", system_with("debian", "12", "zlib1g", "1:1.2.13.dfsg-1")).kind == Kind::good);
}

TEST_CASE("a person would be told what nobody knows: a distribution's own mending") {
    const KnownGood& expat = row_of("expat");
    const LibraryVerdict ubuntu = judge_library(expat, "2.6.1", system_with("ubuntu", "24.04", "libexpat1", "2.6.1-2ubuntu0.9"));
    CHECK(ubuntu.kind == Kind::unknown);
    CHECK(ubuntu.version == "2.6.1-2ubuntu0.9");
    CHECK(ubuntu.text.find("cannot be told from here; the library's own versions do from 2.8.2 on") != std::string::npos);
    CHECK(ubuntu.remedy.empty());
    CHECK(judge_library(expat, "2.8.2", {"fedora", "44", {}}).kind == Kind::good);
    CHECK(judge_library(expat, "2.8.10", {"fedora", "44", {}}).kind == Kind::good);
    CHECK(judge_library(expat, "2.8.1", {"fedora", "44", {}}).kind == Kind::unknown);
    // OpenSSL keeps several lines up: a higher number may lack what a lower one has.
    CHECK(judge_library(row_of("OpenSSL"), "3.5.1", {"fedora", "44", {}}).kind == Kind::unknown);
    // Not the package's library: 2.4.1 was loaded from elsewhere, though Debian's own is mended.
    const LibraryVerdict other = judge_library(expat, "2.4.1", system_with("debian", "12", "libexpat1", "2.5.0-1+deb12u5"));
    CHECK(other.kind == Kind::unknown);
    CHECK(other.version == "2.4.1");
    // 2.5.0 is not 2.5.01.
    CHECK(judge_library(expat, "2.5.0", system_with("debian", "12", "libexpat1", "2.5.01-1+deb12u5")).kind == Kind::unknown);
}

TEST_CASE("doctor would read the versions of packages that were taken off, or none at all") {
    const SystemFacts facts = read_system_facts("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n",
                                                "Package: libexpat1\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.5.0-1\n"
                                                "Description: XML\n Version: 9 is better\n\nPackage: zlib1g\n"
                                                "Status: deinstall ok config-files\nVersion: 1:1.2.13\n\n"
                                                "Package: libssl3\nStatus: hold ok installed\nVersion: 3.0.19-1~deb12u2");
    CHECK(facts.id == "debian");
    CHECK(facts.version == "12");
    REQUIRE(facts.packages.size() == 2);
    CHECK(facts.packages.at("libexpat1") == "2.5.0-1");
    CHECK(facts.packages.at("libssl3") == "3.0.19-1~deb12u2");
    CHECK(read_system_facts("", "").packages.empty());
}
