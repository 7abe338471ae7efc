// A 50 MB document list to values with exact money, beside Poco's DOM of the same bytes. Prints MB/s, the ratio and what memory it took.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include "api/endpoints.hpp"
#include "domain/document_type.hpp"

namespace {

constexpr std::size_t list_bytes = 50'000'000;
constexpr int rounds = 5;

std::string make_list() {
    std::string list = "[";
    for (std::size_t index = 0; list.size() < list_bytes; ++index) {
        list += fmt::format(R"({}{{"id":"b7f1c2d4-{:012}","filename":"OCB{:07}_Flexible_Engine_facture_{:06}.pdf","period":"2021{:02}",)"
                            R"("createdAt":"2021-08-18T09:07:47.{:03}Z","updatedAt":"2021-08-19T10:11:12.345Z",)"
                            R"("amount":{}.{:02},"currency":"EUR","documentType":"{}"}})",
                            index == 0 ? "" : ",", index, index / 100, index, 1 + index % 12, index % 1000, index * 7919 % 1'000'000,
                            index % 100, moisson::document_type_names[index % 6]);
    }
    return list + "]";
}

template <class Work>
double seconds_of(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// A line of /proc/self/status in MiB: VmRSS, or VmHWM, the peak since `forget_peak`.
long status_mib(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) {
            return std::stol(line.substr(name.size() + 1)) / 1024;
        }
    }
    return 0;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace

int main() {
    const std::string list = make_list();
    const double megabytes = static_cast<double>(list.size()) / 1e6;
    std::size_t documents = 0;
    long body_mib = status_mib("VmRSS:");
    long peak = 0;
    {
        std::string body = list;
        body_mib = status_mib("VmRSS:") - body_mib;
        const long before = status_mib("VmRSS:");
        forget_peak();
        const auto answer = moisson::api::decode_documents(std::move(body));
        peak = status_mib("VmHWM:") - before;
        documents = answer ? answer->documents.size() : 0;
    }
    std::vector<double> ours;
    std::vector<double> peer;
    for (int round = 0; round < rounds; ++round) {
        std::string body = list;
        ours.push_back(seconds_of([&] {
            const auto answer = moisson::api::decode_documents(std::move(body));
            documents = answer ? answer->documents.size() : 0;
        }));
        peer.push_back(seconds_of([&] {
            Poco::JSON::Parser parser;
            const auto value = parser.parse(list);
            (void)value;
        }));
    }
    fmt::print("document list: {:.1f} MB, {} documents\n", megabytes, documents);
    fmt::print("moisson        {:8.1f} MB/s  {:5.2f} x Poco's DOM\n", megabytes / median(ours), median(peer) / median(ours));
    fmt::print("Poco JSON DOM  {:8.1f} MB/s\n", megabytes / median(peer));
    fmt::print("memory: the body {} MiB, and {} MiB more at the peak: {} bytes a document\n", body_mib, peak,
               peak * 1024 * 1024 / static_cast<long>(documents));
    return documents > 0 ? 0 : 1;
}
