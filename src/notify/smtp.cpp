#include "notify/smtp.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SMTPClientSession.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/wipe.hpp"

namespace moisson::notify {

namespace {

/// What Poco's dialogue reads from and writes to. A failure is kept, and thrown through Poco, which has no other way out.
class ChannelSocket final : public Poco::Net::StreamSocketImpl {
public:
    explicit ChannelSocket(http::Channel& channel) : channel_(channel) {}

    using StreamSocketImpl::receiveBytes;
    using StreamSocketImpl::sendBytes;

    int sendBytes(const void* buffer, int length, int /*flags*/) override {
        throw_again();
        if (Status sent = channel_.send({static_cast<const char*>(buffer), static_cast<std::size_t>(length)}); !sent) {
            give_up(std::move(sent.error()));
        }
        return length;
    }

    /// At most one line at a time: what follows an answer is not taken before it was asked for. Never nothing: Poco 1.11 asks without end
    /// for the rest of an answer when there is none.
    int receiveBytes(void* buffer, int length, int /*flags*/) override {
        throw_again();
        if (unread_.empty()) {
            std::array<char, 4096> bytes{};
            auto got = channel_.receive(bytes.data(), bytes.size());
            if (!got) {
                give_up(std::move(got.error()));
            }
            if (*got == 0) {
                Error error = fail(ErrorCode::reset, "the mail server closed the connection in the middle of the dialogue").value();
                error.retry = Retry::later;
                give_up(std::move(error));
            }
            unread_.assign(bytes.data(), *got);
        }
        const std::size_t line = std::min(unread_.find('\n'), unread_.size() - 1) + 1;
        const std::size_t size = std::min(line, static_cast<std::size_t>(length));
        std::memcpy(buffer, unread_.data(), size);
        unread_.erase(0, size);
        return static_cast<int>(size);
    }
    void setReceiveTimeout(const Poco::Timespan& /*timeout*/) override {}
    void setSendTimeout(const Poco::Timespan& /*timeout*/) override {}
    void close() override {}

    /// Anything behind the answer in the clear would pass for the first words under TLS.
    Status start_tls() {
        if (!unread_.empty()) {
            return fail(ErrorCode::protocol, "the mail server went on talking in the clear after it agreed to TLS", {},
                        "Someone on the way may have put words into its mouth");
        }
        return channel_.secure();
    }
    [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

private:
    [[noreturn]] void give_up(Error error) {
        failure_ = std::move(error);
        throw Poco::Net::NetException("the channel failed");
    }
    /// A stream of Poco's swallows the first time.
    void throw_again() const {
        if (failure_) {
            throw Poco::Net::NetException("the channel failed");
        }
    }

    http::Channel& channel_;
    std::string unread_;
    std::optional<Error> failure_;
};

/// The only way to a socket with an implementation of one's own.
class OwnSocket final : public Poco::Net::StreamSocket {
public:
    explicit OwnSocket(Poco::Net::SocketImpl* implementation) : StreamSocket(implementation) {}
};

/// What this machine calls itself, where that can stand in a greeting.
std::string greeting_name() {
    std::array<char, 256> name{};
    const bool has_name = ::gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0' && name.front() != '.';
    return has_name && is_letters_and_digits(name.data(), ".-") ? std::string(name.data()) : "localhost";
}

/// Whether the answer to EHLO offers this way to log in: "250-AUTH PLAIN LOGIN".
bool offers_login(std::string_view answer, std::string_view way) {
    constexpr std::size_t status_bytes = 4;
    while (!answer.empty()) {
        const std::size_t end = std::min(answer.find('\n'), answer.size());
        std::string_view line = answer.substr(0, end);
        answer.remove_prefix(std::min(end + 1, answer.size()));
        line.remove_prefix(std::min(status_bytes, line.size()));
        if (!starts_with_ignoring_case(line.substr(0, 4), "AUTH")) {
            continue;
        }
        for (std::size_t at = 4; at < line.size();) {
            const std::size_t word_end = std::min(line.find(' ', at), line.size());
            if (equal_ignoring_case(trim(line.substr(at, word_end - at), " =\r"), way)) {
                return true;
            }
            at = word_end + 1;
        }
    }
    return false;
}

/// One connection from its greeting to its QUIT.
class MailSession {
public:
    MailSession(const MailRoute& route, std::unique_ptr<http::Channel> channel)
        : route_(route),
          channel_(std::move(channel)),
          socket_(new ChannelSocket(*channel_)),  // owned by Poco's count of references, from the next line on
          session_(OwnSocket(socket_)) {}

    Status log_in() {
        if (Status secured = route_.tls_at_once ? channel_->secure() : start_tls(); !secured) {
            return secured;
        }
        std::string offers;
        if (Status greeted = greet(offers); !greeted || route_.user.empty()) {
            return greeted;
        }
        std::string plain = fmt::format("{0}{1}{0}{2}", '\0', route_.user, route_.password);
        std::string plain_text = encode_base64(plain);
        std::string password_text = encode_base64(route_.password);
        const Status done = offers_login(offers, "PLAIN")   ? say("the login", "AUTH PLAIN " + plain_text, 2)
                            : offers_login(offers, "LOGIN") ? log_in_by_steps(password_text)
                                                            : no_login(offers);
        wipe(plain);
        wipe(plain_text);
        wipe(password_text);
        return done;
    }

    Status send(const Envelope& envelope, const std::string& mail) {
        if (Status named = say("the sender", fmt::format("MAIL FROM:<{}>", envelope.from), 2); !named) {
            return named;
        }
        for (const std::string& one : envelope.to) {
            if (Status named = say(fmt::format("the recipient {}", one), fmt::format("RCPT TO:<{}>", one), 2); !named) {
                return named;
            }
        }
        return talk("the mail", [&] {
            session_.sendData();
            std::istringstream bytes(mail + ".\r\n");
            session_.sendMessage(bytes);
        });
    }

    /// Whatever it comes to: what was to be done is done.
    void quit() {
        try {
            session_.close();
        } catch (const Poco::Exception&) {
            return;
        }
    }

private:
    Status greet(std::string& offers) {
        return talk("the greeting", [&] {
            session_.open();
            if (const int status = session_.sendCommand("EHLO", greeting_name(), offers); status / 100 != 2) {
                throw Poco::Net::SMTPException("EHLO", offers, status);
            }
        });
    }

    Status start_tls() {
        std::string answer;
        if (Status greeted = greet(answer); !greeted) {
            return greeted;
        }
        int status = 0;
        if (Status asked = talk("STARTTLS", [&] { status = session_.sendCommand("STARTTLS", answer); }); !asked) {
            return asked;
        }
        if (status / 100 != 2) {
            Error error = fail(ErrorCode::protocol, fmt::format("the mail server offers no STARTTLS (status {})", status), {},
                               "Nothing is sent in the clear: take a server or port that speaks TLS (smtps:// for TLS at once)")
                              .value();
            error.cause = sanitise(answer);
            return fail(std::move(error));
        }
        return socket_->start_tls();
    }

    /// What some servers know alone (Exchange).
    Status log_in_by_steps(const std::string& password_text) {
        for (const auto& [line, good] :
             {std::pair{std::string("AUTH LOGIN"), 3}, std::pair{encode_base64(route_.user), 3}, std::pair{password_text, 2}}) {
            if (Status said = say("the login", line, good); !said) {
                return said;
            }
        }
        return {};
    }

    static Status no_login(std::string_view offers) {
        Error error = fail(ErrorCode::credentials, "the mail server offers neither AUTH PLAIN nor AUTH LOGIN", {},
                           "Take the port for submission (587 or 465), or leave user out where the server needs no login")
                          .value();
        error.cause = sanitise(offers);
        return fail(std::move(error));
    }

    /// `good`: the first digit of the answer that lets go on.
    Status say(std::string_view what, const std::string& line, int good) {
        return talk(what, [&] {
            std::string answer;
            if (const int status = session_.sendCommand(line, answer); status / 100 != good) {
                throw Poco::Net::SMTPException("answer", answer, status);
            }
        });
    }

    template <class Words>
    Status talk(std::string_view what, const Words& words) {
        try {
            words();
            return {};
        } catch (const Poco::Net::SMTPException& refusal) {
            return fail(judge(what, refusal.code(), refusal.message()));
        } catch (const Poco::Exception& problem) {
            if (socket_->failure()) {
                return fail(*socket_->failure());
            }
            return fail(judge(what, 0, problem.displayText()));
        }
    }

    [[nodiscard]] static Error judge(std::string_view what, int status, std::string_view said) {
        const bool is_smtp = status >= 200 && status <= 599;
        const bool is_login = is_smtp && what == "the login" && status / 100 == 5;
        const bool is_later = is_smtp && status / 100 == 4;
        Error error;
        error.code = !is_smtp   ? ErrorCode::protocol
                     : is_login ? ErrorCode::credentials
                     : is_later ? ErrorCode::server_error
                                : ErrorCode::client_error;
        error.message = is_smtp ? fmt::format("the mail server refuses {} with status {}", what, status)
                                : fmt::format("the mail server's answer to {} is no SMTP", what);
        error.hint = is_login ? "Check user and password of [notify.mail]" : "";
        error.retry = is_later ? Retry::later : Retry::never;
        error.cause = sanitise(said);
        return error;
    }

    const MailRoute& route_;
    std::unique_ptr<http::Channel> channel_;
    ChannelSocket* socket_;
    Poco::Net::SMTPClientSession session_;
};

/// Errors name the server, and no more than that.
Status at_server(const MailRoute& route, Status done) {
    if (!done) {
        done.error().where = fmt::format("{}:{}", route.host, route.port);
    }
    return done;
}

}  // namespace

Status send_mail(const MailRoute& route, const Envelope& envelope, const std::string& mail, const Clock& clock,
                 const std::stop_token& stop) {
    auto channel = http::Channel::open(route.transport, route.host, route.port, route.limits, clock, stop);
    if (!channel) {
        return at_server(route, fail(std::move(channel.error())));
    }
    MailSession session(route, std::move(*channel));
    Status done = session.log_in();
    if (done) {
        done = session.send(envelope, mail);
    }
    if (done) {
        session.quit();
    }
    return at_server(route, std::move(done));
}

Status check_mail_route(const MailRoute& route, const Clock& clock, const std::stop_token& stop) {
    auto channel = http::Channel::open(route.transport, route.host, route.port, route.limits, clock, stop);
    if (!channel) {
        return at_server(route, fail(std::move(channel.error())));
    }
    MailSession session(route, std::move(*channel));
    Status done = session.log_in();
    if (done) {
        session.quit();
    }
    return at_server(route, std::move(done));
}

}  // namespace moisson::notify
