// A million postings into `fec` (three lines each), `hledger` and `csv-fr`, beside ledger.csv of the same rows written by the same program.
// bench_erp FOLDER [DOCUMENTS [TEMPLATE]]: FOLDER takes the files (give one in memory to leave the disk out).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "erp/erp.hpp"
#include "ledger/csv_writer.hpp"

namespace {

using moisson::Contract;
using moisson::LedgerEntry;
using moisson::Posting;

constexpr int rounds = 3;

struct Seconds {
    double wall = 0;
    double cpu = 0;  ///< of this process: what other programs do on the machine matters less
};

double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Medians of the rounds.
Seconds median_of(const std::function<void()>& work) {
    std::vector<double> walls;
    std::vector<double> cpus;
    for (int round = 0; round < rounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        const double cpu = cpu_seconds();
        work();
        cpus.push_back(cpu_seconds() - cpu);
        walls.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(walls.begin(), walls.end());
    std::sort(cpus.begin(), cpus.end());
    return {walls[walls.size() / 2], cpus[cpus.size() / 2]};
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

template <class T>
T must(moisson::Result<T> result) {
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().to_line());
        std::_Exit(1);
    }
    return std::move(*result);
}

std::vector<LedgerEntry> make_entries(const std::deque<Contract>& contracts, std::size_t rows) {
    std::mt19937_64 random(1);
    const auto currency = moisson::find_currency("EUR").value();
    std::vector<LedgerEntry> entries(rows);
    for (std::size_t at = 0; at < rows; ++at) {
        LedgerEntry& entry = entries[at];
        // A year in posting order: month by month, contract by contract.
        const std::size_t of_month = (rows + 11) / 12;
        entry.contract = &contracts[at % of_month * contracts.size() / of_month];
        const auto month = moisson::Month::make(2026, static_cast<unsigned>(at / of_month + 1)).value();
        entry.document_id = fmt::format("{:016x}", random());
        entry.document_type = "invoices";
        entry.standing = moisson::Standing::final_;
        entry.status = moisson::DocumentStatus::ok;
        entry.counted = true;
        entry.amount = moisson::Money{static_cast<std::int64_t>(random() % 100'000'000) + 1, currency};
        entry.currency = currency;
        entry.period = moisson::Period{month.first_day(), month.last_day()};
        entry.issued_at =
            moisson::Timestamp{std::chrono::milliseconds{1'770'000'000'000 + static_cast<std::int64_t>(random() % 20'000'000'000)}};
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

std::vector<Posting> make_postings(const std::vector<LedgerEntry>& entries) {
    std::vector<Posting> postings(entries.size());
    for (std::size_t at = 0; at < entries.size(); ++at) {
        Posting& posting = postings[at];
        posting.entry = &entries[at];
        posting.amount = *entries[at].amount;
        posting.period = posting.booking_period = entries[at].period->month();
    }
    std::sort(postings.begin(), postings.end(), moisson::posting_order);
    return postings;
}

void bench_template(const std::string& name, const std::filesystem::path& folder, const std::vector<Posting>& postings, Seconds peer) {
    namespace erp = moisson::erp;
    moisson::ErpJob job = erp::sandbox_job();
    const auto settings = must(erp::load_settings(must(erp::load_template(name)), job));
    erp::RenderOptions options;
    options.folder = folder;
    erp::Rendered rendered;
    reset_peak();
    const double before = memory_mb("VmRSS");
    const Seconds own = median_of([&] { rendered = must(erp::render(*settings, postings, options)); });
    if (rendered.refused || rendered.files.empty()) {
        fmt::print(stderr, "{}: {}\n", name, rendered.findings.empty() ? "no file" : rendered.findings.front().message);
        std::_Exit(1);
    }
    const double megabytes = static_cast<double>(rendered.files.front().size_bytes) / 1e6;
    fmt::print(
        "{:8} {} documents, {} lines, {:.0f} MB: {:.2f} s ({:.2f} s of CPU), {:.0f} MB/s; {:.2f} of ledger.csv's ({:.2f} by CPU); "
        "{:.1f} MB above the rows\n",
        name, postings.size(), rendered.files.front().rows, megabytes, own.wall, own.cpu, megabytes / own.wall,
        megabytes / own.wall / peer.wall, megabytes / own.cpu / peer.cpu, memory_mb("VmHWM") - before);
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        fmt::print(stderr, "bench_erp FOLDER [DOCUMENTS [TEMPLATE]]\n");
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
    const std::vector<Posting> postings = make_postings(entries);
    fmt::print("rows and postings in memory: {:.0f} MB\n", memory_mb("VmRSS"));
    const auto path = folder / "ledger.csv";
    const Seconds csv = median_of([&] {
        if (auto written = moisson::ledger::write_ledger_csv(path, entries); !written) {
            fmt::print(stderr, "{}\n", written.error().to_line());
            std::_Exit(1);
        }
    });
    const double size = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
    const Seconds speed{size / csv.wall, size / csv.cpu};
    fmt::print("ledger.csv of the same rows: {:.2f} s ({:.2f} s of CPU), {:.0f} MB/s\n", csv.wall, csv.cpu, speed.wall);
    std::fflush(stdout);
    for (const std::string name : {"fec", "hledger", "csv-fr"}) {
        if (count <= 3 || name == arguments[3]) {
            bench_template(name, folder, postings, speed);
        }
    }
    return 0;
}
