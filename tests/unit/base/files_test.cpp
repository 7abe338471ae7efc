/// Atomic files and folders, on a real file system.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <tuple>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using moisson::test::ChildProcess;
using moisson::test::ScratchFolder;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) { return read_file(path).value(); }

}  // namespace

TEST_CASE("a written file is there as a whole, and only after commit") {
    // If this failed, a reader could meet half a ledger.
    const ScratchFolder folder;
    const fs::path target = folder / "deep/er/ledger.csv";
    REQUIRE(write_file(target, "old").has_value());
    {
        auto file = AtomicFile::create(target);
        REQUIRE(file.has_value());
        const std::string piece(100'000, 'x');
        for (int at = 0; at < 10; ++at) {
            REQUIRE(file->write(piece).has_value());
        }
        CHECK(file->size_bytes() == 1'000'000);
        CHECK(content(target) == "old");
        CHECK(fs::exists(file->temporary_path()));
        REQUIRE(file->commit().has_value());
        CHECK_FALSE(fs::exists(file->temporary_path()));
    }
    CHECK(content(target) == std::string(1'000'000, 'x'));
    CHECK((fs::status(target).permissions() & fs::perms::others_read) != fs::perms::none);
    CHECK(std::distance(fs::directory_iterator(target.parent_path()), fs::directory_iterator()) == 1);
}

TEST_CASE("a file given up leaves the earlier one and nothing else") {
    // If this failed, a cancelled run would litter the output folder or spoil last month.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "a", "old").has_value());
    {
        auto file = AtomicFile::create(folder / "a");
        REQUIRE(file.has_value());
        REQUIRE(file->write("new").has_value());
        AtomicFile moved = std::move(*file);
        auto other = AtomicFile::create(folder / "b");
        REQUIRE(other.has_value());
        moved = std::move(*other);  // gives up "a"
        CHECK(folder.names().size() == 2);
    }
    CHECK(folder.names().size() == 1);
    CHECK(content(folder / "a") == "old");
}

TEST_CASE("a process that dies before commit leaves the old file whole") {
    // If this failed, a power cut during publishing would cost the month that was there.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "a", "old").has_value());
    CHECK(ChildProcess([&]() -> int {
              auto file = AtomicFile::create(folder / "a");
              ::_exit(file && file->write(std::string(600'000, 'n')).has_value() ? 0 : 1);  // no destructor runs
          }).wait() == 0);
    CHECK(content(folder / "a") == "old");
}

TEST_CASE("a disk that takes no more is an error at once and for good, and the old file stands") {
    // If this failed, a full disk would leave a short file under the right name.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "a", "old").has_value());
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit small = before;
    small.rlim_cur = 300'000;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    {
        auto file = AtomicFile::create(folder / "a");
        REQUIRE(file.has_value());
        Status last;
        for (int at = 0; at < 20 && last; ++at) {
            last = file->write(std::string(100'000, 'x'));
        }
        REQUIRE_FALSE(last.has_value());
        CHECK(last.error().code == ErrorCode::disk);
        CHECK(last.error().where == (folder / "a").string());
        CHECK_FALSE(file->write("x").has_value());
        CHECK_FALSE(file->commit().has_value());
    }
    CHECK_FALSE(write_file(folder / "a", std::string(400'000, 'y')).has_value());
    CHECK(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK(content(folder / "a") == "old");
    CHECK(folder.names().size() == 1);
}

TEST_CASE("a target that cannot be is an error with its path") {
    // If this failed, a wrong output folder would end in a crash or in silence.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "file", "x").has_value());
    for (const fs::path& target : {folder / "file/below", fs::path("/proc/moisson/x"), folder / std::string(300, 'n')}) {
        CAPTURE(target.string());
        const Status written = write_file(target, "x");
        REQUIRE_FALSE(written.has_value());
        CHECK(written.error().code == ErrorCode::disk);
        CHECK_FALSE(written.error().where.empty());
        CHECK_FALSE(written.error().cause.empty());
    }
    // A folder stands where the file should go.
    fs::create_directories(folder / "taken");
    CHECK_FALSE(write_file(folder / "taken", "x").has_value());
    CHECK(folder.names().size() == 2);
}

TEST_CASE("reading stops at the limit and tells a missing file from an empty one") {
    // If this failed, a file of a gigabyte in a wrong place would fill the memory.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "empty", "").has_value());
    REQUIRE(write_file(folder / "ten", "0123456789").has_value());
    CHECK(content(folder / "empty").empty());
    CHECK(read_file(folder / "ten", 10).value() == "0123456789");
    const auto over = read_file(folder / "ten", 9);
    REQUIRE_FALSE(over.has_value());
    CHECK(over.error().code == ErrorCode::too_large);
    CHECK(read_file("/dev/zero", 1U << 20U).error().code == ErrorCode::too_large);
    CHECK(read_file(folder / "none").error().code == ErrorCode::disk);
    CHECK(read_file(folder.path()).error().code == ErrorCode::disk);
    const std::string binary("a\0b\xff\n", 5);
    REQUIRE(write_file(folder / "binary", binary).has_value());
    CHECK(content(folder / "binary") == binary);
}

TEST_CASE("folders exchange, move and go as a whole") {
    // If this failed, publishing would show two half months for an instant.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "one/a", "1").has_value());
    REQUIRE(write_file(folder / "two/b", "2").has_value());
    REQUIRE(exchange_paths(folder / "one", folder / "two").has_value());
    CHECK(content(folder / "one/b") == "2");
    CHECK(content(folder / "two/a") == "1");
    CHECK_FALSE(exchange_paths(folder / "one", folder / "none").has_value());
    REQUIRE(rename_path(folder / "one", folder / "three").has_value());
    CHECK(content(folder / "three/b") == "2");
    CHECK_FALSE(rename_path(folder / "one", folder / "four").has_value());
    REQUIRE(remove_path(folder / "three").has_value());
    CHECK_FALSE(fs::exists(folder / "three"));
    CHECK(remove_path(folder / "three").has_value());
    CHECK(sync_folder(folder.path()).has_value());
    CHECK_FALSE(sync_folder(folder / "none").has_value());
    CHECK(make_folders("").has_value());
    CHECK(free_bytes(folder / "not/yet/there").value() > 0);
}

TEST_CASE("a digest is the same in whatever pieces the bytes come") {
    // If this failed, documents would be taken for changed, or damage for health.
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Digest sha512(DigestKind::sha512);
    sha512.update("abc");
    CHECK(
        sha512.finish_hex() ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    const std::string bytes(700'000, 'q');
    const std::string expected = sha256_hex(bytes);
    Digest pieces;
    for (std::size_t at = 0; at < bytes.size(); at += 777) {
        pieces.update(std::string_view(bytes).substr(at, 777));
    }
    CHECK(pieces.finish_hex() == expected);
    CHECK(pieces.finish_hex() == sha256_hex(""));  // back at its start
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "f", bytes).has_value());
    CHECK(sha256_of_file(folder / "f").value() == expected);
    CHECK_FALSE(sha256_of_file(folder / "none").has_value());
}

namespace {

/// Sets the process's umask for a while.
class Umask {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before_); }

private:
    mode_t before_;
};

std::string mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return fmt::format("{:o}", status.st_mode & 07777);
}

}  // namespace

TEST_CASE("files of this user alone are that under every umask, and nothing is writable for all") {
    // If this failed, a umask of 0 would let every user read the state, or change what was published.
    for (const auto& [mask, usual_file, usual_folder] :
         {std::tuple{0000U, "644", "775"}, {0022U, "644", "755"}, {0027U, "640", "750"}, {0077U, "600", "700"}}) {
        const mode_t umask_now = mask;
        CAPTURE(umask_now);
        const ScratchFolder folder;
        const Umask set(umask_now);
        REQUIRE(write_file(folder / "usual/file", "x").has_value());
        CHECK(mode_of(folder / "usual") == usual_folder);
        CHECK(mode_of(folder / "usual/file") == usual_file);
        REQUIRE(write_file(folder / "own", "x", Access::own).has_value());
        CHECK(mode_of(folder / "own") == "600");
        REQUIRE(make_own_folders(folder / "usual/.private/deep", ".private").has_value());
        CHECK(mode_of(folder / "usual/.private") == "700");
        CHECK(mode_of(folder / "usual/.private/deep") == "700");
        REQUIRE(make_new_folder(folder / "new").has_value());
        CHECK(mode_of(folder / "new") == "700");
        CHECK_FALSE(make_new_folder(folder / "new").has_value());
        const auto kept = open_kept_file(folder / "kept", O_RDWR, Access::own);
        REQUIRE(kept.has_value());
        ::close(*kept);
        CHECK(mode_of(folder / "kept") == "600");
        CHECK(mode_of(make_temporary_folder(folder / "tmp-").value()) == "700");
    }
}

TEST_CASE("what an earlier version left open is taken from others, and links are let alone") {
    // If this failed, invoices of years would stay readable for every user, or a link would change the mode of somebody's file.
    const ScratchFolder folder;
    const Umask set(0022);
    fs::create_directories(folder / "chosen/.private/objects");
    REQUIRE(write_file(folder / "chosen/file", "x").has_value());
    CHECK(make_own_folders(folder / "chosen/.private/objects", ".private").value());
    CHECK(mode_of(folder / "chosen") == "755");
    CHECK(mode_of(folder / "chosen/.private") == "700");
    CHECK(mode_of(folder / "chosen/.private/objects") == "700");
    CHECK_FALSE(make_own_folders(folder / "chosen/.private/objects", ".private").value());
    fs::create_symlink(folder / "chosen/file", folder / "link");
    CHECK_FALSE(keep_to_owner(folder / "link"));
    CHECK(mode_of(folder / "chosen/file") == "644");
    CHECK(keep_to_owner(folder / "chosen/file"));
    CHECK(mode_of(folder / "chosen/file") == "600");
    CHECK_FALSE(keep_to_owner(folder / "none"));
}

TEST_CASE("modes of what is published reach every file and folder, and follow no link out of it") {
    // If this failed, accountants could not read one file of a month, or a file outside would change its mode.
    const ScratchFolder folder;
    const Umask set(0077);
    REQUIRE(write_file(folder / "month/ledger.csv", "x").has_value());
    REQUIRE(write_file(folder / "month/erp/file", "x").has_value());
    REQUIRE(write_file(folder / "outside", "x").has_value());
    fs::create_symlink(folder / "outside", folder / "month/link");
    REQUIRE(set_modes(folder / "month", 0640).has_value());
    CHECK(mode_of(folder / "month") == "750");
    CHECK(mode_of(folder / "month/erp") == "750");
    CHECK(mode_of(folder / "month/ledger.csv") == "640");
    CHECK(mode_of(folder / "month/erp/file") == "640");
    CHECK(mode_of(folder / "outside") == "600");
    REQUIRE(set_modes(folder / "month", 0644).has_value());
    CHECK(mode_of(folder / "month/erp") == "755");
    REQUIRE(set_modes(folder / "outside", 0640).has_value());
    CHECK(mode_of(folder / "outside") == "640");
    CHECK_FALSE(set_modes(folder / "none", 0640).has_value());
}

TEST_CASE("a planted link is replaced or refused, never followed") {
    // If this failed, a neighbour in a shared folder could have any file of this user overwritten.
    const ScratchFolder folder;
    REQUIRE(write_file(folder / "precious", "by hand").has_value());
    fs::create_symlink(folder / "precious", folder / "target");
    REQUIRE(write_file(folder / "target", "new").has_value());
    CHECK_FALSE(fs::is_symlink(folder / "target"));
    CHECK(content(folder / "precious") == "by hand");
    for (const char* name : {"link", "dangling"}) {
        fs::create_symlink(folder / (std::string(name) == "link" ? "precious" : "nothing"), folder / name);
        CHECK_FALSE(open_new_file(folder / name, Access::own).has_value());
        CHECK_FALSE(open_kept_file(folder / name, O_RDWR | O_TRUNC, Access::own).has_value());
    }
    CHECK(content(folder / "precious") == "by hand");
    CHECK_FALSE(fs::exists(folder / "nothing"));
    // Two files for one target at once, and names that nobody can foresee.
    auto one = AtomicFile::create(folder / "t");
    auto other = AtomicFile::create(folder / "t");
    REQUIRE(one.has_value());
    REQUIRE(other.has_value());
    CHECK(one->temporary_path() != other->temporary_path());
    CHECK(one->temporary_path().filename().string().size() == std::string("t.0123456789abcdef.part").size());
}
