/// The object store: names by digest, duplicates, leftovers, full disks, and what bytes say about themselves.

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"
#include "transfer/object_store.hpp"

using namespace moisson;
using namespace moisson::transfer;
using moisson::test::ChildProcess;
using moisson::test::ScratchFolder;

namespace {

std::unique_ptr<ObjectStore> open_store(const std::filesystem::path& root) {
    auto store = ObjectStore::open(root);
    REQUIRE(store.has_value());
    return std::move(*store);
}

std::size_t count_files(const std::filesystem::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        count += entry.is_regular_file() ? 1U : 0U;
    }
    return count;
}

StoredObject keep(ObjectStore& store, std::string_view bytes) {
    ObjectStore::Writer writer = store.make_writer();
    REQUIRE(writer.begin().has_value());
    REQUIRE(writer.write(bytes).has_value());
    auto object = writer.keep();
    REQUIRE(object.has_value());
    return *object;
}

const std::string report_heading =
    "BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;"
    "Quantity;BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
    "SubsUpfrontDiscounted;SubsFlavor;SubsDuration\n";

/// The end of a ZIP: its central directory with these names, and the record behind it.
std::string zip_with(const std::vector<std::string>& names) {
    std::string directory;
    for (const std::string& name : names) {
        std::string entry("PK\x01\x02", 4);
        entry.resize(46, '\0');
        entry[28] = static_cast<char>(name.size());
        directory += entry + name;
    }
    std::string record("PK\x05\x06", 4);
    record.resize(22, '\0');
    record[12] = static_cast<char>(directory.size() % 256);
    record[13] = static_cast<char>(directory.size() / 256);
    return directory + record;
}

std::string zip_end(std::string_view comment = {}) {
    std::string record("PK\x05\x06", 4);
    record += std::string(16, '\0');
    record += static_cast<char>(comment.size());
    record += '\0';
    return record + std::string(comment);
}

}  // namespace

TEST_CASE("an object is found under its digest, with the bytes that came, once") {
    // If this failed, a ledger row would point to no file or to another one.
    const ScratchFolder folder;
    const auto store = open_store(folder.path());
    std::string bytes(300000, 'x');
    bytes += "end";
    ObjectStore::Writer writer = store->make_writer();
    REQUIRE(writer.begin().has_value());
    for (std::size_t at = 0; at < bytes.size(); at += 7001) {
        REQUIRE(writer.write(std::string_view(bytes).substr(at, 7001)).has_value());
    }
    CHECK(writer.size_bytes() == bytes.size());
    const auto object = writer.keep();
    REQUIRE(object.has_value());
    CHECK(object->sha256 == sha256_hex(bytes));
    CHECK(object->size_bytes == bytes.size());
    CHECK(object->media_type == "text/plain");
    CHECK(store->has(object->sha256, bytes.size()));
    CHECK_FALSE(store->has(object->sha256, bytes.size() + 1));
    CHECK(read_file(store->path_of(object->sha256)) == bytes);
    CHECK(store->sync_all().has_value());
    CHECK(keep(*store, bytes).sha256 == object->sha256);
    CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("a restarted body forgets what came before, and a writer serves one body after another") {
    // If this failed, a retried document would contain bytes of the failed attempt.
    const ScratchFolder folder;
    const auto store = open_store(folder.path());
    ObjectStore::Writer writer = store->make_writer();
    for (const std::string_view body : {"second", "third", ""}) {
        CAPTURE(body);
        REQUIRE(writer.begin().has_value());
        REQUIRE(writer.write("a much longer failed attempt").has_value());
        REQUIRE(writer.begin().has_value());
        REQUIRE(writer.write(body).has_value());
        CHECK(writer.first_bytes() == body);
        const auto object = writer.keep();
        REQUIRE(object.has_value());
        CHECK(object->sha256 == sha256_hex(body));
        CHECK(read_file(store->path_of(object->sha256)) == std::string(body));
    }
}

TEST_CASE("an object that a power loss spoilt is replaced when it is fetched again") {
    // If this failed, empty pages of the right length would stay in the archive for ever.
    const ScratchFolder folder;
    const auto store = open_store(folder.path());
    const StoredObject object = keep(*store, "precious");
    REQUIRE(write_file(store->path_of(object.sha256), std::string(8, '\0')).has_value());
    CHECK(keep(*store, "precious").sha256 == object.sha256);
    CHECK(read_file(store->path_of(object.sha256)) == "precious");
}

TEST_CASE("partial files vanish with their writer, and those of dead runs when the store opens") {
    // If this failed, every killed run would leave its partial downloads behind.
    const ScratchFolder folder;
    const auto store = open_store(folder.path());
    {
        ObjectStore::Writer writer = store->make_writer();
        REQUIRE(writer.begin().has_value());
        REQUIRE(writer.write("x").has_value());
        CHECK(count_files(folder.path()) == 1);
    }
    CHECK(count_files(folder.path()) == 0);
    // A child dies with a partial file; its process id is gone then.
    CHECK(ChildProcess([&]() -> int {
              auto theirs = ObjectStore::open(folder.path());
              ObjectStore::Writer writer = (*theirs)->make_writer();
              static_cast<void>(writer.begin());
              static_cast<void>(writer.write("left behind"));
              ::_exit(0);  // no destructor runs
          }).wait() == 0);
    CHECK(count_files(folder.path()) == 1);
    // One of a living process, of this process id under an earlier run, and a file that is nobody's partial.
    const auto partial = folder.path() / "partial";
    REQUIRE(write_file(partial / (std::to_string(::getppid()) + ".00000000.1.part"), "x").has_value());
    REQUIRE(write_file(partial / (std::to_string(::getpid()) + ".nomarkxx.1.part"), "x").has_value());
    REQUIRE(write_file(partial / "notes.txt", "x").has_value());
    ObjectStore::Writer mine = store->make_writer();
    REQUIRE(mine.begin().has_value());
    const auto reopened = open_store(folder.path());
    CHECK(std::filesystem::exists(partial / (std::to_string(::getppid()) + ".00000000.1.part")));
    CHECK_FALSE(std::filesystem::exists(partial / (std::to_string(::getpid()) + ".nomarkxx.1.part")));
    CHECK(std::filesystem::exists(partial / "notes.txt"));
}

TEST_CASE("a full disk is an error that names the folder, and leaves no torn object") {
    // If this failed, a run on a full disk would archive halves.
    const ScratchFolder folder;
    const auto store = open_store(folder.path());
    // The size limit of a process stands in for a full disk: the write fails in the middle, as ENOSPC does.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 100000;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    ObjectStore::Writer writer = store->make_writer();
    REQUIRE(writer.begin().has_value());
    const Status first = writer.write(std::string(65536, 'x'));
    const Status second = writer.write(std::string(65536, 'x'));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    ::signal(SIGXFSZ, handler);
    CHECK(first.has_value());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == ErrorCode::disk);
    CHECK(second.error().where.find(folder.path().string()) != std::string::npos);
    CHECK(second.error().hint.find("ulimit -f") != std::string::npos);
    CHECK(count_files(folder.path()) == 0);
    REQUIRE(writer.begin().has_value());
    REQUIRE(writer.write("fits").has_value());
    CHECK(writer.keep().has_value());
}

TEST_CASE("a store that cannot be made says why") {
    // If this failed, the run would fail later, without the reason.
    const ScratchFolder folder;
    REQUIRE(write_file(folder.path() / "file", "x").has_value());
    const auto store = ObjectStore::open(folder.path() / "file" / "store");
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().code == ErrorCode::disk);
}

TEST_CASE("bytes say what they are and whether they are whole") {
    // Cells that no heading has: quotes with line ends, assignments, blanks at their ends.
    const std::string report_line =
        "\"two\nlines\";;\"a;b\";=cmd();x; blank ;env=prod,team=7;ECS;\"say \"\"hi\"\"\";;;;;744,5;h;0,1;10,00;0;10,00;EUR;;;;;;;";
    // If this failed, an error page would be archived as an invoice, or a cut workbook as a whole one.
    struct Row {
        std::string_view name;
        std::string first;
        std::string last;
        std::string_view media_type;
        bool proves_end;
        bool cut;
    };
    constexpr std::string_view xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const std::string zip_start("PK\x03\x04\x14\x00\x00\x00\x08\x00", 10);
    const Row rows[] = {
        {"pdf", "%PDF-1.7\n...", "...\n%%EOF\n", "application/pdf", true, false},
        {"pdf after junk", "\n\n%PDF-1.4", "%%EOF", "application/pdf", true, false},
        {"cut pdf", "%PDF-1.7\n...", "...", "application/pdf", false, true},
        {"pdf, end mark too early", "%PDF-1.7\n", "%%EOF" + std::string(2000, 'x'), "application/pdf", false, true},
        {"pdf, padded with NUL", "%PDF-1.7\n...", "...\n%%EOF\n" + std::string(60000, '\0'), "application/pdf", true, false},
        {"pdf, padded with blanks", "%PDF-1.7\n...", "...\n%%EOF" + std::string(5000, ' ') + "\r\n", "application/pdf", true, false},
        {"pdf behind a server's warning", "<br />\n<b>Warning</b>: x\n%PDF-1.4", "%%EOF", "application/pdf", true, false},
        {"a page about a pdf", "<html>the %PDF- header", "</html>", "text/html", false, false},
        {"xlsx", zip_start, zip_with({"[Content_Types].xml", "xl/workbook.xml"}), xlsx, true, false},
        {"xlsx of other names", zip_start, zip_with({"[Content_Types].xml", "xl\\Workbook2.xml"}), xlsx, true, false},
        {"a zip with a folder xl", zip_start + "xl/photo.jpg", zip_with({"xl/photo.jpg", "old/xl/workbook.xml"}), "application/zip", true,
         false},
        {"a zip with a stored pdf", zip_start + "bill.pdf%PDF-1.4", zip_with({"bill.pdf"}), "application/zip", true, false},
        {"a text document of Office", zip_start, zip_with({"[Content_Types].xml", "word/document.xml"}), "application/zip", true, false},
        {"cut xlsx", zip_start + "[Content_Types].xml...xl/workbook.xml", "xxxx", xlsx, false, true},
        {"zip, padded", zip_start, zip_with({"a.txt"}) + std::string(500, '\0'), "application/zip", true, false},
        {"zip", zip_start + "a.txt", "a.txt" + zip_end("a comment"), "application/zip", true, false},
        {"empty zip", zip_end(), zip_end(), "application/zip", true, false},
        {"zip cut in its comment", zip_start + "a.txt", zip_end("a comment").substr(0, 25), "application/zip", false, true},
        {"zip with bytes behind", zip_start + "a.txt", zip_end() + "x", "application/zip", false, true},
        {"csv", "a;b;c\n1;2;3\n", "1;2;3\n", "text/csv", false, false},
        {"csv behind a title", "Usage of October\n\na;b\n1;2\n", "1;2\n", "text/csv", false, false},
        {"a report's heading alone", report_heading, report_heading, "text/csv", false, false},
        {"a report's single line", report_line, report_line, "text/csv", false, false},
        {"a report without a heading", "x" + std::string(26, ';') + "\ny" + std::string(26, ';') + "\n", "\n", "text/csv", false, false},
        {"csv with mark",
         "\xEF\xBB\xBF"
         "a,b\n1,2\n",
         "1,2\n", "text/csv", false, false},
        {"csv in Latin-1", "P\xE9riode;Montant\nao\xFBt;1\n", "\xFB;1\n", "text/csv", false, false},
        {"csv filled up with NUL", "a;b\n1;2\n", std::string("1;2\n\0\0", 6), "text/csv", false, false},
        {"html", " \n<!DOCTYPE HTML><html>", "</html>", "text/html", false, false},
        {"html with control bytes", std::string("<html>\0\x01", 8), "</html>", "text/html", false, false},
        {"html without doctype", "<html><body>Not ready", "</html>", "text/html", false, false},
        {"xhtml", "<?xml version=\"1.0\"?><html xmlns=\"x\">", "</html>", "text/html", false, false},
        {"a heading in the middle of a page", " \xEF\xBB\xBF\n<center><H1>502", "</h1>", "text/html", false, false},
        {"a page behind a comment", "<!-- gateway -->\n<HTML>", "</HTML>", "text/html", false, false},
        {"a page in UTF-16", std::string("\xFF\xFE<\0h\0t\0m\0l\0>\0", 14), std::string(">\0", 2), "text/html", false, false},
        {"a warning of PHP", "<br />\n<b>Warning</b>: fopen()", "line 3", "text/html", false, false},
        {"an error of a store", "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>", "</Error>", "application/xml", false, false},
        {"a sentence", "upstream connect error or disconnect/reset before headers", "headers", "text/plain", false, false},
        {"sentences", "Dear customer, please wait.\nSorry, we are busy.\n", "busy.\n", "text/plain", false, false},
        {"a trace", "java.lang.NullPointerException: null\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n", "\n", "text/plain", false, false},
        {"a call", "callback({\"code\":60,\"message\":\"no\"});", ");", "text/plain", false, false},
        {"a JSON text", "\"not ready\"", "\"not ready\"", "text/plain", false, false},
        {"headers", "Status: 503; Reason: busy\nRetry: 30; Code: 5\n", "5\n", "text/plain", false, false},
        {"blanks", " \r\n\t", " \r\n\t", "text/plain", false, false},
        {"json object", "\n{\"code\":60}", "}", "application/json", false, false},
        {"json array", "[]", "[]", "application/json", false, false},
        {"nothing", "", "", "application/octet-stream", false, false},
        {"binary",
         std::string("\x7F"
                     "ELF\0\1",
                     6),
         "x", "application/octet-stream", false, false},
        {"text with a NUL at its end", "a;b", std::string("a\0b", 3), "application/octet-stream", false, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const Kind kind = kind_of(row.first, row.last);
        CHECK(kind.media_type == row.media_type);
        CHECK(kind.proves_end == row.proves_end);
        CHECK(kind.cut == row.cut);
    }
}

TEST_CASE("a heading alone is a table where its sender says so") {
    // If this failed, the report of a month without consumption would never come, or a message would come as one.
    const std::string heading = "Date;Service;Amount\n";
    CHECK(kind_of(heading, heading, true).media_type == "text/csv");
    CHECK(kind_of(heading, heading, false).media_type == "text/plain");
    for (const std::string message : {"Service unavailable", "code=5;reason=busy;x=1", "please wait; retry; later", "1;2;3"}) {
        CAPTURE(message);
        CHECK(kind_of(message, message, true).media_type == "text/plain");
    }
}

TEST_CASE("a stored file whose bytes changed is dropped, every other one stays") {
    // If this failed, one changed byte on the disk would stop every later run, or a run would fetch everything again.
    const ScratchFolder folder;
    const auto store = open_store(folder.path());
    const StoredObject good = keep(*store, "%PDF-1.4 good %%EOF\n");
    const StoredObject bad = keep(*store, "%PDF-1.4 bad %%EOF\n");
    const std::filesystem::path path = store->path_of(bad.sha256);
    std::filesystem::remove(path);
    REQUIRE(write_file(path, "%PDF-1.4 bAd %%EOF\n").has_value());
    CHECK(store->drop_if_changed(good.sha256) == false);
    CHECK(store->drop_if_changed(bad.sha256) == true);
    CHECK(store->drop_if_changed(bad.sha256) == false);
    CHECK(store->has(good.sha256, good.size_bytes));
    CHECK_FALSE(store->has(bad.sha256, bad.size_bytes));
    CHECK(store->kind_of_stored(good.sha256)->media_type == "application/pdf");
    CHECK_FALSE(store->kind_of_stored(bad.sha256).has_value());
}
