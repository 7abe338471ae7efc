/// Paths in the bag: safe everywhere, unique, the same in every order.

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "base/text.hpp"
#include "bundle/bag_format.hpp"
#include "bundle/bundle.hpp"
#include "support/rounds.hpp"

using namespace moisson;

namespace {

LedgerEntry entry_of(const Contract& contract, std::string filename, std::string media_type = "application/pdf",
                     std::string document_id = "D1") {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.filename = std::move(filename);
    entry.media_type = std::move(media_type);
    entry.document_id = std::move(document_id);
    entry.document_type = "invoices";
    entry.sha256 = std::string(64, 'a');
    const Month month = Month::make(2026, 10).value();
    entry.period = Period{month.first_day(), month.last_day()};
    return entry;
}

/// The last part of the path.
std::string name_of(const LedgerEntry& entry) {
    const std::string path = bundle::document_path(entry);
    return path.substr(path.rfind('/') + 1);
}

bool is_device(std::string name) {
    name = moisson::lower(name.substr(0, name.find('.')));
    static const std::set<std::string> devices{"con", "prn", "aux", "nul", "com0", "com1", "com9", "lpt0", "lpt1", "lpt9"};
    return devices.contains(name);
}

void check_safe(const std::string& path) {
    CAPTURE(path);
    CHECK(bundle::is_portable_path(path));
    CHECK(std::count(path.begin(), path.end(), '/') == 4);
    CHECK(path.size() <= 260);
    for (std::size_t start = 0; start < path.size();) {
        const std::string part = path.substr(start, path.find('/', start) - start);
        CHECK_FALSE(part.empty());
        CHECK(part.size() <= 100);
        CHECK(part.front() != '.');
        CHECK(part.back() != '.');
        CHECK_FALSE(is_device(part));
        CHECK(std::all_of(part.begin(), part.end(), [](unsigned char letter) {
            return letter < 0x80 && (std::isalnum(letter) != 0 || letter == '.' || letter == '-' || letter == '_');
        }));
        start += part.size() + 1;
    }
}

}  // namespace

TEST_CASE("file names become safe and stay readable") {
    // A file could not be unpacked, or would be unpacked somewhere else.
    using namespace std::string_literals;
    struct Row {
        std::string filename;
        std::string media_type;
        std::string name;
    };
    const Contract contract{"OCB1", "", "", "", "", "", ""};
    const std::string pdf = "application/pdf";
    for (const Row& row : {
             Row{"Facture_octobre.pdf", pdf, "Facture_octobre.pdf"},
             Row{"Facture d'été n°12.pdf", pdf, "Facture_d_ete_n_12.pdf"},
             Row{"Œuvre ß Ø Łódź.pdf", pdf, "OEuvre_ss_O_Lodz.pdf"},
             Row{"e\xcc\x81te.pdf", pdf, "ete.pdf"},
             Row{"../../etc/passwd", pdf, "etc_passwd.pdf"},
             Row{"..\\..\\windows\\x.pdf", pdf, "windows_x.pdf"},
             Row{"/absolute.pdf", pdf, "absolute.pdf"},
             Row{"a/b/c.pdf", pdf, "a_b_c.pdf"},
             Row{"CON", pdf, "_CON.pdf"},
             Row{"con.pdf", pdf, "_con.pdf"},
             Row{"Lpt1.x.pdf", pdf, "_Lpt1.x.pdf"},
             Row{"COM10.pdf", pdf, "COM10.pdf"},
             Row{"nul\0byte.pdf"s, pdf, "nul_byte.pdf"},
             Row{"a\xe2\x80\xae" "fdp.exe", pdf, "afdp.exe.pdf"},
             Row{"=SUM(A1).pdf", pdf, "SUM_A1.pdf"},
             Row{"-rf.pdf", pdf, "rf.pdf"},
             Row{"x...", pdf, "x.pdf"},
             Row{"x .pdf", pdf, "x.pdf"},
             Row{"...", pdf, "D1.pdf"},
             Row{"", pdf, "D1.pdf"},
             Row{".pdf", pdf, "D1.pdf"},
             Row{"\xff\xfe", pdf, "D1.pdf"},
             Row{"請求書.pdf", pdf, "D1.pdf"},
             Row{"請求書 7.pdf", pdf, "7.pdf"},
             Row{"bill.csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "bill.xlsx"},
             Row{"bill.XLSX", "application/zip", "bill.xlsx"},
             Row{"bill.xlsx", pdf, "bill.pdf"},
             Row{"bill.txt", "text/csv; charset=utf-8", "bill.txt"},
             Row{"bill", "text/csv", "bill.csv"},
             Row{"bill", "application/octet-stream", "bill.bin"},
             Row{"bill.dat", "", "bill.dat"},
             Row{"v1.2 final", pdf, "v1.2_final.pdf"},
             Row{"ＦＵＬＬ．pdf", pdf, "FULL.pdf"},
         }) {
        CAPTURE(row.filename);
        const LedgerEntry entry = entry_of(contract, row.filename, row.media_type);
        CHECK(name_of(entry) == row.name);
        check_safe(bundle::document_path(entry));
    }
}

TEST_CASE("contract and type are hostile too, and a period may be missing") {
    // A contract id with slashes would leave the bag.
    const Contract contract{"../" + std::string(300, 'x'), "", "", "", "", "", ""};
    LedgerEntry entry = entry_of(contract, std::string(300, 'y') + ".pdf");
    entry.document_type = "..";
    entry.period.reset();
    const std::string path = bundle::document_path(entry);
    check_safe(path);
    CHECK(path.find("/no-period/no-type/y") != std::string::npos);
    CHECK(path.ends_with("y.pdf"));
    const Contract nothing{"", "", "", "", "", "", ""};
    CHECK(bundle::document_path(entry_of(nothing, "a.pdf")) == "documents/no-contract/2026-10/invoices/a.pdf");
    const Contract device{"aux", "", "", "", "", "", ""};
    CHECK(bundle::document_path(entry_of(device, "a.pdf")) == "documents/_aux/2026-10/invoices/a.pdf");
}

TEST_CASE("random names are always safe") {
    // One name in a million would break an archive.
    const Contract contract{"OCB1", "", "", "", "", "", ""};
    std::uint64_t seed = 20261122;
    const auto next = [&] { return seed = seed * 6364136223846793005ULL + 1442695040888963407ULL, seed >> 40U; };
    const std::string letters = "conprnauxlpt1./\\ -_=:\r\n%\xc3\xa9\xe2\x80\xae";
    for (int round = 0; round < test::rounds(20000); ++round) {
        std::string name;
        for (std::uint64_t length = next() % 12; length > 0; --length) {
            name += next() % 4 == 0 ? static_cast<char>(next()) : letters[next() % letters.size()];
        }
        if (next() % 50 == 0) {
            name.append(next() % 300, 'z');
        }
        std::vector<LedgerEntry> entries{entry_of(contract, name), entry_of(contract, name, "application/pdf", "D2")};
        entries.back().version = 4'000'000'000U;
        bundle::assign_paths(entries);
        REQUIRE(entries.front().path != entries.back().path);
        const std::string path = bundle::payload_path(entries.at(next() % 2));
        if (!bundle::is_portable_path(path) || std::count(path.begin(), path.end(), '/') != 4 ||
            is_device(path.substr(path.rfind('/') + 1)) || path.size() - path.rfind('/') > 101) {
            check_safe(path);
        }
    }
}

TEST_CASE("two documents never share a path, whatever the case of their names") {
    // One invoice would overwrite another when the bag is unpacked on Windows.
    const Contract contract{"OCB1", "", "", "", "", "", ""};
    const Contract other{"ocb1", "", "", "", "", "", ""};
    std::vector<LedgerEntry> entries{entry_of(contract, "facture.pdf", "application/pdf", "D1"),
                                     entry_of(contract, "FACTURE.pdf", "application/pdf", "D2"),
                                     entry_of(other, "facture.pdf", "application/pdf", "D1"),
                                     entry_of(contract, "alone.pdf", "application/pdf", "D3"),
                                     entry_of(contract, "alone.pdf", "application/pdf", "D3"),
                                     entry_of(contract, "without.pdf", "application/pdf", "D4"),
                                     entry_of(contract, std::string(200, 'l') + "1.pdf", "application/pdf", "D5"),
                                     entry_of(contract, std::string(200, 'l') + "2.pdf", "application/pdf", "D6")};
    entries[4].version = 2;
    entries[5].sha256.clear();
    entries[5].path = "left over";
    bundle::assign_paths(entries);
    std::set<std::string> paths;
    for (const LedgerEntry& entry : entries) {
        if (!entry.path.empty()) {
            check_safe(bundle::payload_path(entry));
            CHECK(paths.insert(moisson::lower(entry.path)).second);
        }
    }
    CHECK(paths.size() == 7);
    CHECK(entries[5].path.empty());
    CHECK(entries[3].path.ends_with("/alone.pdf"));
    CHECK(entries[4].path.ends_with("/alone-v2.pdf"));
    // The name of a suffixed file, taken by another document: still apart.
    const std::string taken = entries[0].path.substr(entries[0].path.rfind('/') + 1);
    entries.push_back(entry_of(contract, taken, "application/pdf", "D9"));
    bundle::assign_paths(entries);
    CHECK(entries[0].path != entries.back().path);
}

TEST_CASE("paths do not depend on the order of the rows") {
    // The same month would give another bundle with 16 workers.
    const Contract contract{"OCB1", "", "", "", "", "", ""};
    std::vector<LedgerEntry> entries;
    for (unsigned at = 0; at < 60; ++at) {
        const std::string name = at % 3 == 0 ? "a.pdf" : at % 3 == 1 ? "A.pdf" : "b.pdf";
        entries.push_back(entry_of(contract, name, "application/pdf", "D" + std::to_string(at / 2)));
        entries.back().version = at % 2 + 1;
    }
    std::map<std::pair<std::string, std::uint32_t>, std::string> first;
    for (int round = 0; round < 4; ++round) {
        bundle::assign_paths(entries);
        for (const LedgerEntry& entry : entries) {
            const auto [found, is_new] = first.emplace(std::pair(entry.document_id, entry.version), entry.path);
            CHECK((is_new || found->second == entry.path));
        }
        std::rotate(entries.begin(), entries.begin() + 7 + round, entries.end());
    }
}
