#include "api/paging.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace moisson::api {

namespace {

/// Letters and digits in lower case, so that "X-Total-Count", "total_count" and "totalCount" are one name.
std::string plain(std::string_view name) {
    std::string letters;
    for (const char letter : name) {
        const char small = lower(letter);
        if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) {
            letters += small;
        }
    }
    return letters;
}

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_container(std::string_view name) {
    static constexpr std::array<std::string_view, 13> names{"page",      "paging", "pagination",      "pageinfo", "meta",
                                                            "metadata",  "links",  "cursors",         "info",     "result",
                                                            "resultset", "range",  "responsemetadata"};
    return is_one_of(names, name);
}

bool tells_pages(std::string_view name) {
    static constexpr std::array<std::string_view, 6> names{"pages", "pagestotal", "nbpages", "numpages", "numberofpages", "lastpage"};
    return is_one_of(names, name) || name.ends_with("totalpages") || name.ends_with("pagecount");
}

/// A number of all there are, by its name.
bool tells_total(std::string_view name) {
    const bool other = name.find("page") != std::string_view::npos || name.find("amount") != std::string_view::npos ||
                       name.find("price") != std::string_view::npos;
    return name == "numfound" || name == "odatacount" || (!other && name.find("total") != std::string_view::npos);
}

/// A number that may be of all there are or of what this answer holds.
bool tells_count(std::string_view name) {
    static constexpr std::array<std::string_view, 5> names{"hits", "found", "nbresults", "matches", "numberofitems"};
    return is_one_of(names, name) || (name.ends_with("count") && !name.ends_with("account") && !name.ends_with("discount") &&
                                      !name.ends_with("pagecount") && !name.ends_with("retrycount"));
}

bool says_more_when_true(std::string_view name) {
    static constexpr std::array<std::string_view, 11> names{"more",         "moreresults",       "moreitems",   "moreavailable",
                                                            "morepages",    "truncated",         "istruncated", "incomplete",
                                                            "isincomplete", "incompleteresults", "partial"};
    return is_one_of(names, name) || name.starts_with("hasmore") || name.starts_with("hasnext");
}

bool says_more_when_false(std::string_view name) {
    static constexpr std::array<std::string_view, 5> names{"last", "islast", "islastpage", "lastpage", "iscomplete"};
    return is_one_of(names, name);
}

bool tells_next(std::string_view name) {
    static constexpr std::array<std::string_view, 5> names{"cursor", "continuation", "continuationtoken", "pagetoken", "marker"};
    return is_one_of(names, name) || (name.starts_with("next")) || name.ends_with("nextlink");
}

bool looks_like_an_address(std::string_view text) {
    return text.starts_with('/') || text.starts_with("http") || text.find('?') != std::string_view::npos;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool is_nothing(std::string_view text) {
    return text.empty() || text == "false" || text == "0" || text == "-1" || text == "null" || text == "none";
}

void take_next(std::string_view name, std::string_view text, wire::Paging& paging) {
    if (looks_like_an_address(text)) {
        paging.next = text;
    } else {
        paging.more = name;
    }
}

/// One member or header, by its plain name.
void take(std::string_view name, std::string_view text, wire::Paging& paging) {
    const auto number = number_of(text);
    if (tells_next(name)) {
        if (!is_nothing(text)) {
            take_next(name, text, paging);
        }
    } else if (says_more_when_true(name)) {
        if (text == "true" || text == "True" || text == "1") {
            paging.more = name;
        }
    } else if (says_more_when_false(name) && (text == "false" || text == "False")) {
        paging.more = name;
    } else if (number && tells_pages(name)) {
        paging.pages = std::max(paging.pages, *number);
    } else if (number && (tells_total(name) || tells_count(name))) {
        paging.total = std::max(paging.total, *number);
        paging.total_is_of_all = paging.total_is_of_all || tells_total(name);
    }
}

/// RFC 8288: `<address>; rel="next"; …`, several parted by commas. Addresses may hold commas themselves.
void take_link(std::string_view header, wire::Paging& paging) {
    while (true) {
        const std::size_t begin = header.find('<');
        const std::size_t end = header.find('>', begin == std::string_view::npos ? 0 : begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) {
            return;
        }
        const std::string_view address = header.substr(begin + 1, end - begin - 1);
        header.remove_prefix(end + 1);
        const std::string_view parameters = header.substr(0, header.find('<'));
        const std::string rel = lower(parameters);
        const std::size_t at = rel.find("rel");
        if (at != std::string::npos && rel.find("next", at) != std::string::npos) {
            paging.next = trim(address, line_blanks);
        }
    }
}

/// `documents 0-29/60`, `*/60`; of bytes it speaks of the body, not of items.
void take_range(std::string_view header, wire::Paging& paging) {
    const std::size_t slash = header.rfind('/');
    if (slash == std::string_view::npos || plain(header.substr(0, header.find(' '))) == "bytes") {
        return;
    }
    if (const auto total = number_of(trim(header.substr(slash + 1), line_blanks))) {
        paging.total = std::max(paging.total, *total);
        paging.total_is_of_all = true;
    } else {
        paging.more = "Content-Range";
    }
}

}  // namespace

void PagingReader::key(std::string_view name) { key_ = plain(name); }

void PagingReader::value(ValueKind kind, std::string_view text) {
    if (frames_.empty() || !frames_.back().speaks || kind == ValueKind::null) {
        return;
    }
    Frame& frame = frames_.back();
    if (frame.is_next) {
        if (key_ == "href" || key_ == "url" || key_ == "uri" || key_ == "link") {
            take_next("next", text, found_);
        } else if (!is_nothing(text)) {
            found_.more = "next";
        }
        return;
    }
    if (key_ == "rel") {
        frame.rel = plain(text);
    } else if (key_ == "href" || key_ == "url") {
        frame.address = text;
    } else if (!frame.is_array) {
        take(key_, text, found_);
    }
}

void PagingReader::open(bool is_array) {
    Frame frame;
    const bool in_array = !frames_.empty() && frames_.back().is_array;
    frame.name = in_array ? frames_.back().name : key_;
    frame.is_array = is_array;
    frame.is_next = !frames_.empty() && (frames_.back().is_next || (frames_.back().speaks && !in_array && frame.name.starts_with("next")));
    frame.speaks = frames_.empty() || (frames_.back().speaks && (in_array || frame.is_next || is_container(frame.name)));
    frames_.push_back(std::move(frame));
}

void PagingReader::close() {
    if (frames_.empty()) {
        return;
    }
    if (frames_.back().rel == "next" && !frames_.back().address.empty()) {
        take_next("next", frames_.back().address, found_);
    }
    frames_.pop_back();
}

void read_paging_headers(const http::Headers& headers, const http::Url& asked, wire::Paging& paging) {
    for (const auto& [name, value] : headers.all()) {
        std::string plain_name = plain(name);
        const std::string_view text = trim(value, line_blanks);
        if (plain_name == "link") {
            take_link(text, paging);
        } else if (plain_name == "contentrange") {
            take_range(text, paging);
        } else if (plain_name == "xpagination" && text.starts_with('{')) {
            if (const auto object = read_flat_object(std::string(text), {})) {
                for (const auto& [member, content] : object->members) {
                    if (content.first != ValueKind::null) {
                        take(plain(member), content.second, paging);
                    }
                }
            }
        } else if (plain_name.starts_with('x') || plain_name.find("total") != std::string::npos) {
            take(plain_name.starts_with('x') ? std::string_view(plain_name).substr(1) : plain_name, text, paging);
        }
    }
    if (paging.next.empty()) {
        return;
    }
    const auto path_of = [](const http::Url& url) { return std::string_view(url.path_and_query).substr(0, url.path_and_query.find('?')); };
    const auto next = asked.resolve(paging.next);
    if (next && next->same_origin(asked) && path_of(*next) == path_of(asked) && next->path_and_query != asked.path_and_query) {
        paging.next = next->path_and_query;
    } else {
        paging.next.clear();
        paging.more = "an address of the next page that is not this list's own";
    }
}

bool is_from_cache(const http::Headers& headers) {
    const auto age = headers.find("Age");
    const auto seconds = age ? number_of(trim(*age, line_blanks)) : std::nullopt;
    const auto cache = headers.find("X-Cache");
    return (seconds && *seconds > 0) || (cache && plain(*cache).starts_with("hit"));
}

}  // namespace moisson::api
