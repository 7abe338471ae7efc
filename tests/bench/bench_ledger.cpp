// A million ledger rows to CSV and to XLSX, and 2,000 files of 64 KiB to a bundle, each beside a peer that writes the same:
// Python's csv module, bare libxlsxwriter without repair and read-back, and `zip -6`.
// bench_ledger FOLDER [ROWS [csv|bundle|xlsx]]: FOLDER takes the files (give one in memory to leave the disk out); one part alone.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/files.hpp"
#include "bundle/bag_writer.hpp"
#include "ledger/csv_writer.hpp"
#include "ledger/workbook.hpp"

namespace {

using moisson::Contract;
using moisson::LedgerEntry;

constexpr int rounds = 3;

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Median of the rounds.
double median_of(const std::function<void()>& work, int count = rounds) {
    std::vector<double> times;
    for (int round = 0; round < count; ++round) {
        times.push_back(seconds_of(work));
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

/// "VmRSS" or "VmHWM" in MB.
double memory_mb(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) {
            return std::stoi(line.substr(name.size() + 1)) / 1024.0;
        }
    }
    return 0;
}

/// Sets the high-water mark back to what is in use.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

void must(const moisson::Status& status) {
    if (!status) {
        fmt::print(stderr, "{}\n", status.error().to_line());
        std::_Exit(1);
    }
}

void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) {
        fmt::print(stderr, "failed: {}\n", command);
        std::_Exit(1);
    }
}

std::vector<LedgerEntry> make_entries(const std::deque<Contract>& contracts, std::size_t rows) {
    std::mt19937_64 random(1);
    const auto currency = moisson::find_currency("EUR").value();
    std::vector<LedgerEntry> entries(rows);
    for (std::size_t at = 0; at < rows; ++at) {
        LedgerEntry& entry = entries[at];
        entry.contract = &contracts[at * contracts.size() / rows];
        const auto month = moisson::Month::make(2024 + static_cast<int>(at % 36 / 12), static_cast<unsigned>(at % 12 + 1)).value();
        entry.document_id = fmt::format("{:016x}", random());
        entry.document_type = "invoices";
        entry.standing = moisson::Standing::final_;
        entry.status = moisson::DocumentStatus::ok;
        entry.counted = true;
        entry.amount = moisson::Money{static_cast<std::int64_t>(random() % 100'000'000), currency};
        entry.currency = currency;
        entry.period = moisson::Period{month.first_day(), month.last_day()};
        const auto milliseconds = static_cast<std::int64_t>(random() % 50'000'000'000);
        entry.issued_at = moisson::Timestamp{std::chrono::milliseconds{1'700'000'000'000 + milliseconds}};
        entry.updated_at = entry.issued_at;
        entry.filename = fmt::format("Facture_{}_{:08}.pdf", month.to_text(), at);
        entry.path = fmt::format("data/documents/{}/{}/invoices/{}", entry.contract->id, month.to_text(), entry.filename);
        entry.size_bytes = random() % 1'000'000;
        entry.sha256 = fmt::format("{:016x}{:016x}{:016x}{:016x}", random(), random(), random(), random());
        entry.media_type = "application/pdf";
        entry.raw_amount = moisson::to_decimal(*entry.amount);
        entry.raw_currency = "EUR";
        entry.raw_period = month.to_text();
    }
    return entries;
}

void bench_csv(const std::filesystem::path& folder, const std::vector<LedgerEntry>& entries) {
    const auto path = folder / "ledger.csv";
    reset_peak();
    const double before = memory_mb("VmRSS");
    const double own = median_of([&] { must(moisson::ledger::write_ledger_csv(path, entries)); });
    const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
    fmt::print("csv     {} rows, {:.0f} MB: {:.2f} s, {:.0f} MB/s, {:.1f} MB above the rows\n", entries.size(), megabytes, own,
               megabytes / own, memory_mb("VmHWM") - before);
    const std::string script = fmt::format(
        "import csv,time; rows=list(csv.reader(open('{0}',newline=''))); start=time.monotonic(); "
        "csv.writer(open('{0}.peer','w',newline=''),lineterminator='\\n').writerows(rows); print(time.monotonic()-start)",
        path.string());
    FILE* peer = ::popen(fmt::format("python3 -c \"{}\"", script).c_str(), "r");
    double seconds = 0;
    if (peer != nullptr && std::fscanf(peer, "%lf", &seconds) == 1) {
        fmt::print("        Python csv.writerows, rows prebuilt: {:.2f} s; ratio {:.2f}\n", seconds, own / seconds);
    }
    if (peer != nullptr) {
        ::pclose(peer);
    }
}

/// The same cells by libxlsxwriter alone: no repair, no read-back, no further sheets.
void bare_workbook(const std::filesystem::path& path, const std::filesystem::path& temporary, const std::vector<LedgerEntry>& entries) {
    std::string folder = temporary.string();
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder.data();
    lxw_workbook* book = workbook_new_opt(path.c_str(), &options);
    lxw_worksheet* sheet = workbook_add_worksheet(book, "Ledger");
    lxw_format* money = workbook_add_format(book);
    format_set_num_format(money, "#,##0.00");
    lxw_format* day = workbook_add_format(book);
    format_set_num_format(day, "yyyy-mm-dd");
    lxw_row_t row = 0;
    for (const LedgerEntry& entry : entries) {
        const Contract& contract = *entry.contract;
        lxw_col_t column = 0;
        const std::string month = entry.period->month().to_text();
        for (const std::string* text : {&month, &contract.id, &contract.name, &contract.offer_id, &contract.offer_name,
                                        &contract.customer_id, &contract.customer_name, &entry.document_id}) {
            worksheet_write_string(sheet, row, column++, text->c_str(), nullptr);
        }
        worksheet_write_number(sheet, row, column++, entry.version, nullptr);
        for (const char* text : {entry.document_type.c_str(), "final", "yes"}) {
            worksheet_write_string(sheet, row, column++, text, nullptr);
        }
        worksheet_write_number(sheet, row, column++, static_cast<double>(entry.amount->amount_minor) / 100, money);
        worksheet_write_string(sheet, row, column++, "EUR", nullptr);
        for (int date = 0; date < 4; ++date) {
            worksheet_write_number(sheet, row, column++, 46000 + date, day);
        }
        worksheet_write_string(sheet, row, column++, entry.filename.c_str(), nullptr);
        worksheet_write_string(sheet, row, column++, entry.path.c_str(), nullptr);
        worksheet_write_number(sheet, row, column++, static_cast<double>(*entry.size_bytes), nullptr);
        for (const char* text : {entry.sha256.c_str(), entry.media_type.c_str(), "ok", "", entry.raw_amount.c_str(), "EUR",
                                 entry.raw_period.c_str()}) {
            worksheet_write_string(sheet, row, column++, text, nullptr);
        }
        ++row;
    }
    workbook_close(book);
}

void bench_workbook(const std::filesystem::path& folder, const std::vector<LedgerEntry>& entries) {
    moisson::RunSummary summary;
    summary.data_date = moisson::Timestamp{std::chrono::seconds{1'700'000'000}};
    std::filesystem::create_directories(folder / "temporary");
    const auto size_mb = [&](const char* name) { return static_cast<double>(std::filesystem::file_size(folder / name)) / 1e6; };
    reset_peak();
    const double before = memory_mb("VmRSS");
    // Turn by turn: a machine that others use too is as slow for both.
    std::vector<double> own;
    std::vector<double> bare;
    double above = 0;
    for (int round = 0; round < rounds; ++round) {
        reset_peak();
        own.push_back(
            seconds_of([&] { must(moisson::ledger::write_workbook(folder / "ledger.xlsx", entries, summary, {folder / "temporary"})); }));
        above = std::max(above, memory_mb("VmHWM") - before);
        bare.push_back(seconds_of([&] { bare_workbook(folder / "bare.xlsx", folder / "temporary", entries); }));
    }
    std::sort(own.begin(), own.end());
    std::sort(bare.begin(), bare.end());
    const double ours = own[own.size() / 2];
    const double peer = bare[bare.size() / 2];
    fmt::print("xlsx    {} rows, {:.0f} MB: {:.1f} s, {:.1f} MB above the rows\n", entries.size(), size_mb("ledger.xlsx"), ours, above);
    fmt::print("        bare libxlsxwriter, the Ledger alone, no repair, no read-back: {:.1f} s, {:.0f} MB; ratio {:.2f} (goal 0.30)\n",
               peer, size_mb("bare.xlsx"), ours / peer);
}

void bench_bundle(const std::filesystem::path& folder, const std::vector<LedgerEntry>& entries) {
    constexpr std::size_t files = 1000;
    constexpr std::size_t file_bytes = 64U << 10U;
    std::mt19937_64 random(1);
    std::string text;
    for (const LedgerEntry& entry : entries) {
        if (text.size() >= files * file_bytes) {
            break;
        }
        moisson::ledger::append_csv_row(text, entry);
    }
    std::vector<moisson::bundle::Payload> payload;
    std::filesystem::create_directories(folder / "bag/data");
    for (std::size_t at = 0; at < 2 * files; ++at) {
        std::string bytes(file_bytes, '\0');
        std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random()); });
        if (at >= files) {
            bytes = text.substr((at - files) * file_bytes % std::max<std::size_t>(text.size() - file_bytes, 1), file_bytes);
        }
        moisson::bundle::Payload file;
        file.path = fmt::format("{:04}.{}", at, at < files ? "pdf" : "csv");
        file.source = folder / "bag/data" / file.path;
        file.size_bytes = bytes.size();
        std::ofstream(file.source, std::ios::binary) << bytes;
        payload.push_back(std::move(file));
    }
    const auto size_mb = [&](const char* name) { return static_cast<double>(std::filesystem::file_size(folder / name)) / 1e6; };
    const moisson::bundle::BagInfo info{{}, moisson::Timestamp{std::chrono::seconds{1'700'000'000}}};
    const double zip = median_of([&] {
        std::filesystem::remove(folder / "peer.zip");
        run(fmt::format("cd {} && zip -6 -q -r peer.zip bag", folder.string()));
    });
    for (const unsigned threads : {1U, 2U, 0U}) {
        moisson::bundle::WriteOptions options;
        options.threads = threads;
        reset_peak();
        const double before = memory_mb("VmRSS");
        const double own = median_of([&] {
            must(moisson::bundle::write_bag(folder / "own.zip", "bag", info, payload, options).transform([](auto&&) {}));
        });
        fmt::print("bundle  {} files, {:.0f} MB, {} threads: {:.2f} s, {:.1f} MB out, {:.1f} MB of memory\n", payload.size(),
                   static_cast<double>(2 * files * file_bytes) / 1e6, threads == 0 ? "all" : fmt::format("{}", threads), own,
                   size_mb("own.zip"), memory_mb("VmHWM") - before);
        fmt::print("        zip -6: {:.2f} s, {:.1f} MB out; ratio {:.2f}\n", zip, size_mb("peer.zip"), own / zip);
    }
    const double checked = median_of([&] { static_cast<void>(moisson::bundle::verify(folder / "own.zip")); });
    fmt::print("verify  the same bundle: {:.2f} s\n", checked);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        fmt::print(stderr, "bench_ledger FOLDER [ROWS [csv|bundle|xlsx]]\n");
        return 2;
    }
    const std::filesystem::path folder = arguments[1];
    const std::size_t rows = count > 2 ? std::stoul(arguments[2]) : 1'000'000;
    std::filesystem::create_directories(folder);
    std::deque<Contract> contracts;
    for (std::size_t at = 0; at < std::max<std::size_t>(rows / 100, 1); ++at) {
        contracts.push_back({fmt::format("OCB{:07}", at), fmt::format("Contract {}", at), "FE", "Flexible Engine", fmt::format("C-{}", at),
                             "Société Générique, Paris", ""});
    }
    const std::vector<LedgerEntry> entries = make_entries(contracts, rows);
    fmt::print("rows in memory: {:.0f} MB\n", memory_mb("VmRSS"));
    std::fflush(stdout);
    const std::string only = count > 3 ? arguments[3] : "";
    const std::pair<const char*, void (*)(const std::filesystem::path&, const std::vector<LedgerEntry>&)> parts[] = {
        {"csv", bench_csv}, {"bundle", bench_bundle}, {"xlsx", bench_workbook}};
    for (const auto& [name, part] : parts) {
        if (only.empty() || only == name) {
            part(folder, entries);
            std::fflush(stdout);
        }
    }
    return 0;
}
