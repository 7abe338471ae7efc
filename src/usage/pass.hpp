#pragma once
/// One reading of all documents: cut by one thread, read by many, taken in order. The same in this process and in a reader's. Only the
/// usage room includes this header.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cage/cage.hpp"
#include "usage/collector.hpp"
#include "usage/input.hpp"
#include "usage/limits.hpp"

namespace moisson::usage {

/// One document, and how its lines are to be taken. Nothing of the ledger: a reader may hold it.
struct Order {
    std::size_t document = 0;  ///< by which the taker knows it
    cage::Descriptor file;
    std::uint64_t stored_bytes = 0;
    std::string media_type;
    bool is_bill = false;  ///< may be packed, and then no workbook
    std::string prefix;    ///< as in `Shape`
    bool counted = false;
    std::optional<Currency> currency;
    bool is_known_broken = false;  ///< an earlier pass found its error: the lines before it are taken, and no more said
    std::uint64_t line_limit = 0;  ///< the line of that error; 0: none
    FreeCosts free;
};

/// Says what is to be read. One thread, the one that cuts.
class Orders {
public:
    virtual ~Orders() = default;
    /// None: that was all. `disk`: a stored file cannot be opened.
    [[nodiscard]] virtual Result<std::optional<Order>> next() = 0;
};

/// Takes what is read, always in order and never twice at a time.
class Taker {
public:
    virtual ~Taker() = default;
    /// Lines of `document`. An error ends the pass.
    [[nodiscard]] virtual Status take(std::size_t document, const Yield& yield) = 0;
};

struct Reading {
    unsigned threads = 1;  ///< at least 1
    std::size_t chunk_bytes = 1U << 20U;
    Limits limits;
    std::stop_token stop;
};

/// Reads every document. `disk` and `cancelled`, and what `taker` returns.
[[nodiscard]] Status read_all(Orders& orders, Taker& taker, const Reading& reading);

}  // namespace moisson::usage
