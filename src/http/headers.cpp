/// Header fields and the sink that collects in memory.

#include <algorithm>

#include "http/http.hpp"
#include "http/text.hpp"

namespace moisson::http {

void Headers::set(std::string name, std::string value) {
    remove(name);
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [name](const auto& field) { return equal_ignoring_case(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
    for (const auto& [field, value] : fields_) {
        if (equal_ignoring_case(field, name)) {
            return value;
        }
    }
    return std::nullopt;
}

Status BodySink::begin_answer(const Response& /*head*/) { return begin(); }

Status StringSink::begin() {
    bytes.clear();
    return {};
}

Status StringSink::write(std::string_view piece) {
    bytes.append(piece);
    return {};
}

}  // namespace moisson::http
