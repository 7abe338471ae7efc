// Notes and days of invoices.
#include "sandbox/invoice_words.hpp"

#include <fmt/format.h>

namespace moisson::sandbox {

namespace {

struct Parts {
    int year;
    unsigned month;
    unsigned day;
};

Parts parts_of(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())};
}

}  // namespace

const std::array<InvoiceNote, 3>& legal_notes() noexcept {
    static constexpr std::array<InvoiceNote, 3> notes{
        {{"PMT", "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."},
         {"PMD", "Pénalités de retard : trois fois le taux d'intérêt légal."},
         {"AAB", "Pas d'escompte pour paiement anticipé."}}};
    return notes;
}

std::string compact_day(std::chrono::sys_days day) {
    const Parts parts = parts_of(day);
    return fmt::format("{:04}{:02}{:02}", parts.year, parts.month, parts.day);
}

std::string dashed_day(std::chrono::sys_days day) {
    const Parts parts = parts_of(day);
    return fmt::format("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
}

std::string french_day(std::chrono::sys_days day) {
    const Parts parts = parts_of(day);
    return fmt::format("{:02}/{:02}/{:04}", parts.day, parts.month, parts.year);
}

}  // namespace moisson::sandbox
