#pragma once
/// The values of template expressions, and the memory that their texts live in.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/currency.hpp"
#include "domain/money.hpp"

namespace moisson::erp {

enum class Type : std::uint8_t { text, number, money, date, instant, truth };

/// "a text", "an amount", … for messages.
[[nodiscard]] std::string_view name_of(Type type) noexcept;

/// One value. `number` holds: of a number, its digits (times 10^scale); of money, minor units; of a date, days since 1970; of an instant,
/// milliseconds since 1970; of a truth value, 0 or 1. A text does not own its bytes: they live in an Arena, a setting or the posting.
struct Value {
    std::string_view text;
    std::int64_t number = 0;
    Currency currency;
    Type type = Type::text;
    bool is_empty = true;
    std::uint8_t scale = 0;  ///< of a number: decimals

    [[nodiscard]] static Value of_text(std::string_view text) noexcept {
        Value value;
        value.text = text;
        value.is_empty = text.empty();
        return value;
    }
    [[nodiscard]] static Value of_number(std::int64_t number, std::uint8_t scale = 0) noexcept { return make(Type::number, number, scale); }
    [[nodiscard]] static Value of_money(const Money& money) noexcept {
        Value value = make(Type::money, money.amount_minor);
        value.currency = money.currency;
        return value;
    }
    [[nodiscard]] static Value of_date(std::int64_t days) noexcept { return make(Type::date, days); }
    [[nodiscard]] static Value of_instant(std::int64_t milliseconds) noexcept { return make(Type::instant, milliseconds); }
    [[nodiscard]] static Value of_truth(bool truth) noexcept { return make(Type::truth, truth ? 1 : 0); }
    [[nodiscard]] static Value empty(Type type) noexcept {
        Value value;
        value.type = type;
        return value;
    }

    [[nodiscard]] bool is_true() const noexcept { return !is_empty && number != 0; }
    [[nodiscard]] Money money() const noexcept { return Money{number, currency}; }

private:
    [[nodiscard]] static Value make(Type type, std::int64_t number, std::uint8_t scale = 0) noexcept {
        Value value;
        value.number = number;
        value.type = type;
        value.is_empty = false;
        value.scale = scale;
        return value;
    }
};

/// Memory for texts that end together. Grows by blocks, which are kept when it is cleared.
class Arena {
public:
    /// Room for `size` bytes; valid until `clear`.
    [[nodiscard]] char* take(std::size_t size) {
        if (block_ < blocks_.size() && blocks_[block_].size - used_ >= size) {
            char* at = blocks_[block_].memory.get() + used_;
            used_ += size;
            return at;
        }
        return take_block(size);
    }
    /// Gives back the last `size` bytes that were taken.
    void give_back(std::size_t size) noexcept { used_ -= size; }
    [[nodiscard]] std::string_view copy(std::string_view text) {
        if (text.empty()) {
            return {};
        }
        char* at = take(text.size());
        std::memcpy(at, text.data(), text.size());
        return {at, text.size()};
    }
    void clear() noexcept {
        block_ = 0;
        used_ = 0;
    }

private:
    static constexpr std::size_t block_bytes = 16U * 1024U;
    struct Block {
        std::unique_ptr<char[]> memory;
        std::size_t size = 0;
    };
    char* take_block(std::size_t size);

    std::vector<Block> blocks_;
    std::size_t block_ = 0;
    std::size_t used_ = 0;
};

/// A decimal number of a text: "20", "5.5", "-0.25", at most 18 digits. False for anything else.
[[nodiscard]] bool parse_decimal(std::string_view text, Value& into) noexcept;
/// The plain text of a value: numbers and amounts with a dot, dates as YYYY-MM-DD, instants as YYYY-MM-DDThh:mm:ssZ, "yes" or "no".
[[nodiscard]] std::string plain_text(const Value& value);

/// -1, 0, 1. Both of the same type and not empty; money of the same currency.
[[nodiscard]] int compare(const Value& left, const Value& right) noexcept;

/// Products and quotients of 64-bit numbers, exactly.
__extension__ typedef __int128 Wide;

/// How a division's remainder is settled.
enum class Rounding : std::uint8_t {
    half_up,    ///< to the nearest, halves away from zero: what invoices use
    half_even,  ///< to the nearest, halves to the even neighbour
    down,       ///< towards zero
    up,         ///< away from zero
};
/// numerator / denominator, denominator above zero; false when the result does not fit 64 bits.
[[nodiscard]] bool divide(Wide numerator, Wide denominator, Rounding rounding, std::int64_t& into) noexcept;

/// 10^exponent, exponent from 0 to 18.
[[nodiscard]] std::int64_t power_of_ten(unsigned exponent) noexcept;

}  // namespace moisson::erp
