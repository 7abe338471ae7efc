#include "pipeline/parquet_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/csv_reader.hpp"
#include "bundle/stated_summary.hpp"
#include "ledger/columns.hpp"
#include "parquet/parquet.hpp"
#include "pipeline/publish_folder.hpp"
#include "report/report.hpp"
#include "usage/usage.hpp"

namespace moisson::pipeline {

namespace {

namespace fs = std::filesystem;

// What amounts may have behind the dot. Of currencies it is 4 at most, of prices and rates as long as reports and tables have them.
constexpr int money_scale = 4;
constexpr int number_scale = 18;
constexpr std::size_t parquet_piece_bytes = 256U << 10U;

[[noreturn]] void refuse(std::string what, const fs::path& where) {
    throw FatalError(ExitCode::inconsistent, ErrorCode::verification, std::move(what), where.string(),
                     "moisson verify says what is wrong with the month");
}

parquet::Column column_of(const ledger::ColumnInfo& info) {
    parquet::Column column{std::string(info.name), parquet::Kind::text, 0, info.sql_rule.starts_with("NOT NULL")};
    if (info.sql_type == "boolean") {
        column.kind = parquet::Kind::truth;
    } else if (info.sql_type == "integer" || info.sql_type == "bigint") {
        column.kind = parquet::Kind::count;
    } else if (info.sql_type == "date") {
        column.kind = parquet::Kind::day;
    } else if (info.sql_type == "timestamp with time zone") {
        column.kind = parquet::Kind::instant;
    } else if (info.sql_type == "numeric") {
        column.kind = parquet::Kind::decimal;
        column.scale = info.name == "fx_rate" ? number_scale : money_scale;
    }
    column.empty_is_text = column.empty_is_text && column.kind == parquet::Kind::text;
    return column;
}

std::vector<parquet::Column> columns_of_ledger() {
    std::vector<parquet::Column> columns;
    for (const ledger::ColumnInfo& info : ledger::column_infos) {
        columns.push_back(column_of(info));
    }
    return columns;
}

std::vector<parquet::Column> columns_of_usage() {
    constexpr std::array<std::string_view, 2> counts{"version", "line"};
    constexpr std::array<std::string_view, 7> numbers{"quantity",          "unit_price",   "amount",                 "volume_discount",
                                                      "discounted_amount", "subs_upfront", "subs_upfront_discounted"};
    const auto is_among = [](const auto& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    std::vector<parquet::Column> columns;
    for (const std::string_view name : usage::csv_columns) {
        parquet::Column column{std::string(name), parquet::Kind::text, 0, false};
        if (is_among(counts, name)) {
            column.kind = parquet::Kind::count;
        } else if (is_among(numbers, name)) {
            column.kind = parquet::Kind::decimal;
            column.scale = number_scale;
        } else if (name == "counted") {
            column.kind = parquet::Kind::truth;
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

/// One CSV file of a month, into a table that is being written.
class CsvToParquet {
public:
    CsvToParquet(const std::vector<parquet::Column>& columns, parquet::Writer& writer, const std::stop_token& stop)
        : columns_(columns), writer_(writer), stop_(stop), cells_(columns.size()) {}

    void run(const fs::path& csv, const std::string& sha256) {
        path_ = csv;
        places_.clear();
        bundle::CsvReader reader([&](const bundle::CsvReader::Row& row) { take(row); });
        std::ifstream file(csv, std::ios::binary);
        Digest digest;
        std::string piece(parquet_piece_bytes, '\0');
        while (file) {
            if (stop_.stop_requested()) {
                throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped; what was written whole stays");
            }
            file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
            const auto bytes = std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount()));
            digest.update(bytes);
            reader.feed(bytes);
        }
        if (file.bad() || !file.eof()) {
            throw FatalError(ExitCode::local, ErrorCode::disk, "cannot read the file", csv.string());
        }
        if (const std::string problem = reader.finish(); !problem.empty()) {
            refuse(problem, csv);
        }
        if (digest.finish_hex() != sha256) {
            refuse("its bytes are not those that summary.json of its month names", csv);
        }
    }

private:
    void take(const bundle::CsvReader::Row& row) {
        if (places_.empty()) {
            take_header(row);
            return;
        }
        ++row_;
        if (row.size() != places_.size()) {
            refuse(fmt::format("row {} has {} fields, the header {}", row_, row.size(), places_.size()), path_);
        }
        for (std::size_t at = 0; at < row.size(); ++at) {
            cells_[places_[at]] = row[at];
        }
        if (const Status added = writer_.add(cells_); !added && added.error().code == ErrorCode::bad_input) {
            refuse(fmt::format("row {}: {}", row_, added.error().message), path_);
        } else if (!added) {
            throw FatalError(ExitCode::local, added.error());
        }
    }

    void take_header(const bundle::CsvReader::Row& row) {
        row_ = 1;
        std::set<std::size_t> taken;
        for (const std::string& name : row) {
            const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const parquet::Column& one) { return one.name == name; });
            if (found == columns_.end() || !taken.insert(static_cast<std::size_t>(found - columns_.begin())).second) {
                refuse(fmt::format("\"{}\" is no column of its table, or stands twice", sanitise(name, 60)), path_);
            }
            places_.push_back(static_cast<std::size_t>(found - columns_.begin()));
        }
        std::fill(cells_.begin(), cells_.end(), std::string());
    }

    const std::vector<parquet::Column>& columns_;
    parquet::Writer& writer_;
    const std::stop_token& stop_;
    fs::path path_;
    std::vector<std::size_t> places_;  ///< of the file's columns in the table
    std::vector<std::string> cells_;
    std::uint64_t row_ = 0;
};

struct MonthFolder {
    Month month;
    fs::path folder;
    bundle::StatedSummary summary;
};

bundle::StatedSummary sealed_summary(const fs::path& folder) {
    const auto text = read_file(folder / "summary.json");
    auto summary = bundle::stated_summary(folder);
    if (!text || !summary || !report::seal_holds(*text)) {
        refuse("summary.json is missing, or is not as it was written", folder);
    }
    return std::move(*summary);
}

/// The files of a month, each table by its own.
class MonthWriter {
public:
    MonthWriter(const MonthFolder& month, const fs::path& to, const std::stop_token& stop, ParquetFiles& made)
        : month_(month), to_(to), stop_(stop), made_(made) {}

    void run() {
        std::vector<std::string> addenda;
        for (const auto& [path, sha256] : month_.summary.file_sha256) {
            if (path.starts_with("addendum-") && path.ends_with(".csv")) {
                addenda.push_back(path);
            }
        }
        const std::vector<std::string> usage(month_.summary.file_sha256.contains("usage.csv") ? 1 : 0, "usage.csv");
        write("ledger", columns_of_ledger(), {"ledger.csv"});
        write("usage", columns_of_usage(), usage);
        write("addenda", columns_of_ledger(), addenda);
    }

private:
    void write(const std::string& table, const std::vector<parquet::Column>& columns, const std::vector<std::string>& sources) {
        const fs::path folder = to_ / table / fmt::format("month={}", month_.month.to_text());
        ParquetFile made{table, month_.month, 0, 0, folder / (table + ".parquet")};
        if (sources.empty()) {
            must_be_done(remove_path(folder));
            return;
        }
        auto writer = must_be_done(parquet::Writer::create(made.path, columns, texts_of(sources)));
        CsvToParquet reader(columns, writer, stop_);
        for (const std::string& source : sources) {
            reader.run(month_.folder / source, sha256_of(source));
        }
        made.rows = writer.rows();
        must_be_done(writer.finish());
        std::error_code problem;
        made.size_bytes = fs::file_size(made.path, problem);
        made_.files.push_back(std::move(made));
    }

    [[nodiscard]] std::string sha256_of(const std::string& source) const {
        const auto found = month_.summary.file_sha256.find(source);
        return found == month_.summary.file_sha256.end() ? std::string() : found->second;
    }

    /// Which bytes the rows are of: years later a file tells where it came from.
    [[nodiscard]] parquet::FileTexts texts_of(const std::vector<std::string>& sources) const {
        parquet::FileTexts texts{{"moisson.month", month_.month.to_text()}, {"moisson.source", month_.summary.source}};
        for (const std::string& source : sources) {
            texts.emplace_back("moisson.sha256." + source, sha256_of(source));
        }
        return texts;
    }

    const MonthFolder& month_;
    const fs::path& to_;
    const std::stop_token& stop_;
    ParquetFiles& made_;
};

/// A month's own folder, or nothing.
std::optional<Month> month_of(const fs::path& folder) {
    std::error_code problem;
    const bool is_published =
        fs::is_directory(folder, problem) && !fs::is_symlink(folder, problem) && fs::exists(folder / "summary.json", problem);
    return is_published ? Month::parse(folder.filename().string()) : std::nullopt;
}

std::vector<MonthFolder> months_in(const ParquetRequest& request, ParquetFiles& made) {
    std::vector<MonthFolder> months;
    const fs::path whole = fs::absolute(request.out).lexically_normal();
    const fs::path out = whole.has_filename() ? whole : whole.parent_path();
    if (const auto month = month_of(out)) {
        months.push_back({*month, out, sealed_summary(out)});
        return months;
    }
    std::error_code problem;
    for (const auto& item : fs::directory_iterator(out, problem)) {
        const std::string name = item.path().filename().string();
        if (const auto month = month_of(item.path())) {
            if (request.months.contains(*month)) {
                months.push_back({*month, item.path(), {}});
            }
        } else if (!name.starts_with('.') && fs::exists(item.path() / "summary.json", problem)) {
            made.not_one_month.push_back(name);
        }
    }
    std::sort(months.begin(), months.end(), [](const auto& one, const auto& other) { return one.month < other.month; });
    std::sort(made.not_one_month.begin(), made.not_one_month.end());
    for (MonthFolder& one : months) {
        one.summary = sealed_summary(one.folder);
    }
    return months;
}

}  // namespace

ParquetFiles write_parquet_files(const ParquetRequest& request, const std::stop_token& stop) {
    ParquetFiles made;
    const std::vector<MonthFolder> months = months_in(request, made);
    if (months.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "no published month is here", request.out.string(),
                         "Name the folder that moisson export publishes in, or a month in it");
    }
    for (const MonthFolder& month : months) {
        MonthWriter(month, request.to, stop, made).run();
    }
    return made;
}

}  // namespace moisson::pipeline
