#pragma once
/// A file that an export would ask for, as a plan tells it.

#include <cstdint>
#include <optional>
#include <string>

#include "domain/contract.hpp"
#include "domain/period.hpp"

namespace moisson::pipeline {

struct PlannedFile {
    enum class Why {
        new_,     ///< no file of the document was ever fetched
        changed,  ///< of a further version
        again,    ///< it is here, and --refetch asks for it once more
    };
    const Contract* contract = nullptr;
    std::string document_id;
    std::uint32_t version = 1;
    std::string document_type;
    std::string filename;
    Why why = Why::new_;
    std::optional<Month> closed_month = std::nullopt;  ///< the document came late to it: its file comes with a new addendum
};

}  // namespace moisson::pipeline
