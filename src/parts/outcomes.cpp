#include "parts/outcomes.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "bundle/file_source.hpp"
#include "cage/values.hpp"

namespace moisson::parts {

namespace {

using cage::ValueReader;
using cage::ValueWriter;

constexpr std::string_view file_mark = "moisson part outcomes\n";
constexpr std::uint32_t byte_order = 0x01020304;  // a machine that has its bytes otherwise reads another number
constexpr std::size_t text_bytes_max = 1U << 30U;
constexpr std::size_t question_bytes_max = 8U << 10U;
constexpr std::size_t head_of_frame_max = 32U << 10U;  // perimeter and question, and what has the same answer
constexpr std::string_view any_question = "*";

/// What a server may have made as long as it likes is known by a digest: no id costs the part.
std::string shortened(std::string question) {
    return question.size() <= question_bytes_max ? std::move(question) : "long " + sha256_hex(question);
}

/// Of what is no question to the service.
std::string question_of_options(const std::string& contract_id) { return shortened(fmt::format("asked by\n{}", contract_id)); }

/// Of one process: files hold the texts.
std::uint64_t hash_of(std::string_view perimeter, std::string_view question) {
    std::string key(perimeter);
    key += '\0';
    key += question;
    return std::hash<std::string_view>{}(key);
}

/// As which question one may have been answered, the more exact first.
std::array<std::string_view, 2> names_of_answer(std::string_view question) { return {question, any_question}; }

/// A message that has its words in each language already. A message points to its row, so rows stay for the life of the process.
Message message_of(std::array<std::string, language_count> words) {
    static std::mutex mutex;
    static std::deque<std::pair<std::array<std::string, language_count>, MessageText>> rows;
    if (std::all_of(words.begin(), words.end(), [&](const std::string& one) { return one == words.front(); })) {
        return words.front().empty() ? Message() : Message(std::move(words.front()));
    }
    for (std::string& text : words) {
        std::string escaped;
        for (const char letter : text) {
            escaped.append(letter == '{' || letter == '}' ? 2 : 1, letter);
        }
        text = std::move(escaped);
    }
    const std::lock_guard lock(mutex);
    auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.first == words; });
    if (found == rows.end()) {
        rows.emplace_back(std::move(words), MessageText{});
        found = std::prev(rows.end());
        std::copy(found->first.begin(), found->first.end(), found->second.in.begin());
    }
    return Message(found->second, {});
}

void put_instant(ValueWriter& writer, Timestamp instant) { writer.number<std::int64_t>(instant.time_since_epoch().count()); }
Timestamp take_instant(ValueReader& reader) { return Timestamp(std::chrono::milliseconds(reader.number<std::int64_t>())); }

void put_url(ValueWriter& writer, const http::Url& url) {
    writer.text(url.scheme);
    writer.text(url.host);
    writer.number(url.port);
    writer.text(url.path_and_query);
}

http::Url take_url(ValueReader& reader) {
    http::Url url;
    url.scheme = reader.text(text_bytes_max);
    url.host = reader.text(text_bytes_max);
    url.port = reader.number<std::uint16_t>();
    url.path_and_query = reader.text(text_bytes_max);
    return url;
}

void put_object(ValueWriter& writer, const transfer::StoredObject& object) {
    writer.text(object.sha256);
    writer.number(object.size_bytes);
    writer.text(object.media_type);
    writer.flag(object.unframed);
    writer.flag(object.damaged);
}

transfer::StoredObject take_object(ValueReader& reader) {
    transfer::StoredObject object;
    object.sha256 = reader.text(64);
    object.size_bytes = reader.number<std::uint64_t>();
    object.media_type = reader.text(text_bytes_max);
    object.unframed = reader.flag();
    object.damaged = reader.flag();
    return object;
}

using Clean = std::function<std::string(std::string_view)>;

void put_answer(ValueWriter& writer, const transfer::Answer& answer, const Clean& clean) {
    writer.number<std::int32_t>(answer.status);
    writer.number(static_cast<std::uint32_t>(answer.headers.all().size()));
    for (const auto& [name, value] : answer.headers.all()) {
        writer.text(name);
        writer.text(clean(value));
    }
    put_url(writer, answer.url);
    writer.flag(answer.peer != nullptr);
    if (answer.peer) {
        writer.text(answer.peer->subject);
        writer.text(answer.peer->issuer);
        writer.text(answer.peer->sha256);
    }
    put_instant(writer, answer.sent_at);
    put_instant(writer, answer.head_at);
    writer.flag(answer.object.has_value());
    if (answer.object) {
        put_object(writer, *answer.object);
    }
    writer.text(clean(answer.body));
}

transfer::Answer take_answer(ValueReader& reader) {
    transfer::Answer answer;
    answer.status = reader.number<std::int32_t>();
    for (auto left = reader.count(8); left > 0; --left) {
        std::string name(reader.text(text_bytes_max));
        answer.headers.add(std::move(name), std::string(reader.text(text_bytes_max)));
    }
    answer.url = take_url(reader);
    if (reader.flag()) {
        http::PeerCertificate peer;
        peer.subject = reader.text(text_bytes_max);
        peer.issuer = reader.text(text_bytes_max);
        peer.sha256 = reader.text(64);
        answer.peer = std::make_shared<const http::PeerCertificate>(std::move(peer));
    }
    answer.sent_at = take_instant(reader);
    answer.head_at = take_instant(reader);
    if (reader.flag()) {
        answer.object = take_object(reader);
    }
    answer.body = reader.text(text_bytes_max);
    return answer;
}

void put_error(ValueWriter& writer, const Error& error, const Clean& clean) {
    writer.choice(error.code);
    for (std::size_t at = 0; at < language_count; ++at) {
        writer.text(clean(error.message.in(static_cast<Language>(at))));
    }
    for (const std::string* const text : {&error.where, &error.hint, &error.cause, &error.request_id}) {
        writer.text(clean(*text));
    }
    writer.choice(error.retry);
    writer.number<std::int32_t>(error.http_status);
    writer.number<std::int32_t>(error.gateway_code);
}

Error take_error(ValueReader& reader) {
    Error error;
    error.code = reader.choice<ErrorCode>(static_cast<std::uint8_t>(ErrorCode::internal) + 1);
    std::array<std::string, language_count> words;
    for (std::string& text : words) {
        text = reader.text(text_bytes_max);
    }
    error.message = message_of(std::move(words));
    for (std::string* const text : {&error.where, &error.hint, &error.cause, &error.request_id}) {
        *text = reader.text(text_bytes_max);
    }
    error.retry = reader.choice<Retry>(2);
    error.http_status = reader.number<std::int32_t>();
    error.gateway_code = reader.number<std::int32_t>();
    return error;
}

/// What a frame begins with.
struct Head {
    std::string_view perimeter;
    std::string_view question;
    std::string_view same_perimeter;
    std::string_view same_question;  ///< what has the same answer; empty: the answer follows
};

void put_head(ValueWriter& writer, const Head& head) {
    for (const std::string_view text : {head.perimeter, head.question, head.same_perimeter, head.same_question}) {
        writer.text(text);
    }
}

Head take_head(ValueReader& reader) {
    Head head;
    head.perimeter = reader.text(text_bytes_max);
    head.question = reader.text(text_bytes_max);
    head.same_perimeter = reader.text(text_bytes_max);
    head.same_question = reader.text(text_bytes_max);
    return head;
}

std::optional<Heard> heard_of(std::string_view frame, const http::Url& asked) {
    ValueReader reader(frame);
    const Head head = take_head(reader);
    Heard heard{std::string(head.perimeter), std::string(head.question), take_url(reader), fail(ErrorCode::internal, ""),
                reader.number<std::int32_t>()};
    heard.at = take_instant(reader);
    heard.run_id = reader.text(text_bytes_max);
    heard.body_sha256 = reader.text(64);
    heard.body_bytes = reader.number<std::uint64_t>();
    if (reader.flag()) {
        heard.answer = take_answer(reader);
    } else {
        heard.answer = fail(take_error(reader));
    }
    if (heard.asked.host.empty()) {
        heard.asked = asked;  // a refusal answers each question
    }
    return reader.is_whole() ? std::optional(std::move(heard)) : std::nullopt;
}

tl::unexpected<Error> unreadable(const std::filesystem::path& path, std::string_view why) {
    return fail(ErrorCode::verification, fmt::format("the answers cannot be read: {}", why), path.string());
}

tl::unexpected<Error> unreadable_answer(const bundle::OpenFile& file) {
    return fail(ErrorCode::verification, "an answer cannot be read", file.name());
}

/// Of a frame in the file.
struct Place {
    std::uint64_t hash = 0;  ///< of its question
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    bool is_taken = false;
};

Status index_frames(const bundle::OpenFile& file, std::uint64_t first, std::uint64_t size, const std::filesystem::path& path,
                    std::vector<Place>& places) {
    for (std::uint64_t offset = first; offset < size;) {
        Place place;
        const auto length = size - offset >= sizeof place.size ? file.read_at(offset, sizeof place.size)
                                                                : Result<std::string>(fail(ErrorCode::verification, ""));
        place.size = length ? ValueReader(*length).number<std::uint32_t>() : 0;
        place.offset = offset + sizeof place.size;
        if (!length || place.size > size - place.offset) {
            return unreadable(path, "the file ends too early");
        }
        const auto beginning = file.read_at(place.offset, std::min<std::uint64_t>(place.size, head_of_frame_max));
        if (!beginning) {
            return fail(beginning.error());
        }
        ValueReader reader(*beginning);
        const Head frame = take_head(reader);
        if (!reader.is_good()) {
            return unreadable(path, "a question cannot be read");
        }
        place.hash = hash_of(frame.perimeter, frame.question);
        places.push_back(place);
        offset = place.offset + place.size;
    }
    return {};
}

}  // namespace

std::string question_of(const http::Request& request) {
    std::string question = request.url.path_and_query;
    for (const auto& [name, value] : request.headers.all()) {
        question.append("\n").append(name).append(": ").append(value);
    }
    return shortened(std::move(question));
}

Result<OutcomeWriter> OutcomeWriter::create(const std::filesystem::path& path, std::string mark, const Redactor& secrets) {
    auto file = AtomicFile::create(path, Access::own);
    if (!file) {
        return fail(std::move(file.error()));
    }
    ValueWriter head;
    head.number(byte_order);
    if (auto written = file->write(std::string(file_mark).append(head.bytes())); !written) {
        return fail(std::move(written.error()));
    }
    return OutcomeWriter(std::move(*file), std::move(mark), secrets);
}

std::string OutcomeWriter::clean(std::string_view text) const { return secrets_->clean(text, mark_); }

Status OutcomeWriter::add(const Heard& heard) {
    ValueWriter writer;
    const std::string question = heard.question.empty() ? std::string(any_question) : heard.question;
    if (heard.answer && heard.answer->body.size() > text_bytes_max) {
        return fail(ErrorCode::too_large, "an answer is too long for a part", heard.asked.for_people(),
                    "Set list_bytes_max to 1 GiB at most");
    }
    asked_.insert(hash_of(heard.perimeter, question));
    put_head(writer, {heard.perimeter, question, {}, {}});
    put_url(writer, heard.asked);
    writer.number<std::int32_t>(heard.attempts);
    put_instant(writer, heard.at);
    writer.text(heard.run_id);
    const bool has_body = heard.answer && !heard.answer->object;
    writer.text(has_body ? sha256_hex(heard.answer->body) : std::string());
    writer.number<std::uint64_t>(has_body ? heard.answer->body.size() : 0);
    writer.flag(heard.answer.has_value());
    if (heard.answer) {
        put_answer(writer, *heard.answer, [this](std::string_view text) { return clean(text); });
    } else {
        put_error(writer, heard.answer.error(), [this](std::string_view text) { return clean(text); });
    }
    return write(writer.bytes());
}

Status OutcomeWriter::write(std::string_view frame) {
    ValueWriter size;
    size.number(static_cast<std::uint32_t>(frame.size()));
    auto written = file_.write(size.bytes());
    return written ? file_.write(frame) : written;
}

Status OutcomeWriter::add_same(const std::string& perimeter, const http::Request& request, const std::string& other_perimeter,
                               const http::Request& other) {
    const std::string question = question_of(request);
    asked_.insert(hash_of(perimeter, question));
    ValueWriter writer;
    put_head(writer, {perimeter, question, other_perimeter, question_of(other)});
    return write(writer.bytes());
}

Status OutcomeWriter::add_refusal(const std::string& perimeter, const Error& error, Timestamp at, const std::string& run_id) {
    return add({perimeter, {}, {}, fail(error), 0, at, run_id});
}

Status OutcomeWriter::add_asked_by(const std::string& perimeter, const std::string& contract_id, const AskedBy& options) {
    ValueWriter writer;
    writer.flag(options.trusted);
    for (const std::uint64_t number : {options.compared_count, options.limit_first, options.last, options.missing_last,
                                       options.longest_mixed, options.longest_type}) {
        writer.number(number);
    }
    writer.number(static_cast<std::uint32_t>(options.known_ids.size()));
    for (const std::string& id : options.known_ids) {
        writer.text(id);
    }
    transfer::Answer answer;
    answer.body = writer.bytes();
    return add({perimeter, question_of_options(contract_id), {}, std::move(answer)});
}

bool OutcomeWriter::has(const std::string& perimeter, const http::Request& request) const {
    return asked_.contains(hash_of(perimeter, question_of(request)));
}

struct OutcomeReader::State {
    bundle::OpenFile file;
    std::vector<Place> places;  ///< by hash, then in the order of the file
};

OutcomeReader::OutcomeReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutcomeReader::~OutcomeReader() = default;
OutcomeReader::OutcomeReader(OutcomeReader&&) noexcept = default;
OutcomeReader& OutcomeReader::operator=(OutcomeReader&&) noexcept = default;

Result<OutcomeReader> OutcomeReader::open(const std::filesystem::path& path, const std::string& sha256) {
    auto file = bundle::OpenFile::at(path);
    if (!file) {
        return fail(std::move(file.error()));
    }
    Digest digest;
    if (auto read = file->read([&](std::string_view piece) { digest.update(piece); }); !read) {
        return fail(std::move(read.error()));
    }
    if (digest.finish_hex() != sha256) {
        return fail(ErrorCode::verification, "the file's bytes are not those of its digest", path.string());
    }
    auto state = std::make_unique<State>(State{std::move(*file), {}});
    const auto size = state->file.size_bytes();
    const std::size_t head_bytes = file_mark.size() + sizeof byte_order;
    const auto head = size && *size >= head_bytes ? state->file.read_at(0, head_bytes) : Result<std::string>(std::string());
    if (!head || !head->starts_with(file_mark) ||
        ValueReader(std::string_view(*head).substr(file_mark.size())).number<std::uint32_t>() != byte_order) {
        return unreadable(path, "they are of a machine or a version that writes them otherwise");
    }
    if (auto read = index_frames(state->file, head_bytes, *size, path, state->places); !read) {
        return fail(std::move(read.error()));
    }
    std::stable_sort(state->places.begin(), state->places.end(),
                     [](const Place& left, const Place& right) { return left.hash < right.hash; });
    return OutcomeReader(std::move(state));
}

void OutcomeReader::rewind() noexcept {
    for (Place& place : state_->places) {
        place.is_taken = false;
    }
}

Result<std::optional<Heard>> OutcomeReader::take(const std::string& perimeter, const http::Request& request) {
    return take(perimeter, question_of(request), request.url);
}

Result<std::optional<AskedBy>> OutcomeReader::asked_by(const std::string& perimeter, const std::string& contract_id) {
    auto heard = take(perimeter, question_of_options(contract_id), {});
    if (!heard || !*heard || !(*heard)->answer || (*heard)->answer->status != 0) {
        return heard ? Result<std::optional<AskedBy>>(std::nullopt) : fail(std::move(heard.error()));
    }
    ValueReader reader((*heard)->answer->body);
    AskedBy options;
    options.trusted = reader.flag();
    for (std::uint64_t* const number : {&options.compared_count, &options.limit_first, &options.last, &options.missing_last,
                                        &options.longest_mixed, &options.longest_type}) {
        *number = reader.number<std::uint64_t>();
    }
    for (auto left = reader.count(4); left > 0; --left) {
        options.known_ids.emplace_back(reader.text(text_bytes_max));
    }
    return reader.is_whole() ? std::optional(std::move(options)) : std::nullopt;
}

struct OutcomeReader::Frame {
    Place* place = nullptr;
    std::string bytes;
};

/// In the order of the file.
Result<std::vector<OutcomeReader::Frame>> OutcomeReader::frames_of(std::string_view perimeter, std::string_view question) const {
    std::vector<Frame> frames;
    for (Place& place : std::ranges::equal_range(state_->places, hash_of(perimeter, question), {}, &Place::hash)) {
        auto bytes = state_->file.read_at(place.offset, place.size);
        if (!bytes) {
            return fail(std::move(bytes.error()));
        }
        ValueReader reader(*bytes);
        const Head head = take_head(reader);
        if (head.perimeter == perimeter && head.question == question) {
            frames.push_back({&place, std::move(*bytes)});
        }
    }
    return frames;
}

/// Where the frame says that its answer is another question's, that one's last frame.
Result<OutcomeReader::Frame> OutcomeReader::follow(Frame frame) const {
    constexpr int ways_max = 64;
    for (int way = 0; way < ways_max; ++way) {
        ValueReader reader(frame.bytes);
        const Head head = take_head(reader);
        if (head.same_question.empty()) {
            return frame;
        }
        auto others = frames_of(head.same_perimeter, head.same_question);
        if (!others) {
            return fail(std::move(others.error()));
        }
        if (others->empty()) {
            break;
        }
        frame = std::move(others->back());
    }
    return unreadable_answer(state_->file);
}

Result<std::optional<Heard>> OutcomeReader::take(const std::string& perimeter, const std::string& question, const http::Url& asked) {
    for (const std::string_view one : names_of_answer(question)) {
        auto frames = frames_of(perimeter, one);
        if (!frames) {
            return fail(std::move(frames.error()));
        }
        const auto next = std::ranges::find_if(*frames, [](const Frame& frame) { return !frame.place->is_taken; });
        if (next == frames->end()) {
            continue;
        }
        auto answered = follow(std::move(*next));
        if (!answered) {
            return fail(std::move(answered.error()));
        }
        next->place->is_taken = answered->place == next->place && one != any_question;
        auto heard = heard_of(answered->bytes, asked);
        return heard ? Result<std::optional<Heard>>(std::move(heard)) : unreadable_answer(state_->file);
    }
    return std::nullopt;
}

OutcomeIndex::OutcomeIndex(const std::vector<const OutcomeReader*>& readers) {
    std::size_t questions = 0;
    for (const OutcomeReader* const reader : readers) {
        questions += reader->state_->places.size();
    }
    readers_.reserve(questions);
    for (std::uint32_t number = 0; number < readers.size(); ++number) {
        for (const Place& place : readers[number]->state_->places) {
            readers_.emplace_back(place.hash, number);
        }
    }
    std::sort(readers_.begin(), readers_.end());
}

std::vector<std::uint32_t> OutcomeIndex::readers_of(const std::string& perimeter, const http::Request& request) const {
    return readers_of_question(perimeter, question_of(request));
}

std::vector<std::uint32_t> OutcomeIndex::readers_of(const std::string& perimeter, const std::string& contract_id) const {
    return readers_of_question(perimeter, question_of_options(contract_id));
}

std::vector<std::uint32_t> OutcomeIndex::readers_of_question(const std::string& perimeter, const std::string& question) const {
    std::vector<std::uint32_t> found;
    for (const std::string_view one : names_of_answer(question)) {
        const std::uint64_t hash = hash_of(perimeter, one);
        auto at = std::lower_bound(readers_.begin(), readers_.end(), std::pair(hash, std::uint32_t{0}));
        for (; at != readers_.end() && at->first == hash; ++at) {
            found.push_back(at->second);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace moisson::parts
