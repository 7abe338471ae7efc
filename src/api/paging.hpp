#pragma once
/// What an answer says about items that it does not hold: counts, further pages. Nothing of it is documented for this service
/// (api/README.md §3, §5, §13), so whatever services usually say is understood: `Link`, `Content-Range`, count headers, members beside the
/// list. Pure; only this folder includes this header.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_reader.hpp"
#include "api/wire.hpp"
#include "http/http.hpp"

namespace moisson::api {

/// Takes the members that stand beside a list, token by token, in the order of the text. Lists of documents and contracts themselves are
/// not to be given to it.
class PagingReader {
public:
    void key(std::string_view name);
    void value(ValueKind kind, std::string_view text);
    void open(bool is_array);
    void close();
    [[nodiscard]] wire::Paging& found() noexcept { return found_; }

private:
    struct Frame {
        std::string name;  ///< of the member that holds it, in plain letters
        bool is_array = false;
        bool speaks = false;   ///< a place where paging is told: the answer itself, or "page", "meta", "_links" …
        bool is_next = false;  ///< inside a member that is called "next"
        std::string rel;       ///< of {"rel": "next", "href": …}
        std::string address;
    };
    std::vector<Frame> frames_;
    std::string key_;
    wire::Paging found_;
};

/// Adds what the headers say, then looks at where the next page is: at the same origin and path as `asked`, `paging.next` becomes its path
/// and query; anywhere else it cannot be followed (credentials go nowhere else), and `paging.more` says so.
void read_paging_headers(const http::Headers& headers, const http::Url& asked, wire::Paging& paging);

}  // namespace moisson::api
