#pragma once
/// Thrift's compact protocol, as much of it as a Parquet file's own tables need. Only the parquet room includes this header.
/// Source: the compact protocol's description in Apache Thrift.

#include <cstdint>
#include <string>
#include <string_view>

namespace moisson::parquet {

/// Unsigned LEB128, which Parquet's runs begin with as well.
void put_varint(std::string& out, std::uint64_t value);

/// Writes structs into a text of its own. Fields of a struct come in the order of their ids. One thread.
class ThriftWriter {
public:
    enum class Element : std::uint8_t { i32 = 5, binary = 8, structure = 12 };

    void i32(int field, std::int32_t value);
    void i64(int field, std::int64_t value);
    void truth(int field, bool value);
    void binary(int field, std::string_view bytes);
    void list(int field, Element element, std::size_t count);
    /// An element of a list.
    void element(std::int32_t value);
    void element(std::string_view bytes);
    /// A struct: as a field, as an element of a list, or (the outermost) alone.
    void begin_struct(int field);
    void begin_struct();
    void end_struct();
    /// A struct without a field.
    void empty_struct(int field);

    [[nodiscard]] const std::string& bytes() const noexcept { return out_; }

private:
    void field_head(int field, std::uint8_t type);

    std::string out_;
    std::string outer_;  ///< the last field id of each struct around the present one
    int last_ = 0;       ///< of the present one; ids are below 128
};

}  // namespace moisson::parquet
