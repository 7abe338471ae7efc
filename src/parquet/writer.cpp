/// See parquet.hpp. Numbers of fields and of kinds are those of parquet.thrift.

#include "parquet/parquet.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/deflate.hpp"
#include "base/files.hpp"
#include "parquet/cells.hpp"
#include "parquet/thrift.hpp"

namespace moisson::parquet {

namespace {

constexpr std::string_view magic = "PAR1";
constexpr std::size_t distinct_max = 65'536;   ///< values in a page of distinct ones
constexpr std::size_t limit_bytes_max = 1024;  ///< of a smallest or largest value; longer ones are left out, as the format allows

// parquet.thrift: Type, ConvertedType, Encoding, CompressionCodec, PageType
enum PhysicalType : std::int32_t { type_boolean = 0, type_int32 = 1, type_int64 = 2, type_byte_array = 6, type_fixed = 7 };
enum ConvertedType : std::int32_t { converted_utf8 = 0, converted_decimal = 5, converted_date = 6, converted_millis = 9 };
enum Encoding : std::int32_t { encoding_plain = 0, encoding_rle = 3, encoding_dictionary = 8 };
constexpr std::int32_t codec_gzip = 2;
enum PageType : std::int32_t { page_data = 0, page_dictionary = 2 };

PhysicalType type_of(Kind kind) {
    switch (kind) {
        case Kind::text: return type_byte_array;
        case Kind::truth: return type_boolean;
        case Kind::count:
        case Kind::instant: return type_int64;
        case Kind::decimal: return type_fixed;
        case Kind::day: return type_int32;
    }
    return type_byte_array;
}

/// As gzip, which every reader has. Its head names no time and no system.
std::string packed(Deflater& deflater, std::string_view bytes) {
    constexpr std::string_view head("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    std::string out(head);
    out += deflater.deflate(bytes, {}, true);
    append_u32(out, crc_of(bytes));
    append_u32(out, static_cast<std::uint32_t>(bytes.size()));
    return out;
}

/// What the footer says of a column of a row group.
struct ChunkInfo {
    std::uint64_t values = 0;  ///< empty ones too
    std::uint64_t empty = 0;
    std::optional<std::string> smallest;
    std::optional<std::string> largest;
    bool has_dictionary = false;
    std::uint64_t begin = 0;  ///< where in the file
    std::uint64_t data_page = 0;
    std::uint64_t packed_bytes = 0;  ///< with the pages' heads, as `plain_bytes`
    std::uint64_t plain_bytes = 0;
};

struct Group {
    std::uint64_t rows = 0;
    std::vector<ChunkInfo> chunks;
};

/// Where pages go, and how far the file has come.
class Output {
public:
    explicit Output(AtomicFile file) : file_(std::move(file)) {}

    Status write(std::string_view bytes) {
        at_ += bytes.size();
        return file_.write(bytes);
    }
    Status write_page(PageType type, Encoding encoding, std::uint64_t values, std::string_view body, ChunkInfo& info) {
        const std::string body_packed = packed(deflater_, body);
        ThriftWriter head;
        head.begin_struct();
        head.i32(1, type);
        head.i32(2, static_cast<std::int32_t>(body.size()));
        head.i32(3, static_cast<std::int32_t>(body_packed.size()));
        head.i32(4, static_cast<std::int32_t>(crc_of(body_packed)));
        head.begin_struct(type == page_data ? 5 : 7);
        head.i32(1, static_cast<std::int32_t>(values));
        head.i32(2, encoding);
        if (type == page_data) {
            head.i32(3, encoding_rle);  // which values are there
            head.i32(4, encoding_rle);  // repeated ones: there are none
        }
        head.end_struct();
        head.end_struct();
        info.plain_bytes += head.bytes().size() + body.size();
        info.packed_bytes += head.bytes().size() + body_packed.size();
        Status done = write(head.bytes());
        return done ? write(body_packed) : done;
    }
    Status commit() { return file_.commit(); }
    [[nodiscard]] std::uint64_t at() const noexcept { return at_; }

private:
    AtomicFile file_;
    Deflater deflater_;
    std::uint64_t at_ = 0;
};

/// The values of one column that wait for their row group's end.
class Chunk {
public:
    explicit Chunk(const Column& column) : column_(&column) {}

    [[nodiscard]] bool add(std::string_view cell) {
        if (cell.empty() && !column_->empty_is_text) {
            is_there_.push_back(0);
            return true;
        }
        const std::size_t begin = bytes_.size();
        if (!append_value(bytes_, *column_, cell)) {
            return false;
        }
        take_limits(std::string_view(bytes_).substr(begin));
        is_there_.push_back(1);
        ends_.push_back(bytes_.size());
        return true;
    }
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return bytes_.size() + is_there_.size() * sizeof(std::uint32_t) + ends_.size() * sizeof(std::size_t);
    }

    /// Writes all, and is empty again.
    Result<ChunkInfo> write(Output& out) {
        info_.values = is_there_.size();
        info_.empty = is_there_.size() - ends_.size();
        info_.begin = out.at();
        std::string levels;
        append_runs(levels, is_there_, 1);
        std::string page;
        append_u32(page, static_cast<std::uint32_t>(levels.size()));
        page += levels;
        Encoding encoding = encoding_plain;
        if (find_distinct()) {
            encoding = encoding_dictionary;
            info_.has_dictionary = true;
            if (Status done = out.write_page(page_dictionary, encoding_plain, distinct_.size(), plain_of(distinct_), info_); !done) {
                return fail(std::move(done.error()));
            }
            append_indices(page);
        } else {
            append_plain(page);
        }
        info_.data_page = out.at();
        if (Status done = out.write_page(page_data, encoding, info_.values, page, info_); !done) {
            return fail(std::move(done.error()));
        }
        is_there_.clear();
        ends_.clear();
        bytes_.clear();
        return std::exchange(info_, {});
    }

private:
    [[nodiscard]] std::string_view value(std::size_t at) const {
        const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
        return std::string_view(bytes_).substr(begin, ends_[at] - begin);
    }
    void take_limits(std::string_view value) {
        const bool is_first = !info_.smallest && !info_.largest;
        if (is_first || comes_before(column_->kind, value, *info_.smallest)) {
            info_.smallest = value;
        }
        if (is_first || comes_before(column_->kind, *info_.largest, value)) {
            info_.largest = value;
        }
    }
    void append_one(std::string& page, std::string_view value) const {
        if (column_->kind == Kind::text) {
            append_u32(page, static_cast<std::uint32_t>(value.size()));
        }
        page += value;
    }
    [[nodiscard]] std::string plain_of(const std::vector<std::string_view>& values) const {
        std::string page;
        for (const std::string_view one : values) {
            append_one(page, one);
        }
        return page;
    }
    void append_plain(std::string& page) const {
        if (column_->kind == Kind::truth) {
            unsigned bits = 0;
            for (std::size_t at = 0; at < ends_.size(); ++at) {
                bits |= static_cast<unsigned>(bytes_[at]) << (at % 8);
                if (at % 8 == 7 || at + 1 == ends_.size()) {
                    page += static_cast<char>(bits);
                    bits = 0;
                }
            }
            return;
        }
        for (std::size_t at = 0; at < ends_.size(); ++at) {
            append_one(page, value(at));
        }
    }
    /// False: they would not be shorter so. In the order in which they first come.
    bool find_distinct() {
        distinct_.clear();
        indices_.clear();
        if (column_->kind == Kind::truth || ends_.empty()) {
            return false;
        }
        std::unordered_map<std::string_view, std::uint32_t> numbers;
        std::size_t distinct_bytes = 0;
        for (std::size_t at = 0; at < ends_.size(); ++at) {
            const auto [found, is_new] = numbers.try_emplace(value(at), static_cast<std::uint32_t>(distinct_.size()));
            if (is_new) {
                distinct_.push_back(found->first);
                distinct_bytes += found->first.size();
            }
            indices_.push_back(found->second);
            // Two bytes stand for the larger indices; and a column that hardly repeats is not looked at to its end.
            if (distinct_.size() > distinct_max || (at + 1 == ends_.size() && distinct_bytes + 2 * ends_.size() > bytes_.size())) {
                return false;
            }
        }
        return true;
    }
    void append_indices(std::string& page) const {
        unsigned bits = 1;
        while ((distinct_.size() - 1) >> bits != 0) {
            ++bits;
        }
        page += static_cast<char>(bits);
        append_runs(page, indices_, bits);
    }

    const Column* column_;
    std::vector<std::uint32_t> is_there_;  ///< 1 or 0 for each row
    std::vector<std::size_t> ends_;        ///< of the values that are there, in `bytes_`
    std::string bytes_;
    std::vector<std::string_view> distinct_;
    std::vector<std::uint32_t> indices_;
    ChunkInfo info_;
};

void write_schema_element(ThriftWriter& out, const Column& column) {
    out.begin_struct();
    out.i32(1, type_of(column.kind));
    if (column.kind == Kind::decimal) {
        out.i32(2, static_cast<std::int32_t>(decimal_bytes));
    }
    out.i32(3, 1);  // OPTIONAL
    out.binary(4, column.name);
    switch (column.kind) {
        case Kind::text:
            out.i32(6, converted_utf8);
            out.begin_struct(10);
            out.empty_struct(1);
            out.end_struct();
            break;
        case Kind::decimal:
            out.i32(6, converted_decimal);
            out.i32(7, column.scale);
            out.i32(8, decimal_digits_max);
            out.begin_struct(10);
            out.begin_struct(5);
            out.i32(1, column.scale);
            out.i32(2, decimal_digits_max);
            out.end_struct();
            out.end_struct();
            break;
        case Kind::day:
            out.i32(6, converted_date);
            out.begin_struct(10);
            out.empty_struct(6);
            out.end_struct();
            break;
        case Kind::instant:
            out.i32(6, converted_millis);
            out.begin_struct(10);
            out.begin_struct(8);
            out.truth(1, true);  // in UTC
            out.begin_struct(2);
            out.empty_struct(1);  // milliseconds
            out.end_struct();
            out.end_struct();
            out.end_struct();
            break;
        case Kind::truth:
        case Kind::count: break;  // the type says it all
    }
    out.end_struct();
}

void write_statistics(ThriftWriter& out, const ChunkInfo& info) {
    out.begin_struct(12);
    out.i64(3, static_cast<std::int64_t>(info.empty));
    if (info.largest && info.largest->size() <= limit_bytes_max) {
        out.binary(5, *info.largest);
    }
    if (info.smallest && info.smallest->size() <= limit_bytes_max) {
        out.binary(6, *info.smallest);
    }
    out.end_struct();
}

void write_chunk(ThriftWriter& out, const Column& column, const ChunkInfo& info) {
    out.begin_struct();
    out.i64(2, 0);  // where its metadata stands besides: nowhere
    out.begin_struct(3);
    out.i32(1, type_of(column.kind));
    out.list(2, ThriftWriter::Element::i32, info.has_dictionary ? 3 : 2);
    out.element(encoding_plain);
    out.element(encoding_rle);
    if (info.has_dictionary) {
        out.element(encoding_dictionary);
    }
    out.list(3, ThriftWriter::Element::binary, 1);
    out.element(std::string_view(column.name));
    out.i32(4, codec_gzip);
    out.i64(5, static_cast<std::int64_t>(info.values));
    out.i64(6, static_cast<std::int64_t>(info.plain_bytes));
    out.i64(7, static_cast<std::int64_t>(info.packed_bytes));
    out.i64(9, static_cast<std::int64_t>(info.data_page));
    if (info.has_dictionary) {
        out.i64(11, static_cast<std::int64_t>(info.begin));
    }
    write_statistics(out, info);
    out.end_struct();
    out.end_struct();
}

void write_group(ThriftWriter& out, const std::vector<Column>& columns, const Group& group) {
    std::uint64_t plain_bytes = 0;
    std::uint64_t packed_bytes = 0;
    for (const ChunkInfo& info : group.chunks) {
        plain_bytes += info.plain_bytes;
        packed_bytes += info.packed_bytes;
    }
    out.begin_struct();
    out.list(1, ThriftWriter::Element::structure, columns.size());
    for (std::size_t at = 0; at < columns.size(); ++at) {
        write_chunk(out, columns[at], group.chunks[at]);
    }
    out.i64(2, static_cast<std::int64_t>(plain_bytes));
    out.i64(3, static_cast<std::int64_t>(group.rows));
    out.i64(5, static_cast<std::int64_t>(group.chunks.front().begin));
    out.i64(6, static_cast<std::int64_t>(packed_bytes));
    out.end_struct();
}

std::string footer_of(const std::vector<Column>& columns, const std::vector<Group>& groups, const FileTexts& texts) {
    std::uint64_t rows = 0;
    for (const Group& group : groups) {
        rows += group.rows;
    }
    ThriftWriter out;
    out.begin_struct();
    out.i32(1, 1);  // the format's version
    out.list(2, ThriftWriter::Element::structure, columns.size() + 1);
    out.begin_struct();
    out.binary(4, "schema");
    out.i32(5, static_cast<std::int32_t>(columns.size()));
    out.end_struct();
    for (const Column& column : columns) {
        write_schema_element(out, column);
    }
    out.i64(3, static_cast<std::int64_t>(rows));
    out.list(4, ThriftWriter::Element::structure, groups.size());
    for (const Group& group : groups) {
        write_group(out, columns, group);
    }
    if (!texts.empty()) {
        out.list(5, ThriftWriter::Element::structure, texts.size());
        for (const auto& [name, text] : texts) {
            out.begin_struct();
            out.binary(1, name);
            out.binary(2, text);
            out.end_struct();
        }
    }
    out.binary(6, "moisson");
    out.list(7, ThriftWriter::Element::structure, columns.size());
    for (std::size_t at = 0; at < columns.size(); ++at) {
        out.begin_struct();
        out.empty_struct(1);  // smallest and largest are by the order of the type
        out.end_struct();
    }
    out.end_struct();
    return out.bytes();
}

}  // namespace

class Writer::Body {
public:
    Body(AtomicFile file, std::vector<Column> columns, FileTexts texts)
        : out_(std::move(file)), columns_(std::move(columns)), texts_(std::move(texts)) {
        chunks_.reserve(columns_.size());
        for (const Column& column : columns_) {
            chunks_.emplace_back(column);
        }
    }

    Status begin() { return out_.write(magic); }

    Status add(std::span<const std::string> cells) {
        if (cells.size() != columns_.size()) {
            return fail(ErrorCode::bad_input, fmt::format("a row has {} cells, the table {} columns", cells.size(), columns_.size()));
        }
        for (std::size_t at = 0; at < cells.size(); ++at) {
            if (!chunks_[at].add(cells[at])) {
                return fail(ErrorCode::bad_input,
                            fmt::format("{} \"{}\" does not fit its column", columns_[at].name, sanitise(cells[at], 60)));
            }
        }
        ++rows_;
        ++rows_in_group_;
        return rows_in_group_ >= rows_a_group || is_full() ? end_group() : Status();
    }

    Status finish() {
        Status done = rows_in_group_ > 0 ? end_group() : Status();
        if (!done) {
            return done;
        }
        const std::string footer = footer_of(columns_, groups_, texts_);
        std::string end = footer;
        append_u32(end, static_cast<std::uint32_t>(footer.size()));
        end += magic;
        done = out_.write(end);
        return done ? out_.commit() : done;
    }

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

private:
    /// Looked at once in so many rows: long texts are rare.
    [[nodiscard]] bool is_full() const {
        constexpr std::uint64_t rows_a_look = 64;
        std::size_t bytes = 0;
        if (rows_in_group_ % rows_a_look == 0) {
            for (const Chunk& chunk : chunks_) {
                bytes += chunk.memory_bytes();
            }
        }
        return bytes >= group_bytes_max;
    }

    Status end_group() {
        Group group;
        group.rows = std::exchange(rows_in_group_, 0);
        for (Chunk& chunk : chunks_) {
            auto written = chunk.write(out_);
            if (!written) {
                return fail(std::move(written.error()));
            }
            group.chunks.push_back(std::move(*written));
        }
        groups_.push_back(std::move(group));
        return {};
    }

    Output out_;
    const std::vector<Column> columns_;
    const FileTexts texts_;
    std::vector<Chunk> chunks_;
    std::vector<Group> groups_;
    std::uint64_t rows_in_group_ = 0;
    std::uint64_t rows_ = 0;
};

Writer::Writer(std::unique_ptr<Body> body) noexcept : body_(std::move(body)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Result<Writer> Writer::create(const std::filesystem::path& target, std::vector<Column> columns, FileTexts texts) {
    auto file = AtomicFile::create(target);
    if (!file) {
        return fail(std::move(file.error()));
    }
    Writer writer(std::make_unique<Body>(std::move(*file), std::move(columns), std::move(texts)));
    if (Status begun = writer.body_->begin(); !begun) {
        return fail(std::move(begun.error()));
    }
    return writer;
}

Status Writer::add(std::span<const std::string> cells) { return body_->add(cells); }
Status Writer::finish() { return body_->finish(); }
std::uint64_t Writer::rows() const noexcept { return body_->rows(); }

}  // namespace moisson::parquet
