#pragma once
/// Texts that an invoice's page and its XML share.

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace moisson::sandbox {

inline constexpr std::string_view payment_terms = "Paiement à 30 jours, net / 30 days net";

inline constexpr std::string_view discount_reason = "Remise / Discount";
inline constexpr std::string_view allowance_reason = "Remise globale / Allowance";
inline constexpr std::string_view charge_reason = "Frais de dossier / Charge";
/// BT-23 of an invoice of services (XP Z12-012).
inline constexpr std::string_view invoice_of_services = "S1";
/// ISO/IEC 6523: SIREN, SIRET, and the address in the French directory (XP Z12-013).
inline constexpr std::string_view siren_scheme = "0002";
inline constexpr std::string_view siret_scheme = "0009";
inline constexpr std::string_view directory_scheme = "0225";

/// What French law wants on every invoice between companies (Code de commerce, L441-9).
struct InvoiceNote {
    std::string_view subject;  ///< UNTDID 4451
    std::string_view text;
};
[[nodiscard]] const std::array<InvoiceNote, 3>& legal_notes() noexcept;

/// "20261104", "2026-11-04", "04/11/2026"
[[nodiscard]] std::string compact_day(std::chrono::sys_days day);
[[nodiscard]] std::string dashed_day(std::chrono::sys_days day);
[[nodiscard]] std::string french_day(std::chrono::sys_days day);

}  // namespace moisson::sandbox
