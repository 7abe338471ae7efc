#include "pipeline/sealed_ledger.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <span>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "bundle/csv_reader.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t ledger_piece_bytes = 256U * 1024U;

std::optional<std::uint32_t> parse_version(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() && value > 0 ? std::optional(value) : std::nullopt;
}

/// What `to_decimal` writes, and nothing else.
std::optional<Money> parse_money(std::string_view text, std::string_view code) {
    const auto currency = find_currency(code);
    if (!currency) {
        return std::nullopt;
    }
    std::string digits(text);
    if (const std::size_t dot = digits.find('.'); dot != std::string::npos) {
        digits.erase(dot, 1);
    }
    Money money{0, *currency};
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), money.amount_minor);
    return problem == std::errc{} && end == digits.data() + digits.size() && to_decimal(money) == text ? std::optional(money)
                                                                                                       : std::nullopt;
}

/// Takes the file in pieces and cuts it into rows, a line end inside quotes belonging to its row.
class SealedReader {
public:
    /// `for_addendum`: set, takes the rows as an addendum keeps them.
    explicit SealedReader(Addendum* for_addendum = nullptr)
        : csv_([this](const bundle::CsvReader::Row& row) { take(row); }), for_addendum_(for_addendum) {}

    void feed(std::string_view bytes) {
        for (const char letter : bytes) {
            row_ += letter;
            if (letter == '"') {
                quoted_ = !quoted_;
            } else if (letter == '\n' && !quoted_) {
                csv_.feed(row_);
                row_.clear();
            }
        }
        file_.update(bytes);
    }
    /// A sentence, or empty when all was read.
    std::string finish(SealedLedger& ledger) {
        csv_.feed(row_);
        if (std::string problem = csv_.finish(); !problem.empty() || !problem_.empty()) {
            return problem_.empty() ? problem : problem_;
        }
        if (columns_.empty()) {
            return "it is empty";
        }
        ledger = std::move(ledger_);
        ledger.sha256 = file_.finish_hex();
        return {};
    }

private:
    void take_header(const bundle::CsvReader::Row& row) {
        for (std::size_t at = 0; at < row.size(); ++at) {
            columns_.emplace(row[at], at);
        }
        constexpr std::array<std::string_view, 13> needed{"period",  "contract_id", "document_id", "version",    "document_type",
                                                          "counted", "amount",      "currency",    "sha256",     "findings",
                                                          "path",    "size_bytes",  "media_type"};
        constexpr std::size_t of_addenda = 3;  // the last ones
        for (const std::string_view name : std::span(needed).first(needed.size() - (for_addendum_ == nullptr ? of_addenda : 0))) {
            if (!columns_.contains(name)) {
                problem_ = fmt::format("it has no column {}", name);
            }
        }
        width_ = row.size();
    }
    /// Empty where the ledger has no such column.
    [[nodiscard]] std::string text_of(const bundle::CsvReader::Row& row, std::string_view name) const {
        const auto found = columns_.find(name);
        return found == columns_.end() ? std::string() : row[found->second];
    }
    void take(const bundle::CsvReader::Row& row) {
        if (!problem_.empty()) {
            return;
        }
        if (columns_.empty()) {
            take_header(row);
            return;
        }
        ++ledger_.row_count;
        const std::string where = fmt::format("row {}", ledger_.row_count + 1);
        if (row.size() != width_) {
            problem_ = fmt::format("{} has {} columns in place of {}", where, row.size(), width_);
            return;
        }
        const auto field = [&](std::string_view name) -> const std::string& { return row[columns_.find(name)->second]; };
        ledger_.counted += field("counted") == "yes" ? 1U : 0U;
        const std::string codes = " " + field("findings") + " ";
        ledger_.files_not_requested = ledger_.files_not_requested || codes.find(" file-not-requested ") != std::string::npos;
        if (field("period").empty()) {
            return;
        }
        const auto period = Month::parse(field("period"));
        const auto version = parse_version(field("version"));
        const auto amount = parse_money(field("amount"), field("currency"));
        if (!period || !version || (!amount && !field("amount").empty())) {
            problem_ = fmt::format("{} has no readable period, version or amount", where);
            return;
        }
        ClosedRow closed;
        closed.period = *period;
        closed.contract_id = field("contract_id");
        closed.document_id = field("document_id");
        closed.version = *version;
        closed.document_type = field("document_type");
        closed.counted = field("counted") == "yes";
        closed.amount = amount;
        closed.sha256 = field("sha256");
        closed.row_sha256 = sha256_hex(row_);
        ledger_.contracts.try_emplace(closed.contract_id,
                                      Contract{closed.contract_id, text_of(row, "contract_name"), text_of(row, "offer_id"),
                                               text_of(row, "offer_name"), text_of(row, "customer_id"), text_of(row, "customer_name"), {},
                                               text_of(row, "perimeter")});
        if (for_addendum_ != nullptr) {
            add_addendum_row(closed, field("size_bytes"), field("media_type"), field("path"));
        }
        ledger_.rows.push_back(std::move(closed));
        ledger_.listings.push_back({text_of(row, "filename"), codes.find(" no-longer-listed ") != std::string::npos});
    }

    void add_addendum_row(const ClosedRow& row, const std::string& size, const std::string& media_type, const std::string& path) {
        AddendumRow one;
        one.contract_id = row.contract_id;
        one.document_id = row.document_id;
        one.version = row.version;
        one.document_type = row.document_type;
        one.counted = row.counted;
        one.amount = row.amount;
        one.sha256 = row.sha256;
        std::from_chars(size.data(), size.data() + size.size(), one.size_bytes);
        one.media_type = media_type;
        one.path = path;
        one.csv = row_;
        for_addendum_->reporting = columns_.contains("reporting_amount");
        for_addendum_->rows.push_back(std::move(one));
    }

    bundle::CsvReader csv_;
    Addendum* for_addendum_;
    Digest file_;
    std::string row_;
    bool quoted_ = false;
    std::map<std::string, std::size_t, std::less<>> columns_;
    std::size_t width_ = 0;
    std::string problem_;
    SealedLedger ledger_;
};

Result<SealedLedger> read_with(const std::filesystem::path& path, SealedReader& reader) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(ErrorCode::disk, "cannot open the ledger", path.string());
    }
    std::string piece(ledger_piece_bytes, '\0');
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
    }
    if (file.bad()) {
        return fail(ErrorCode::disk, "cannot read the ledger", path.string());
    }
    SealedLedger ledger;
    if (const std::string problem = reader.finish(ledger); !problem.empty()) {
        return fail(ErrorCode::verification, fmt::format("the ledger cannot be read back: {}", problem), path.string());
    }
    return ledger;
}

}  // namespace

Result<SealedLedger> read_sealed_ledger(const std::filesystem::path& path) {
    SealedReader reader;
    return read_with(path, reader);
}

Result<SealedLedger> read_addendum(const std::filesystem::path& path, Addendum& addendum) {
    SealedReader reader(&addendum);
    return read_with(path, reader);
}

}  // namespace moisson::pipeline
