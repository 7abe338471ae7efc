/// Links of the chain, read in a child: what it tells of one, and what the parent takes of that.

#include "bundle/chain_caged.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bundle/bundle.hpp"
#include "bundle/caged.hpp"
#include "bundle/chain_reader.hpp"
#include "bundle/folder_digests.hpp"
#include "bundle/handing.hpp"
#include "bundle/limits.hpp"

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

/// A digest, a month; a folder's name or run id is longer.
constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t told_name_bytes_max = 255;
/// To start a child takes as long as to read a month; one that a month took over could lie of this many.
constexpr unsigned months_of_child = 8;
constexpr std::uint64_t child_bytes_usual = 32ULL << 20U;
constexpr std::uint64_t digest_bytes = 1ULL << 20U;

void put_text(cage::ValueWriter& writer, std::string_view text, std::size_t size_max) { writer.text(text.substr(0, size_max)); }

void put_mark(cage::ValueWriter& writer, const TableMark& mark) {
    writer.number(mark.rows);
    put_text(writer, mark.sha256, word_bytes_max);
}

TableMark take_mark(cage::ValueReader& reader) {
    TableMark mark;
    mark.rows = reader.number<std::uint64_t>();
    mark.sha256 = reader.text(word_bytes_max);
    return mark;
}

void put_facts(cage::ValueWriter& writer, const ChainFacts& facts) {
    put_text(writer, facts.name, told_name_bytes_max);
    put_text(writer, facts.run_id, told_name_bytes_max);
    writer.flag(facts.has_books);
    for (const std::uint64_t count : {facts.number, facts.stated_number, facts.file_count, facts.documents, facts.bytes}) {
        writer.number(count);
    }
    for (const std::string& digest : {facts.ledger_sha256, facts.bundle_sha256, facts.lines_sha256}) {
        put_text(writer, digest, word_bytes_max);
    }
    for (const TableMark& mark : {facts.chain, facts.closings, facts.postings}) {
        put_mark(writer, mark);
    }
}

void take_facts(cage::ValueReader& reader, ChainFacts& facts) {
    facts.name = reader.text(told_name_bytes_max);
    facts.run_id = reader.text(told_name_bytes_max);
    facts.has_books = reader.flag();
    for (std::uint64_t* const count : {&facts.number, &facts.stated_number, &facts.file_count, &facts.documents, &facts.bytes}) {
        *count = reader.number<std::uint64_t>();
    }
    for (std::string* const digest : {&facts.ledger_sha256, &facts.bundle_sha256, &facts.lines_sha256}) {
        *digest = reader.text(word_bytes_max);
    }
    for (TableMark* const mark : {&facts.chain, &facts.closings, &facts.postings}) {
        *mark = take_mark(reader);
    }
}

void tell_failure(cage::Link& link, const Error& error) {
    cage::ValueWriter writer;
    put_error(writer, error);
    link.put(failed, writer.bytes());
}

void tell_facts(cage::Link& link, const Result<ChainFacts>& facts) {
    if (!facts) {
        tell_failure(link, facts.error());
        return;
    }
    cage::ValueWriter writer;
    const auto put = [&](Answer kind) {
        link.put(kind, writer.bytes());
        writer.clear();
    };
    for (const std::string& problem : facts->problems) {
        put_text(writer, problem, sentence_bytes_max);
        put(problem_found);
    }
    for (const ClosedRevision& one : facts->closed) {
        writer.number(one.revision);
        for (const std::string& word : {one.period, one.ledger_sha256, one.rows_sha256, one.lines_sha256, one.files_sha256}) {
            put_text(writer, word, word_bytes_max);
        }
        put(closed_revision);
    }
    for (const auto& [path, sha256] : facts->files) {
        put_text(writer, path, path_bytes_max);
        put_text(writer, sha256, word_bytes_max);
        put(file_digest);
    }
    put_facts(writer, *facts);
    put(chain_facts);
    link.put(done, {});
}

void tell_books(cage::Link& link, const Result<ChainBooks>& books) {
    if (!books) {
        tell_failure(link, books.error());
        return;
    }
    cage::ValueWriter writer;
    const auto put = [&](Answer kind) {
        link.put(kind, writer.bytes());
        writer.clear();
    };
    for (const ChainLink& one : books->links) {
        put_text(writer, one.folder, told_name_bytes_max);
        put_text(writer, one.ledger_sha256, word_bytes_max);
        put_text(writer, one.bundle_sha256, word_bytes_max);
        put(chain_link);
    }
    for (const TableMark& mark : books->closings) {
        put_mark(writer, mark);
        put(closings_mark);
    }
    for (const TableMark& mark : books->postings) {
        put_mark(writer, mark);
        put(postings_mark);
    }
    for (const auto& [period, files] : books->closed_files) {
        for (const ClosedFile& file : files) {
            put_text(writer, period, word_bytes_max);
            put_text(writer, file.path, path_bytes_max);
            put_text(writer, file.sha256, word_bytes_max);
            put(closed_file);
        }
    }
    link.put(done, {});
}

void put_counts(cage::ValueWriter& writer, const std::vector<std::uint64_t>& counts) {
    writer.number(static_cast<std::uint32_t>(counts.size()));
    for (const std::uint64_t count : counts) {
        writer.number(count);
    }
}

std::vector<std::uint64_t> take_counts(cage::ValueReader& reader) {
    std::vector<std::uint64_t> counts(reader.count(sizeof(std::uint64_t)));
    for (std::uint64_t& count : counts) {
        count = reader.number<std::uint64_t>();
    }
    return counts;
}

/// The parent's end. `take` gets each frame that is not the end and asks for no file; false: it is none that may come.
template <class Take>
cage::Outcome<Status> converse(cage::Cage& child, Opener* opener, const Take& take) {
    for (;;) {
        auto frame = child.next();
        if (!frame) {
            return tl::unexpected(frame.error());
        }
        cage::ValueReader reader(frame->bytes);
        bool is_good = true;
        switch (frame->kind) {
            case done: return Status();
            case failed: {
                Error error = take_error(reader);
                if (reader.is_whole()) {
                    return Status(fail(std::move(error)));
                }
                is_good = false;
                break;
            }
            case open_wanted: {
                const std::string path(reader.text(path_bytes_max));
                is_good = reader.is_whole() && opener != nullptr && opener->open(path);
                break;
            }
            default: is_good = take(frame->kind, reader) && reader.is_whole();
        }
        if (!is_good) {
            return tl::unexpected(child.refuse("no link of a chain"));
        }
    }
}

/// SHA-256 of the bundle that is handed over; empty: there is none.
Result<std::string> digest_of_bundle(const Handed& handed, FileSource& folder, const std::stop_token& stop) {
    const bool is_there = handed.bundle || std::any_of(handed.entries.begin(), handed.entries.end(), [](const FileSource::Entry& entry) {
                              return entry.is_plain && entry.path == bundle_name;
                          });
    if (!is_there) {
        return std::string();
    }
    std::optional<OpenFile> opened_file;
    if (!handed.bundle) {
        auto file = folder.open(std::string(bundle_name));
        if (!file) {
            return fail(std::move(file.error()));
        }
        opened_file = std::move(*file);
    }
    const OpenFile& file = handed.bundle ? *handed.bundle : *opened_file;
    const auto size = file.size_bytes();
    Digest digest;
    for (std::uint64_t offset = 0; size && offset < *size; offset += digest_bytes) {
        const auto piece = file.read_at(offset, std::min(digest_bytes, *size - offset));
        if (!piece || stop.stop_requested()) {
            return piece ? fail(ErrorCode::cancelled, "stopped before all was verified", file.name()) : fail(piece.error());
        }
        digest.update(*piece);
    }
    return size ? Result<std::string>(digest.finish_hex()) : fail(size.error());
}

bool take_fact(std::uint8_t kind, cage::ValueReader& reader, ChainFacts& facts) {
    switch (kind) {
        case problem_found:
            facts.problems.push_back(sanitise(reader.text(sentence_bytes_max), sentence_bytes_max));
            return facts.problems.size() <= limits::sentences + 2;
        case closed_revision: {
            ClosedRevision one;
            one.revision = reader.number<std::uint64_t>();
            for (std::string* const word : {&one.period, &one.ledger_sha256, &one.rows_sha256, &one.lines_sha256, &one.files_sha256}) {
                *word = reader.text(word_bytes_max);
            }
            facts.closed.push_back(std::move(one));
            return facts.closed.size() <= chain_closed_max;
        }
        case file_digest: {
            std::string path(reader.text(path_bytes_max));
            facts.files[std::move(path)] = reader.text(word_bytes_max);
            return facts.files.size() <= limits::folder_files + 1;
        }
        case chain_facts: take_facts(reader, facts); return true;
        default: return false;
    }
}

bool take_of_books(std::uint8_t kind, cage::ValueReader& reader, ChainBooks& books) {
    switch (kind) {
        case chain_link: {
            ChainLink link;
            link.number = static_cast<std::uint32_t>(books.links.size() + 1);
            link.folder = reader.text(told_name_bytes_max);
            link.ledger_sha256 = reader.text(word_bytes_max);
            link.bundle_sha256 = reader.text(word_bytes_max);
            books.links.push_back(std::move(link));
            return books.links.size() <= chain_links_max;
        }
        case closings_mark: books.closings.push_back(take_mark(reader)); return books.closings.size() <= chain_links_max;
        case postings_mark: books.postings.push_back(take_mark(reader)); return books.postings.size() <= chain_links_max;
        case closed_file: {
            std::vector<ClosedFile>& files = books.closed_files[std::string(reader.text(word_bytes_max))];
            ClosedFile file;
            file.path = reader.text(path_bytes_max);
            file.sha256 = reader.text(word_bytes_max);
            files.push_back(std::move(file));
            return files.size() <= limits::folder_files && books.closed_files.size() <= chain_closed_max;
        }
        default: return false;
    }
}

}  // namespace

void tell_chain(cage::Link& link, cage::Frame& frame, std::vector<FileSource::Entry>& entries) {
    const auto file = [&] { return OpenFile(frame.descriptor.release(), "bundle"); };
    if (frame.kind == chain_folder_task) {
        const std::string bundle_sha256(frame.bytes);  // before the folder asks for files
        AskedFolder folder(link, std::exchange(entries, {}));
        tell_facts(link, chain_facts_of_folder(folder, bundle_sha256));
    } else if (frame.kind == chain_bundle_task) {
        const std::string bundle_sha256(frame.bytes);
        tell_facts(link, chain_facts_of_bundle(file(), bundle_sha256));
    } else if (frame.kind == chain_books_task) {
        cage::ValueReader reader(frame.bytes);
        ChainMarks marks;
        marks.closings = take_counts(reader);
        marks.postings = take_counts(reader);
        tell_books(link, chain_books_of_bundle(file(), marks));
    }
}

struct ChainReader::State {
    std::stop_token stop;
    std::unique_ptr<cage::Cage> child;
    std::uint64_t child_bytes = 0;  ///< for files of this length together
    unsigned months_left = 0;
};

ChainReader::ChainReader(std::stop_token stop) : state_(std::make_unique<State>()) { state_->stop = std::move(stop); }
ChainReader::~ChainReader() = default;

Result<ChainFacts> ChainReader::read(const fs::path& path) {
    const auto kind = find_verifiable(path);
    if (!kind) {
        return fail(kind.error());
    }
    Folder folder(path);
    auto handed = hand_over(path, *kind, folder);
    auto bundle_sha256 = handed ? digest_of_bundle(*handed, folder, state_->stop) : fail(handed.error());
    if (!bundle_sha256) {
        return fail(std::move(bundle_sha256.error()));
    }
    const std::uint64_t size = handed->size_bytes;
    // A child that did not end well: nothing of what it told counts.
    const auto ended_by = [&](const cage::Failure& failure) -> Result<ChainFacts> {
        state_->child.reset();
        Error error = error_of(failure, path);
        if (error.code != ErrorCode::verification) {
            return fail(std::move(error));
        }
        ChainFacts broken;
        broken.problems.push_back(error.message.english());
        broken.bundle_sha256 = *bundle_sha256;
        return broken;
    };
    if (!state_->child || state_->months_left == 0 || size > state_->child_bytes) {
        state_->child.reset();
        state_->child_bytes = std::max(size, child_bytes_usual);
        state_->months_left = months_of_child;
        auto child = start_child(state_->child_bytes, state_->stop);
        if (!child) {
            return ended_by(child.error());
        }
        state_->child = std::move(*child);
    }
    --state_->months_left;
    cage::Cage& child = *state_->child;
    allow_time(child, size);
    std::set<std::string> names = put_handed(child, std::move(*handed), chain_bundle_task, chain_folder_task, *bundle_sha256);
    Opener opener(child, folder, std::move(names));
    ChainFacts facts;
    auto said = converse(child, &opener,
                         [&](std::uint8_t kind_of_frame, cage::ValueReader& reader) { return take_fact(kind_of_frame, reader, facts); });
    if (!said) {
        return ended_by(said.error());
    }
    if (!*said) {
        name_place(said->error(), path, *kind);
        return fail(std::move(said->error()));
    }
    facts.bundle_sha256 = *bundle_sha256;
    return facts;
}

Result<ChainBooks> read_chain_books(const fs::path& bundle, const ChainMarks& marks, const std::stop_token& stop) {
    Folder unused(bundle);
    auto handed = hand_over(bundle, Verifiable::bundle, unused);
    if (!handed) {
        return fail(std::move(handed.error()));
    }
    auto child = start_child(handed->size_bytes, stop);
    if (!child) {
        return fail(error_of(child.error(), bundle));
    }
    allow_time(**child, handed->size_bytes);
    cage::ValueWriter writer;
    put_counts(writer, marks.closings);
    put_counts(writer, marks.postings);
    (*child)->put(chain_books_task, writer.bytes(), cage::Descriptor(handed->bundle->release()));
    ChainBooks books;
    auto said =
        converse(**child, nullptr, [&](std::uint8_t kind, cage::ValueReader& reader) { return take_of_books(kind, reader, books); });
    if (!said) {
        return fail(error_of(said.error(), bundle));
    }
    if (!*said) {
        name_place(said->error(), bundle, Verifiable::bundle);
        return fail(std::move(said->error()));
    }
    return books;
}

}  // namespace moisson::bundle
