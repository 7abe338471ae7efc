// Reading consumption reports: makes a 27-column report of any length, and reads it into usage.csv once. tests/bench/usage.py puts a peer
// beside it.
//   bench_usage make FILE LINES
//   bench_usage read FILE THREADS [USAGE_CSV]    (FILE.xlsx: a bill's workbook) prints seconds, lines, the sum, and peak memory
//   bench_usage apart FILE THREADS [USAGE_CSV]   the same in a child process, as an export does; peak memory is the larger one's
//   bench_usage many FILE COUNT here|apart       FILE as COUNT documents
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"
#include "usage/usage.hpp"

namespace {

constexpr std::string_view services[] = {
    "Elastic Cloud Server", "Object Storage Service", "Elastic Volume Service", "Relational Database", "Elastic IP",
    "NAT Gateway",          "Cloud Container Engine", "Direct Connect"};
constexpr std::string_view charges[] = {"Running", "Stockage - données froides", "Outbound traffic", "vCPU hours, on demand"};

int number_of(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

int make(const char* path, int lines) {
    auto file = moisson::AtomicFile::create(path);
    std::mt19937_64 random(1);
    std::string text =
        "\xEF\xBB\xBF"
        "BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;"
        "Quantity;BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;"
        "SubsUpfront;SubsUpfrontDiscounted;SubsFlavor;SubsDuration\r\n";
    bool written = file.has_value();
    for (int line = 0; line < lines && written; ++line) {
        const std::uint64_t bits = random();
        const auto service = bits % std::size(services);
        const auto cents = static_cast<std::int64_t>((bits >> 8U) % 2'000'000) - 50'000;
        const auto discount = cents > 0 && bits % 3 == 0 ? cents / 20 : 0;
        const auto money = [](std::int64_t value) {
            return fmt::format("{}{},{:02}", value < 0 ? "-" : "", (value < 0 ? -value : value) / 100, (value < 0 ? -value : value) % 100);
        };
        const bool reserved = bits % 17 == 0;
        text += fmt::format(
            "{};2026-10-01;2026-10-31;OCB0001001;OCB0001001;FR;eu-west-{};{};S{:03};{};{:016x};project-{};env=prod,team={},app={};",
            reserved ? "Reserved" : "PayAsYouGo", bits % 2, services[service], service * 7, charges[(bits >> 4U) % std::size(charges)],
            (bits >> 20U) % 200'000 * 0x9E3779B97F4AULL, (bits >> 32U) % 40, (bits >> 40U) % 7, (bits >> 44U) % 11);
        text += fmt::format("{},{:03};hour;{},{:05};{};{};{};EUR;", (bits >> 12U) % 800, bits % 1000, bits % 3, (bits >> 16U) % 100'000,
                            money(cents), money(discount), money(cents - discount));
        text += reserved ? "Upfront;2026-01-01;2026-12-31;120,00;114,00;c3.large.4;12\r\n" : ";;;;;;\r\n";
        if (text.size() > 1'000'000 || line + 1 == lines) {
            written = file->write(text).has_value();
            text.clear();
        }
    }
    return written && file->commit() ? 0 : 1;
}

long peak_megabytes() {
    rusage own{};
    rusage children{};
    ::getrusage(RUSAGE_SELF, &own);
    ::getrusage(RUSAGE_CHILDREN, &children);
    return std::max(own.ru_maxrss, children.ru_maxrss) / 1024;
}

moisson::LedgerEntry entry_of(const char* path, const moisson::Contract& contract) {
    moisson::LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = "d-000001";
    entry.document_type = "comsumptionRatedReports";
    entry.status = moisson::DocumentStatus::ok;
    entry.media_type = "text/csv";
    if (std::string_view(path).ends_with(".xlsx")) {
        entry.document_type = "bills";
        entry.media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        entry.currency = moisson::find_currency("EUR");
    }
    entry.sha256 = std::string(64, '0');
    const auto month = *moisson::Month::make(2026, 10);
    entry.period = moisson::Period{month.first_day(), month.last_day()};
    return entry;
}

moisson::Contract make_contract() {
    moisson::Contract contract;
    contract.id = "OCB0001001";
    contract.name = "Production, Paris";
    return contract;
}

int many(const char* path, int count, bool is_apart) {
    const moisson::Contract contract = make_contract();
    std::vector<moisson::LedgerEntry> entries;
    std::vector<moisson::usage::Source> sources;
    for (int at = 0; at < count; ++at) {
        entries.push_back(entry_of(path, contract));
        entries.back().document_id = fmt::format("d-{:06}", at);
        entries.back().sha256 = fmt::format("{:064}", at);
    }
    for (const moisson::LedgerEntry& entry : entries) {
        sources.push_back({&entry, path});
    }
    moisson::usage::Options options;
    options.confined = is_apart;
    const auto start = std::chrono::steady_clock::now();
    const auto extract = moisson::usage::extract(sources, std::string(path) + ".usage.csv", options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!extract || !extract->findings.empty()) {
        fmt::print(stderr, "{}\n", extract ? extract->findings.front().message.english() : extract.error().to_line());
        return 1;
    }
    fmt::print("{:.3f} {} {}\n", seconds, extract->summary.lines, peak_megabytes());
    return 0;
}

int read(const char* path, unsigned threads, const char* usage_csv, bool is_apart) {
    const moisson::Contract contract = make_contract();
    const moisson::LedgerEntry entry = entry_of(path, contract);
    const moisson::usage::Source source{&entry, path};
    moisson::usage::Options options;
    options.threads = threads;
    options.confined = is_apart;
    const auto start = std::chrono::steady_clock::now();
    const auto extract = moisson::usage::extract({&source, 1}, usage_csv, options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!extract || !extract->findings.empty() || extract->summary.totals.size() != 1) {
        fmt::print(stderr, "{}\n", extract ? extract->findings.front().message.english() : extract.error().to_line());
        return 1;
    }
    fmt::print("{:.3f} {} {} {}\n", seconds, extract->summary.lines, moisson::to_decimal(extract->summary.totals.front().discounted),
               peak_megabytes());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (const auto code = moisson::cage::run_if_child(count, arguments, std::array{moisson::usage::reader_job()})) {
        return *code;
    }
    const std::string_view mode = count > 3 ? arguments[1] : "";
    if (mode == "make") {
        return make(arguments[2], number_of(arguments[3]));
    }
    if (mode == "read" || mode == "apart") {
        return read(arguments[2], static_cast<unsigned>(number_of(arguments[3])), count > 4 ? arguments[4] : "", mode == "apart");
    }
    if (mode == "many") {
        return many(arguments[2], number_of(arguments[3]), count > 4 && std::string_view(arguments[4]) == "apart");
    }
    fmt::print(stderr,
               "bench_usage make FILE LINES | bench_usage read|apart FILE THREADS [USAGE_CSV] | bench_usage many FILE COUNT here|apart\n");
    return 2;
}
