#pragma once
/// The columns of a consumption report. Only the usage room includes this header.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace moisson::usage {

/// The report's columns (api/README.md §6).
enum ReportColumn : std::uint8_t {
    billing_mode,
    begin_date,
    end_date,
    service_id,
    tenant_label,
    country,
    region,
    service_cloud,
    code_label,
    charge_label,
    id_resource,
    project,
    tags,
    quantity,
    billing_unit,
    unit_price,
    amount,
    volume_discount,
    discounted_amount,
    currency_code,
    subs_charge_type,
    subs_begin_date,
    subs_end_date,
    subs_upfront,
    subs_upfront_discounted,
    subs_flavor,
    subs_duration,
    report_columns
};
inline constexpr std::size_t known_columns = report_columns;
/// The names that clients of the service use for them; the texts of the real heading were never published.
inline constexpr std::array<std::string_view, known_columns> report_column_names{
    "BillingMode",    "BeginDate",     "EndDate",        "ServiceID",        "TenantLabel",
    "Country",        "Region",        "ServiceCloud",   "CodeLabel",        "ChargeLabel",
    "IdResource",     "Project",       "Tags",           "Quantity",         "BillingUnit",
    "UnitPrice",      "Amount",        "VolumeDiscount", "DiscountedAmount", "Currency",
    "SubsChargeType", "SubsBeginDate", "SubsEndDate",    "SubsUpfront",      "SubsUpfrontDiscounted",
    "SubsFlavor",     "SubsDuration"};

}  // namespace moisson::usage
