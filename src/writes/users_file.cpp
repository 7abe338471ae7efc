/// See users_file.hpp.

#include "writes/users_file.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/counts.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace moisson::writes {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr int depth_max = 8;

std::string at(const std::string& name, Place place) { return fmt::format("{}:{}:{}", sanitise(name), place.line, place.column); }

std::vector<std::string_view> member_names() {
    std::vector<std::string_view> names;
    for (const auto& field : api::user_fields()) {
        names.push_back(field.name);
    }
    names.emplace_back("roles");
    return names;
}

std::string unknown_member(std::string_view found, std::string_view kind) {
    const auto names = member_names();
    const auto suggestion = nearest_word(found, names);
    return fmt::format(
        "there is no {} \"{}\"; {}", kind, sanitise(found, 60),
        suggestion ? fmt::format("did you mean \"{}\"?", *suggestion) : fmt::format("the {}s are {}", kind, fmt::join(names, ", ")));
}

api::FieldProblem problem(std::string_view field, std::string message) { return {field, true, std::move(message)}; }

/// Text member `name` of a user; null when there is none of that name.
std::string* text_member(api::NewUser& user, std::string_view name) {
    for (const auto& field : api::user_fields()) {
        if (field.name == name) {
            return &(user.*field.value);
        }
    }
    return nullptr;
}

/// "contracts=visitor invoices=manager"; several parted by blanks, semicolons or bars. A sentence when it cannot be read.
std::string read_roles(std::string_view text, api::Roles& roles) {
    constexpr std::string_view parting = " \t;|";
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(parting), text.size());
        if (end > 0) {
            if (std::string wrong = api::add_role(roles, text.substr(0, end)); !wrong.empty()) {
                return wrong;
            }
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

void put_member(UsersFile& file, const std::string& file_name, std::string_view member, const std::string& value, Place place) {
    FileUser& user = file.users.back();
    user.places.insert_or_assign(std::string(member), place);
    if (member == "roles") {
        if (std::string wrong = read_roles(value, user.user.roles); !wrong.empty()) {
            file.problems.push_back({at(file_name, place), problem("roles", std::move(wrong))});
        }
        return;
    }
    if (std::string* target = text_member(user.user, member); target != nullptr) {
        *target = value;
    }
}

Result<UsersFile> finished(UsersFile file, const std::string& name) {
    if (file.users.empty() && file.problems.empty()) {
        return fail(ErrorCode::bad_input, "the file holds no user", sanitise(name));
    }
    for (FileUser& user : file.users) {
        api::trim(user.user);
    }
    return file;
}

tl::unexpected<Error> too_many(const std::string& name, Place place) {
    return fail(ErrorCode::bad_input, fmt::format("more than {} users in one file", users_max), at(name, place), "Split the file");
}

// ---------------------------------------------------------------------------------------------------------------------------------- JSON

/// Where each byte of a text stands.
class Lines {
public:
    explicit Lines(std::string_view text) {
        for (std::size_t byte = 0; byte < text.size(); ++byte) {
            if (text[byte] == '\n') {
                starts_.push_back(byte + 1);
            }
        }
    }
    [[nodiscard]] Place place_of(std::size_t byte) const {
        const auto after = std::upper_bound(starts_.begin(), starts_.end(), byte);
        const auto line = static_cast<std::uint64_t>(after - starts_.begin());
        return {line, byte - *std::prev(after) + 1};
    }

private:
    std::vector<std::size_t> starts_{0};
};

/// The library's events as users. The library tells only where a token ended; it began behind the one before, after blanks and separators.
class UsersHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, UsersHandler> {
public:
    UsersHandler(std::string_view text, rapidjson::MemoryStream& stream, const std::string& name, UsersFile& file)
        : text_(text), stream_(stream), lines_(text), name_(name), file_(file) {}

    // Names and signatures are the library's.
    bool Null() { return scalar("null", false); }
    bool Bool(bool value) { return scalar(value ? "true" : "false", false); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return scalar({text, size}, false); }
    bool String(const char* text, rapidjson::SizeType size, bool) { return scalar({text, size}, true); }
    bool Key(const char* text, rapidjson::SizeType size, bool);
    bool StartObject();
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool StartArray();
    bool EndArray(rapidjson::SizeType) { return close(); }

    [[nodiscard]] std::optional<Error> refusal() const { return refusal_; }
    [[nodiscard]] Place place_of(std::size_t byte) const { return lines_.place_of(std::min(byte, text_.size())); }

private:
    /// Level of the innermost open thing: 0 none, 1 the list, 2 a user, 3 roles, 4 a section's list.
    enum class Level { top, list, user, roles, section, other };

    bool scalar(std::string_view text, bool is_string);
    bool close() {
        token();
        levels_.pop_back();
        return true;
    }
    bool refuse(std::string message, Place place) {
        refusal_ =
            fail(ErrorCode::bad_input, std::move(message), at(name_, place),
                 "A users file is a list of objects: [{\"civility\": \"M\", \"lastName\": …, \"roles\": {\"contracts\": [\"visitor\"]}}]")
                .value();
        return false;
    }
    void wrong(std::string message, Place place) {
        file_.problems.push_back({at(name_, place), problem(member_known(), std::move(message))});
    }
    [[nodiscard]] std::string_view member_known() const {
        const auto names = member_names();
        const auto found = std::find(names.begin(), names.end(), member_);
        return found == names.end() ? std::string_view{} : *found;
    }
    /// Place of the token that was just read; moves on behind it.
    Place token() {
        std::size_t begin = end_;
        while (begin < text_.size() && std::string_view(" \t\r\n,:").find(text_[begin]) != std::string_view::npos) {
            ++begin;
        }
        end_ = std::max(stream_.Tell(), begin + 1);  // brackets are told before they are passed
        return lines_.place_of(begin);
    }
    [[nodiscard]] Level level() const { return levels_.empty() ? Level::top : levels_.back(); }
    bool begin_user(Place place) {
        if (file_.users.size() == users_max) {
            refusal_ = too_many(name_, place).value();
            return false;
        }
        file_.users.emplace_back();
        file_.users.back().place = place;
        return true;
    }

    std::string_view text_;
    rapidjson::MemoryStream& stream_;
    Lines lines_;
    const std::string& name_;
    UsersFile& file_;
    std::vector<Level> levels_;
    std::size_t end_ = 0;
    std::string member_;
    std::string section_;
    std::optional<Error> refusal_;
};

bool UsersHandler::Key(const char* text, rapidjson::SizeType size, bool) {
    const Place place = token();
    if (level() == Level::roles) {
        section_.assign(text, size);
        return true;
    }
    if (level() != Level::user) {
        return true;
    }
    member_.assign(text, size);
    if (member_known().empty()) {
        wrong(unknown_member(member_, "member"), place);
    } else if (file_.users.back().places.contains(member_)) {
        wrong(fmt::format("{} stands twice in one user", member_), place);
    }
    return true;
}

bool UsersHandler::StartObject() {
    const Place place = token();
    if (levels_.size() >= static_cast<std::size_t>(depth_max)) {
        return refuse(fmt::format("nested deeper than {}", depth_max), place);
    }
    switch (level()) {
        case Level::top:
        case Level::list: levels_.push_back(Level::user); return begin_user(place);
        case Level::user:
            if (member_ == "roles") {
                file_.users.back().places.insert_or_assign("roles", place);
                levels_.push_back(Level::roles);
                return true;
            }
            [[fallthrough]];
        default:
            wrong(fmt::format("an object where {} is due", level() == Level::user ? "a text" : "a role name"), place);
            levels_.push_back(Level::other);
            return true;
    }
}

bool UsersHandler::StartArray() {
    const Place place = token();
    if (levels_.size() >= static_cast<std::size_t>(depth_max)) {
        return refuse(fmt::format("nested deeper than {}", depth_max), place);
    }
    switch (level()) {
        case Level::top: levels_.push_back(Level::list); return true;
        case Level::roles:
            file_.users.back().user.roles.emplace_back(section_, std::vector<std::string>());
            levels_.push_back(Level::section);
            return true;
        default:
            wrong(level() == Level::list ? "a list where a user is due" : "a list where a text is due", place);
            levels_.push_back(Level::other);
            return true;
    }
}

bool UsersHandler::scalar(std::string_view text, bool is_string) {
    const Place place = token();
    switch (level()) {
        case Level::top: return refuse("a single value where a list of users is due", place);
        case Level::list: wrong(fmt::format("{} where a user is due", is_string ? "a text" : sanitise(text, 40)), place); return true;
        case Level::other: return true;
        case Level::roles:
        case Level::section:
            if (!is_string) {
                wrong(fmt::format("{} where a role name is due", sanitise(text, 40)), place);
                return true;
            }
            if (level() == Level::roles) {
                file_.users.back().user.roles.emplace_back(section_, std::vector<std::string>());
            }
            file_.users.back().user.roles.back().second.emplace_back(text);
            return true;
        case Level::user: break;
    }
    if (member_known().empty()) {
        return true;
    }
    if (!is_string) {
        // A number would lose its leading zeros or its plus: phone numbers are texts.
        wrong(fmt::format("{} must be a text in double quotes, found {}", member_, sanitise(text, 40)), place);
        return true;
    }
    put_member(file_, name_, member_, std::string(text), place);
    return true;
}

// ----------------------------------------------------------------------------------------------------------------------------------- CSV

struct Cell {
    std::string text;
    Place place;
};

/// RFC 4180, with either separator and either line end.
class CellReader {
public:
    CellReader(std::string_view text, char separator) : text_(text), separator_(separator) {}

    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    /// One row; `bad_input` without `where` and the place in `trouble` when a quote is out of place.
    bool read_row(std::vector<Cell>& row) {
        row.clear();
        do {
            if (!read_cell(row)) {
                return false;
            }
        } while (skip(separator_));
        skip('\r');
        return skip('\n') || at_end() || stop("a quoted field is followed by more text");
    }
    [[nodiscard]] Place here() const { return {line_, at_ - line_start_ + 1}; }
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    bool skip(char letter) {
        if (at_end() || text_[at_] != letter) {
            return false;
        }
        ++at_;
        if (letter == '\n') {
            ++line_;
            line_start_ = at_;
        }
        return true;
    }
    bool stop(const char* why) {
        trouble_ = why;
        return false;
    }
    bool read_cell(std::vector<Cell>& row) {
        Cell cell;
        cell.place = here();
        if (skip('"')) {
            for (;;) {
                if (at_end()) {
                    line_ = cell.place.line;
                    line_start_ = at_ - (cell.place.column - 1);
                    return stop("a quote is opened here and never closed");
                }
                const char letter = text_[at_];
                skip(letter);
                if (letter == '"' && !skip('"')) {
                    break;
                }
                cell.text += letter;
            }
        } else {
            while (!at_end() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
                cell.text += text_[at_++];
            }
            if (!at_end() && text_[at_] == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '\n')) {
                return stop("a carriage return in the middle of a line");
            }
        }
        row.push_back(std::move(cell));
        return true;
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0;
    std::uint64_t line_ = 1;
    std::size_t line_start_ = 0;
    std::string trouble_;
};

/// The separator that the header line has more of.
char separator_of(std::string_view text) {
    const std::string_view header = text.substr(0, text.find('\n'));
    return std::count(header.begin(), header.end(), ';') > std::count(header.begin(), header.end(), ',') ? ';' : ',';
}

bool is_blank(const std::vector<Cell>& row) {
    return std::all_of(row.begin(), row.end(), [](const Cell& cell) { return trim(cell.text, line_blanks).empty(); });
}

/// Column names; unknown and repeated ones go to the file's problems.
std::vector<std::string> read_header(const std::vector<Cell>& row, const std::string& name, UsersFile& file) {
    std::vector<std::string> columns;
    const auto names = member_names();
    for (const Cell& cell : row) {
        std::string column(trim(cell.text, line_blanks));
        if (std::find(names.begin(), names.end(), column) == names.end()) {
            file.problems.push_back({at(name, cell.place), problem({}, unknown_member(column, "column"))});
        } else if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
            file.problems.push_back({at(name, cell.place), problem({}, fmt::format("the column {} stands twice", column))});
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

}  // namespace

Result<UsersFile> read_users_json(std::string_view text, const std::string& name) {
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    UsersFile file;
    rapidjson::MemoryStream memory(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(memory);
    UsersHandler handler(text, memory, name, file);
    rapidjson::Reader reader;
    constexpr unsigned flags =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
    if (handler.refusal()) {
        return fail(*handler.refusal());
    }
    if (result.IsError()) {
        std::string reason = rapidjson::GetParseError_En(result.Code());
        while (reason.ends_with('.')) {
            reason.pop_back();
        }
        return fail(ErrorCode::bad_input, fmt::format("the file is not JSON: {}", reason), at(name, handler.place_of(result.Offset())),
                    "For CSV, let the file's name end in .csv");
    }
    if (memory.Tell() != text.size()) {
        return fail(ErrorCode::bad_input, "the file is not JSON: a NUL byte in it", at(name, handler.place_of(memory.Tell())));
    }
    return finished(std::move(file), name);
}

Result<UsersFile> read_users_csv(std::string_view text, const std::string& name) {
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    UsersFile file;
    CellReader reader(text, separator_of(text));
    std::vector<Cell> row;
    std::vector<std::string> columns;
    while (!reader.at_end()) {
        const Place place = reader.here();
        if (!reader.read_row(row)) {
            return fail(ErrorCode::bad_input, reader.trouble(), at(name, reader.here()), "Quotes inside a quoted field are doubled");
        }
        if (is_blank(row)) {
            continue;
        }
        if (columns.empty()) {
            columns = read_header(row, name, file);
            continue;
        }
        if (file.users.size() == users_max) {
            return too_many(name, place);
        }
        if (row.size() != columns.size()) {
            file.problems.push_back({at(name, place), problem({}, fmt::format("{} where the header line has {}",
                                                                              plural(row.size(), "field"), columns.size()))});
            continue;
        }
        file.users.emplace_back();
        file.users.back().place = place;
        for (std::size_t column = 0; column < columns.size(); ++column) {
            put_member(file, name, columns[column], row[column].text, row[column].place);
        }
    }
    return finished(std::move(file), name);
}

std::vector<PlacedProblem> check_users(const std::vector<FileUser>& users, const std::string& name) {
    std::vector<PlacedProblem> problems;
    std::map<std::string, Place> seen;
    for (const FileUser& user : users) {
        const auto place_of = [&user](std::string_view member) {
            const auto found = user.places.find(member);
            return found == user.places.end() ? user.place : found->second;
        };
        for (api::FieldProblem& one : api::check_user(user.user)) {
            problems.push_back({at(name, place_of(one.field)), std::move(one)});
        }
        for (const auto& [member, value] : {std::pair{"email", &user.user.email}, std::pair{"login", &user.user.login}}) {
            std::string key = *value;
            std::transform(key.begin(), key.end(), key.begin(),
                           [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; });
            const auto [before, is_new] = seen.emplace(fmt::format("{} {}", member, key), user.place);
            if (!is_new && !value->empty()) {
                problems.push_back({at(name, place_of(member)), problem(member, fmt::format("{} \"{}\" stands in line {} too", member,
                                                                                            sanitise(*value, 60), before->second.line))});
            }
        }
    }
    return problems;
}

}  // namespace moisson::writes
