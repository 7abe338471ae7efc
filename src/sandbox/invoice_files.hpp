#pragma once
/// Invoices beside the API: as files in a folder, where an approved platform, a mailbox rule or a person would lay them.

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "sandbox/sandbox.hpp"

namespace moisson::sandbox {

/// Every invoice and credit note of the scenario, each as one file in the folder, which is made if need be: in turn by contract and month
/// the PDF that the API serves, the XML of CII alone, and UBL, both with all that EN 16931 has a place for; of contracts without XML the
/// PDF. Called by the invoice's number, with "-2" and so on where a number is there again; files of these names are replaced. Documents
/// that come or go with a run are there, as of their first version. Returns how many; `bad_input` as `Sandbox::start`, `disk`.
[[nodiscard]] Result<std::uint64_t> write_invoices(const std::string& folder, const Options& options);

}  // namespace moisson::sandbox
