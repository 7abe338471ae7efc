#include "parquet/thrift.hpp"

namespace moisson::parquet {

namespace {

constexpr std::uint8_t type_true = 1;
constexpr std::uint8_t type_false = 2;
constexpr std::uint8_t type_i32 = 5;
constexpr std::uint8_t type_i64 = 6;
constexpr std::uint8_t type_binary = 8;
constexpr std::uint8_t type_list = 9;
constexpr std::uint8_t type_struct = 12;

/// Small negative numbers are short, too.
std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}

}  // namespace

void put_varint(std::string& out, std::uint64_t value) {
    constexpr unsigned bits = 7;
    constexpr std::uint64_t more = 0x80;
    while (value >= more) {
        out += static_cast<char>((value & (more - 1)) | more);
        value >>= bits;
    }
    out += static_cast<char>(value);
}

void ThriftWriter::field_head(int field, std::uint8_t type) {
    // Ids here grow by less than 16 each: the short form always fits.
    out_ += static_cast<char>(static_cast<unsigned>(field - last_) << 4U | type);
    last_ = field;
}

void ThriftWriter::i32(int field, std::int32_t value) {
    field_head(field, type_i32);
    put_varint(out_, zigzag(value));
}

void ThriftWriter::i64(int field, std::int64_t value) {
    field_head(field, type_i64);
    put_varint(out_, zigzag(value));
}

void ThriftWriter::truth(int field, bool value) { field_head(field, value ? type_true : type_false); }

void ThriftWriter::binary(int field, std::string_view bytes) {
    field_head(field, type_binary);
    element(bytes);
}

void ThriftWriter::list(int field, Element element, std::size_t count) {
    constexpr std::size_t short_max = 14;
    field_head(field, type_list);
    const auto type = static_cast<unsigned>(element);
    if (count <= short_max) {
        out_ += static_cast<char>(static_cast<unsigned>(count) << 4U | type);
    } else {
        out_ += static_cast<char>(0xF0U | type);
        put_varint(out_, count);
    }
}

void ThriftWriter::element(std::int32_t value) { put_varint(out_, zigzag(value)); }

void ThriftWriter::element(std::string_view bytes) {
    put_varint(out_, bytes.size());
    out_ += bytes;
}

void ThriftWriter::begin_struct(int field) {
    field_head(field, type_struct);
    begin_struct();
}

void ThriftWriter::begin_struct() {
    outer_ += static_cast<char>(last_);
    last_ = 0;
}

void ThriftWriter::end_struct() {
    out_ += '\0';
    last_ = outer_.back();
    outer_.pop_back();
}

void ThriftWriter::empty_struct(int field) {
    begin_struct(field);
    end_struct();
}

}  // namespace moisson::parquet
