#include "bundle/books_check.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/hash_tree.hpp"
#include "bundle/csv_reader.hpp"
#include "domain/money.hpp"

namespace moisson::bundle {

namespace {

constexpr std::string_view list_path = "books/tables.csv";
constexpr std::string_view nul_in_text = "\u2400";  // as the ledger shows it

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

std::string shown(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        if (letter == '\0') {
            result += nul_in_text;
        } else {
            result += letter;
        }
    }
    return result;
}

class BooksCheck {
public:
    BooksCheck(const rapidjson::Value& summary, const BooksSource& source, Problems& problems)
        : summary_(summary), source_(source), problems_(problems) {}

    std::optional<StatedPlace> run() {
        if (source_.tables.empty()) {
            return std::nullopt;
        }
        if (!read_list()) {
            return std::nullopt;
        }
        count_rows();
        check_chain();
        hash_closings();
        check_closed_months();
        check_rows();
        return place_;
    }

private:
    using Row = CsvReader::Row;

    /// False: nothing else can be judged.
    bool read_list() {
        bool is_sound = true;
        const bool is_whole = read(std::string(list_path), 2, [&](const Row& row) {
            const auto count = number_of(row[1]);
            is_sound = is_sound && count && *count >= 0 && counts_.emplace(row[0], static_cast<std::uint64_t>(count.value_or(0))).second;
        });
        if (!is_whole || !is_sound || !counts_.contains("format")) {
            problems_.add(fmt::format("data/{}: it is no list of the books' tables", list_path));
            return false;
        }
        if (counts_["format"] > books_form_known) {
            return false;
        }
        counts_.erase("format");
        for (const auto& [path, packed] : source_.tables) {
            const std::string name = name_of(path);
            if (path != list_path && (!counts_.contains(name) || counts_[name] == 0)) {
                problems_.add(fmt::format("data/{}: {} does not name it", sanitise(path, 100), list_path));
            }
        }
        return true;
    }

    void count_rows() {
        for (const auto& [name, expected] : counts_) {
            const std::string path = path_of(name);
            if (expected == 0) {
                continue;
            }
            std::uint64_t rows = 0;
            if (!source_.tables.contains(path)) {
                problems_.add(fmt::format("data/{}: it is missing", sanitise(path, 100)));
            } else if (read(path, 0, [&](const Row&) { ++rows; }) && rows != expected) {
                problems_.add(fmt::format("data/{}: it has {} rows, {} says {}", sanitise(path, 100), rows, list_path, expected));
            }
        }
    }

    void check_chain() {
        std::uint64_t number = 0;
        each("chain", 4, [&](const Row& row) {
            if (number_of(row[0]) != static_cast<std::int64_t>(++number)) {
                problems_.add(fmt::format("data/books/chain.csv: link {} has another number", number));
            }
            place_.previous_folder = row[1];
            place_.previous_sha256 = row[3];
        });
        place_.number = number + 1;
    }

    void hash_closings() {
        const std::vector<std::string> lines = closing_lines_of(source_);
        place_.closings = lines.size();
        place_.closings_sha256 = tree_head(lines);
    }

    /// Each that the summary names; the books know those of later months too.
    void check_closed_months() {
        std::map<std::string, std::pair<std::string, std::string>> closed;
        each("closed_months", 10, [&](const Row& row) { closed[row[0]] = {row[1], row[4]}; });
        for (const rapidjson::Value& month : items_member(summary_, "closed_months").GetArray()) {
            const auto found = closed.find(text_member(month, "period"));
            if (found == closed.end() || found->second != std::pair(text_member(month, "revision"), text_member(month, "ledger_sha256"))) {
                problems_.add(fmt::format("data/books/closed_months.csv: {} is not there as the summary says",
                                          sanitise(text_member(month, "period"), 20)));
            }
        }
    }

    /// Of the months whose ledger this is.
    void check_rows() {
        std::set<std::string> months;
        each("published_months", 2, [&](const Row& row) {
            if (row[1] == source_.ledger_sha256) {
                months.insert(row[0]);
            }
        });
        std::vector<std::string> expected;
        std::map<std::string, std::string> files;
        constexpr std::size_t ledger_columns = 28;
        const bool is_read = read("ledger.csv", 0, [&](const Row& row) {
            if (row.size() < ledger_columns || !months.contains(row[0]) || row[7].empty()) {
                return;
            }
            expected.push_back(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", row[1], row[0], row[7], row[8], row[11], row[12],
                                           row[12].empty() ? "" : row[13]));
            if (row[23] == "ok") {
                files[fmt::format("{}\t{}\t{}", row[1], row[7], row[8])] = row[21];
            }
        });
        std::vector<std::string> found;
        each("published_rows", 10, [&](const Row& row) {
            if (!months.contains(row[1])) {
                return;
            }
            const auto currency = find_currency(row[7]);
            const std::string amount = currency ? to_decimal(Money{number_of(row[6]).value_or(0), *currency}) : std::string();
            found.push_back(fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", shown(row[0]), row[1], shown(row[2]), row[3],
                                        row[5] == "1" ? "yes" : "no", amount, amount.empty() ? "" : row[7]));
        });
        std::sort(expected.begin(), expected.end());
        std::sort(found.begin(), found.end());
        if (is_read && expected != found) {
            problems_.add("data/books/published_rows.csv: the rows of this bundle's months are not those of its ledger");
        }
        check_files(files);
    }

    void check_files(std::map<std::string, std::string>& files) {
        each("documents", 17, [&](const Row& row) {
            const auto file = files.find(fmt::format("{}\t{}\t{}", shown(row[0]), shown(row[1]), row[2]));
            if (file != files.end() && file->second != row[12]) {
                problems_.add(fmt::format("data/books/documents.csv: {} version {} has another file than in the ledger",
                                          sanitise(row[1], 60), sanitise(row[2], 20)));
            }
        });
    }

    static std::string path_of(std::string_view table) { return fmt::format("books/{}.csv", table); }
    static std::string name_of(std::string_view path) {
        path.remove_prefix(std::min(path.size(), std::string_view("books/").size()));
        return std::string(path.substr(0, path.rfind(".csv")));
    }

    template <class Take>
    void each(std::string_view table, std::size_t columns, Take take) {
        if (source_.tables.contains(path_of(table))) {
            static_cast<void>(read(path_of(table), columns, take));
        }
    }

    /// Rows behind the header line. `columns` 0: any number of them. False: it is no such table, which is said.
    template <class Take>
    bool read(const std::string& path, std::size_t columns, Take take) {
        const auto packed = source_.tables.find(path);
        bool is_head = true;
        bool is_sound = true;
        CsvReader reader(
            [&](const Row& row) {
                is_sound = is_sound && (columns == 0 || row.size() == columns);
                if (!is_head && is_sound) {
                    take(row);
                }
                is_head = false;
            },
            packed == source_.tables.end() ? UINT64_MAX : rows_max_of(packed->second));
        if (!source_.read(path, [&](std::string_view piece) { reader.feed(piece); })) {
            return false;
        }
        if (const std::string problem = reader.finish(); !problem.empty() || !is_sound) {
            problems_.add(
                fmt::format("data/{}: {}", sanitise(path, 100), problem.empty() ? "a row has too few or too many columns" : problem));
            return false;
        }
        return true;
    }

    const rapidjson::Value& summary_;
    const BooksSource& source_;
    Problems& problems_;
    std::map<std::string, std::uint64_t> counts_;
    StatedPlace place_;
};

}  // namespace

std::vector<std::string> closing_lines_of(const BooksSource& source) {
    constexpr const char* path = "books/closings.csv";
    std::vector<std::string> lines(1);
    std::size_t quotes = 0;
    if (source.tables.contains(path)) {
        static_cast<void>(source.read(path, [&](std::string_view piece) {
            for (const char letter : piece) {
                lines.back() += letter;
                quotes += letter == '"' ? 1U : 0U;
                if (letter == '\n' && quotes % 2 == 0) {
                    lines.emplace_back();
                }
            }
        }));
        lines.erase(lines.begin());  // the header
    }
    if (!lines.empty()) {
        lines.pop_back();  // behind the last line end
    }
    return lines;
}

void check_place(const rapidjson::Value& published, const std::optional<StatedPlace>& place, Problems& problems) {
    const rapidjson::Value* const chain = find_member(published, "chain");
    if (!place) {
        return;  // of an earlier version, a view, or a later form
    }
    const rapidjson::Value& stated = object_member(published, "chain");
    const rapidjson::Value& previous = object_member(stated, "previous");
    const bool is_first = place->previous_folder.empty();
    const rapidjson::Value* const named = find_member(stated, "previous");
    const bool says_first = named != nullptr && named->IsNull();  // nothing else stands for that
    if (chain == nullptr || is_first != says_first || count_member(stated, "number") != place->number ||
        text_member(previous, "folder") != place->previous_folder || text_member(previous, "bundle_sha256") != place->previous_sha256 ||
        count_member(stated, "closings") != place->closings || text_member(stated, "closings_sha256") != place->closings_sha256) {
        problems.add("summary.json: chain is not the place that the bundle's books give it");
    }
}

std::optional<StatedPlace> check_books(const rapidjson::Value& summary, const BooksSource& source, Problems& problems) {
    return BooksCheck(summary, source, problems).run();
}

}  // namespace moisson::bundle
