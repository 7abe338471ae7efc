#include "bundle/page_markup_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "bundle/limits.hpp"
#include "bundle/markup.hpp"
#include "bundle/page_scripts.hpp"
#include "bundle/page_words.hpp"
#include "bundle/said.hpp"
#include "bundle/summary_check.hpp"

namespace moisson::bundle {

namespace {

using rapidjson::Value;

/// Attributes that lead somewhere, draw, or name: their values are compared where they mean something.
constexpr std::array<std::string_view, 9> free_attributes{"id",         "href",   "datetime", "d", "width", "start", "aria-labelledby",
                                                          "aria-label", "content"};

/// All tags of the page, free attributes as "*".
constexpr auto known_tags =
    std::to_array<std::string_view>({"!DOCTYPE html",
                                     "a href=*",
                                     "article",
                                     "b",
                                     "bdi",
                                     "body",
                                     "br",
                                     "caption",
                                     "caption class=\"hidden\"",
                                     "code",
                                     "code class=\"digest\"",
                                     "dd",
                                     "dd class=\"months\"",
                                     "details",
                                     "details open",
                                     "div",
                                     "div class=\"tile\"",
                                     "dl class=\"facts\"",
                                     "dl class=\"tiles\"",
                                     "dt",
                                     "em",
                                     "footer",
                                     "h1",
                                     "h2 id=*",
                                     "h3",
                                     "head",
                                     "header",
                                     "html lang=\"en\"",
                                     "html lang=\"fr\"",
                                     "input id=* type=\"search\" autocomplete=\"off\"",
                                     "label for=\"filter\"",
                                     "li",
                                     "main",
                                     "meta charset=\"utf-8\"",
                                     "meta http-equiv=\"Content-Security-Policy\" content=*",
                                     "meta name=\"referrer\" content=*",
                                     "meta name=\"viewport\" content=*",
                                     "nav aria-label=*",
                                     "ol class=\"to-do\"",
                                     "ol class=\"to-do\" start=*",
                                     "output for=\"filter\"",
                                     "p",
                                     "p class=\"brand\"",
                                     "p class=\"filter\" hidden",
                                     "p class=\"note\"",
                                     "p class=\"verdict\"",
                                     "path class=\"credit\" d=*",
                                     "path class=\"now\" d=*",
                                     "path class=\"past\" d=*",
                                     "path class=\"zero\" d=*/",
                                     "path d=*/",
                                     "rect class=\"bar\" width=* height=\"40\"/",
                                     "rect class=\"credit\" width=* height=\"40\"/",
                                     "rect class=\"track\" width=* height=\"40\"/",
                                     "script",
                                     "section aria-labelledby=*",
                                     "small",
                                     "small lang=\"en\"",
                                     "span",
                                     "span class=\"badge bad\"",
                                     "span class=\"badge good\"",
                                     "span class=\"badge info\"",
                                     "span class=\"badge warn\"",
                                     "span class=\"count\"",
                                     "strong",
                                     "strong class=\"badge bad\"",
                                     "strong class=\"badge good\"",
                                     "strong class=\"badge info\"",
                                     "strong class=\"badge warn\"",
                                     "style",
                                     "summary",
                                     "svg class=\"history\" viewBox=\"0 0 130 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\"",
                                     "svg class=\"spark\" viewBox=\"0 0 130 24\" role=\"img\"",
                                     "svg viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" aria-hidden=\"true\"",
                                     "table class=\"bars\"",
                                     "table class=\"changed\"",
                                     "table class=\"contracts sorts\"",
                                     "table class=\"documents sorts\"",
                                     "table class=\"figures perimeters\"",
                                     "table class=\"figures\"",
                                     "table class=\"files\"",
                                     "table class=\"findings\"",
                                     "table class=\"inbox\"",
                                     "table class=\"sums\"",
                                     "tbody",
                                     "td",
                                     "td class=\"chart\"",
                                     "td class=\"number\"",
                                     "th scope=\"col\"",
                                     "th scope=\"col\" class=\"number\"",
                                     "th scope=\"col\" class=\"picture\"",
                                     "th scope=\"row\"",
                                     "thead",
                                     "time datetime=*",
                                     "title",
                                     "tr",
                                     "tr id=*"});
static_assert(std::is_sorted(known_tags.begin(), known_tags.end()));

/// Elements that have no end.
constexpr std::array<std::string_view, 4> void_elements{"!DOCTYPE", "br", "input", "meta"};
/// In these stands no text of their own: nothing compares it there.
constexpr auto bare_elements = std::to_array<std::string_view>({"article", "body", "details", "div", "dl", "head", "header", "html", "li",
                                                                "main", "nav", "ol", "section", "svg", "table", "tbody", "thead", "tr"});
/// A page has some ten levels.
constexpr std::size_t depth_max = 32;

bool is_one_of(const auto& list, std::string_view name) { return std::find(list.begin(), list.end(), name) != list.end(); }

/// `a href="#c1"` as `a href=*`.
std::string form_of(std::string_view tag) {
    std::string form;
    while (!tag.empty()) {
        const std::size_t mark = tag.find("=\"");
        const std::size_t end = mark == std::string_view::npos ? mark : tag.find('"', mark + 2);
        if (end == std::string_view::npos) {
            return form.append(tag);
        }
        const std::string_view before = tag.substr(0, mark);
        const bool is_free = is_one_of(free_attributes, before.substr(std::min(before.rfind(' ') + 1, before.size())));
        form.append(before).append(is_free ? std::string_view("=*") : tag.substr(mark, end + 1 - mark));
        tag.remove_prefix(end + 1);
    }
    return form;
}

/// As a policy names a text.
std::string source_of(std::string_view text) {
    const std::string hex = sha256_hex(text);
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
        bytes += static_cast<char>(static_cast<unsigned char>(value));
    }
    return "sha256-" + encode_base64(bytes);
}

/// Walks through the page once.
class Walk {
public:
    Walk(std::string_view html, Problems& problems) : html_(html), problems_(problems) {}

    /// False after a problem that leaves the rest without sense.
    bool run() {
        std::size_t at = 0;
        while (at < html_.size()) {
            const std::size_t open = std::min(html_.find('<', at), html_.size());
            const std::string_view text = html_.substr(at, open - at);
            if (text.find_first_not_of(" \n") != std::string_view::npos &&
                (stack_.empty() || is_one_of(bare_elements, stack_.back().name))) {
                return refuse("it has a text where none belongs: ", text);
            }
            if (open == html_.size()) {
                break;
            }
            const std::size_t close = html_.find('>', open);
            if (close == std::string_view::npos || !take_tag(html_.substr(open + 1, close - open - 1), open, close + 1)) {
                return close == std::string_view::npos ? refuse("it ends within a tag: ", html_.substr(open)) : false;
            }
            at = resume_;
        }
        return stack_.empty() || refuse("it has an element that does not end: ", stack_.back().name);
    }

    [[nodiscard]] std::vector<std::string> take_words() { return std::move(words_); }

private:
    struct Element {
        std::string_view name;
        std::size_t begin = 0;  ///< of its content
        bool is_told = false;   ///< a heading, a head of a column, a remark
    };

    bool refuse(std::string_view what, std::string_view where) {
        problems_.add(fmt::format("report.html: {}{}", what, sanitise(where.substr(0, std::min<std::size_t>(where.size(), 80)), 80)));
        return false;
    }

    bool take_tag(std::string_view tag, std::size_t open, std::size_t behind) {
        resume_ = behind;
        if (tag.starts_with("/")) {
            return end_element(tag.substr(1), open);
        }
        const std::string form = tag.size() > limits::page_cell_bytes ? std::string() : form_of(tag);
        if (!std::binary_search(known_tags.begin(), known_tags.end(), std::string_view(form))) {
            return refuse("it is made of no such tag: ", tag);
        }
        const std::string_view name = tag.substr(0, tag.find(' '));
        if (tag.ends_with("/") || is_one_of(void_elements, name)) {
            return true;
        }
        if (stack_.size() == depth_max) {
            return refuse("over budget: its tags are nested too deep: ", tag);
        }
        if (name == "h2") {
            section_ = attribute_of(tag, "id");
        }
        stack_.push_back({name, behind, is_told(tag, name)});
        if (name == "style" || name == "script") {
            resume_ = html_.find(fmt::format("</{}>", name), behind);
            return resume_ != std::string_view::npos || refuse("its style or script does not end: ", tag);
        }
        return true;
    }

    bool end_element(std::string_view name, std::size_t open) {
        if (stack_.empty() || stack_.back().name != name) {
            return refuse("an element ends that did not begin: ", name);
        }
        if (stack_.back().is_told) {
            words_.push_back(bare(text_of_markup(html_.substr(stack_.back().begin, open - stack_.back().begin))));
        }
        stack_.pop_back();
        return true;
    }

    /// What a page says by itself. In kinds of findings and in things to do, what is said is compared with the summary's, as are the rules
    /// below the totals and the view.
    [[nodiscard]] bool is_told(std::string_view tag, std::string_view name) const {
        const auto is_within = [&](std::string_view outer) {
            return std::any_of(stack_.begin(), stack_.end(), [&](const Element& one) { return one.name == outer; });
        };
        if (name == "p") {
            const bool is_compared =
                tag == "p class=\"verdict\"" || (tag == "p class=\"note\"" && (section_.empty() || section_ == "totals"));
            return !is_compared && !is_within("li") && (!is_within("article") || tag != "p") && (section_ != "inbox" || tag != "p");
        }
        return is_one_of(std::array<std::string_view, 6>{"h2", "caption", "summary", "label", "footer", "nav"}, name) ||
               tag.starts_with("th scope=\"col\"");
    }

    const std::string_view html_;
    Problems& problems_;
    std::vector<Element> stack_;
    std::vector<std::string> words_;
    std::string section_;
    std::size_t resume_ = 0;
};

/// The one between these marks; more or none is a problem.
std::string_view only_one(std::string_view html, std::string_view before, std::string_view after, Problems& problems) {
    std::size_t at = 0;
    const std::string_view one = next_between(html, before, after, at);
    std::size_t behind = at;
    if (one.data() == nullptr || next_between(html, before, after, behind).data() != nullptr) {
        problems.add(fmt::format("report.html: it does not have exactly one {}", before));
    }
    return one;
}

void check_policy(std::string_view html, Problems& problems) {
    const std::string style = source_of(only_one(html, "<style>", "</style>", problems));
    const std::string script = source_of(only_one(html, "<script>", "</script>", problems));
    if (!is_one_of(page_styles, style)) {
        problems.add(fmt::format("report.html: its style sheet, {}, is none that was ever published", style));
    }
    if (!is_one_of(page_scripts, script)) {
        problems.add(fmt::format("report.html: its script, {}, is none that was ever published", script));
    }
    const std::string head = fmt::format(
        "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src '{}'; script-src '{}'\">\n<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
        style, script);
    const std::string_view stated = only_one(html, "<head>\n", "</head>", problems);
    if (!stated.starts_with(head) || stated.find("<meta", head.size()) != std::string_view::npos) {
        problems.add("report.html: its policy is not the one that lets its own script run and nothing else");
    }
}

}  // namespace

bool has_page_script(std::string_view html) noexcept { return has_text(html, "; script-src "); }

void check_page_markup(std::string_view html, const Value& summary, const LedgerFacts& facts, const Vocabulary& words, Problems& problems) {
    const bool is_own = is_of_this_build(summary);
    if (!has_page_script(html)) {
        if (is_own || has_text(html, "<script")) {
            problems.add("report.html: it is not in the form of the build that it names");
        }
        return;
    }
    check_policy(html, problems);
    Walk walk(html, problems);
    if (!walk.run() || !is_own) {
        return;  // another build has other words
    }
    const std::vector<std::string> told = walk.take_words();
    const std::vector<std::string> wanted = PageWords(summary, facts, words).all();
    const auto [shown, missing] = std::mismatch(told.begin(), told.end(), wanted.begin(), wanted.end());
    if (shown != told.end() || missing != wanted.end()) {
        problems.add(fmt::format("report.html: it says \"{}\" where it should say \"{}\"",
                                 shown == told.end() ? "nothing" : sanitise(*shown, 80),
                                 missing == wanted.end() ? "nothing" : sanitise(*missing, 80)));
    }
}

}  // namespace moisson::bundle
