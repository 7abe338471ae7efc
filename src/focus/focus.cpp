/// The data set's files: rows as they are read, then what describes them.
#include "focus/focus.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "focus/columns.hpp"
#include "focus/row.hpp"
#include "focus/tags.hpp"

namespace moisson::focus {

namespace {

constexpr std::size_t written_piece_bytes = 256U << 10U;
constexpr std::string_view generator = "Moisson";
/// When the columns below became what they are; with another list it changes.
constexpr std::string_view schema_created = "2026-12-01T00:00:00Z";

std::string_view type_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::decimal: return "DECIMAL";
        case Kind::date_time: return "DATETIME";
        case Kind::json: return "JSON";
        case Kind::string: break;
    }
    return "STRING";
}

/// FOCUS 1.2, "Schema": everything of it but its id.
std::string column_definitions() {
    std::string text;
    for (const Column& column : columns) {
        text += fmt::format("    {{\"ColumnName\": \"{}\", \"DataType\": \"{}\"", column.name, type_of(column.kind));
        if (column.kind == Kind::decimal) {
            text += fmt::format(", \"NumericPrecision\": {}, \"NumberScale\": {}", big_decimal_digits_max + 2, big_decimal_scale_max);
        } else if (column.kind == Kind::string || column.kind == Kind::json) {
            text += ", \"StringEncoding\": \"UTF-8\"";
        }
        text += column.name == "Tags" ? ", \"ProviderTagPrefixes\": []}" : "}";
        text += &column == &columns.back() ? "\n" : ",\n";
    }
    return text;
}

/// A GUID (RFC 9562, version 8) out of what the schema says: another schema has another one.
std::string schema_id(std::string_view definitions) {
    std::string digits = sha256_hex(fmt::format("{} {}\n{}", version, schema_created, definitions));
    digits[12] = '8';
    digits[16] = '8';
    const std::string_view all = digits;
    return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4), all.substr(16, 4), all.substr(20, 12));
}

std::string schema_json() {
    const std::string definitions = column_definitions();
    return fmt::format(
        "{{\n  \"SchemaId\": \"{}\",\n  \"FocusVersion\": \"{}\",\n  \"CreationDate\": \"{}\",\n  \"ColumnDefinition\": [\n{}  ]\n}}\n",
        schema_id(definitions), version, schema_created, definitions);
}

/// Which schema the data has, without a look into them.
std::string metadata_json(const File& data, const std::string& schema) {
    std::string text = fmt::format("{{\n  \"DataGenerator\": \"{}\",\n  \"SchemaId\": \"{}\",\n  \"SchemaLocation\": ", generator,
                                   schema_id(column_definitions()));
    append_json(text, schema);
    text += ",\n  \"data_location\": [\n    {\"filepath\": ";
    append_json(text, data.name);
    text += fmt::format(", \"total_bytes\": {}, \"total_rows\": {}}}\n  ]\n}}\n", data.size_bytes, data.rows);
    return text;
}

Status add_up(std::vector<Billed>& sums, std::string_view currency, const BigDecimal& cost) {
    auto sum = std::find_if(sums.begin(), sums.end(), [&](const Billed& one) { return one.currency == currency; });
    if (sum == sums.end()) {
        sums.push_back({std::string(currency), {}});
        sum = std::prev(sums.end());
    }
    if (!add_to(sum->cost, cost)) {
        return fail(ErrorCode::verification, "usage.csv is not as it was written: its sum does not fit in 38 digits");
    }
    return {};
}

/// The rows, into a file that is not yet there under its name.
class DataFile {
public:
    Status open(const std::filesystem::path& path) {
        auto made = AtomicFile::create(path);
        if (!made) {
            return fail(std::move(made.error()));
        }
        file_ = std::move(*made);
        pending_ = header_line();
        return {};
    }
    [[nodiscard]] std::string& pending() noexcept { return pending_; }
    Status flush() {
        digest_.update(pending_);
        auto written = file_->write(pending_);
        pending_.clear();
        return written;
    }
    Status finish(File& file) {
        if (auto written = flush(); !written) {
            return written;
        }
        file.size_bytes = file_->size_bytes();
        file.sha256 = digest_.finish_hex();
        return file_->commit();
    }

private:
    std::optional<AtomicFile> file_;
    std::string pending_;
    Digest digest_;
};

Status write_rows(LineReader& reader, RowMaker& maker, const Options& options, DataFile& data, File& file, Written& written) {
    Fields fields;
    for (;;) {
        auto more = reader.next(fields);
        if (!more) {
            return fail(std::move(more.error()));
        }
        if (!*more) {
            return {};
        }
        if (fields[counted].raw != "yes") {
            continue;
        }
        auto billed = maker.make(fields, data.pending());
        if (!billed) {
            return fail(std::move(billed.error()));
        }
        if (!*billed) {
            continue;
        }
        ++file.rows;
        if (auto added = add_up(written.billed, fields[currency].raw, **billed); !added) {
            return added;
        }
        if (data.pending().size() >= written_piece_bytes) {
            if (options.stop.stop_requested()) {
                return fail(ErrorCode::cancelled, "the run was told to stop");
            }
            if (auto flushed = data.flush(); !flushed) {
                return flushed;
            }
        }
    }
}

Status write_text(const std::filesystem::path& folder, std::string name, const std::string& text, Written& written) {
    auto done = write_file(folder / name, text);
    written.files.push_back({std::move(name), text.size(), sha256_hex(text), 0});
    return done;
}

}  // namespace

std::string file_name(const std::string& base_name, Part part) {
    switch (part) {
        case Part::schema: return base_name + "-schema.json";
        case Part::metadata: return base_name + "-metadata.json";
        case Part::data: break;
    }
    return base_name + ".csv";
}

Result<Written> write(const std::filesystem::path& usage_csv, const std::filesystem::path& folder, const Options& options) {
    Written written;
    File file;
    file.name = file_name(options.base_name, Part::data);
    const std::string schema = file_name(options.base_name, Part::schema);
    LineReader reader;
    RowMaker maker(options);
    DataFile data;
    auto done = reader.open(usage_csv).and_then([&] { return data.open(folder / file.name); }).and_then([&] {
        return write_rows(reader, maker, options, data, file, written);
    });
    if (!done) {
        return fail(std::move(done.error()));
    }
    if (file.rows == 0) {
        return written;
    }
    done = data.finish(file).and_then([&] {
        written.files.push_back(file);
        return write_text(folder, schema, schema_json(), written);
    });
    done = done.and_then(
        [&] { return write_text(folder, file_name(options.base_name, Part::metadata), metadata_json(file, schema), written); });
    if (!done) {
        for (const File& made : written.files) {
            static_cast<void>(remove_path(folder / made.name));
        }
        return fail(std::move(done.error()));
    }
    return written;
}

}  // namespace moisson::focus
