// Fault names and the seeded decision.
#include "sandbox/faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "sandbox/random.hpp"
#include "sandbox/toml_reader.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::uint64_t for_details = 0xde7a11ULL;

constexpr std::array<FaultName, fault_kinds> names{{
    {"another-contract", "a contract's detail, lists and files are those of the perimeter's first one, for good"},
    {"bad-json", "a list's JSON is cut short or broken"},
    {"deep-json", "a list is JSON nested 100,000 deep"},
    {"documents-null", "a document list is the object {\"documents\": null}"},
    {"duplicate-ids", "a document list names some documents twice"},
    {"empty-list", "from the second listing of the contracts on, a contract's document lists are empty"},
    {"forbidden-contract", "a contract answers 403/50, for good"},
    {"gateway-html", "502 with an HTML page instead of the gateway's JSON"},
    {"gzip", "the body comes gzip-coded though nobody asked for it"},
    {"html-body", "200 with a proxy's HTML login page"},
    {"json-body", "a file request answers 200 with a JSON error"},
    {"missing-file", "a document's file answers 404/60, for good"},
    {"no-last-chunk", "all chunks but the last, then the connection closes"},
    {"not-ready", "a file request answers 200 with a page that says to come back later"},
    {"over-capacity", "503/6: the service is over capacity"},
    {"page-cap", "a contract's list never holds more than `page_cap` documents, whatever the limit"},
    {"quota-spent", "403/53 naming the global quota; once struck, for good"},
    {"redirect-host", "a file request is redirected to another host name and port, which refuses credentials"},
    {"redirect-loop", "a file request is redirected to itself without end"},
    {"reissue", "between two listings of the contracts, a month's documents get new amounts and a later updatedAt"},
    {"reset", "the connection is reset in the middle of the answer"},
    {"slow-tls", "the TLS handshake waits `slow_tls_ms`"},
    {"stall", "half the answer, then silence for `stall_s`"},
    {"throttle-403", "403/53 naming the spike arrest"},
    {"throttle-429", "429/53"},
    {"token-death", "the token expires early: 401/42"},
    {"token-refused", "the token endpoint answers 401 invalid_client"},
    {"trickle", "a few bytes at a time, for `trickle_s` at most"},
    {"truncate-chunk", "the connection closes inside a chunk"},
    {"truncate-length", "the connection closes before the announced length"},
    {"write-500", "a POST is accepted, and answers 500/1"},
    {"write-502", "a POST is accepted, and answers 502/1"},
    {"write-504", "a POST is accepted, and answers 504/6"},
    {"write-dropped", "a POST is accepted, and the connection ends before the answer"},
    {"write-echo", "a POST is accepted, and the answer names another login and other roles, or no contract"},
    {"write-late", "a POST answers 504/6 and is accepted; the contract is missing from the next `write_late_listings` lists"},
    {"wrong-length", "the announced length is shorter than the body"},
}};

constexpr bool names_are_sorted() {
    for (std::size_t at = 1; at < names.size(); ++at) {
        if (!(names[at - 1].name < names[at].name)) {
            return false;
        }
    }
    return true;
}
static_assert(names_are_sorted(), "FaultKind is the index");
static_assert(static_cast<std::size_t>(FaultKind::wrong_length) + 1 == fault_kinds);

}  // namespace

std::vector<FaultName> fault_names() { return {names.begin(), names.end()}; }

Result<std::vector<double>> FaultPlan::check(const std::vector<Fault>& faults) {
    std::vector<double> probabilities(fault_kinds, 0.0);
    std::vector<std::string> known;
    for (const FaultName& fault : names) {
        known.emplace_back(fault.name);
    }
    for (const Fault& fault : faults) {
        const auto found = std::find(known.begin(), known.end(), fault.name);
        if (found == known.end()) {
            const std::string near = nearest_word(fault.name, known);
            return fail(ErrorCode::bad_input, fmt::format("there is no fault \"{}\"", sanitise(fault.name)), "",
                        near.empty() ? "" : fmt::format("Did you mean \"{}\"?", near));
        }
        if (!(fault.probability >= 0.0 && fault.probability <= 1.0)) {
            return fail(ErrorCode::bad_input, fmt::format("the fault {} needs a probability from 0 to 1", fault.name));
        }
        probabilities[static_cast<std::size_t>(found - known.begin())] = fault.probability;
    }
    return probabilities;
}

FaultPlan::FaultPlan(std::vector<double> probabilities, std::uint64_t seed) : probabilities_(std::move(probabilities)), seed_(seed) {}

bool FaultPlan::strikes_now(FaultKind kind, std::uint64_t target) {
    if (!is_on(kind)) {
        return false;
    }
    const std::uint64_t key = mix_key({static_cast<std::uint64_t>(kind), target});
    std::uint32_t attempt = 0;
    {
        const std::scoped_lock lock(mutex_);
        attempt = ++attempts_[key];
    }
    return strikes(mix_key({seed_, key, attempt}), probability(kind));
}

bool FaultPlan::lies_on(FaultKind kind, std::uint64_t target) const noexcept {
    return is_on(kind) && strikes(mix_key({seed_, static_cast<std::uint64_t>(kind), target}), probability(kind));
}

std::uint64_t FaultPlan::detail(FaultKind kind, std::uint64_t target) const {
    const std::uint64_t key = mix_key({static_cast<std::uint64_t>(kind), target});
    std::uint32_t attempt = 0;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = attempts_.find(key);
        attempt = found == attempts_.end() ? 0 : found->second;
    }
    return mix_key({seed_, for_details, key, attempt});
}

}  // namespace moisson::sandbox
