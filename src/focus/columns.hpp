#pragma once
/// The columns of the data set (FOCUS 1.2, "Columns"), in alphabetical order, and those of our own behind them ("Column Handling"). Only
/// this room includes this header.

#include <array>
#include <string_view>

namespace moisson::focus {

enum class Kind { string, decimal, date_time, json };

struct Column {
    std::string_view name;
    Kind kind = Kind::string;
};

inline constexpr std::array columns{
    Column{"BilledCost", Kind::decimal},
    Column{"BillingAccountId"},
    Column{"BillingAccountName"},
    Column{"BillingCurrency"},
    Column{"BillingPeriodEnd", Kind::date_time},
    Column{"BillingPeriodStart", Kind::date_time},
    Column{"ChargeCategory"},
    Column{"ChargeClass"},
    Column{"ChargeDescription"},
    Column{"ChargeFrequency"},
    Column{"ChargePeriodEnd", Kind::date_time},
    Column{"ChargePeriodStart", Kind::date_time},
    Column{"ConsumedQuantity", Kind::decimal},
    Column{"ConsumedUnit"},
    Column{"ContractedCost", Kind::decimal},
    Column{"ContractedUnitPrice", Kind::decimal},
    Column{"EffectiveCost", Kind::decimal},
    Column{"InvoiceIssuerName"},
    Column{"ListCost", Kind::decimal},
    Column{"ListUnitPrice", Kind::decimal},
    Column{"PricingCategory"},
    Column{"PricingQuantity", Kind::decimal},
    Column{"PricingUnit"},
    Column{"ProviderName"},
    Column{"PublisherName"},
    Column{"RegionId"},
    Column{"RegionName"},
    Column{"ResourceId"},
    Column{"ResourceName"},
    Column{"ServiceCategory"},
    Column{"ServiceName"},
    Column{"ServiceSubcategory"},
    Column{"SkuId"},
    Column{"SkuMeter"},
    Column{"SkuPriceDetails", Kind::json},
    Column{"SkuPriceId"},
    Column{"SubAccountId"},
    Column{"SubAccountName"},
    Column{"Tags", Kind::json},
    Column{"x_Amount", Kind::decimal},
    Column{"x_BillingMode"},
    Column{"x_Country"},
    Column{"x_DocumentId"},
    Column{"x_Line", Kind::decimal},
    Column{"x_Project"},
    Column{"x_SubscriptionChargeType"},
    Column{"x_SubscriptionDuration"},
    Column{"x_SubscriptionFlavor"},
    Column{"x_VolumeDiscount", Kind::decimal},
};

}  // namespace moisson::focus
