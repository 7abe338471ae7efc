#pragma once
/// Consumption reports, ledger rows and readings of usage.csv for the tests of the usage room.

#include <algorithm>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/sanitized.hpp"
#include "cage/wire.hpp"
#include "support/scratch_folder.hpp"
#include "usage/usage.hpp"

namespace moisson::usage_test {

inline constexpr std::string_view workbook_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

inline const std::string heading =
    "BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;"
    "Quantity;BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
    "SubsUpfrontDiscounted;SubsFlavor;SubsDuration";

/// A usual line; each part can be another.
struct Line {
    std::string service = "Compute";
    std::string resource = "0a1b2c3d";
    std::string project = "web";
    std::string tags = "env=prod,team=1";
    std::string quantity = "744,000";
    std::string unit = "hour";
    std::string unit_price = "0,01234";
    std::string amount = "10,50";
    std::string volume_discount = "0,50";
    std::string discounted = "10,00";
    std::string currency = "EUR";
    std::string subs = ";;;;;;";
    [[nodiscard]] std::string text() const {
        return "PayAsYouGo;2026-10-01;2026-10-31;OCB0001001;Tenant;FR;eu-west-0;" + service + ";S1;Running;" + resource + ";" + project +
               ";" + tags + ";" + quantity + ";" + unit + ";" + unit_price + ";" + amount + ";" + volume_discount + ";" + discounted + ";" +
               currency + ";" + subs;
    }
};

inline Line with_discounted(std::string discounted) {
    Line line;
    line.discounted = std::move(discounted);
    return line;
}

/// One folder with stored files and their ledger rows.
class Store {
public:
    const Contract& contract(const std::string& id) {
        for (const Contract& known : contracts_) {
            if (known.id == id) {
                return known;
            }
        }
        Contract made;
        made.id = id;
        made.name = "Name of " + id;
        contracts_.push_back(made);
        return contracts_.back();
    }
    /// A stored document; its file holds `bytes`.
    LedgerEntry& add(const std::string& id, const std::string& bytes, const std::string& type = "comsumptionRatedReports",
                     std::string_view media_type = "text/csv", const std::string& contract_id = "OCB0001001", unsigned month = 10) {
        LedgerEntry entry;
        entry.contract = &contract(contract_id);
        entry.document_id = id;
        entry.document_type = type;
        entry.status = DocumentStatus::ok;
        const Month of = *Month::make(2026, month);
        entry.period = Period{of.first_day(), of.last_day()};
        entry.filename = id + ".csv";
        entry.media_type = media_type;
        entry.sha256 = sha256_hex(bytes);
        entry.size_bytes = bytes.size();
        if (!write_file(folder_ / entry.sha256, bytes)) {
            throw std::runtime_error("cannot write");
        }
        entries_.push_back(std::move(entry));
        return entries_.back();
    }
    /// A counted bill of that much.
    LedgerEntry& add_bill(const std::string& id, std::int64_t amount_minor, std::string_view currency = "EUR",
                          const std::string& contract_id = "OCB0001001", unsigned month = 10) {
        LedgerEntry entry;
        entry.contract = &contract(contract_id);
        entry.document_id = id;
        entry.document_type = "invoices";
        entry.standing = Standing::final_;
        const Month of = *Month::make(2026, month);
        entry.period = Period{of.first_day(), of.last_day()};
        entry.amount = Money{amount_minor, *find_currency(currency)};
        entry.counted = true;
        entries_.push_back(std::move(entry));
        return entries_.back();
    }
    [[nodiscard]] std::vector<usage::Source> sources() const {
        std::vector<usage::Source> found;
        for (const LedgerEntry& entry : entries_) {
            if (usage::is_source(entry)) {
                found.push_back({&entry, folder_ / entry.sha256});
            }
        }
        return found;
    }
    [[nodiscard]] std::vector<LedgerEntry> entries() const { return {entries_.begin(), entries_.end()}; }
    [[nodiscard]] std::filesystem::path csv() const { return folder_ / "usage.csv"; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

private:
    test::ScratchFolder folder_;
    std::deque<Contract> contracts_;
    std::deque<LedgerEntry> entries_;
};

/// Records of a comma-separated text, quotes undone: written apart from the code under test.
inline std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
    std::vector<std::vector<std::string>> records;
    std::vector<std::string> record;
    std::string field;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (quoted) {
            if (letter == '"' && at + 1 < text.size() && text[at + 1] == '"') {
                field += '"';
                ++at;
            } else if (letter == '"') {
                quoted = false;
            } else {
                field += letter;
            }
        } else if (letter == '"') {
            quoted = true;
        } else if (letter == ',') {
            record.push_back(field);
            field.clear();
        } else if (letter == '\n') {
            record.push_back(field);
            field.clear();
            records.push_back(record);
            record.clear();
        } else {
            field += letter;
        }
    }
    return records;
}

struct Read {
    usage::Extract extract;
    std::vector<std::vector<std::string>> rows;  ///< of usage.csv, without its header
    std::string text;
    [[nodiscard]] std::string at(std::size_t row, std::string_view column) const {
        const auto& names = usage::csv_columns;
        const auto found = std::find(names.begin(), names.end(), column);
        return rows.at(row).at(static_cast<std::size_t>(found - names.begin()));
    }
    [[nodiscard]] std::string codes() const {
        std::string codes;
        for (const Finding& finding : extract.findings) {
            codes += (codes.empty() ? "" : " ") + std::string(finding.code);
        }
        return codes;
    }
    [[nodiscard]] std::string message() const { return extract.findings.empty() ? "" : extract.findings.front().message.english(); }
    [[nodiscard]] std::string total() const {
        return extract.summary.totals.empty() ? "" : to_decimal(extract.summary.totals.front().discounted);
    }
};

inline Read read_once(const Store& store, const usage::Options& options) {
    Read read;
    const auto sources = store.sources();
    auto extract = usage::extract(sources, store.csv(), options);
    if (!extract) {
        throw std::runtime_error(extract.error().to_line());
    }
    read.extract = std::move(*extract);
    if (auto text = read_file(store.csv()); text) {
        read.text = *text;
        read.rows = parse_csv(*text);
        read.rows.erase(read.rows.begin());
    }
    std::error_code ignored;
    std::filesystem::remove(store.csv(), ignored);
    return read;
}

inline bool are_same(const std::vector<UsageSum>& left, const std::vector<UsageSum>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const UsageSum& one, const UsageSum& other) {
        return one.currency == other.currency && one.lines == other.lines && one.amount == other.amount &&
               one.discounted == other.discounted;
    });
}

inline bool are_same(const std::vector<UsageGroup>& left, const std::vector<UsageGroup>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const UsageGroup& one, const UsageGroup& other) {
        return one.contract == other.contract && one.month == other.month && one.service == other.service && one.project == other.project &&
               one.tags == other.tags && one.others == other.others && are_same({one.sum}, {other.sum});
    });
}

inline bool are_same(const std::vector<UsageDocument>& left, const std::vector<UsageDocument>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const UsageDocument& one, const UsageDocument& other) {
        return one.document_id == other.document_id && one.whole == other.whole && one.counted == other.counted &&
               one.reason == other.reason && one.lines == other.lines && are_same(one.sums, other.sums);
    });
}

/// Read in this process and in a child: what comes out is the same, whatever the test is about. Programs that look for faults at run time
/// start slowly: there every twentieth reading is enough.
inline Read read_store(const Store& store, usage::Options options = {}) {
    Read here = read_once(store, options);
    static int readings = 0;
    if (is_sanitized && ++readings % 20 != 0) {
        return here;
    }
    options.confined = true;
    const Read apart = read_once(store, options);
    const UsageSummary& one = here.extract.summary;
    const UsageSummary& other = apart.extract.summary;
    if (here.text != apart.text || here.extract.findings != apart.extract.findings || here.extract.sha256 != apart.extract.sha256 ||
        one.lines != other.lines || one.counted_lines != other.counted_lines || !are_same(one.totals, other.totals) ||
        !are_same(one.by_service, other.by_service) || !are_same(one.by_project, other.by_project) ||
        !are_same(one.documents, other.documents)) {
        throw std::runtime_error("a child reads otherwise: " + here.codes() + " " + here.message() + " / " + apart.codes() + " " +
                                 apart.message());
    }
    return here;
}

/// One report of these lines under the usual heading.
inline Read read_lines(const std::vector<std::string>& lines, const std::string& line_end = "\n", const std::string& before = "") {
    Store store;
    std::string text = before + heading + line_end;
    for (const std::string& line : lines) {
        text += line + line_end;
    }
    store.add("REP", text);
    return read_store(store);
}

}  // namespace moisson::usage_test
