#pragma once
/// A service that no one calls: it only tells what a call would have told.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/service.hpp"

namespace moisson::pipeline {

class ServiceDouble final : public Service {
public:
    const std::vector<Login>& logins() const override { return logins_; }
    std::vector<Result<api::PerimeterResult>> list_perimeters(const std::vector<api::PerimeterOptions>&) override {
        return {api::PerimeterResult{}};
    }
    Result<wire::Contract> contract(const std::string&) override { return wire::Contract{}; }
    api::ListingResult list_documents(const std::string&) override { return {}; }
    Result<transfer::StoredObject> fetch_file(const std::string&, const std::string&, const std::filesystem::path&) override {
        return transfer::StoredObject{};
    }
    Result<api::Token> fetch_token(std::size_t) override { return api::Token{"t", std::chrono::seconds(3600)}; }
    void tell(Listener) override {}
    std::optional<std::string> last_date_header() const override { return date; }
    bool used_cache() const override { return from_cache; }
    Status authorize(http::Request&) override { return {}; }
    std::shared_ptr<const http::Transport> transport() const override { return nullptr; }
    void run(transfer::Source&) override {}
    const std::string& source_name() const override { return name_; }
    const transfer::EngineCounts& counts() const override { return counts_; }
    std::uint64_t tokens_fetched() const override { return 0; }
    std::optional<std::string> date;
    bool from_cache = false;

private:
    std::vector<Login> logins_{1};
    std::string name_;
    transfer::EngineCounts counts_;
};

}  // namespace moisson::pipeline
