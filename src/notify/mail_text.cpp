#include "notify/mail_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/base64.hpp"
#include "base/result.hpp"
#include "base/utf8.hpp"

namespace moisson::notify {

namespace {

constexpr std::size_t subject_bytes_max = 400;

/// RFC 2045 §6.8: lines of at most 76 letters.
std::string folded_base64(std::string_view bytes) {
    constexpr std::size_t line_bytes = 57;
    std::string text;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(line_bytes, bytes.size()))) {
        text += encode_base64(bytes.substr(0, line_bytes)) + "\r\n";
    }
    return text;
}

/// RFC 2045 §6.7: the lines of a text end with CR LF before it is encoded.
std::string with_mail_lines(std::string_view text) {
    std::string lines;
    for (const char letter : text) {
        lines += letter == '\n' ? "\r\n" : std::string(1, letter);
    }
    return lines;
}

std::string body_part(std::string_view boundary, std::string_view type, Language language, std::string_view text) {
    return fmt::format("--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Language: {}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                       boundary, type, to_text(language), folded_base64(with_mail_lines(text)));
}

}  // namespace

std::string header_words(std::string_view text) {
    const std::string line = sanitise(text, subject_bytes_max);
    constexpr std::size_t plain_bytes_max = 60;
    const bool is_plain = line.size() <= plain_bytes_max && line.find("=?") == std::string::npos &&
                          std::all_of(line.begin(), line.end(), [](unsigned char letter) { return letter < 0x7f; });
    if (is_plain) {
        return line;
    }
    constexpr std::size_t word_bytes = 39;  // 52 letters of base64 and 12 around them: with "Subject: " a line of at most 76
    std::string words;
    std::string word;
    const auto put = [&] {
        words += fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\r\n ", encode_base64(word));
        word.clear();
    };
    for (std::string_view rest = line; !rest.empty();) {
        const std::size_t size = std::max<std::size_t>(utf8_sequence_length(rest), 1);
        if (word.size() + size > word_bytes) {
            put();
        }
        word += rest.substr(0, size);
        rest.remove_prefix(size);
    }
    put();
    return words;
}

std::string mail_date(Timestamp instant) {
    static constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", weekdays.at(std::chrono::weekday(day).c_encoding()),
                       static_cast<unsigned>(date.day()), months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string mail_text(const Mail& mail) {
    const std::string boundary = "=_" + mail.id;  // no line of base64 begins so
    std::string text = fmt::format("Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n", mail_date(mail.date),
                                   mail.from, fmt::join(mail.to, ",\r\n "), header_words(mail.subject), mail.id,
                                   std::string_view(mail.from).substr(mail.from.find('@') + 1));
    // RFC 3834: no absence note comes back.
    text += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
    text += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
    text += body_part(boundary, "text/plain", mail.language, mail.text);
    text += body_part(boundary, "text/html", mail.language, mail.html);
    return text + fmt::format("--{}--\r\n", boundary);
}

}  // namespace moisson::notify
