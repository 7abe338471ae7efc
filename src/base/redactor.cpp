#include "base/redactor.hpp"

#include <algorithm>
#include <utility>

#include "base/base64.hpp"
#include "base/escapes.hpp"

namespace moisson {

namespace {

constexpr std::string_view cut_mark = "…";
/// How much of the text's beginning is the form, each letter as it is or escaped; 0: it is none.
std::size_t match(std::string_view text, std::string_view form) {
    if (text.starts_with(form)) {
        return form.size();
    }
    std::size_t at = 0;
    for (std::size_t in_form = 0; in_form < form.size();) {
        const std::string_view rest = text.substr(at);
        if (rest.empty()) {
            return 0;
        }
        if (in_form >= Redactor::watched_bytes_min && rest.starts_with(cut_mark)) {
            return at;
        }
        const auto letter = read_escape(rest);
        if (letter && form.substr(in_form).starts_with(letter->text())) {
            at += letter->length;
            in_form += letter->count;
        } else if (rest.front() == form[in_form]) {
            ++at;
            ++in_form;
        } else {
            return 0;
        }
    }
    return at;
}

/// The letters of base64 that the secret alone decides when `offset` other bytes stand before it in its group of three.
std::string base64_inside(std::string_view secret, std::size_t offset) {
    const std::string encoded = encode_base64(std::string(offset, '\0') + std::string(secret));
    const std::size_t first = (offset * 8 + 5) / 6;
    const std::size_t last = (offset + secret.size()) * 8 / 6;
    return encoded.substr(first, last - first);
}

std::size_t pair_of(char first, char second) {
    return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8U | static_cast<unsigned char>(second);
}

}  // namespace

void Redactor::watch(std::string_view secret) {
    if (secret.size() < watched_bytes_min) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (std::find(forms_.begin(), forms_.end(), secret) != forms_.end()) {
        return;
    }
    add(std::string(secret));
    for (std::size_t offset = 0; offset < 3; ++offset) {
        std::string form = base64_inside(secret, offset);
        std::string url_form = form;
        std::replace(url_form.begin(), url_form.end(), '+', '-');
        std::replace(url_form.begin(), url_form.end(), '/', '_');
        if (url_form != form) {
            add(std::move(url_form));
        }
        add(std::move(form));
    }
    std::stable_sort(forms_.begin(), forms_.end(), [](const auto& left, const auto& right) { return left.size() > right.size(); });
}

void Redactor::add(std::string form) {
    first_letters_.set(static_cast<unsigned char>(form[0]));
    beginnings_.set(pair_of(form[0], form[1]));
    for (const char mark : escape_marks) {
        beginnings_.set(pair_of(form[0], mark));
        for (std::size_t second = 0; second < 256; ++second) {
            beginnings_.set(pair_of(mark, static_cast<char>(second)));
        }
    }
    forms_.push_back(std::move(form));
}

std::size_t Redactor::next_beginning(std::string_view text, std::size_t at) const {
    if (text.size() < watched_bytes_min) {
        return text.size();
    }
    // Every byte of every answer comes by here: a table of pairs lets nearly all of them pass.
    for (const std::size_t end = text.size() - watched_bytes_min; at <= end; ++at) {
        if (beginnings_[pair_of(text[at], text[at + 1])]) {
            return at;
        }
    }
    return text.size();
}

std::size_t Redactor::length_at(std::string_view text) const {
    if (escape_marks.find(text.front()) != std::string_view::npos && !first_letters_[static_cast<unsigned char>(text.front())]) {
        const auto letter = read_escape(text);
        if (!letter || !first_letters_[static_cast<unsigned char>(letter->bytes[0])]) {
            return 0;
        }
    }
    for (const std::string& form : forms_) {
        if (const std::size_t length = match(text, form); length != 0) {
            return length;
        }
    }
    return 0;
}

bool Redactor::finds(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    if (forms_.empty()) {
        return false;
    }
    for (std::size_t at = next_beginning(text, 0); at < text.size(); at = next_beginning(text, at + 1)) {
        if (length_at(text.substr(at)) != 0) {
            return true;
        }
    }
    return false;
}

std::string Redactor::clean(std::string_view text, std::string_view mark) const {
    const std::lock_guard lock(mutex_);
    if (forms_.empty()) {
        return std::string(text);
    }
    std::string result;
    result.reserve(text.size());
    std::size_t said = 0;
    for (std::size_t at = next_beginning(text, 0); at < text.size();) {
        const std::size_t length = length_at(text.substr(at));
        if (length == 0) {
            at = next_beginning(text, at + 1);
        } else {
            result.append(text.substr(said, at - said)).append(mark);
            said = at + length;
            at = next_beginning(text, said);
        }
    }
    return result.append(text.substr(said));
}

}  // namespace moisson
