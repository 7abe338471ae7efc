#include "invoice/page_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <qpdf/Buffer.hh>
#include <qpdf/BufferInputSource.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFTokenizer.hh>

#include "invoice/font.hpp"
#include "invoice/page_messages.hpp"

namespace moisson::invoice {

namespace {

/// What starting a form, and reading a font, costs besides what they hold: as much as so many operators.
constexpr std::uint64_t form_cost = 200;
constexpr std::uint64_t font_cost = 1000;
/// Fonts of a document that are kept.
constexpr std::size_t fonts_max = 512;
/// A gap inside a string of a TJ that ends the run, in parts of the font's size: a thin blank is 0.2 wide.
constexpr double gap_in_run = 0.15;
/// A page's edge may cut a letter.
constexpr double page_margin = 20;

struct Matrix {
    double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
};

/// First `one`, then `other`.
Matrix operator*(const Matrix& one, const Matrix& other) {
    return {one.a * other.a + one.b * other.c, one.a * other.b + one.b * other.d,           one.c * other.a + one.d * other.c,
            one.c * other.b + one.d * other.d, one.e * other.a + one.f * other.c + other.e, one.e * other.b + one.f * other.d + other.f};
}

struct Point {
    double x = 0, y = 0;
};

Point transformed(const Matrix& by, double x, double y) { return {by.a * x + by.c * y + by.e, by.b * x + by.d * y + by.f}; }

struct Box {
    double left = 0, bottom = 0, right = 612, top = 792;
    [[nodiscard]] bool holds(Point point) const {
        return point.x >= left - page_margin && point.x <= right + page_margin && point.y >= bottom - page_margin &&
               point.y <= top + page_margin;
    }
};

struct Operand {
    enum class Kind : std::uint8_t { number, text, name, gap } kind = Kind::number;  ///< gap: a number inside an array
    double number = 0;
    std::string text;
};

/// Set by operators of text and graphics state; kept by q and Q.
struct GraphicsState {
    Matrix ctm;
    std::shared_ptr<const Font> font;
    double size = 0;
    double letter_gap = 0;
    double word_gap = 0;
    double stretch = 1;
    double leading = 0;
    double rise = 0;
    bool is_painted = true;
};

double number_in(std::string_view text) {
    double number = 0;
    const char* begin = text.data();
    const char* const end = begin + text.size();
    if (begin != end && *begin == '+') {
        ++begin;
    }
    const auto parsed = std::from_chars(begin, end, number);
    return parsed.ec == std::errc() && std::isfinite(number) ? std::clamp(number, -1e7, 1e7) : 0;
}

Matrix matrix_of(QPDFObjectHandle list) {
    if (!list.isArray() || list.getArrayNItems() != 6) {
        return {};
    }
    std::array<double, 6> items{};
    for (int at = 0; at < 6; ++at) {
        QPDFObjectHandle item = list.getArrayItem(at);
        items.at(static_cast<std::size_t>(at)) = item.isNumber() ? item.getNumericValue() : 0;
    }
    return {items[0], items[1], items[2], items[3], items[4], items[5]};
}

class PageReader {
public:
    PageReader(std::vector<TextRun>& runs, PageBudget& budget) : runs_(runs), budget_(budget) {}

    void read(QPDFObjectHandle page, std::uint32_t number) {
        page_ = number;
        QPDFPageObjectHelper helper(page);
        box_ = Box{};
        QPDFObjectHandle box = helper.getAttribute("/MediaBox", false);
        if (box.isRectangle()) {
            const auto sides = box.getArrayAsRectangle();
            box_ = {sides.llx, sides.lly, sides.urx, sides.ury};
        }
        std::string bytes;
        for (const QPDFObjectHandle& part : page.getPageContents()) {
            append_stream(part, bytes, budget_);
            bytes += '\n';
        }
        state_ = GraphicsState{};
        run(std::move(bytes), helper.getAttribute("/Resources", false), 0);
    }

private:
    using Token = QPDFTokenizer::Token;

    void run(std::string bytes, QPDFObjectHandle resources, unsigned depth) {
        QPDFObjectHandle outer_resources = std::exchange(resources_, resources);
        const std::vector<GraphicsState> outer_stack = std::exchange(stack_, {});
        const unsigned outer_depth = std::exchange(depth_, depth);
        std::uint64_t skipped = 0;
        std::swap(skipped, skipped_saves_);
        Buffer buffer(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size());
        const auto input = std::make_shared<BufferInputSource>("content stream", &buffer);
        QPDFTokenizer tokenizer;
        tokenizer.allowEOF();
        std::vector<Operand> operands;
        unsigned arrays = 0;
        unsigned dictionaries = 0;
        while (!budget_.is_over) {
            const Token token = tokenizer.readToken(input, "content stream", true, token_bytes_max);
            if (token.getType() == QPDFTokenizer::tt_eof) {
                break;
            }
            if (take(token, operands, arrays, dictionaries)) {
                if (token.getValue() == "ID") {
                    char blank = 0;
                    input->read(&blank, 1);
                    tokenizer.expectInlineImage(input);
                }
                operands.clear();
                arrays = 0;
                dictionaries = 0;
            }
        }
        resources_ = outer_resources;
        stack_ = outer_stack;
        depth_ = outer_depth;
        skipped_saves_ = skipped;
    }

    /// True: it was an operator, and is done.
    bool take(const Token& token, std::vector<Operand>& operands, unsigned& arrays, unsigned& dictionaries) {
        const std::size_t most = arrays > 0 ? array_items_max : operands_max;
        const auto add = [&](Operand operand) {
            if (dictionaries > 0 || arrays > 1) {
                return;
            }
            if (operands.size() >= most) {
                budget_.is_over = budget_.is_over || arrays > 0;
                operands.clear();
            }
            operands.push_back(std::move(operand));
        };
        switch (token.getType()) {
            case QPDFTokenizer::tt_integer:
            case QPDFTokenizer::tt_real:
                add({arrays > 0 ? Operand::Kind::gap : Operand::Kind::number, number_in(token.getValue()), {}});
                return false;
            case QPDFTokenizer::tt_string: add({Operand::Kind::text, 0, token.getValue()}); return false;
            case QPDFTokenizer::tt_name: add({Operand::Kind::name, 0, token.getValue()}); return false;
            case QPDFTokenizer::tt_array_open: ++arrays; return false;
            case QPDFTokenizer::tt_array_close: arrays -= arrays > 0 ? 1U : 0U; return false;
            case QPDFTokenizer::tt_dict_open: ++dictionaries; return false;
            case QPDFTokenizer::tt_dict_close: dictionaries -= dictionaries > 0 ? 1U : 0U; return false;
            case QPDFTokenizer::tt_word:
                if (budget_.spend(&PageBudget::operators, 1)) {
                    operate(token.getValue(), operands);
                }
                return true;
            default: return false;
        }
    }

    static double number_at(const std::vector<Operand>& operands, std::size_t at) {
        return at < operands.size() && operands[at].kind == Operand::Kind::number ? operands[at].number : 0;
    }
    static Matrix matrix_at(const std::vector<Operand>& operands) {
        return {number_at(operands, 0), number_at(operands, 1), number_at(operands, 2),
                number_at(operands, 3), number_at(operands, 4), number_at(operands, 5)};
    }

    void operate(const std::string& word, const std::vector<Operand>& operands) {
        if (word == "Tj") {
            show(operands);
        } else if (word == "TJ") {
            show(operands);
        } else if (word == "'") {
            move(0, -state_.leading);
            show(operands);
        } else if (word == "\"") {
            state_.word_gap = number_at(operands, 0);
            state_.letter_gap = number_at(operands, 1);
            move(0, -state_.leading);
            show(operands);
        } else if (word == "Td") {
            move(number_at(operands, 0), number_at(operands, 1));
        } else if (word == "TD") {
            state_.leading = -number_at(operands, 1);
            move(number_at(operands, 0), number_at(operands, 1));
        } else if (word == "T*") {
            move(0, -state_.leading);
        } else if (word == "Tm" && operands.size() >= 6) {
            line_ = text_ = matrix_at(operands);
        } else if (word == "BT") {
            line_ = text_ = Matrix{};
        } else if (word == "cm" && operands.size() >= 6) {
            state_.ctm = matrix_at(operands) * state_.ctm;
        } else if (word == "q") {
            save();
        } else if (word == "Q") {
            restore();
        } else if (word == "Do" && !operands.empty() && operands.back().kind == Operand::Kind::name) {
            run_form(operands.back().text);
        } else {
            set(word, operands);
        }
    }

    void set(const std::string& word, const std::vector<Operand>& operands) {
        if (operands.empty()) {
            return;
        }
        const double number = number_at(operands, 0);
        if (word == "Tf" && operands.size() >= 2 && operands[0].kind == Operand::Kind::name) {
            state_.font = font_of(operands[0].text);
            state_.size = number_at(operands, 1);
        } else if (word == "Tc") {
            state_.letter_gap = number;
        } else if (word == "Tw") {
            state_.word_gap = number;
        } else if (word == "Tz") {
            state_.stretch = number / 100;
        } else if (word == "TL") {
            state_.leading = number;
        } else if (word == "Ts") {
            state_.rise = number;
        } else if (word == "Tr") {
            state_.is_painted = number != 3 && number != 7;
        }
    }

    void save() {
        if (stack_.size() < graphics_depth_max) {
            stack_.push_back(state_);
        } else {
            ++skipped_saves_;
        }
    }

    void restore() {
        if (skipped_saves_ > 0) {
            --skipped_saves_;
        } else if (!stack_.empty()) {
            state_ = std::move(stack_.back());
            stack_.pop_back();
        }
    }

    void move(double x, double y) { line_ = text_ = Matrix{1, 0, 0, 1, x, y} * line_; }

    void run_form(const std::string& name) {
        if (depth_ >= form_depth_max || !resources_.isDictionary()) {
            return;
        }
        QPDFObjectHandle forms = resources_.getKey("/XObject");
        QPDFObjectHandle form = forms.isDictionary() ? forms.getKey(name) : QPDFObjectHandle::newNull();
        if (!form.isStream() || !form.getDict().getKey("/Subtype").isNameAndEquals("/Form") ||
            !budget_.spend(&PageBudget::operators, form_cost)) {
            return;
        }
        std::string bytes;
        append_stream(form, bytes, budget_);
        const GraphicsState outer = state_;
        const Matrix outer_line = line_;
        const Matrix outer_text = text_;
        state_.ctm = matrix_of(form.getDict().getKey("/Matrix")) * state_.ctm;
        QPDFObjectHandle own = form.getDict().getKey("/Resources");
        run(std::move(bytes), own.isDictionary() ? own : resources_, depth_ + 1);
        state_ = outer;
        line_ = outer_line;
        text_ = outer_text;
    }

    std::shared_ptr<const Font> font_of(const std::string& name) {
        if (!resources_.isDictionary() || !resources_.getKey("/Font").isDictionary()) {
            return nullptr;
        }
        QPDFObjectHandle dictionary = resources_.getKey("/Font").getKey(name);
        const auto id = std::pair(dictionary.getObjectID(), dictionary.getGeneration());
        if (const auto known = fonts_.find(id); id.first != 0 && known != fonts_.end()) {
            return known->second;
        }
        if (!budget_.spend(&PageBudget::operators, font_cost)) {
            return nullptr;
        }
        auto font = std::make_shared<const Font>(Font::read(dictionary, budget_));
        if (id.first != 0 && fonts_.size() < fonts_max) {
            fonts_.emplace(id, font);
        }
        return font;
    }

    void show(const std::vector<Operand>& operands) {
        for (const Operand& operand : operands) {
            if (operand.kind == Operand::Kind::text) {
                if (!budget_.spend(&PageBudget::operators, 1) || !budget_.spend(&PageBudget::text_bytes, operand.text.size())) {
                    return;
                }
                show_text(operand.text);
            } else if (operand.kind == Operand::Kind::gap) {
                const double gap = -operand.number / 1000;
                if (gap > gap_in_run || gap < -gap_in_run) {
                    end_run();
                }
                advance(gap * state_.size * state_.stretch);
            }
        }
        end_run();
    }

    void advance(double width) { text_ = Matrix{1, 0, 0, 1, width, 0} * text_; }

    void show_text(const std::string& shown) {
        if (state_.font == nullptr) {
            return;
        }
        for (std::size_t at = 0; at < shown.size();) {
            if (run_text_.empty()) {
                run_matrix_ = text_;
            }
            const std::size_t before = run_text_.size();
            const Font::Glyph glyph = state_.font->next(shown, at, run_text_);
            const double width = glyph.width * state_.size;
            const double step = (width + state_.letter_gap + (glyph.is_code_32 ? state_.word_gap : 0)) * state_.stretch;
            if (glyph.is_blank) {
                blanks_ += run_text_.empty() ? 0U : 1U;
                if (blanks_ > 1) {
                    end_run();
                }
            } else {
                if (blanks_ > 0) {
                    run_text_.insert(before, 1, ' ');
                    blanks_ = 0;
                }
                run_end_ = Matrix{1, 0, 0, 1, width * state_.stretch, 0} * text_;
            }
            advance(step);
        }
    }

    void end_run() {
        blanks_ = 0;
        std::string text = std::exchange(run_text_, {});
        if (text.empty() || !state_.is_painted) {
            return;
        }
        const Matrix begin = run_matrix_ * state_.ctm;
        const Point from = transformed(begin, 0, state_.rise);
        const Point to = transformed(run_end_ * state_.ctm, 0, state_.rise);
        const double scale = std::hypot(begin.c, begin.d);
        const double length = std::hypot(begin.a, begin.b);
        TextRun made{std::move(text), from.x, to.x, from.y, std::abs(state_.size) * scale, page_, 0};
        constexpr double straight = 0.996;  // the cosine of 5 degrees
        if (!(length > 0) || !(made.size > 0) || !(made.size < 1e6) || !box_.holds(from)) {
            return;
        }
        const double along = (begin.a / length) * (state_.size < 0 ? -1 : 1);
        const double up = (begin.b / length) * (state_.size < 0 ? -1 : 1);
        if (up > straight) {
            made.direction = 1;
            made.left = from.y, made.right = to.y, made.base = -from.x;
        } else if (along < -straight) {
            made.direction = 2;
            made.left = -from.x, made.right = -to.x, made.base = -from.y;
        } else if (up < -straight) {
            made.direction = 3;
            made.left = -from.y, made.right = -to.y, made.base = from.x;
        } else if (along < straight) {
            return;  // slantwise: a watermark
        }
        if (std::isfinite(made.left) && std::isfinite(made.right) && std::isfinite(made.base) && budget_.spend(&PageBudget::runs, 1)) {
            runs_.push_back(std::move(made));
        }
    }

    std::vector<TextRun>& runs_;
    PageBudget& budget_;
    std::map<std::pair<int, int>, std::shared_ptr<const Font>> fonts_;  // by object
    std::uint32_t page_ = 0;
    Box box_;
    QPDFObjectHandle resources_;
    unsigned depth_ = 0;
    GraphicsState state_;
    std::vector<GraphicsState> stack_;
    std::uint64_t skipped_saves_ = 0;
    Matrix line_;  // of the beginning of the line
    Matrix text_;  // of the next letter

    // The run at hand.
    std::string run_text_;
    Matrix run_matrix_;
    Matrix run_end_;
    unsigned blanks_ = 0;
};

}  // namespace

Result<std::vector<TextRun>> read_page_text(QPDF& pdf, PageBudget budget) {
    const std::vector<QPDFObjectHandle>& pages = pdf.getAllPages();
    if (pages.size() > pages_max) {
        return fail(ErrorCode::too_large, messages::more_pages(pages_max));
    }
    std::vector<TextRun> runs;
    PageReader reader(runs, budget);
    for (std::size_t at = 0; at < pages.size() && !budget.is_over; ++at) {
        reader.read(pages[at], static_cast<std::uint32_t>(at));
    }
    if (budget.is_over) {
        return fail(ErrorCode::too_large, messages::pages_cost_more);
    }
    return runs;
}

}  // namespace moisson::invoice
