// Started anew as a reader, this program reads documents as `moisson` does; of a document whose id begins with "misdeed-" the reader does
// what the id says, as a reader would that a document has taken over.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <charconv>
#include <csignal>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cage/values.hpp"
#include "usage/reader_frames.hpp"
#include "usage/usage.hpp"

namespace {

using namespace moisson;

/// Between the reader and its link. Documents are asked for ahead of the pieces of earlier ones, from another thread: what the reader says
/// is kept until the piece that it belongs to says of which document it is.
class Bad final : public cage::Link {
public:
    explicit Bad(cage::Link& link) : link_(link) {}
    bool next(cage::Frame& frame) override {
        const bool is_there = link_.next(frame);
        const std::size_t at = is_there ? frame.bytes.find("misdeed-") : std::string_view::npos;
        const std::string_view deed = at == std::string_view::npos ? "" : frame.bytes.substr(at + 8, frame.bytes.find(',', at) - at - 8);
        if (deed == "crash") {
            ::raise(SIGSEGV);
        } else if (deed == "memory") {
            throw std::bad_alloc();
        } else if (deed == "socket") {
            static_cast<void>(::socket(AF_INET, SOCK_STREAM, 0));
        } else if (deed == "hang") {
            for (volatile bool forever = true; forever;) {
            }
        } else if (deed == "disk") {
            link_.put(usage::frame::file_broken, "");
        } else if (deed.starts_with("flip-")) {
            Flip flip{cage::ValueReader(frame.bytes).number<std::uint64_t>(), 0};
            std::from_chars(deed.data() + 5, deed.data() + deed.size(), flip.bit);
            const std::scoped_lock lock(mutex_);
            flip_ = flip;
        }
        return is_there;
    }
    void put(std::uint8_t kind, std::string_view bytes) override {
        const std::scoped_lock lock(mutex_);
        said_.emplace_back(kind, bytes);
        if (kind < usage::frame::piece) {
            return;
        }
        const bool is_changed = flip_ && cage::ValueReader(bytes).number<std::uint64_t>() == flip_->document;
        for (auto& [said, text] : said_) {
            const unsigned place = is_changed ? flip_->bit / 8 : 0;
            if (is_changed && place % 4 == said && !text.empty()) {
                char& letter = text[place / 4 % text.size()];
                letter = static_cast<char>(static_cast<unsigned char>(letter) ^ (1U << flip_->bit % 8));
            }
            link_.put(said, text);
        }
        said_.clear();
    }
    void flush() override { link_.flush(); }

private:
    struct Flip {
        std::uint64_t document;
        unsigned bit;
    };

    cage::Link& link_;
    std::mutex mutex_;
    std::optional<Flip> flip_;
    std::vector<std::pair<std::uint8_t, std::string>> said_;
};

void read_badly(cage::Link& link) {
    Bad bad(link);
    usage::reader_job().run(bad);
}

}  // namespace

int main(int count, char** arguments) {
    const std::array jobs{cage::Job{usage::reader_job().name, usage::reader_job().prepare, read_badly}};
    if (const auto code = cage::run_if_child(count, arguments, jobs)) {
        return *code;
    }
    return doctest::Context(count, arguments).run();
}
