// What a killed run leaves behind of its downloads, and what the next run makes of it.
#include "pipeline/journal.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "base/files.hpp"
#include "support/memory_store.hpp"
#include "support/scratch_folder.hpp"

namespace {

using moisson::pipeline::Journal;
using moisson::pipeline::read_journal;
using moisson::pipeline::recover_journal;
using moisson::state::DocumentRecord;
using moisson::test::MemoryStore;
using moisson::test::ScratchFolder;

DocumentRecord make_record(std::string document_id, std::uint32_t version) {
    DocumentRecord record;
    record.contract_id = "OCB0000001";
    record.document_id = std::move(document_id);
    record.version = version;
    record.document_type = "invoices";
    record.filename = std::string("a name with \0, 5: and\nline ends", 31);
    record.period = "202610";
    record.amount = "12.50";
    record.amount_kind = 2;
    record.currency = "EUR";
    record.present = 63;
    record.first_seen_run = "run-1";
    return record;
}

/// A record whose file is in the store.
DocumentRecord fetched(moisson::transfer::ObjectStore& store, std::string document_id, std::string_view content) {
    auto writer = store.make_writer();
    REQUIRE(writer.begin());
    REQUIRE(writer.write(content));
    const auto object = writer.keep();
    REQUIRE(object);
    DocumentRecord record = make_record(std::move(document_id), 1);
    record.sha256 = object->sha256;
    record.size_bytes = object->size_bytes;
    record.media_type = object->media_type;
    return record;
}

std::string bytes_of(const std::filesystem::path& path) {
    const auto bytes = moisson::read_file(path);
    REQUIRE(bytes);
    return *bytes;
}

}  // namespace

TEST_CASE("records come back byte by byte and in order: a killed run's downloads would else be booked under other values") {
    const ScratchFolder folder;
    DocumentRecord third = make_record("c", 7);
    third.sha256 = std::string(64, 'f');
    third.size_bytes = 1ULL << 40U;
    third.unframed = true;
    const std::vector<DocumentRecord> records{make_record("a", 1), make_record("b/ 1", 2), third};
    Journal journal(folder / "state.fetched");
    REQUIRE(journal.append(std::span(records).first(2)));
    REQUIRE(journal.append(std::span(records).subspan(2)));
    CHECK(read_journal(bytes_of(folder / "state.fetched")) == records);
}

TEST_CASE("a torn journal gives its whole records and nothing else: half a record would be a document that never was") {
    const ScratchFolder folder;
    const std::vector<DocumentRecord> records{make_record("a", 1), make_record("b", 1)};
    Journal journal(folder / "state.fetched");
    REQUIRE(journal.append(records));
    const std::string bytes = bytes_of(folder / "state.fetched");
    const std::size_t half = bytes.size() / 2;  // both records are of one size
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CAPTURE(length);
        REQUIRE(read_journal(std::string_view(bytes).substr(0, length)).size() == (length >= half ? 1U : 0U));
    }
    CHECK(read_journal(bytes.substr(0, half) + std::string(500, '\0')).size() == 1);
}

TEST_CASE("what a killed run fetched is taken over when its bytes are right, else fetched again: nothing twice, nothing torn") {
    const ScratchFolder folder;
    auto store = moisson::transfer::ObjectStore::open(folder.path());
    REQUIRE(store);
    const DocumentRecord whole = fetched(**store, "whole", "col;umn\n1;2\n");
    const DocumentRecord torn = fetched(**store, "torn", "the bytes that were meant");
    DocumentRecord missing = make_record("missing", 1);
    missing.sha256 = std::string(64, '0');
    missing.size_bytes = 5;
    std::ofstream((*store)->path_of(torn.sha256)) << std::string(torn.size_bytes, '?');
    const std::filesystem::path path = folder / "state.fetched";
    {
        Journal journal(path);
        REQUIRE(journal.append(std::vector{whole, torn, missing, make_record("only listed", 1)}));
    }
    MemoryStore state;
    const auto files = recover_journal(path, state, **store);
    REQUIRE(files);
    CHECK(*files == 1);
    REQUIRE(state.saved_documents.size() == 4);
    CHECK(state.saved_documents[0] == whole);
    CHECK(state.saved_documents[1] == [&] {
        DocumentRecord record = torn;
        record.sha256.clear();
        record.size_bytes = 0;
        record.media_type.clear();
        return record;
    }());
    CHECK(state.saved_documents[2].sha256.empty());
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(*recover_journal(path, state, **store) == 0);
}

TEST_CASE("a journal is gone when the state holds its records: an old one would bring back what was corrected since") {
    const ScratchFolder folder;
    const std::filesystem::path path = folder / "state.fetched";
    Journal journal(path);
    const std::vector<DocumentRecord> one{make_record("a", 1)};
    REQUIRE(journal.append(one));
    REQUIRE(journal.replace({}));
    CHECK_FALSE(std::filesystem::exists(path));
    REQUIRE(journal.append(one));
    CHECK(read_journal(bytes_of(path)) == one);
}

TEST_CASE("a journal that cannot be written says so once and the run goes on: it only saves work") {
    const ScratchFolder folder;
    Journal journal(folder / "no such folder" / "state.fetched");
    const std::vector<DocumentRecord> one{make_record("a", 1)};
    const auto first = journal.append(one);
    REQUIRE_FALSE(first);
    CHECK(first.error().code == moisson::ErrorCode::disk);
    CHECK(journal.append(one));
    CHECK(journal.replace({}));
    CHECK(journal.replace(one));
}

TEST_CASE("a journal keeps what came while the others were saved: a kill then must not cost those downloads") {
    const ScratchFolder folder;
    const std::filesystem::path path = folder / "state.fetched";
    Journal journal(path);
    REQUIRE(journal.append(std::vector<DocumentRecord>{make_record("a", 1), make_record("b", 1)}));
    const std::vector<DocumentRecord> later{make_record("c", 1)};
    REQUIRE(journal.append(later));
    REQUIRE(journal.replace(later));
    CHECK(read_journal(bytes_of(path)) == later);
    REQUIRE(journal.append(std::vector<DocumentRecord>{make_record("d", 1)}));
    CHECK(read_journal(bytes_of(path)).size() == 2);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
