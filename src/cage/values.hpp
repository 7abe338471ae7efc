#pragma once
/// Values in the payload of a frame, written and read back. What is read comes from a process that may lie: every length is checked, and an
/// enum is asked for with its number of values. Both ends are the same program on the same machine.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace moisson::cage {

/// Puts values one behind the other.
class ValueWriter {
public:
    template <class Number>
    void number(Number value) {
        static_assert(std::is_trivially_copyable_v<Number>);
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        bytes_.append(bytes, sizeof value);
    }
    void flag(bool value) { number<std::uint8_t>(value ? 1 : 0); }
    void text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        bytes_ += value;
    }
    template <class Enum>
    void choice(Enum value) {
        number(static_cast<std::uint8_t>(value));
    }
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    void clear() noexcept { bytes_.clear(); }

private:
    std::string bytes_;
};

/// Takes them in the same order. After the first value that cannot be, all others are zero or empty, and `is_whole` is false.
class ValueReader {
public:
    explicit ValueReader(std::string_view bytes) : rest_(bytes) {}
    template <class Number>
    [[nodiscard]] Number number() {
        Number value{};
        if (const std::string_view bytes = take(sizeof value); bytes.size() == sizeof value) {
            std::memcpy(&value, bytes.data(), sizeof value);
        }
        return value;
    }
    [[nodiscard]] bool flag() { return choice<std::uint8_t>(2) == 1; }
    /// Into the frame's own bytes.
    [[nodiscard]] std::string_view text(std::size_t size_max) {
        const auto size = number<std::uint32_t>();
        check(size <= size_max);
        return take(size);
    }
    /// A value below `count`.
    template <class Enum>
    [[nodiscard]] Enum choice(std::uint8_t count) {
        const auto value = number<std::uint8_t>();
        check(value < count);
        return static_cast<Enum>(is_good_ ? value : 0);
    }
    /// How many elements follow, each of `bytes_each` at least: never more than what is there can hold.
    [[nodiscard]] std::uint32_t count(std::size_t bytes_each) {
        const auto value = number<std::uint32_t>();
        check(value <= rest_.size() / bytes_each);
        return is_good_ ? value : 0;
    }
    /// Anything else that must hold.
    void check(bool holds) { is_good_ = is_good_ && holds; }
    [[nodiscard]] bool is_good() const noexcept { return is_good_; }
    /// All that was asked for could be, and nothing is left.
    [[nodiscard]] bool is_whole() const noexcept { return is_good_ && rest_.empty(); }

private:
    std::string_view take(std::size_t size) {
        check(size <= rest_.size());
        if (!is_good_) {
            return {};
        }
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }
    std::string_view rest_;
    bool is_good_ = true;
};

}  // namespace moisson::cage
