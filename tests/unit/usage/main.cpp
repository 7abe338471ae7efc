// Started anew as a reader, this program reads documents as `moisson` does; of a document whose id begins with "misdeed-" the reader does
// what the id says, as a reader would that a document has taken over.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <charconv>
#include <csignal>
#include <new>
#include <optional>

#include "usage/usage.hpp"

namespace {

using namespace moisson;

/// Between the reader and its link.
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
            link_.put(4, "");
        } else if (deed.starts_with("flip-")) {
            flip_.emplace(0);
            std::from_chars(deed.data() + 5, deed.data() + deed.size(), *flip_);
        } else if (is_there) {
            flip_.reset();
        }
        return is_there;
    }
    void put(std::uint8_t kind, std::string_view bytes) override {
        std::string changed(bytes);
        if (flip_ && !changed.empty()) {
            const unsigned place = *flip_ / 8;
            if (place % 4 == kind) {
                char& letter = changed[place / 4 % changed.size()];
                letter = static_cast<char>(static_cast<unsigned char>(letter) ^ (1U << *flip_ % 8));
            }
        }
        link_.put(kind, changed);
    }
    void flush() override { link_.flush(); }

private:
    cage::Link& link_;
    std::optional<unsigned> flip_;
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
