// If these failed, a mail would not arrive, would say something else than the note, or would let a contract's name write its headers.
#include "notify/mail_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/base64.hpp"

using namespace moisson;
using namespace moisson::notify;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\r\n", at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 2;
    }
    return lines;
}

/// What the words say, read by RFC 2047: base64 between "=?UTF-8?B?" and "?=", blanks between words left out.
std::string read_words(const std::string& header) {
    std::string text;
    for (std::size_t at = header.find("=?UTF-8?B?"); at != std::string::npos; at = header.find("=?UTF-8?B?", at + 1)) {
        const std::size_t end = header.find("?=", at + 10);
        text += decode_base64(header.substr(at + 10, end - at - 10)).value();
    }
    return text;
}

Mail sample() {
    return {.from = "moisson@example.com",
            .to = {"accounting@example.com", "it@example.org"},
            .subject = "Moisson, octobre 2026 : complet",
            .id = "moisson-0123456789abcdef",
            .date = parse_timestamp("2026-12-02T00:31:55Z").value(),
            .language = Language::french,
            .text = "# Moisson\n\n.Ligne avec un point\néé\n",
            .html = "<h1>Moisson</h1>\n"};
}

}  // namespace

TEST_CASE("a subject cannot write another header, whatever it holds") {
    for (const std::string& text : {std::string("x\r\nBcc: all@example.com"), std::string("x\nBcc: y"), std::string("x\r\n\r\nbody"),
                                    std::string("\xe2\x80\xa8x"), std::string("x\0y", 3), std::string("=?UTF-8?B?QQ==?=")}) {
        Mail mail = sample();
        mail.subject = text;
        std::size_t headers = 0;
        for (const std::string& line : lines_of(mail_text(mail))) {
            if (line.empty()) {
                break;
            }
            CHECK(line.find('\n') == std::string::npos);
            CHECK_FALSE(line.starts_with("Bcc"));
            headers += std::size_t{!line.starts_with(' ')};
        }
        CHECK(headers == 8);
    }
}

TEST_CASE("words of a header come back as they were, whole characters in each, in lines that servers take") {
    std::string accents;
    for (int count = 0; count < 60; ++count) {
        accents += "é€";
    }
    for (const std::string& text : {std::string("août"), accents, std::string(70, 'x'), std::string("=?UTF-8?B?QQ==?=")}) {
        const std::string words = header_words(text);
        CHECK(read_words(words) == text);
        for (const std::string& line : lines_of("Subject: " + words)) {
            CHECK(line.size() <= 76);
            for (std::size_t at = line.find("=?UTF-8?B?"); at != std::string::npos; at = line.find("=?UTF-8?B?", at + 1)) {
                const auto word = decode_base64(line.substr(at + 10, line.find("?=", at + 10) - at - 10)).value();
                CHECK((static_cast<unsigned char>(word.front()) & 0xc0U) != 0x80U);
            }
        }
    }
    CHECK(header_words("Moisson, 2026-10: complete") == "Moisson, 2026-10: complete");
}

TEST_CASE("a mail is two forms of one text, and nothing in it ends it early") {
    const std::string text = mail_text(sample());
    const auto lines = lines_of(text);
    CHECK(lines.front() == "Date: Wed, 02 Dec 2026 00:31:55 +0000");
    CHECK(std::count(lines.begin(), lines.end(), "--=_moisson-0123456789abcdef") == 2);
    CHECK(lines.back() == "--=_moisson-0123456789abcdef--");
    CHECK(std::find(lines.begin(), lines.end(), "Message-ID: <moisson-0123456789abcdef@example.com>") != lines.end());
    CHECK(text.find("To: accounting@example.com,\r\n it@example.org\r\n") != std::string::npos);
    CHECK(text.find("multipart/alternative") != std::string::npos);
    CHECK(text.find("text/plain") < text.find("text/html"));
    for (const std::string& line : lines) {
        CHECK_FALSE(line.starts_with('.'));
        CHECK(line.size() <= 78);
        CHECK(std::all_of(line.begin(), line.end(), [](unsigned char letter) { return letter >= 0x20 && letter < 0x7f; }));
    }
    CHECK(text.find(encode_base64("# Moisson\r\n\r\n.Ligne avec un point\r\néé\r\n")) != std::string::npos);
}
