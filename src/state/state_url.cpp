#include "state/state_url.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "state/store_kind.hpp"
#include "state/table_store.hpp"

namespace moisson::state {

namespace {

bool is_scheme(std::string_view text) {
    return text.size() > 1 && is_letters_and_digits(text, "+-");
}

Result<AddressedStore> find_kind(const std::string& text) {
    const std::size_t colon = text.find(':');
    const std::string scheme = text.substr(0, colon);
    if (colon == std::string::npos || !is_scheme(scheme)) {
        return AddressedStore{*store_kinds.front(), {text, text}};
    }
    for (const StoreKind* kind : store_kinds) {
        if (kind->scheme == scheme) {
            return AddressedStore{*kind, {text, text.substr(colon + 1)}};
        }
    }
    return fail(ErrorCode::bad_input, fmt::format("state stores of the kind \"{}\" are not supported", sanitise(scheme, 40)), {},
                "Write sqlite:PATH, the path of a file, or postgresql://user@host/database");
}

template <class Value>
Value value_or_throw(Result<Value> result) {
    if (!result) {
        throw_fatal(std::move(result.error()));
    }
    return std::move(*result);
}

}  // namespace

void throw_fatal(Error error) {
    const ExitCode exit_code = error.code == ErrorCode::locked      ? ExitCode::locked
                               : error.code == ErrorCode::bad_input ? ExitCode::usage
                                                                    : ExitCode::local;
    throw FatalError(exit_code, std::move(error));
}

AddressedStore find_store(const std::string& url) { return value_or_throw(find_kind(url)); }

std::unique_ptr<StateStore> open_state_store(const std::string& url, const std::string& holder) {
    const AddressedStore found = find_store(url);
    return make_table_store(found.kind.open(found.url, holder));
}

Status check_state_store(const std::string& url) {
    const auto found = find_kind(url);
    return found ? found->kind.check(found->url) : Status(fail(found.error()));
}

std::string peek_setting(const std::string& url, const std::string& name) {
    const auto found = find_kind(url);
    return found ? found->kind.peek_setting(found->url, name) : std::string();
}

bool has_state_store(const std::string& url) {
    const AddressedStore found = find_store(url);
    return value_or_throw(found.kind.is_there(found.url));
}

std::filesystem::path local_file(const std::string& url) {
    const auto found = find_kind(url);
    return found ? found->kind.local_file(found->url) : std::filesystem::path();
}

}  // namespace moisson::state
