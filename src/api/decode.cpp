// Answers of the service to wire records.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/endpoints.hpp"
#include "api/json_reader.hpp"
#include "api/messages.hpp"
#include "api/paging.hpp"
#include "base/text.hpp"

namespace moisson::api {

namespace {

/// What an object in the place of a list says of itself, when it is an error after all (a 200 with the gateway's error body).
struct ErrorMembers {
    bool seen = false;
    std::string code;
    std::string message;
    std::string description;

    /// Takes a member that only errors have; false: not one of them.
    bool take(std::string_view name, ValueKind kind, std::string_view text) {
        std::string* target = nullptr;
        if (name == "code" || name == "error") {
            target = &code;
        } else if (name == "message") {
            target = &message;
        } else if (name == "description" || name == "error_description") {
            target = &description;
        }
        if (target == nullptr) {
            return false;
        }
        seen = true;
        if (kind == ValueKind::string || kind == ValueKind::number) {
            *target = text;
        }
        return true;
    }
    [[nodiscard]] tl::unexpected<Error> to_error(std::string_view where) const {
        Error error;
        error.code = ErrorCode::bad_answer;
        error.gateway_code = parse_gateway_code(code);
        error.message = messages::service_answered_success_but_error(code.empty() ? "none" : sanitise(code, 20));
        error.where = where;
        const std::string said = message.empty() || description.empty() ? message + description : message + " - " + description;
        error.cause = sanitise(hide_secrets(said));
        error.hint = "Run again; if it stays, give Orange support the request id";
        return fail(std::move(error));
    }
};

/// Takes the members of one item. `depth` is 1 for the item's own members, 2 for those of an object in it, and so on.
class ItemReader {
public:
    ItemReader() = default;
    ItemReader(const ItemReader&) = delete;
    ItemReader& operator=(const ItemReader&) = delete;
    virtual ~ItemReader() = default;
    virtual void begin() = 0;
    /// The name or text that comes next, or one below it, was repaired.
    virtual void repaired() = 0;
    virtual void key(std::string_view name, int depth) = 0;
    /// `composite`: an object or array begins as this member's value.
    virtual void value(ValueKind kind, std::string_view text, int depth) = 0;
};

/// A list of objects: bare, or inside one of two wrapper members.
class ListVisitor final : public JsonVisitor {
public:
    ListVisitor(ItemReader& items, std::array<std::string_view, 2> wrappers) : items_(items), wrappers_(wrappers) {}

    bool on_key(std::string_view name) override {
        if (in_list_) {
            items_.key(name, depth_ - list_depth_);
            return true;
        }
        paging_.key(name);
        if (depth_ == 1) {
            name_ = name;
            is_wrapper_ = name == wrappers_[0] || name == wrappers_[1];
        }
        return true;
    }
    bool on_scalar(ValueKind kind, std::string_view text) override {
        if (in_list_) {
            if (depth_ == list_depth_) {
                return refuse(fmt::format("item {} of the list is {}, not an object", count_ + 1, describe(kind)));
            }
            items_.value(kind, text, depth_ - list_depth_);
            return true;
        }
        if (depth_ == 0) {
            return refuse(fmt::format("{} where a list is due", describe(kind)));
        }
        if (depth_ == 1 && is_wrapper_) {
            if (kind != ValueKind::null) {
                return refuse(fmt::format("\"{}\" is {}, not a list", name_, describe(kind)));
            }
            return name_the_list() && ((is_null_ = true));
        }
        paging_.value(kind, text);
        if (depth_ == 1) {
            error_.take(name_, kind, text);
        }
        return true;
    }
    bool on_open(bool is_array) override {
        if (in_list_) {
            if (depth_ == list_depth_) {
                if (is_array) {
                    return refuse(fmt::format("item {} of the list is a list, not an object", count_ + 1));
                }
                if (count_ == documents_max) {
                    return refuse(fmt::format("more than {} items in one answer", documents_max));
                }
                ++count_;
                items_.begin();
            } else {
                items_.value(ValueKind::composite, {}, depth_ - list_depth_);
            }
        } else if (is_array && (depth_ == 0 || (depth_ == 1 && is_wrapper_))) {
            if (!name_the_list()) {
                return false;
            }
            in_list_ = true;
            list_depth_ = depth_ + 1;
        } else if (depth_ == 1 && is_wrapper_) {
            return refuse(fmt::format("\"{}\" is an object, not a list", name_));
        } else {
            paging_.open(is_array);
            if (depth_ == 1) {
                error_.take(name_, ValueKind::composite, {});
            }
        }
        ++depth_;
        return true;
    }
    bool on_close(bool) override {
        --depth_;
        if (!in_list_) {
            paging_.close();
        } else if (depth_ < list_depth_) {
            in_list_ = false;
        }
        return true;
    }

    void on_repair() override {
        if (in_list_ && count_ > 0) {
            items_.repaired();
        } else {
            repaired_beside_ = true;
        }
    }
    [[nodiscard]] bool repaired_beside() const noexcept { return repaired_beside_; }

    /// Once the text is read: what was found instead of a list, if there was none.
    [[nodiscard]] Status finish(std::string_view where) const {
        // An error that also carries an empty list is still an error: believed, it would hide every document.
        if (named_ && !(count_ == 0 && error_.seen)) {
            return {};
        }
        if (error_.seen) {
            return error_.to_error(where);
        }
        return fail(ErrorCode::bad_answer,
                    fmt::format("the answer cannot be used: an object without \"{}\" where a list is due", wrappers_[0]),
                    std::string(where), "Run again; if it stays, give Orange support the request id");
    }
    [[nodiscard]] bool is_null() const noexcept { return is_null_; }
    /// What stood beside the list.
    [[nodiscard]] wire::Paging& paging() noexcept { return paging_.found(); }

private:
    static std::string_view describe(ValueKind kind) {
        switch (kind) {
            case ValueKind::null: return "null";
            case ValueKind::boolean: return "a boolean";
            case ValueKind::number: return "a number";
            case ValueKind::string: return "a string";
            case ValueKind::composite: return "an object";
        }
        return "a value";
    }
    /// Two lists in one answer would leave open which one counts.
    bool name_the_list() {
        if (named_) {
            return refuse("the list stands twice in the answer");
        }
        named_ = true;
        return true;
    }

    ItemReader& items_;
    std::array<std::string_view, 2> wrappers_;
    std::string name_;
    PagingReader paging_;
    ErrorMembers error_;
    std::uint64_t count_ = 0;
    int depth_ = 0;
    int list_depth_ = 0;
    bool in_list_ = false;
    bool is_wrapper_ = false;
    bool named_ = false;
    bool is_null_ = false;
    bool repaired_beside_ = false;
};

class DocumentReader final : public ItemReader {
public:
    explicit DocumentReader(std::vector<wire::Document>& documents) : documents_(documents) {}

    void begin() override {
        documents_.emplace_back();
        member_ = 0;
        seen_ = 0;
    }
    void repaired() override { documents_.back().repaired = true; }
    void key(std::string_view name, int depth) override {
        if (depth == 1) {
            member_ = find(name);
        }
    }
    void value(ValueKind kind, std::string_view text, int depth) override {
        if (depth != 1) {
            return;
        }
        wire::Document& document = documents_.back();
        if ((document.contradicting & member_) != 0) {
            return;
        }
        wire::Document before;
        const bool again = (seen_ & member_) != 0;
        if (again) {
            before = document;
        }
        seen_ = static_cast<std::uint8_t>(seen_ | member_);
        put(document, kind, text);
        if (again && document != before) {
            // Nothing says which of the two holds.
            put(document, ValueKind::null, {});
            document.amount_kind = member_ == wire::member_amount ? wire::AmountKind::absent : document.amount_kind;
            document.contradicting = static_cast<std::uint8_t>(document.contradicting | member_);
        }
    }

private:
    void put(wire::Document& document, ValueKind kind, std::string_view text) const {
        switch (member_) {
            case wire::member_id: document.id = text; break;
            case wire::member_amount:
                document.amount = text;
                document.amount_kind = amount_kind(kind);
                break;
            case wire::member_filename: assign(document.filename, kind, text); break;
            case wire::member_period: assign(document.period, kind, text); break;
            case wire::member_created_at: assign(document.createdAt, kind, text); break;
            case wire::member_updated_at: assign(document.updatedAt, kind, text); break;
            case wire::member_currency: assign(document.currency, kind, text); break;
            case wire::member_document_type: assign(document.documentType, kind, text); break;
            default: break;
        }
    }
    static std::uint8_t find(std::string_view name) {
        switch (name.size()) {
            case 2: return name == "id" ? wire::member_id : 0;
            case 6: return name == "period" ? wire::member_period : name == "amount" ? wire::member_amount : 0;
            case 8: return name == "filename" ? wire::member_filename : name == "currency" ? wire::member_currency : 0;
            case 9: return name == "createdAt" ? wire::member_created_at : name == "updatedAt" ? wire::member_updated_at : 0;
            case 12: return name == "documentType" ? wire::member_document_type : 0;
            default: return 0;
        }
    }
    static wire::AmountKind amount_kind(ValueKind kind) {
        switch (kind) {
            case ValueKind::null: return wire::AmountKind::null;
            case ValueKind::number: return wire::AmountKind::number;
            case ValueKind::string: return wire::AmountKind::string;
            case ValueKind::boolean:
            case ValueKind::composite: return wire::AmountKind::other;
        }
        return wire::AmountKind::other;
    }
    static void assign(std::optional<std::string>& target, ValueKind kind, std::string_view text) {
        if (kind == ValueKind::null || kind == ValueKind::composite) {
            target.reset();
        } else {
            target.emplace(text);
        }
    }

    std::vector<wire::Document>& documents_;
    std::uint8_t member_ = 0;  ///< wire::Member, or 0: one that nobody reads
    std::uint8_t seen_ = 0;    ///< of the item, so far
};

class ContractReader final : public ItemReader {
public:
    /// `keeps_members`: whatever the answer holds, beside what is known.
    explicit ContractReader(std::vector<wire::Contract>& contracts, bool keeps_members = false)
        : contracts_(contracts), keeps_members_(keeps_members) {}

    void begin() override {
        contracts_.emplace_back();
        outer_.clear();
        name_.clear();
        seen_.clear();
    }
    void repaired() override { contracts_.back().repaired = true; }
    void key(std::string_view name, int depth) override {
        if (depth == 1) {
            outer_ = name;
        }
        name_ = name;
        if (keeps_members_ && depth > 0) {
            path_.resize(static_cast<std::size_t>(depth));
            path_.back() = name;
        }
    }
    void value(ValueKind kind, std::string_view text, int depth) override {
        if (keeps_members_ && kind != ValueKind::composite) {
            contracts_.back().members.emplace_back(fmt::format("{}", fmt::join(path_, ".")), text);
        }
        if (kind == ValueKind::composite || depth > 2) {
            return;
        }
        std::string* const target = find(depth);
        if (target == nullptr) {
            return;
        }
        const auto seen = std::find_if(seen_.begin(), seen_.end(), [&](const auto& one) { return one.first == target; });
        if (seen == seen_.end()) {
            seen_.emplace_back(target, text);
            *target = text;
        } else if (seen->second != text) {
            target->clear();  // for good: a third value would settle nothing
            contracts_.back().contradicting = true;
        }
    }

private:
    std::string* find(int depth) {
        wire::Contract& contract = contracts_.back();
        if (depth == 1) {
            return name_ == "id" ? &contract.id : name_ == "name" ? &contract.name : name_ == "platformId" ? &contract.platformId : nullptr;
        }
        if (outer_ == "offer") {
            return name_ == "id" ? &contract.offer_id : name_ == "name" ? &contract.offer_name : nullptr;
        }
        if (outer_ == "customer") {
            return name_ == "id" ? &contract.customer_id : name_ == "name" ? &contract.customer_name : nullptr;
        }
        return nullptr;
    }

    std::vector<wire::Contract>& contracts_;
    bool keeps_members_;
    std::vector<std::string> path_;
    std::vector<std::pair<const std::string*, std::string>> seen_;  ///< members of the item so far, with their first values
    std::string outer_;
    std::string name_;
};

/// One object as the single item of a list.
class ObjectVisitor final : public JsonVisitor {
public:
    explicit ObjectVisitor(ItemReader& item) : item_(item) {}

    bool on_key(std::string_view name) override {
        if (depth_ == 1) {
            name_ = name;
        }
        item_.key(name, depth_);
        return true;
    }
    bool on_scalar(ValueKind kind, std::string_view text) override {
        if (depth_ == 0) {
            return refuse("a single value where an object is due");
        }
        if (depth_ == 1) {
            error_.take(name_, kind, text);
        }
        item_.value(kind, text, depth_);
        return true;
    }
    bool on_open(bool is_array) override {
        if (depth_ == 0) {
            if (is_array) {
                return refuse("a list where an object is due");
            }
            item_.begin();
        } else {
            item_.value(ValueKind::composite, {}, depth_);
        }
        ++depth_;
        return true;
    }
    bool on_close(bool) override {
        --depth_;
        return true;
    }
    void on_repair() override {
        if (depth_ > 0) {
            item_.repaired();
        }
    }
    [[nodiscard]] const ErrorMembers& error() const noexcept { return error_; }

private:
    ItemReader& item_;
    std::string name_;
    ErrorMembers error_;
    int depth_ = 0;
};

/// Whole seconds of `expires_in`, number or string (api/README.md §1); empty when absent, unreadable or not positive: the caller's default
/// holds.
std::optional<std::chrono::seconds> parse_lifetime(std::string_view text) {
    constexpr std::int64_t seconds_max = 10LL * 366 * 24 * 3600;
    text = text.substr(0, text.find('.'));
    std::int64_t seconds = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        seconds = std::min(seconds_max, seconds * 10 + (digit - '0'));
    }
    return seconds > 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
}

bool is_token_text(std::string_view text) {
    for (const char letter : text) {
        if (letter <= ' ' || letter > '~') {
            return false;
        }
    }
    return !text.empty();
}

}  // namespace

Result<wire::DocumentsAnswer> decode_documents(std::string body) {
    constexpr std::string_view where = "GET /documents";
    wire::DocumentsAnswer answer;
    DocumentReader reader(answer.documents);
    ListVisitor visitor(reader, {"documents", "data"});
    if (auto read = read_json(body, visitor, where); !read) {
        return fail(std::move(read.error()));
    }
    if (auto finished = visitor.finish(where); !finished) {
        return fail(std::move(finished.error()));
    }
    answer.is_null = visitor.is_null();
    answer.repaired = visitor.repaired_beside();
    answer.paging = std::move(visitor.paging());
    return answer;
}

Result<wire::ContractsAnswer> decode_contracts(std::string body) {
    constexpr std::string_view where = "GET /contracts";
    wire::ContractsAnswer answer;
    ContractReader reader(answer.contracts);
    ListVisitor visitor(reader, {"contracts", "data"});
    if (auto read = read_json(body, visitor, where); !read) {
        return fail(std::move(read.error()));
    }
    if (auto finished = visitor.finish(where); !finished) {
        return fail(std::move(finished.error()));
    }
    if (visitor.is_null()) {
        return fail(ErrorCode::bad_answer, "the answer cannot be used: null where the list of contracts is due", std::string(where),
                    "Run again; if it stays, give Orange support the request id");
    }
    if (visitor.repaired_beside() && !answer.contracts.empty()) {
        answer.contracts.front().repaired = true;  // told once, with the first
    }
    answer.paging = std::move(visitor.paging());
    return answer;
}

Result<wire::ContractsAnswer> read_contracts(std::string body, const http::Headers& headers, const http::Url& asked) {
    auto answer = decode_contracts(std::move(body));
    if (answer) {
        read_paging_headers(headers, asked, answer->paging);
    }
    return answer;
}

Result<wire::DocumentsAnswer> read_documents(std::string body, const http::Headers& headers, const http::Url& asked) {
    auto answer = decode_documents(std::move(body));
    if (answer) {
        read_paging_headers(headers, asked, answer->paging);
    }
    return answer;
}

Result<wire::Contract> read_contract(std::string body, std::string_view contract_id) {
    auto contract = decode_contract(std::move(body));
    if (contract && !contract->id.empty() && contract->id != contract_id) {
        return fail(
            ErrorCode::verification,
            messages::service_answered_detail_contract(sanitise(contract->id, 40),
                        sanitise(contract_id, 40)),
            "GET /contract",
            "Have the proxy or gateway on the way tell requests apart by X-ECCS-Contract-Id; else give Orange support the request id");
    }
    return contract;
}

Result<wire::Contract> decode_contract(std::string body) {
    constexpr std::string_view where = "GET /contract";
    std::vector<wire::Contract> contracts;
    ContractReader reader(contracts, true);
    ObjectVisitor visitor(reader);
    if (auto read = read_json(body, visitor, where); !read) {
        return fail(std::move(read.error()));
    }
    if (contracts.front().id.empty() && visitor.error().seen) {
        return visitor.error().to_error(where);
    }
    return std::move(contracts.front());
}

Result<Token> decode_token(std::string_view body) {
    constexpr std::string_view where = "POST /token";
    const auto object = read_flat_object(std::string(body), where);
    if (!object) {
        return fail(object.error());
    }
    const std::string_view value = object->text("access_token");
    if (!is_token_text(value)) {
        // The value itself is never shown.
        return fail(ErrorCode::bad_answer,
                    value.empty() ? "the token answer holds no \"access_token\""
                                  : "the token answer's \"access_token\" holds blanks or control characters",
                    std::string(where), "Check MOISSON_OAUTH_URL; it should end with /oauth/v3");
    }
    const std::string_view type = object->text("token_type");
    if (!type.empty() && !equal_ignoring_case(type, "bearer")) {
        return fail(ErrorCode::bad_answer, fmt::format("the token answer's \"token_type\" is \"{}\", not \"Bearer\"", sanitise(type, 40)),
                    std::string(where), "Check MOISSON_OAUTH_URL; it should end with /oauth/v3");
    }
    return Token{std::string(value), parse_lifetime(object->text("expires_in"))};
}

}  // namespace moisson::api
