// Reading invoices: makes CII invoices of ten lines each, and reads them once.
//   bench_invoice make FOLDER COUNT
//   bench_invoice read FOLDER here|apart READERS    prints invoices a second, by the clock and by processor time, and peak memory
// apart: in child processes, as an export does, of which the largest one's memory is told.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"
#include "invoice/invoice.hpp"

namespace {

constexpr std::string_view head = R"(<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
)";
constexpr std::string_view line = R"(<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID>
</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>Elastic Cloud Server, c3.large.4</ram:Name>
</ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>10.00</ram:ChargeAmount></ram:NetPriceProductTradePrice>
</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="HUR">1.0000</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>10.00</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>
)";
constexpr std::string_view parties = R"(<ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Orange</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">380129866</ram:ID></ram:SpecifiedLegalOrganization></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Martin</ram:Name></ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:ApplicableTradeTax>
<ram:CalculatedAmount>20.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>100.00</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">20.00</ram:TaxTotalAmount>
<ram:GrandTotalAmount>120.00</ram:GrandTotalAmount><ram:DuePayableAmount>120.00</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
)";

int number_of(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

int make(const std::filesystem::path& folder, int count) {
    std::string lines;
    for (int at = 0; at < 10; ++at) {
        lines += line;
    }
    for (int at = 0; at < count; ++at) {
        const std::string text = fmt::format(
            "{}<rsm:ExchangedDocument><ram:ID>F-{}</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString "
            "format=\"102\">20261031</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{}{}",
            head, at, lines, parties);
        if (!moisson::write_file(folder / fmt::format("{:06}.xml", at), text)) {
            return 1;
        }
    }
    return 0;
}

double seconds_of(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

int read(const std::filesystem::path& folder, bool apart, int readers) {
    std::vector<moisson::invoice::Source> sources;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        sources.push_back({entry.path(), "", std::nullopt});
    }
    moisson::invoice::Options options;
    options.readers = static_cast<unsigned>(readers);
    options.confined = apart;
    const auto start = std::chrono::steady_clock::now();
    const auto read = moisson::invoice::read_all(sources, options);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    if (!read) {
        fmt::print(stderr, "{}\n", read.error().to_line());
        return 1;
    }
    const auto good = std::count_if(read->begin(), read->end(), [](const auto& one) { return one.values.gross.has_value(); });
    rusage own{};
    rusage children{};
    ::getrusage(RUSAGE_SELF, &own);
    ::getrusage(RUSAGE_CHILDREN, &children);
    const double processor = seconds_of(own.ru_utime) + seconds_of(own.ru_stime) + seconds_of(children.ru_utime) +
                             seconds_of(children.ru_stime);
    const auto count = static_cast<double>(sources.size());
    fmt::print(
        "{} invoices, {} with a gross amount, {:.0f} a second by the clock, {:.0f} a second of processor time, {} MB here, {} MB a "
        "reader\n",
        sources.size(), good, count / wall.count(), count / processor, own.ru_maxrss / 1024, children.ru_maxrss / 1024);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::array jobs{moisson::invoice::reader_job()};
    if (const auto code = moisson::cage::run_if_child(count, arguments, jobs)) {
        return *code;
    }
    const std::string_view what = count > 1 ? arguments[1] : "";
    if (what == "make" && count == 4) {
        return make(arguments[2], number_of(arguments[3]));
    }
    if (what == "read" && count == 5) {
        return read(arguments[2], std::string_view(arguments[3]) == "apart", number_of(arguments[4]));
    }
    std::fputs("bench_invoice make FOLDER COUNT | read FOLDER here|apart READERS\n", stderr);
    return 2;
}
