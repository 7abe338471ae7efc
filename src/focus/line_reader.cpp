/// Fields stay where they are in the buffer: most of them go into the data set as they stand.
#include "focus/line_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace moisson::focus {

namespace {

constexpr std::size_t read_piece_bytes = 1U << 20U;
constexpr std::size_t line_bytes_max = 64U << 20U;

constexpr std::array<std::string_view, in_columns> in_names{"contract_id",
                                                            "contract_name",
                                                            "period",
                                                            "document_id",
                                                            "line",
                                                            "counted",
                                                            "billing_mode",
                                                            "begin_date",
                                                            "end_date",
                                                            "service_id",
                                                            "tenant",
                                                            "country",
                                                            "region",
                                                            "service",
                                                            "code",
                                                            "charge",
                                                            "resource_id",
                                                            "project",
                                                            "tags",
                                                            "quantity",
                                                            "unit",
                                                            "unit_price",
                                                            "amount",
                                                            "volume_discount",
                                                            "discounted_amount",
                                                            "currency",
                                                            "subs_charge_type",
                                                            "subs_upfront",
                                                            "subs_upfront_discounted",
                                                            "subs_flavor",
                                                            "subs_duration"};

/// The end of the quoted field that begins at `at`, behind its last quote; `end` where that is not in sight.
const char* quoted_end(const char* at, const char* end) noexcept {
    ++at;
    while (at < end) {
        at = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
        if (at == nullptr || at + 1 == end) {
            return end;
        }
        if (at[1] != '"') {
            return at + 1;
        }
        at += 2;  // a doubled one is part of the text
    }
    return end;
}

}  // namespace

std::string_view Field::text(std::string& scratch) const {
    if (!is_quoted()) {
        return raw;
    }
    const std::string_view inside = raw.substr(1, raw.size() - 2);
    if (inside.find('"') == std::string_view::npos) {
        return inside;
    }
    scratch.clear();
    for (std::size_t at = 0; at < inside.size(); ++at) {
        scratch += inside[at];
        at += inside[at] == '"' ? 1U : 0U;
    }
    return scratch;
}

tl::unexpected<Error> LineReader::wrong() const {
    return fail(ErrorCode::verification, fmt::format("line {} of usage.csv is not as it was written", line_), path_.string());
}

bool LineReader::cut() {
    const char* at = buffer_.data() + begin_;
    const char* const end = buffer_.data() + buffer_.size();
    cut_count_ = 0;
    while (at < end) {
        const char* const begin = at;
        at = *at == '"' ? quoted_end(at, end) : std::find_if(at, end, [](char letter) { return letter == ',' || letter == '\n'; });
        if (at == end) {
            return false;
        }
        if (cut_count_ < columns_max) {
            cut_[cut_count_].raw = {begin, static_cast<std::size_t>(at - begin)};
        }
        ++cut_count_;
        const char mark = *at++;
        if (mark == '\n') {
            begin_ = static_cast<std::size_t>(at - buffer_.data());
            return true;
        }
        if (mark != ',') {
            cut_count_ = columns_max + 1;  // text behind a closing quote
        }
    }
    return false;
}

Result<bool> LineReader::next_cut() {
    ++line_;
    while (!cut()) {
        if (ended_) {
            return begin_ == buffer_.size() ? Result<bool>(false) : wrong();
        }
        buffer_.erase(0, begin_);
        begin_ = 0;
        const std::size_t before = buffer_.size();
        if (before > line_bytes_max) {
            return wrong();
        }
        buffer_.resize(before + std::max(read_piece_bytes, before));
        file_.read(buffer_.data() + before, static_cast<std::streamsize>(buffer_.size() - before));
        if (file_.bad()) {
            return fail(ErrorCode::disk, "usage.csv cannot be read", path_.string());
        }
        buffer_.resize(before + static_cast<std::size_t>(file_.gcount()));
        ended_ = file_.eof();
    }
    if (cut_count_ > columns_max || (wanted_ != 0 && cut_count_ != wanted_)) {
        return wrong();
    }
    return true;
}

Status LineReader::open(const std::filesystem::path& path) {
    path_ = path;
    file_.open(path, std::ios::binary);
    if (!file_) {
        return fail(ErrorCode::disk, "usage.csv cannot be opened", path.string());
    }
    const auto header = next_cut();
    if (!header) {
        return fail(header.error());
    }
    for (std::size_t at = 0; at < in_names.size(); ++at) {
        const Field* const end = cut_.data() + cut_count_;
        const Field* const begin = cut_.data();
        const Field* const found = std::find_if(begin, end, [&](const Field& field) { return field.raw == in_names.at(at); });
        if (!*header || found == end) {
            return wrong();
        }
        places_.at(at) = static_cast<std::uint8_t>(found - begin);
    }
    wanted_ = cut_count_;
    return {};
}

Result<bool> LineReader::next(Fields& fields) {
    auto read = next_cut();
    if (read && *read) {
        for (std::size_t at = 0; at < fields.size(); ++at) {
            fields[at] = cut_[places_[at]];
        }
    }
    return read;
}

}  // namespace moisson::focus
