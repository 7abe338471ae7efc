// Started anew as a reader, this program reads documents as `moisson` does; of a document whose expected amount is in KMF the reader does
// what that amount says, as a reader would that a document has taken over.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <new>
#include <optional>
#include <string>

#include "cage/values.hpp"
#include "invoice/inbox.hpp"
#include "invoice/invoice.hpp"
#include "invoice/reader_frames.hpp"
#include "sample.hpp"

namespace {

using namespace moisson;
using invoice_test::Deed;

class Bad final : public cage::Link {
public:
    explicit Bad(cage::Link& link) : link_(link) {}
    bool next(cage::Frame& frame) override {
        const bool is_there = link_.next(frame);
        const auto order = is_there && frame.kind == invoice::frame::document ? invoice::read_order(frame.bytes) : std::nullopt;
        flipped_.reset();
        if (!order || !order->expected || order->expected->currency.code() != invoice_test::deed_currency) {
            return is_there;
        }
        switch (static_cast<Deed>(order->expected->amount_minor)) {
            case Deed::crash: {
                std::signal(SIGSEGV, SIG_DFL);  // sanitizers have a handler of their own, which ends the process with a code
                static_cast<void>(::raise(SIGSEGV));
                break;
            }
            case Deed::memory: throw std::bad_alloc();
            case Deed::socket: static_cast<void>(::socket(AF_INET, SOCK_STREAM, 0)); break;
            case Deed::hang: {
                cage::Frame never;
                while (link_.next(never)) {
                }
                break;
            }
            case Deed::other_document: link_.put(invoice::frame::reading, "nonsense"); break;
            case Deed::file_broken: link_.put(invoice::frame::file_broken, ""); break;
            default: flipped_ = static_cast<std::uint64_t>(order->expected->amount_minor) - static_cast<std::uint64_t>(Deed::flip);
        }
        return is_there;
    }
    void put(std::uint8_t kind, std::string_view bytes) override {
        std::string said(bytes);
        if (flipped_ && !said.empty()) {
            char& letter = said[*flipped_ / 8 % said.size()];
            letter = static_cast<char>(static_cast<unsigned char>(letter) ^ (1U << *flipped_ % 8));
        }
        link_.put(kind, said);
    }
    void flush() override { link_.flush(); }

private:
    cage::Link& link_;
    std::optional<std::uint64_t> flipped_;  // a bit of what is said next
};

void read_badly(cage::Link& link) {
    Bad bad(link);
    invoice::reader_job().run(bad);
}

}  // namespace

int main(int count, char** arguments) {
    const std::array jobs{cage::Job{invoice::reader_job().name, invoice::reader_job().prepare, read_badly}, invoice::unpack_job()};
    if (const auto code = cage::run_if_child(count, arguments, jobs)) {
        return *code;
    }
    return doctest::Context(count, arguments).run();
}
