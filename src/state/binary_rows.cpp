/// See binary_rows.hpp.

#include "state/binary_rows.hpp"

#include <array>

#include "base/result.hpp"

namespace moisson::state {

namespace {

template <class Number>
void put_big_endian(std::string& bytes, Number number) {
    std::array<char, sizeof(Number)> word{};
    for (std::size_t at = 0; at < word.size(); ++at) {
        word.at(at) = static_cast<char>(number >> (8U * (word.size() - 1 - at)) & 0xffU);
    }
    bytes.append(word.data(), word.size());
}

std::uint32_t size_at(std::string_view bytes, std::size_t at) {
    std::uint32_t size = 0;
    for (const char letter : bytes.substr(at, sizeof size)) {
        size = size << 8U | static_cast<unsigned char>(letter);
    }
    return size;
}

}  // namespace

std::string to_big_endian(std::int64_t number) {
    std::string bytes;
    put_big_endian(bytes, static_cast<std::uint64_t>(number));
    return bytes;
}

std::optional<std::int64_t> from_big_endian(std::string_view bytes) {
    if (bytes.size() != 8 && bytes.size() != 4) {
        return std::nullopt;
    }
    std::uint64_t number = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (const char letter : bytes) {
        number = number << 8U | static_cast<unsigned char>(letter);
    }
    return static_cast<std::int64_t>(number);
}

void BinaryRows::begin_cell(bool is_number, std::size_t size) {
    if (cells_.size() == is_number_.size()) {
        is_number_.push_back(is_number);
    }
    MOISSON_INVARIANT(is_number_[cells_.size()] == is_number, "a column is of one kind");
    cells_.push_back(row_.size());
    put_big_endian(row_, static_cast<std::uint32_t>(size));
}

void BinaryRows::add(std::string_view text) {
    begin_cell(false, text.size());
    row_ += text;
}

void BinaryRows::add(std::int64_t number) {
    begin_cell(true, sizeof number);
    put_big_endian(row_, static_cast<std::uint64_t>(number));
}

void BinaryRows::end_row() {
    put_big_endian(bytes_, static_cast<std::uint16_t>(cells_.size()));
    bytes_ += row_;
    ++rows_;
    drop_row();
}

void BinaryRows::drop_row() noexcept {
    row_.clear();
    cells_.clear();
}

std::string BinaryRows::cells_of_row(std::span<const std::size_t> places) const {
    std::string key;
    for (const std::size_t place : places) {
        const std::size_t begin = cells_.at(place);
        key += std::string_view(row_).substr(begin, sizeof(std::uint32_t) + size_at(row_, begin));
    }
    return key;
}

std::vector<std::string> BinaryRows::as_arrays(std::uint32_t text_type, std::uint32_t number_type) const {
    std::vector<std::string> arrays(is_number_.size());
    for (std::size_t column = 0; column < arrays.size(); ++column) {
        for (const std::uint32_t word : {std::uint32_t{1}, std::uint32_t{0}, is_number_[column] ? number_type : text_type,
                                         static_cast<std::uint32_t>(rows_), std::uint32_t{1}}) {  // dimensions, nulls, type, size, first
            put_big_endian(arrays[column], word);
        }
    }
    std::size_t at = 0;
    for (std::size_t row = 0; row < rows_; ++row) {
        at += sizeof(std::uint16_t);
        for (std::string& array : arrays) {
            const std::size_t size = sizeof(std::uint32_t) + size_at(bytes_, at);
            array += std::string_view(bytes_).substr(at, size);
            at += size;
        }
    }
    return arrays;
}

void BinaryRows::clear() noexcept {
    bytes_.clear();
    rows_ = 0;
}

}  // namespace moisson::state
