// Access tokens in the two forms that were seen: 28 opaque characters, and a three-part signed text of about 600.
#include "sandbox/tokens.hpp"

#include <iterator>

#include <fmt/format.h>

#include "sandbox/base64.hpp"
#include "sandbox/random.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::uint64_t for_tokens = 0x746f6b656eULL;
constexpr std::size_t tokens_max = 100000;

std::string random_bytes(Random& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random.next() & 0xffU);
    }
    return bytes;
}

}  // namespace

TokenDesk::TokenDesk(const ServerRules& rules, std::uint64_t seed, const Clock& clock)
    : rules_(rules), seed_(seed), clock_(clock), started_(static_cast<std::uint64_t>(clock.now().time_since_epoch().count())) {}

bool TokenDesk::admit() {
    const Instant now = clock_.steady_now();
    const std::scoped_lock lock(mutex_);
    while (!admitted_.empty() && now - admitted_.front() >= std::chrono::minutes(1)) {
        admitted_.pop_front();
    }
    if (rules_.token_requests_per_minute != 0 && admitted_.size() >= rules_.token_requests_per_minute) {
        return false;
    }
    admitted_.push_back(now);
    return true;
}

std::string TokenDesk::make_opaque(std::uint64_t number) const {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    Random random(mix_key({seed_, for_tokens, number, started_}));
    std::string token(28, ' ');
    for (char& letter : token) {
        letter = letters[random.between(0, letters.size() - 1)];
    }
    return token;
}

std::string TokenDesk::make_signed(std::uint64_t number) const {
    Random random(mix_key({seed_, for_tokens, number, started_}));
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
    const std::string header = fmt::format(R"({{"typ":"JWT","ver":"1.0","alg":"ES384","kid":"{}"}})", base64_url(random_bytes(random, 32)));
    const std::string payload = fmt::format(
        R"({{"iss":"https://api.orange.com/oauth/v3","auth_time":{0},"sub":"{1}","exp":{2},"iat":{0},"jti":"{3}","client_id":"{1}"}})", now,
        base64_url(random_bytes(random, 24)), now + rules_.token_life_s, base64_url(random_bytes(random, 48)));
    return fmt::format("{}.{}.{}", base64_url(header), base64_url(payload), base64_url(random_bytes(random, 96)));
}

void TokenDesk::forget_old(Instant now) {
    // Expired tokens stay known for a while, so that they are told from made-up ones.
    for (auto at = tokens_.begin(); tokens_.size() > tokens_max && at != tokens_.end();) {
        at = at->second.end < now ? tokens_.erase(at) : std::next(at);
    }
}

std::string TokenDesk::issue(std::size_t application) {
    const Instant now = clock_.steady_now();
    const std::scoped_lock lock(mutex_);
    const std::uint64_t number = ++issued_;
    const bool odd = number % 2 == 1;
    const bool is_signed = rules_.token_form == TokenForm::signed_text || (rules_.token_form == TokenForm::alternate && odd);
    const bool as_number = rules_.expires_in == ExpiryForm::number || (rules_.expires_in == ExpiryForm::alternate && odd);
    const std::string token = is_signed ? make_signed(number) : make_opaque(number);
    forget_old(now);
    tokens_[token] = Issued{now + std::chrono::seconds(rules_.token_life_s), application};
    const std::string_view quote = as_number ? "" : "\"";
    // The member `scope` can be present; nobody needs it.
    const std::string_view scope = is_signed ? "" : ",\"scope\":\"ope:cloudstorecustomerspace:v1:access\"";
    return fmt::format("\n{{\"token_type\":\"Bearer\",\"access_token\":\"{0}\",\"expires_in\":{1}{2}{1}{3}}}\n   ", token, quote,
                       rules_.token_life_s, scope);
}

TokenDesk::Finding TokenDesk::check(std::string_view token) const {
    const Instant now = clock_.steady_now();
    const std::shared_lock lock(mutex_);
    const auto found = tokens_.find(token);
    if (found == tokens_.end()) {
        return {};
    }
    return Finding{now < found->second.end ? Validity::good : Validity::expired, found->second.application};
}

void TokenDesk::kill(std::string_view token) {
    const Instant now = clock_.steady_now();
    const std::scoped_lock lock(mutex_);
    const auto found = tokens_.find(token);
    if (found != tokens_.end()) {
        found->second.end = now;
    }
}

}  // namespace moisson::sandbox
