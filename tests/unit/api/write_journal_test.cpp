// The local record of writes, also after a crash at any byte.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/write_journal.hpp"
#include "base/files.hpp"
#include "support/scratch_folder.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using namespace moisson::api;
using moisson::test::ScratchFolder;

namespace {

std::filesystem::path file_in(const ScratchFolder& folder) { return folder / "deep" / "writes.jsonl"; }

std::string text_of(const std::filesystem::path& path) { return *read_file(path); }

WriteJournal open(const ScratchFolder& folder) {
    auto journal = WriteJournal::open(file_in(folder), system_clock());
    REQUIRE(journal.has_value());
    return std::move(*journal);
}

/// "verb:outcome" of each write.
std::string story(const std::vector<JournalledWrite>& writes) {
    std::string text;
    for (const JournalledWrite& write : writes) {
        text += fmt::format("{}:{}{} ", write.verb, write.outcome, write.is_unresolved() ? "?" : "");
    }
    return text;
}

}  // namespace

TEST_CASE("what became of an order could not be told after the next start") {
    const ScratchFolder folder;
    {
        WriteJournal journal = open(folder);
        CHECK(journal.writes().empty());
        const auto first = journal.intent("contracts create", "https://a", {{"contract_name", "Lab \"two\"\n"}, {"offer_code", ""}});
        const auto second = journal.intent("users add", "https://a", {{"login", "jean.dupont"}});
        const auto third = journal.intent("users add", "https://a", {});
        REQUIRE(first.has_value());
        CHECK(*first != *second);
        CHECK(journal.outcome(*second, "done", {{"login", "old.login"}, {"request_id", "r-1"}}).has_value());
        CHECK(journal.outcome(*third, "unclear", {}).has_value());
    }
    const WriteJournal again = open(folder);
    CHECK(story(again.writes()) == "contracts create:? users add:done users add:unclear? ");
    CHECK(again.damaged_lines() == 0);
    CHECK(again.writes()[0].about.at("contract_name") == "Lab \"two\"\\x0a");
    CHECK_FALSE(again.writes()[0].about.contains("offer_code"));
    CHECK(again.writes()[0].who.find('@') != std::string::npos);
    CHECK(again.writes()[1].details.at("login") == "old.login");
    CHECK(again.writes()[1].service == "https://a");
    struct stat status {};
    REQUIRE(::stat(file_in(folder).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("two programs would order at the same time") {
    const ScratchFolder folder;
    WriteJournal journal = open(folder);
    const auto second = WriteJournal::open(file_in(folder), system_clock());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == ErrorCode::locked);
    WriteJournal moved = std::move(journal);
    CHECK_FALSE(WriteJournal::open(file_in(folder), system_clock()).has_value());
    moved = WriteJournal(std::move(moved));
    { const WriteJournal gone = std::move(moved); }
    CHECK(WriteJournal::open(file_in(folder), system_clock()).has_value());
}

TEST_CASE("after a power loss an order would be forgotten, or the next record be lost with the torn one") {
    const ScratchFolder folder;
    {
        WriteJournal journal = open(folder);
        const auto first = journal.intent("contracts create", "https://a", {{"contract_name", "one"}});
        CHECK(journal.outcome(*first, "done", {{"contract_id", "OCB1"}}).has_value());
        CHECK(journal.intent("contracts create", "https://a", {{"contract_name", "two"}}).has_value());
    }
    const std::string whole = text_of(file_in(folder));
    const std::size_t first_end = whole.find('\n') + 1;
    for (std::size_t size = 0; size <= whole.size(); size += test::stride<std::size_t>(1)) {
        CAPTURE(size);
        std::filesystem::resize_file(file_in(folder), 0);
        {
            const int file = ::open(file_in(folder).c_str(), O_WRONLY | O_TRUNC);
            REQUIRE(::write(file, whole.data(), size) == static_cast<ssize_t>(size));
            ::close(file);
        }
        WriteJournal journal = open(folder);
        const bool torn = size > 0 && whole[size - 1] != '\n';
        CHECK(journal.damaged_lines() <= (torn ? 1U : 0U));
        if (size >= first_end) {
            REQUIRE_FALSE(journal.writes().empty());
            CHECK(journal.writes().front().about.at("contract_name") == "one");
        }
        const std::size_t before = journal.writes().size();
        REQUIRE(journal.intent("users add", "https://a", {}).has_value());
        journal = WriteJournal(std::move(journal));
        std::vector<std::uint64_t> damaged;
        CHECK(read_write_journal(text_of(file_in(folder)), damaged).size() == before + 1);
    }
}

TEST_CASE("a journal that somebody edited would be believed, or end the program") {
    std::vector<std::uint64_t> damaged;
    const std::string good = R"({"stage":"intent","write":"1","verb":"users add"})";
    const auto writes =
        read_write_journal(good + "\nhello\n\n[]\n{\"stage\":\"outcome\",\"write\":\"9\",\"outcome\":\"done\"}\n" + good +
                               "\n{\"stage\":\"intent\"}\n{\"stage\":\"outcome\",\"write\":\"1\",\"outcome\":\"refused\"}\n",
                           damaged);
    CHECK(story(writes) == "users add:refused ");
    CHECK(damaged == std::vector<std::uint64_t>{2, 4, 5, 6, 7});
}

TEST_CASE("a write would go out although it cannot be recorded") {
    const ScratchFolder folder;
    REQUIRE(make_folders(file_in(folder).parent_path()).has_value());
    std::filesystem::create_directory(file_in(folder));
    const auto journal = WriteJournal::open(file_in(folder), system_clock());
    REQUIRE_FALSE(journal.has_value());
    CHECK(journal.error().code == ErrorCode::disk);
    CHECK(journal.error().hint.find("nothing is sent") != std::string::npos);

    // A link in its place would send the record, and the lock, elsewhere.
    std::filesystem::remove(file_in(folder));
    std::filesystem::create_symlink("elsewhere", file_in(folder));
    CHECK_FALSE(WriteJournal::open(file_in(folder), system_clock()).has_value());
}
