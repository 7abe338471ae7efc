/// See chain_reader.hpp. Of the books only those tables are read that later books must go on from.

#include "bundle/chain_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "base/hash_tree.hpp"
#include "bundle/books_check.hpp"
#include "bundle/folder_digests.hpp"
#include "bundle/limits.hpp"
#include "bundle/zip_reader.hpp"

namespace moisson::bundle {

namespace {

constexpr std::string_view payload_documents = "documents/";

using Cells = CsvReader::Row;

std::uint64_t count_of(std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    return problem == std::errc{} && end == text.data() + text.size() ? count : 0;
}

/// Cells, so that no two different rows give the same bytes. One update a row: there are tens of millions of cells in ten years of months.
void add_cells(Digest& digest, const Cells& row) {
    std::string bytes;
    for (const std::string& cell : row) {
        const std::size_t size = cell.size();  // bounded by what a row may have
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes += static_cast<char>((size >> shift) & 0xffU);
        }
        bytes += cell;
    }
    bytes += '\n';
    digest.update(bytes);
}

/// The digest of digests, in an order that does not depend on where they stood.
std::string digest_of_sorted(std::vector<std::string> digests) {
    std::sort(digests.begin(), digests.end());
    Digest all;
    for (const std::string& one : digests) {
        all.update(one);
    }
    return all.finish_hex();
}

/// Marks of a table at the counts that are asked for.
class Marker {
public:
    explicit Marker(const std::vector<std::uint64_t>& counts) : counts_(counts) { take(); }
    void add(const Cells& row) {
        add_cells(digest_, row);
        ++rows_;
        take();
    }
    [[nodiscard]] TableMark mark() const { return {rows_, digest_.hex_so_far()}; }
    std::vector<TableMark> marks;

private:
    void take() {
        for (; next_ < counts_.size() && counts_[next_] <= rows_; ++next_) {
            marks.push_back(mark());
        }
    }
    const std::vector<std::uint64_t>& counts_;
    std::size_t next_ = 0;
    Digest digest_;
    std::uint64_t rows_ = 0;
};

class LinkReader {
public:
    LinkReader(ZipReader zip, Problems& problems) : zip_(std::move(zip)), problems_(problems) {
        for (const ZipEntry& entry : zip_.entries()) {
            entries_.emplace(entry.name.substr(entry.name.find('/') + 1), &entry);
        }
    }

    [[nodiscard]] const ZipReader& zip() const noexcept { return zip_; }

    /// Name and manifest. What later reads need of the manifest is left in `inside`: path without "data/" to SHA-256.
    void read_bag(ChainFacts& facts) {
        std::string info;
        static_cast<void>(read("bag-info.txt", [&](std::string_view piece) {
            info += piece.substr(0, limits::tag_bytes - std::min<std::size_t>(info.size(), limits::tag_bytes));
        }));
        constexpr std::string_view before = "External-Identifier: moisson-";
        if (const std::size_t begin = info.find(before); begin != std::string::npos) {
            const std::size_t name = begin + before.size();
            facts.name = info.substr(name, info.find('\n', name) - name);
        }
        std::string line;
        static_cast<void>(read("manifest-sha256.txt", [&](std::string_view piece) {
            for (const char letter : piece) {
                if (letter == '\n') {
                    take_line(line, facts);
                    line.clear();
                } else if (line.size() < line_bytes_max) {
                    line += letter;
                }
            }
        }));
        facts.ledger_sha256 = inside.contains(std::string(ledger_name)) ? inside[std::string(ledger_name)] : std::string();
    }

    /// Its place, where it carries books that this program knows.
    [[nodiscard]] std::optional<StatedPlace> read_books(ChainFacts& facts) {
        if (!entries_.contains("data/books/tables.csv")) {
            return std::nullopt;
        }
        std::uint64_t format = 0;
        each("tables", 2, [&](const Cells& row) { format = row[0] == "format" ? count_of(row[1]) : format; });
        if (format == 0 || format > books_form_known) {
            problems_.add(
                fmt::format("data/books/tables.csv: the books have the form {}, this program knows {}", format, books_form_known));
            return std::nullopt;
        }
        StatedPlace place;
        ChainDigest chain;
        read_links(chain, place, [](ChainLink) {});
        facts.chain = chain.mark();
        const std::vector<std::uint64_t> none;
        Marker closings(none);
        each("closings", 7, [&](const Cells& row) { closings.add(row); });
        facts.closings = closings.mark();
        const std::vector<std::string> lines = closing_lines_of(source());
        place.closings = lines.size();
        place.closings_sha256 = tree_head(lines);
        Marker postings(none);
        each("postings", 18, [&](const Cells& row) { postings.add(row); });
        facts.postings = postings.mark();
        read_closed(facts);
        facts.has_books = true;
        facts.number = place.number;
        return place;
    }

    [[nodiscard]] ChainBooks read_all_books(const ChainMarks& marks) {
        ChainBooks books;
        ChainDigest chain;
        StatedPlace place;
        read_links(chain, place, [&](ChainLink link) { books.links.push_back(std::move(link)); });
        Marker closings(marks.closings);
        each("closings", 7, [&](const Cells& row) { closings.add(row); });
        books.closings = std::move(closings.marks);
        Marker postings(marks.postings);
        each("postings", 18, [&](const Cells& row) { postings.add(row); });
        books.postings = std::move(postings.marks);
        each("closed_files", 4, [&](const Cells& row) { books.closed_files[row[0]].push_back({row[1], count_of(row[2]), row[3]}); });
        return books;
    }

    std::map<std::string, std::string> inside;  ///< ledger, ERP files and addenda

private:
    static constexpr std::size_t line_bytes_max = 4096;

    void take_line(std::string_view line, ChainFacts& facts) {
        constexpr std::string_view data = "  data/";
        const std::size_t gap = line.find(data);
        if (gap == std::string_view::npos) {
            return;
        }
        const std::string_view path = line.substr(gap + data.size());
        facts.documents += path.starts_with(payload_documents) ? 1U : 0U;
        if (path == ledger_name || is_copied(path)) {
            inside.emplace(path, line.substr(0, gap));
        }
    }

    template <class Take>
    void read_links(ChainDigest& chain, StatedPlace& place, Take take) {
        std::uint64_t number = 0;
        each("chain", 4, [&](const Cells& row) {
            if (count_of(row[0]) != ++number || number > chain_links_max) {
                problems_.add(fmt::format("data/books/chain.csv: link {} has another number, or is over budget", number));
            }
            ChainLink link{static_cast<std::uint32_t>(number), row[1], row[2], row[3]};
            chain.add(link);
            place.previous_folder = link.folder;
            place.previous_sha256 = link.bundle_sha256;
            if (number <= chain_links_max) {
                take(std::move(link));
            }
        });
        place.number = number + 1;
    }

    /// Rows of closed tables stand month by month.
    template <class Take>
    void each_closed(std::string_view table, std::size_t columns, std::size_t period_at, ChainFacts& facts, Take take) {
        std::size_t at = 0;
        each(table, columns, [&](const Cells& row) {
            while (at < facts.closed.size() && facts.closed[at].period != row[period_at]) {
                ++at;
            }
            if (at == facts.closed.size()) {
                problems_.add(fmt::format("data/books/{}.csv: a row of {} belongs to no closed month, or stands out of order", table,
                                          sanitise(row[period_at], 20)));
                return;
            }
            take(at, row);
        });
    }

    void read_closed(ChainFacts& facts) {
        each("closed_months", 10, [&](const Cells& row) {
            if (facts.closed.size() < chain_closed_max) {
                facts.closed.push_back({row[0], count_of(row[1]), row[4], {}, {}, {}});
            }
        });
        std::vector<std::string> lines;
        Digest digest;
        std::size_t last = 0;
        const auto end_rows = [&](std::size_t at) {
            if (at < facts.closed.size() && !lines.empty()) {
                facts.closed[at].rows_sha256 = digest.finish_hex();
                facts.closed[at].lines_sha256 = digest_of_sorted(std::move(lines));
                lines.clear();
            }
        };
        each_closed("closed_rows", 10, 1, facts, [&](std::size_t at, const Cells& row) {
            if (at != last) {
                end_rows(last);
                last = at;
            }
            add_cells(digest, row);
            lines.push_back(row[9]);
        });
        end_rows(last);
        bool is_open = false;
        last = 0;
        const auto end_files = [&](std::size_t at) {
            if (is_open) {
                facts.closed[at].files_sha256 = digest.finish_hex();
            }
            is_open = false;
        };
        each_closed("closed_files", 4, 0, facts, [&](std::size_t at, const Cells& row) {
            if (at != last) {
                end_files(last);
                last = at;
            }
            is_open = true;
            add_cells(digest, row);
        });
        end_files(last);
    }

    [[nodiscard]] Status read(const std::string& path, const std::function<void(std::string_view)>& sink) {
        const auto found = entries_.find(path);
        if (found == entries_.end()) {
            problems_.add(fmt::format("{}: it is missing", path));
            return fail(ErrorCode::not_found, "it is missing", path);
        }
        auto done = zip_.read(*found->second, sink);
        if (!done) {
            problems_.add(done.error().message.english());
        }
        return done;
    }

    [[nodiscard]] BooksSource source() {
        BooksSource source;
        if (const auto found = entries_.find("data/books/closings.csv"); found != entries_.end()) {
            source.tables.emplace("books/closings.csv", found->second->packed_size);
        }
        source.read = [this](const std::string& path, const auto& sink) { return read("data/" + path, sink).has_value(); };
        return source;
    }

    /// Rows behind the header line; a table without rows is not there.
    template <class Take>
    void each(std::string_view table, std::size_t columns, Take take) {
        const std::string path = fmt::format("data/books/{}.csv", table);
        const auto found = entries_.find(path);
        if (found == entries_.end()) {
            return;
        }
        bool is_head = true;
        bool is_sound = true;
        CsvReader reader(
            [&](const Cells& row) {
                is_sound = is_sound && row.size() == columns;
                if (!is_head && is_sound) {
                    take(row);
                }
                is_head = false;
            },
            rows_max_of(found->second->packed_size));
        if (!read(path, [&](std::string_view piece) { reader.feed(piece); })) {
            return;
        }
        if (const std::string problem = reader.finish(); !problem.empty() || !is_sound) {
            problems_.add(fmt::format("{}: {}", path, problem.empty() ? "a row has too few or too many columns" : problem));
        }
    }

    ZipReader zip_;
    Problems& problems_;
    std::unordered_map<std::string, const ZipEntry*> entries_;  ///< by path below the top folder
};

/// Empty, and said: it is no bundle.
Result<std::optional<LinkReader>> open_link(OpenFile file, Problems& problems) {
    auto zip = ZipReader::open(std::move(file), ZipLimits{});
    if (!zip && zip.error().code == ErrorCode::disk) {
        return fail(std::move(zip.error()));
    }
    if (!zip) {
        problems.add(zip.error().message.english());
        return std::nullopt;
    }
    return std::optional<LinkReader>(std::in_place, std::move(*zip), problems);
}

/// The digests of those lines of a ledger that have a month, which is its first column. A line end within quotes ends none.
class LedgerLines {
public:
    void feed(std::string_view bytes) {
        for (const char letter : bytes) {
            line_ += letter;
            is_quoted_ = is_quoted_ != (letter == '"');
            if (letter == '\n' && !is_quoted_) {
                if (!is_head_ && line_.front() != ',') {
                    digests_.push_back(sha256_hex(line_));
                }
                is_head_ = false;
                line_.clear();
            }
        }
    }
    [[nodiscard]] std::string finish() { return digests_.empty() ? std::string() : digest_of_sorted(std::move(digests_)); }

private:
    std::string line_;
    std::vector<std::string> digests_;
    bool is_quoted_ = false;
    bool is_head_ = true;
};

/// The bundle that lies in the folder, and what lies beside it.
Status read_bundle_of(FileSource& folder, const FolderDigests& digests, ChainFacts& facts, Problems& problems) {
    auto file = folder.open(std::string(bundle_name));
    if (!file) {
        return fail(std::move(file.error()));
    }
    Problems inside;
    auto link = open_link(std::move(*file), inside);
    if (!link) {
        return fail(std::move(link.error()));
    }
    if (*link) {
        (*link)->read_bag(facts);
        const auto place = (*link)->read_books(facts);
        compare_copied(digests.seen, (*link)->inside, problems);
        const auto ledger = digests.seen.find(std::string(ledger_name));
        if (ledger == digests.seen.end() || ledger->second != facts.ledger_sha256) {
            problems.add("ledger.csv: it differs from the ledger inside bundle.zip");
        }
        if (digests.summary) {
            check_place(digests.summary->root(), place, problems);
        }
    }
    for (const std::string& sentence : inside.take()) {
        problems.add("bundle.zip: " + sentence);
    }
    return {};
}

}  // namespace

void ChainDigest::add(const ChainLink& link) {
    add_cells(digest_, {fmt::format("{}", link.number), link.folder, link.ledger_sha256, link.bundle_sha256});
    ++links_;
}

Result<ChainFacts> chain_facts_of_folder(FileSource& folder, const std::string& bundle_sha256) {
    Problems problems;
    ChainFacts facts;
    auto digests = check_folder_digests(folder, problems, {{std::string(bundle_name), bundle_sha256}});
    if (!digests) {
        return fail(std::move(digests.error()));
    }
    name_missing(*digests, problems);
    facts.file_count = digests->files;
    facts.bytes = digests->bytes;
    facts.files = digests->seen;
    if (!digests->summary_sha256.empty()) {
        facts.files.emplace(summary_name, digests->summary_sha256);
    }
    if (digests->summary) {
        facts.run_id = text_member(digests->summary->root(), "run_id");
        facts.stated_number = count_member(object_member(digests->summary->root(), "chain"), "number");
    }
    Status done;
    if (const auto bundle = digests->seen.find(std::string(bundle_name)); bundle != digests->seen.end()) {
        facts.bundle_sha256 = bundle->second;
        done = read_bundle_of(folder, *digests, facts, problems);
    } else {
        problems.add("bundle.zip: a published month holds it and lists it in summary.json");
    }
    if (done && digests->seen.contains(std::string(ledger_name))) {
        LedgerLines lines;
        const auto ledger = folder.open(std::string(ledger_name));
        done = ledger ? ledger->read([&](std::string_view piece) { lines.feed(piece); }) : fail(ledger.error());
        facts.lines_sha256 = lines.finish();
    }
    for (std::size_t at = 0; done && at < digests->added.size(); ++at) {
        Digest digest;
        const auto stamp = folder.open(digests->added[at]);
        done = stamp ? stamp->read([&](std::string_view piece) { digest.update(piece); }) : fail(stamp.error());
        facts.files[digests->added[at]] = digest.finish_hex();
    }
    facts.problems = problems.take();
    return done ? Result<ChainFacts>(std::move(facts)) : fail(std::move(done.error()));
}

Result<ChainFacts> chain_facts_of_bundle(OpenFile bundle, const std::string& bundle_sha256) {
    Problems problems;
    ChainFacts facts;
    const auto size = bundle.size_bytes();
    if (!size) {
        return fail(size.error());
    }
    facts.file_count = 1;
    facts.bytes = *size;
    facts.bundle_sha256 = bundle_sha256;
    auto link = open_link(std::move(bundle), problems);
    if (!link) {
        return fail(std::move(link.error()));
    }
    if (*link) {
        if (const auto sealed = (*link)->zip().check_seal(); !sealed) {
            problems.add(sealed.error().message.english());
        }
        (*link)->read_bag(facts);
        static_cast<void>((*link)->read_books(facts));
    }
    facts.problems = problems.take();
    return facts;
}

Result<ChainBooks> chain_books_of_bundle(OpenFile bundle, const ChainMarks& marks) {
    Problems problems;
    auto link = open_link(std::move(bundle), problems);
    if (!link) {
        return fail(std::move(link.error()));
    }
    ChainBooks books;
    if (*link) {
        books = (*link)->read_all_books(marks);
    }
    if (const auto sentences = problems.take(); !sentences.empty()) {
        return fail(ErrorCode::verification, sentences.front());
    }
    return books;
}

}  // namespace moisson::bundle
