#pragma once
/// The document types of the service, one row each. No other file spells their names: a test (tidy.banned) says so, but for the sandbox and
/// for `bundle`, which must not share a misreading.
///
/// Source: GET /documents, documentType (api/README.md §5). "comsumption" is the service's own spelling, and only there.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "language/message.hpp"

namespace moisson {

enum class Standing {
    final_,       ///< "final": invoices, bills
    provisional,  ///< partial types
    supporting,   ///< reports
};

[[nodiscard]] std::string_view to_text(Standing standing) noexcept;

/// What a document's file holds of consumption, line by line.
enum class UsageLines : std::uint8_t { none, report, workbook };

struct DocumentType {
    std::string_view name;  ///< as the service spells it
    MessageText words;      ///< for people: the service's name in English, elsewhere as the portal calls it
    Standing standing = Standing::supporting;
    bool is_paper = false;   ///< its files are PDF or workbook, never text
    bool is_report = false;  ///< what it lists is charged by an invoice or a bill
    UsageLines lines = UsageLines::none;
    /// Of two documents that hold the same lines the one of the lower rank is read for sums; without lines it means nothing.
    int lines_rank = 0;
    /// Of a provisional type: the type whose documents take its place; empty: any final one.
    std::string_view successor = {};
};

/// In the order in which they are asked one by one, and named.
inline constexpr std::array<DocumentType, 6> document_types{{
    {.name = "invoices", .words = {"invoices", "factures"}, .standing = Standing::final_, .is_paper = true},
    {.name = "bills", .words = {"bills", "relevés de facturation"}, .standing = Standing::final_, .is_paper = true, .lines = UsageLines::workbook, .lines_rank = 2},
    {.name = "reports", .words = {"reports", "rapports d'usage"}, .is_report = true},
    {.name = "partialBills", .words = {"partialBills", "relevés de facturation partiels"}, .standing = Standing::provisional, .is_paper = true, .lines = UsageLines::workbook, .lines_rank = 2},
    {.name = "partialConsumptionRatedReports",
     .words = {"partialConsumptionRatedReports", "rapports de consommation partiels"},
     .standing = Standing::provisional,
     .is_report = true,
     .lines = UsageLines::report,
     .lines_rank = 1,
     .successor = "comsumptionRatedReports"},
    {.name = "comsumptionRatedReports", .words = {"comsumptionRatedReports", "rapports de consommation"}, .is_report = true, .lines = UsageLines::report},
}};

inline constexpr auto document_type_names = [] {
    std::array<std::string_view, document_types.size()> names{};
    std::transform(document_types.begin(), document_types.end(), names.begin(), [](const DocumentType& type) { return type.name; });
    return names;
}();

/// Those that can enter the totals.
inline constexpr auto final_type_names = [] {
    constexpr auto is_final = [](const DocumentType& type) { return type.standing == Standing::final_; };
    std::array<std::string_view, std::count_if(document_types.begin(), document_types.end(), is_final)> names{};
    std::size_t at = 0;
    for (const DocumentType& type : document_types) {
        if (is_final(type)) {
            names.at(at++) = type.name;
        }
    }
    return names;
}();

/// Null for a type that is not known: the service may have more.
[[nodiscard]] constexpr const DocumentType* find_document_type(std::string_view name) noexcept {
    const auto* found =
        std::find_if(document_types.begin(), document_types.end(), [&](const DocumentType& type) { return type.name == name; });
    return found == document_types.end() ? nullptr : found;
}

/// The type as people call it; one that is not known as it is spelt.
[[nodiscard]] inline Message words_of_type(std::string_view name) {
    const DocumentType* type = find_document_type(name);
    return type == nullptr ? Message(name) : Message(type->words, {});
}

/// Supporting where the type is not known.
[[nodiscard]] constexpr Standing standing_of(std::string_view document_type) noexcept {
    const DocumentType* type = find_document_type(document_type);
    return type == nullptr ? Standing::supporting : type->standing;
}

/// None where the type is not known.
[[nodiscard]] constexpr UsageLines usage_lines_of(std::string_view document_type) noexcept {
    const DocumentType* type = find_document_type(document_type);
    return type == nullptr ? UsageLines::none : type->lines;
}

/// The month's whole report of consumption, which nothing replaces.
[[nodiscard]] constexpr bool is_final_usage_report(std::string_view document_type) noexcept {
    return usage_lines_of(document_type) == UsageLines::report && standing_of(document_type) != Standing::provisional;
}

}  // namespace moisson
